//! Bytecode from an interpreter that the user names. It is handed sources on standard input and gives code back; it
//! starts isolated, without the site, in an empty folder, and nothing of the package is on its path.

use std::fmt;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::artifact::{Artifact, EntryId};

/// What the interpreter runs.
const PROGRAM: &str = include_str!("compile.py");
/// What it says of a source that does not compile.
const BROKEN: u32 = u32::MAX;
/// Largest source that is handed over, in bytes, and largest code that is taken back.
const LARGEST: u64 = 16 << 20;
/// Where the platform puts the package: tracebacks name files there.
const ROOT: &str = "/var/task";

/// A file of bytecode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytecode {
    /// Its path in the package.
    pub path: String,
    /// Its content.
    pub content: Vec<u8>,
}

/// A Python interpreter that the user names.
#[derive(Clone, Debug)]
pub struct Interpreter {
    /// Its file.
    pub program: PathBuf,
    /// An empty folder in which it runs.
    pub folder: PathBuf,
    /// The version that it must have.
    pub version: (u16, u16),
}

/// Why there is no bytecode.
#[derive(Debug)]
pub enum BytecodeError {
    /// The interpreter does not start, or ends early.
    Broken(io::Error),
    /// It is another version than the function's runtime.
    Version(u16, u16),
    /// A source cannot be read.
    Unreadable(String),
}

impl fmt::Display for BytecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(error) => write!(f, "the interpreter gives no bytecode: {error}"),
            Self::Version(major, minor) => {
                write!(f, "the interpreter is Python {major}.{minor}, which is not the function's version")
            }
            Self::Unreadable(path) => write!(f, "{path} cannot be read"),
        }
    }
}

impl std::error::Error for BytecodeError {}

impl From<io::Error> for BytecodeError {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

impl Interpreter {
    /// Bytecode for some sources, unchecked against them: packages are not changed once they are deployed. Sources
    /// that do not compile get none.
    ///
    /// # Errors
    /// When the interpreter does not answer, or has another version.
    pub fn compile(&self, artifact: &Artifact, sources: &[EntryId]) -> Result<Vec<Bytecode>, BytecodeError> {
        let mut child = Command::new(&self.program)
            .args(["-I", "-S", "-B", "-X", "utf8", "-c", PROGRAM])
            .current_dir(&self.folder)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let compiled = self.talk(&mut child, artifact, sources);
        // Whatever it said, it is not left running.
        let _ = child.kill();
        child.wait()?;
        compiled
    }

    fn talk(
        &self,
        child: &mut Child,
        artifact: &Artifact,
        sources: &[EntryId],
    ) -> Result<Vec<Bytecode>, BytecodeError> {
        let (Some(mut to), Some(mut from)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("no pipes").into());
        };
        let mut head = [0; 8];
        from.read_exact(&mut head)?;
        let [major, minor] = [u16::from_le_bytes([head[0], head[1]]), u16::from_le_bytes([head[2], head[3]])];
        if (major, minor) != self.version {
            return Err(BytecodeError::Version(major, minor));
        }
        let mut compiled = Vec::new();
        for id in sources {
            let path = &artifact.entry(*id).path;
            let text = artifact.read(*id).map_err(|_| BytecodeError::Unreadable(path.to_string()))?;
            let text = (*text).as_ref();
            if text.len() as u64 > LARGEST {
                continue;
            }
            let name = format!("{ROOT}/{path}");
            to.write_all(&(name.len() as u32).to_le_bytes())?;
            to.write_all(&(text.len() as u32).to_le_bytes())?;
            to.write_all(name.as_bytes())?;
            to.write_all(text)?;
            to.flush()?;
            let mut size = [0; 4];
            from.read_exact(&mut size)?;
            let size = u32::from_le_bytes(size);
            if size == BROKEN {
                continue;
            }
            let mut content = Vec::new();
            (&mut from).take(u64::from(size).min(LARGEST)).read_to_end(&mut content)?;
            if content.len() as u64 != u64::from(size) {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            compiled.push(Bytecode { path: cached(path, self.version), content });
        }
        Ok(compiled)
    }
}

/// Where bytecode of a source belongs.
fn cached(path: &str, (major, minor): (u16, u16)) -> String {
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let stem = name.strip_suffix(".py").unwrap_or(name);
    let slash = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{slash}__pycache__/{stem}.cpython-{major}{minor}.pyc")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytecode_lies_where_the_interpreter_looks() {
        assert_eq!(cached("a/b.py", (3, 12)), "a/__pycache__/b.cpython-312.pyc");
        assert_eq!(cached("b.py", (3, 9)), "__pycache__/b.cpython-39.pyc");
    }
}
