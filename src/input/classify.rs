//! What a path is, by its content first and by its name second.

use std::path::Path;

use super::archive::{Archive, LOCAL_HEADER};
use super::error::{InputError, InputErrorKind};
use super::{Limits, seen, shared, zip};

/// What a path given by the user is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// A folder.
    Directory,
    /// A zip, whatever its name.
    Zip,
    /// A zip named `.jar` or `.war`.
    Jar,
    /// A Linux executable or shared library (ELF).
    Binary,
    /// Text in a format that deployment templates are written in (YAML, JSON, HCL).
    Template,
    /// A dependency manifest or lock file known by its name.
    Manifest,
    /// A file of source code.
    Source,
}

/// Magic numbers of what people hand over by mistake, with what to do.
const WRONG: &[(&[u8], &str, &str)] = &[
    (b"\x1f\x8b", "a gzip file (.gz, .tar.gz)", REPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", REPACK),
    (b"Rar!\x1a\x07", "a RAR archive", REPACK),
    (b"\xfd7zXZ\0", "an XZ file (.xz, .tar.xz)", REPACK),
    (b"BZh", "a bzip2 file (.bz2, .tar.bz2)", REPACK),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file (.zst)", REPACK),
    (b"\xcf\xfa\xed\xfe", "a macOS executable (Mach-O)", REBUILD),
    (b"\xce\xfa\xed\xfe", "a macOS executable (Mach-O)", REBUILD),
    (b"\xca\xfe\xba\xbe", "a Java class or macOS executable", REBUILD),
    (b"MZ", "a Windows executable", REBUILD),
    (b"%PDF", "a PDF document", REPACK),
];
/// Bytes by which a file is recognised: the magic of a tar archive is the furthest inside.
const HEAD: u64 = 512;
/// What Linux executables begin with.
const EXECUTABLE: &[u8] = b"\x7fELF";
const REPACK: &str = "unpack it and give defrost the folder, or a zip of its content";
const REBUILD: &str = "build for Linux: functions run on x86_64 or arm64 Linux";

/// Says what `path` is, by looking at its content.
///
/// # Errors
/// When it cannot be read, or is nothing that can be analysed; the error says what it is instead.
pub fn classify(path: &Path) -> Result<InputKind, InputError> {
    let io = |error: std::io::Error| InputError::io(path, &error);
    // Asked before opening: opening a named pipe would wait for ever.
    let metadata = seen::metadata(path).map_err(io)?;
    if metadata.is_dir() {
        return Ok(InputKind::Directory);
    }
    if !metadata.is_file() {
        let what = "neither a folder nor a regular file";
        return Err(InputError::new(path, InputErrorKind::Unreadable, what));
    }
    // A text that is some language's by name is not searched for an archive in its tail.
    if let Some(kind) = by_name(path) {
        let text = shared::text(path, &metadata, HEAD).map_err(io)?;
        let head = text.get(..HEAD as usize).unwrap_or(&text);
        if is_text(head) && !head.starts_with(EXECUTABLE) && !head.starts_with(&LOCAL_HEADER) {
            return Ok(kind);
        }
    }
    let (file, len) = shared::archive(path).map_err(io)?;
    let archive = Archive::new(file, len);
    let head = archive.read_at(0, HEAD).map_err(io)?;
    by_content(path, &head, &archive)
}

fn by_content(path: &Path, head: &[u8], archive: &Archive) -> Result<InputKind, InputError> {
    // A program that unpacks itself begins with the program; by its name it is meant as the archive.
    let is_named_zip = || named(path, &["zip", "jar", "war"]) && zip::is_zip(archive, path, &Limits::default());
    if head.starts_with(EXECUTABLE) && !is_named_zip() {
        return Ok(InputKind::Binary);
    }
    let zip = if named(path, &["jar", "war"]) { InputKind::Jar } else { InputKind::Zip };
    if head.starts_with(&LOCAL_HEADER) {
        return Ok(zip);
    }
    if zip::is_zip(archive, path, &Limits::default()) {
        return Ok(zip);
    }
    Err(not_a_package(path, head))
}

fn not_a_package(path: &Path, head: &[u8]) -> InputError {
    let is_tar = head.get(257..262) == Some(b"ustar");
    let wrong = WRONG.iter().find(|(magic, ..)| head.starts_with(magic));
    let (what, advice) = match wrong {
        Some((_, what, advice)) => (*what, *advice),
        None if is_tar => ("a tar archive", REPACK),
        None if head.is_empty() => ("an empty file", BUILD),
        None if is_text(head) => ("a text file", BUILD),
        None => ("a file of an unknown format", BUILD),
    };
    let kind = match wrong {
        Some(_) => InputErrorKind::WrongFormat,
        None if is_tar => InputErrorKind::WrongFormat,
        None => InputErrorKind::NotAPackage,
    };
    let what = if named(path, &["zip", "jar", "war", "whl"]) {
        format!("not a zip archive: it is {what}")
    } else {
        format!("nothing that can be analysed: it is {what}")
    };
    InputError::new(path, kind, what).advise(advice)
}

const BUILD: &str = "give defrost a deployment package (.zip), a folder, a template, or a Linux executable";

fn by_name(path: &Path) -> Option<InputKind> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let manifest = matches!(
        name.as_str(),
        "pyproject.toml"
            | "pipfile"
            | "pipfile.lock"
            | "poetry.lock"
            | "uv.lock"
            | "package.json"
            | "package-lock.json"
            | "yarn.lock"
            | "pnpm-lock.yaml"
            | "cargo.toml"
            | "cargo.lock"
    ) || (name.starts_with("requirements") && name.ends_with(".txt"));
    if manifest {
        return Some(InputKind::Manifest);
    }
    if named(path, &["yaml", "yml", "json", "template", "tf", "hcl", "toml"]) {
        return Some(InputKind::Template);
    }
    let source = ["py", "pyi", "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "rs"];
    named(path, &source).then_some(InputKind::Source)
}

fn named(path: &Path, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|extension| extensions.iter().any(|wanted| extension.eq_ignore_ascii_case(wanted)))
}

/// Whether the start of a file looks like text. A character may be cut off at the end.
fn is_text(head: &[u8]) -> bool {
    if head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) {
        return true;
    }
    let cut_off = |error: std::str::Utf8Error| error.error_len().is_none();
    !head.contains(&0) && std::str::from_utf8(head).map_or_else(cut_off, |_| true)
}
