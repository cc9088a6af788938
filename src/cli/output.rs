//! Where results go: standard output, whose readers may have seen enough, and files.

use std::fs::File;
use std::io::{self, IsTerminal, Read as _, StdoutLock, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::run::{UserError, shown};

/// Bytes of a file that tell whether it is a result.
const HEAD: u64 = 64 << 10;

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
    let holds = |input: &Path| {
        let input = std::fs::canonicalize(input).ok();
        input.zip(real.as_ref()).is_some_and(|(input, real)| real.starts_with(input)) && !is_report(path)
    };
    if inputs.into_iter().any(|input| is_input(input) || holds(input)) {
        return Err(failed(&"it is read, and cannot be written to at the same time; name another file"));
    }
    File::create(path).map_err(|error| failed(&error))
}

/// Whether what is there may be an older result. Code, archives and manifests never are; of JSON only what names this tool.
fn is_report(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match name.rsplit_once('.').map_or("", |(_, kind)| kind) {
        "html" | "htm" | "md" | "markdown" | "sarif" | "xml" | "ndjson" | "patch" | "diff" | "log" | "out" => true,
        "txt" => !name.contains("require") && !name.contains("constraints"),
        "json" => names_the_tool(path),
        _ => false,
    }
}

fn names_the_tool(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut start));
    read.is_ok() && (start.is_empty() || String::from_utf8_lossy(&start).contains("defrost"))
}

/// A file that is written beside another one and then takes its place, so that nobody finds half of it.
pub(super) struct Replacement {
    beside: NamedTempFile,
    place: PathBuf,
}

impl Replacement {
    /// Nothing is written yet. Through a link, what it leads to is replaced. `suffix` is how the name ends until then.
    ///
    /// # Errors
    /// When what is there is no plain file, which a device or pipe would not survive, or its folder cannot be written to.
    pub(super) fn of(path: &Path, suffix: &str) -> Result<Self, UserError> {
        let place = place(path)?;
        let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let beside = tempfile::Builder::new().prefix(".defrost-").suffix(suffix).tempfile_in(folder);
        Ok(Self { beside: beside.map_err(|error| UserError(format!("{}: {error}", shown(folder))))?, place })
    }

    /// Where it is written.
    pub(super) fn file(&mut self) -> &mut File {
        self.beside.as_file_mut()
    }

    /// Its path until it takes its place.
    pub(super) fn path(&self) -> &Path {
        self.beside.path()
    }

    /// Takes its place, with the permissions of the file that was there.
    ///
    /// # Errors
    /// When it cannot; the old file is then still whole.
    pub(super) fn take_place(self) -> Result<(), UserError> {
        let name = |error: &dyn std::fmt::Display| UserError(format!("{}: {error}", shown(&self.place)));
        let before = std::fs::metadata(&self.place).map(|metadata| metadata.permissions());
        let file = self.beside.as_file();
        before.map_or_else(|_| readable(file), |before| file.set_permissions(before)).map_err(|error| name(&error))?;
        file.sync_all().map_err(|error| name(&error))?;
        self.beside.persist(&self.place).map_err(|error| name(&error.error))?;
        Ok(())
    }
}

/// The path of the plain file that is there or will be.
fn place(path: &Path) -> Result<PathBuf, UserError> {
    let refused = |what: &str| Err(UserError(format!("{}: {what}; name a file to write", shown(path))));
    if std::fs::symlink_metadata(path).is_err() {
        return Ok(path.to_owned());
    }
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(std::fs::canonicalize(path)?),
        Ok(metadata) if metadata.is_dir() => refused("is a folder"),
        Ok(_) => refused("is no plain file, and would not be one any more"),
        Err(_) => refused("is a link that leads nowhere"),
    }
}

/// Temporary files are their owner's alone; what is written is read like any other file.
#[cfg(unix)]
fn readable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_file: &File) -> io::Result<()> {
    Ok(())
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
