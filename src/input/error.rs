use std::fmt;
use std::io;
use std::path::Path;

use super::names;

/// Why an input could not be opened at all: a fault of the user's, told for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    /// The path as the user gave it, made printable.
    pub path: String,
    /// What kind of fault.
    pub kind: InputErrorKind,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub advice: Option<String>,
}

/// Kinds of [`InputError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputErrorKind {
    /// There is nothing at the path.
    Missing,
    /// It is there but cannot be read (permissions, a device, a broken disk).
    Unreadable,
    /// A folder or archive without any file.
    Empty,
    /// Not an archive, folder or executable that can be analysed.
    NotAPackage,
    /// An archive or executable of a kind that the platform does not take (tar, 7z, Mach-O).
    WrongFormat,
    /// A zip whose directory is missing or damaged, so that nothing can be listed.
    Damaged,
    /// Over one of the [`Limits`](super::Limits).
    TooLarge,
    /// Text that is not UTF-8.
    NotText,
}

impl InputError {
    pub(super) fn new(path: &Path, kind: InputErrorKind, what: impl Into<String>) -> Self {
        Self { path: names::shown_path(path), kind, what: what.into(), advice: None }
    }

    pub(super) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// An error of the operating system, in its words without the error number.
    pub(super) fn io(path: &Path, error: &io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::NotFound => InputErrorKind::Missing,
            _ => InputErrorKind::Unreadable,
        };
        Self::new(path, kind, io_message(error))
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.what)?;
        match &self.advice {
            Some(advice) => write!(f, "; {advice}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for InputError {}

/// What the operating system says, the same on every system for the usual cases.
pub(super) fn io_message(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::UnexpectedEof => "it ends earlier than it should".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        kind => format!("cannot be read ({kind})"),
    }
}
