//! Where results go: standard output, whose readers may have seen enough, and files.

use std::fs::File;
use std::io::{self, IsTerminal, StdoutLock, Write};
use std::path::Path;

use crate::run::UserError;

/// Standard output to which nothing more is written once its reader is gone: `defrost why x | head` ends well.
pub(super) struct Output {
    inner: StdoutLock<'static>,
    is_closed: bool,
}

/// Standard output.
pub(super) fn stdout() -> Output {
    Output { inner: io::stdout().lock(), is_closed: false }
}

/// A file for results. What is read for them is not written over, and nothing is lost by trying.
///
/// # Errors
/// When it is one of the inputs, or cannot be made.
pub(super) fn file<'a>(path: &Path, inputs: impl IntoIterator<Item = &'a Path>) -> Result<File, UserError> {
    let failed = |why: &dyn std::fmt::Display| UserError(format!("{}: {why}", path.display()));
    let real = std::fs::canonicalize(path).ok();
    let is_input = |input: &Path| real.is_some() && std::fs::canonicalize(input).ok() == real;
    if inputs.into_iter().any(is_input) {
        return Err(failed(&"it is read, and cannot be written to at the same time; name another file with -o"));
    }
    File::create(path).map_err(|error| failed(&error))
}

impl Output {
    /// Whether people see it.
    pub(super) fn is_terminal(&self) -> bool {
        self.inner.is_terminal()
    }

    fn unless_closed<T>(
        &mut self,
        done: T,
        act: impl FnOnce(&mut StdoutLock<'static>) -> io::Result<T>,
    ) -> io::Result<T> {
        if self.is_closed {
            return Ok(done);
        }
        match act(&mut self.inner) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(done)
            }
            other => other,
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unless_closed(bytes.len(), |inner| inner.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_closed((), Write::flush)
    }
}
