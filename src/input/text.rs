//! Text files: configuration, templates, manifests.

use std::borrow::Cow;
use std::path::Path;

use super::error::{InputError, InputErrorKind};
use super::{seen, shared};

/// Reads a text file of at most `limit` bytes. A byte order mark is left out; UTF-16, which some
/// Windows tools write, is converted.
///
/// # Errors
/// When it is missing, unreadable, larger than `limit`, or not text.
pub fn read_text_file(path: &Path, limit: u64) -> Result<String, InputError> {
    let io = |error: std::io::Error| InputError::io(path, &error);
    // Asked before opening: opening a named pipe would wait for ever.
    let metadata = seen::metadata(path).map_err(io)?;
    if !metadata.is_file() {
        let what = if metadata.is_dir() { "it is a folder, not a text file" } else { "it is not a regular file" };
        return Err(InputError::new(path, InputErrorKind::Unreadable, what));
    }
    let bytes = match super::overlay::of(path) {
        Some(text) => text,
        None => shared::text(path, &metadata, limit).map_err(io)?,
    };
    if bytes.len() as u64 > limit {
        let what = format!("it is larger than the limit of {limit} bytes");
        return Err(InputError::new(path, InputErrorKind::TooLarge, what));
    }
    decode_text(&bytes)
        .map(Cow::into_owned)
        .map_err(|what| InputError::new(path, InputErrorKind::NotText, what).advise("save it as UTF-8"))
}

/// `bytes` as text, see [`read_text_file`].
///
/// # Errors
/// What is wrong, for people, when it is not text.
pub fn decode_text(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => utf8(bytes),
    }
}

/// `bytes` as people read them: UTF-16 where a mark says so, else UTF-8 with a sign for each byte that is none. A
/// mark of UTF-8 stays, so that places are those of the file.
#[must_use]
pub fn readable_text(bytes: &[u8]) -> Cow<'_, str> {
    match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => decode_text(bytes).unwrap_or_else(|_| String::from_utf8_lossy(bytes)),
        _ => String::from_utf8_lossy(bytes),
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        format!("it is not UTF-8 text (line {})", line + 1)
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'static, str>, String> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units)
        .collect::<Result<String, _>>()
        .map(Cow::Owned)
        .map_err(|_| "it starts like UTF-16 text but is none".to_owned())
}
