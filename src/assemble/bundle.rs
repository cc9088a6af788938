//! The handler of a bundle, as the sources have it.

use crate::declare::model::Bundler;
use crate::input::files;

/// The handler in the sources that a bundle is made of; nothing where they have it under the same name. esbuild names
/// bundles by their entry points, without the folders that all of these have in common (its documentation of
/// `outbase`).
pub(super) fn handler_of_sources(handler: &str, bundler: &Bundler) -> Option<String> {
    let (module, export) = handler.rsplit_once('.')?;
    let sources: Vec<String> = bundler.entry_points.iter().map(|path| files::normalize(path)).collect();
    let stems: Vec<&str> = sources.iter().map(|path| stem(path)).collect();
    let mut common = files::parent(stems.first()?);
    let is_inside = |stem: &str, folder: &str| files::below(stem, folder).is_some_and(|rest| !rest.is_empty());
    while !stems.iter().all(|stem| is_inside(stem, common)) {
        common = files::parent(common);
    }
    let bundled = Some(module.trim_start_matches("./"));
    let source = stems.into_iter().find(|stem| files::below(stem, common) == bundled)?;
    (source != module).then(|| format!("{source}.{export}"))
}

/// A path without the ending of its file.
fn stem(path: &str) -> &str {
    path.rsplit_once('.').filter(|(_, ending)| !ending.contains('/')).map_or(path, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundles_are_named_without_what_entry_points_have_in_common() {
        let of = |handler: &str, entry_points: &[&str]| {
            let entry_points = entry_points.iter().map(|path| (*path).to_owned()).collect();
            handler_of_sources(handler, &Bundler { entry_points, ..Bundler::default() })
        };
        assert_eq!(of("create.handler", &["src/notes/create.ts"]).as_deref(), Some("src/notes/create.handler"));
        assert_eq!(of("create.handler", &["./src/create.ts", "src/list.ts"]).as_deref(), Some("src/create.handler"));
        let two = ["src/notes/create.ts", "src/users/create.ts"];
        assert_eq!(of("users/create.handler", &two).as_deref(), Some("src/users/create.handler"));
        assert_eq!(of("create.handler", &two), None);
        for same in [&["app.ts"][..], &["src/app.ts"], &[]] {
            assert_eq!(of("src/app.handler", same), None);
        }
        assert_eq!(of("app.handler", &["app.ts"]), None);
    }
}
