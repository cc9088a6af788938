//! Names of entries: cleaned, refused where they are dangerous, and made printable.

use std::borrow::Cow;
use std::path::Path;

use super::Limits;
use crate::artifact::EntryProblemKind;

/// Longest name of one file or folder that Linux can create.
const SEGMENT_BYTES: usize = 255;

/// A name out of an archive or folder, judged.
pub(super) struct Name<'r> {
    /// The name as written.
    pub(super) shown: Shown<'r>,
    /// The clean path (`a/b.py`), or why there is none. Empty for the root folder itself.
    pub(super) path: Result<String, String>,
    /// Whether the name is that of a folder.
    pub(super) folder: bool,
    /// Something odd about a name that is used all the same.
    pub(super) note: Option<(EntryProblemKind, String)>,
}

/// A name as written, to be made printable where somebody sees it.
pub(super) struct Shown<'r>(Cow<'r, str>);

impl Shown<'_> {
    /// The name, printable.
    pub(super) fn text(&self) -> String {
        printable(&self.0).into_owned()
    }
}

/// Judges the raw bytes of a name.
pub(super) fn judge<'r>(raw: &'r [u8], limits: &Limits) -> Name<'r> {
    let (text, mut note) = match std::str::from_utf8(raw) {
        Ok(text) => (Cow::Borrowed(text), None),
        Err(_) => {
            let note = "the name is not valid UTF-8; it is shown as code page 437".to_owned();
            (Cow::Owned(from_cp437(raw)), Some((EntryProblemKind::OddName, note)))
        }
    };
    if text.contains('\\') {
        let backslash = "the name contains a backslash, which is no separator where the function runs".to_owned();
        note = Some((EntryProblemKind::UnsafeName, backslash));
    }
    Name { path: clean(&text, limits), folder: text.ends_with('/'), note, shown: Shown(text) }
}

/// Whether a name is of the usual kind, which needs no closer look: ordinary characters, no part that is empty,
/// begins with a dot or is long.
fn is_plain(text: &str, limits: &Limits) -> bool {
    let mut parts = 1;
    let mut length = 0;
    for byte in text.bytes() {
        match byte {
            b'/' if length > 0 => (parts, length) = (parts + 1, 0),
            b'.' if length > 0 => length += 1,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => length += 1,
            _ => return false,
        }
    }
    length > 0 && text.len() <= limits.path_bytes.min(SEGMENT_BYTES) && parts <= limits.depth && !text.ends_with('.')
}

/// The path without `./` and doubled slashes, or why it must not be used.
fn clean(text: &str, limits: &Limits) -> Result<String, String> {
    if is_plain(text, limits) {
        return Ok(text.to_owned());
    }
    if text.len() > limits.path_bytes {
        return Err(format!("the name is {} bytes long, the limit is {}", text.len(), limits.path_bytes));
    }
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && text.chars().any(char::is_control) {
        return Err("the name contains control characters".to_owned());
    }
    if text.starts_with(['/', '\\']) || has_drive(text) {
        return Err("the name is an absolute path".to_owned());
    }
    if text.split(['/', '\\']).any(|segment| segment == "..") {
        return Err("the name leads out of the package with `..`".to_owned());
    }
    let segments = || text.split('/').filter(|segment| !matches!(*segment, "" | "."));
    if segments().any(|segment| segment.len() > SEGMENT_BYTES) {
        return Err(format!("a part of the name is over {SEGMENT_BYTES} bytes"));
    }
    if segments().count() > limits.depth {
        return Err(format!("the name is over {} folders deep", limits.depth));
    }
    if !text.contains("//") && !text.contains("./") && !text.ends_with(['/', '.']) {
        return Ok(text.to_owned());
    }
    Ok(segments().collect::<Vec<_>>().join("/"))
}

fn has_drive(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' && matches!(bytes[2], b'/' | b'\\')
}

/// `text` with everything escaped that could move a cursor, colour a terminal or reverse the
/// direction of writing, and cut to a length that fits a message.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    const SHOWN: usize = 200;
    let plain = |c: char| {
        !(c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'))
    };
    let simple = |byte: &u8| matches!(byte, b' '..=b'~');
    if text.len() <= SHOWN && (text.as_bytes().iter().all(simple) || text.chars().all(plain)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    for c in text.chars() {
        if shown.len() > SHOWN {
            shown.push('…');
            break;
        }
        if plain(c) {
            shown.push(c);
        } else {
            shown.extend(c.escape_default());
        }
    }
    Cow::Owned(shown)
}

/// A path as the user gave it, with `/` and printable.
pub(super) fn shown_path(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if std::path::MAIN_SEPARATOR == '\\' { Cow::Owned(text.replace('\\', "/")) } else { text };
    printable(&text).into_owned()
}

/// The upper half of code page 437, which names without the UTF-8 flag are written in.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

fn from_cp437(raw: &[u8]) -> String {
    let high: Vec<char> = CP437.chars().collect();
    raw.iter()
        .map(|byte| match byte.checked_sub(128) {
            None => char::from(*byte),
            Some(above) => high.get(usize::from(above)).copied().unwrap_or('?'),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(raw: &[u8]) -> Result<String, String> {
        judge(raw, &Limits::default()).path
    }

    #[test]
    fn ordinary_names_pass_and_are_normalised() {
        assert_eq!(path(b"a/b.py"), Ok("a/b.py".to_owned()));
        assert_eq!(path(b"./a//b.py"), Ok("a/b.py".to_owned()));
        assert_eq!(path(b"a/./b"), Ok("a/b".to_owned()));
        assert_eq!(path(b"pkg/"), Ok("pkg".to_owned()));
        assert_eq!(path(b"./"), Ok(String::new()));
        assert_eq!(path(b"a..b/...c"), Ok("a..b/...c".to_owned()));
        assert_eq!(path(b"c:x"), Ok("c:x".to_owned()));
    }

    #[test]
    fn names_that_leave_the_package_are_refused() {
        for raw in [
            &b"../a"[..],
            b"a/../../b",
            b"a/..",
            b"/etc/passwd",
            b"\\\\server\\share",
            b"C:\\x",
            b"c:/x",
            b"..\\evil.py",
            b"a\0.py",
            b"a\x1b[31m.py",
            b"a\nb",
        ] {
            assert!(path(raw).is_err(), "{raw:?}");
        }
    }

    #[test]
    fn long_and_deep_names_are_refused() {
        assert!(path(&[b'a'; 256]).is_err());
        assert!(path(&[b'a'; 255]).is_ok());
        assert!(path("a/".repeat(2000).as_bytes()).is_err());
        assert!(path("ab/".repeat(2000).as_bytes()).is_err());
    }

    #[test]
    fn odd_encodings_are_kept_with_a_note() {
        let name = judge(b"caf\x82.py", &Limits::default());
        assert_eq!(name.path, Ok("café.py".to_owned()));
        assert!(name.note.is_some());
        assert_eq!(CP437.chars().count(), 128);
    }

    #[test]
    fn what_is_shown_cannot_drive_a_terminal() {
        assert_eq!(printable("a\x1b[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(printable("a\u{202e}b"), "a\\u{202e}b");
        assert!(printable(&"x".repeat(5000)).len() < 300);
    }
}
