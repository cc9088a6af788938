//! What all readers share: files with limits, problems with places, scopes.

use std::sync::Arc;

use super::Options;
use super::model::{Application, Dialect, File, Place, Problem};
use super::resource::Gathered;
use super::tree::Scope;
use crate::input::files::{self, Files};
use crate::manifest::yaml::{self, Node};
use crate::span::{LineIndex, Span};

/// Largest template or included file, in bytes; CloudFormation takes 1 MB.
pub(super) const LARGEST: usize = 8 << 20;
/// Files of one application.
const MOST_FILES: usize = 400;
/// Resources of one application; CloudFormation takes 500 in a stack.
pub(super) const MOST_RESOURCES: usize = 10_000;

/// An application that is being read.
pub(super) struct Reader<'f> {
    pub(super) files: &'f dyn Files,
    pub(super) options: &'f Options,
    pub(super) app: Application,
    pub(super) gathered: Gathered,
    scopes: Scope,
}

impl<'f> Reader<'f> {
    pub(super) fn new(files: &'f dyn Files, options: &'f Options, name: &str, dialect: Dialect) -> Self {
        let app = Application::empty(name, dialect);
        Self { files, options, app, gathered: Gathered::default(), scopes: 0 }
    }

    /// A scope of its own for a nested stack or module.
    pub(super) fn next_scope(&mut self) -> Scope {
        self.scopes += 1;
        self.scopes
    }

    /// Reads a file of the application and gives it a number.
    ///
    /// # Errors
    /// Why it cannot be read, as a phrase.
    pub(super) fn open(&mut self, path: &str) -> Result<(u32, Arc<str>), String> {
        if path.starts_with('/') || path.split('/').any(|part| part.contains('\0')) {
            return Err("its path is not relative".to_owned());
        }
        if path.split('/').next() == Some("..") {
            return Err("it lies outside of the repository".to_owned());
        }
        if let Some(at) = self.app.files.iter().position(|file| file.path == path) {
            return Ok((at as u32, self.app.files[at].text.clone()));
        }
        if self.app.files.len() >= MOST_FILES {
            return Err(format!("more than {MOST_FILES} files belong to it"));
        }
        let text = self.files.text(path).map_err(|error| error.message)?;
        if text.len() > LARGEST {
            return Err(format!("it is larger than {LARGEST} bytes"));
        }
        self.app.files.push(File { path: path.to_owned(), text: text.clone() });
        Ok((self.app.files.len() as u32 - 1, text))
    }

    /// Reads a YAML or JSON file.
    ///
    /// # Errors
    /// Where and why it cannot be read.
    pub(super) fn open_yaml(&mut self, path: &str) -> Result<(u32, Arc<Node>), Problem> {
        let whole = |message: String| Problem { path: path.to_owned(), line: None, column: None, message };
        let (file, text) = self.open(path).map_err(|why| whole(format!("cannot be read: {why}")))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let root = yaml::parse_in(text, file).map_err(|error| problem_in(path, text, error.offset, error.message))?;
        let root = root.ok_or_else(|| whole("is empty".to_owned()))?;
        Ok((file, root))
    }

    /// The same for a file in TOML.
    pub(super) fn open_toml(&mut self, path: &str) -> Result<(u32, Arc<Node>), Problem> {
        let whole = |message: String| Problem { path: path.to_owned(), line: None, column: None, message };
        let (file, text) = self.open(path).map_err(|why| whole(format!("cannot be read: {why}")))?;
        let root = super::toml::parse(&text, file).map_err(|(offset, why)| problem_in(path, &text, offset, why))?;
        let root = root.ok_or_else(|| whole("is larger than what is read".to_owned()))?;
        Ok((file, root))
    }

    /// A problem at a place.
    pub(super) fn problem(&mut self, place: Place, message: impl Into<String>) {
        self.app.problem_at(place, message);
    }
}

/// A problem at an offset of a text.
pub(super) fn problem_in(path: &str, text: &str, offset: u32, message: String) -> Problem {
    let at = LineIndex::new(text).position(text, offset);
    Problem { path: path.to_owned(), line: Some(at.line), column: Some(at.column), message }
}

/// A written path seen from a folder, with `/`; `.` for the root itself.
///
/// # Errors
/// Why it is no local path, as a phrase.
pub(super) fn local(folder: &str, written: &str) -> Result<String, String> {
    let written = written.trim();
    if written.contains("://") {
        return Err(format!("is at {written}"));
    }
    if written.starts_with(['/', '\\', '~']) || written.as_bytes().get(1) == Some(&b':') || written.contains('\0') {
        return Err("is a path that is not relative".to_owned());
    }
    let joined = files::join(folder, written);
    Ok(if joined.is_empty() { ".".to_owned() } else { joined })
}

/// A place at the very start of a file.
pub(super) fn start_of(file: u32) -> Place {
    Place { file, span: Span::default() }
}
