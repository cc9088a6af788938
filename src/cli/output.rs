//! Standard output, for readers who may have seen enough.

use std::io::{self, IsTerminal, StdoutLock, Write};

/// Standard output to which nothing more is written once its reader is gone: `defrost why x | head` ends well.
pub(super) struct Output {
    inner: StdoutLock<'static>,
    is_closed: bool,
}

/// Standard output.
pub(super) fn stdout() -> Output {
    Output { inner: io::stdout().lock(), is_closed: false }
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
