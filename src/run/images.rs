//! Dockerfiles of images that templates build.

use crate::declare::model::{Application, CodeSource, File};
use crate::input::files::Files;

/// Adds the Dockerfiles of images that are built here, for rules about them.
pub(super) fn add(application: &mut Application, files: &dyn Files) {
    let paths: Vec<String> = application
        .functions
        .iter()
        .filter_map(|function| match &function.code.source {
            CodeSource::Image(image) => image.dockerfile.clone(),
            _ => None,
        })
        .collect();
    for path in paths {
        let known = application.files.iter().any(|file| file.path == path);
        // What leads out of the tree, or is not there, is not looked at.
        let inside = !path.starts_with('/') && !path.split('/').any(|part| part == "..");
        if let Ok(text) = files.text(&path)
            && inside
            && !known
        {
            application.files.push(File { path, text });
        }
    }
}
