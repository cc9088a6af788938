//! Bytes of a source file to text, as PEP 263 says.

use std::borrow::Cow;

/// Decodes a source file: UTF-8 unless a byte order mark or a coding comment in the first two
/// lines says otherwise. `Err` carries the text read as Latin-1 and the name of an encoding that
/// is not known or does not fit.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, (String, String)> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let is_ascii = || declared(bytes).is_some_and(|name| name.eq_ignore_ascii_case("ascii"));
        return match !text.is_ascii() && is_ascii() {
            true => Err((text.to_owned(), "ascii".to_owned())),
            false => Ok(Cow::Borrowed(text)),
        };
    }
    let latin1 = || bytes.iter().map(|byte| char::from(*byte)).collect::<String>();
    match declared(bytes) {
        Some(name) if is_single_byte(&name) => Ok(Cow::Owned(latin1())),
        Some(name) => Err((latin1(), name)),
        None => Err((latin1(), "utf-8".to_owned())),
    }
}

/// Encodings that agree with Latin-1 on everything code is made of.
fn is_single_byte(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    ["latin", "iso-8859", "iso8859", "cp125", "windows-125", "koi8", "ascii", "us-ascii", "l1"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
        && name != "ascii"
}

/// Whether all that is not UTF-8 stands behind a `#` of its line, where the interpreter does not look.
pub(super) fn only_in_comments(bytes: &[u8]) -> bool {
    bytes.split(|byte| *byte == b'\n').all(|line| match std::str::from_utf8(line) {
        Ok(_) => true,
        Err(error) => line.get(..error.valid_up_to()).is_some_and(|before| before.contains(&b'#')),
    })
}

/// What the interpreter says to the encoding that a file declares, where it knows none of that name.
pub(super) fn refused(bytes: &[u8]) -> Option<String> {
    let bare = bytes.strip_prefix(b"\xef\xbb\xbf");
    let name = declared(bare.unwrap_or(bytes))?;
    if bare.is_some() {
        let is_utf8 = matches!(&*name.to_ascii_lowercase().replace('_', "-"), "utf-8" | "utf8" | "utf-8-sig");
        return (!is_utf8).then(|| format!("encoding problem: {name} with BOM"));
    }
    (!is_known(&name)).then(|| format!("unknown encoding: {name}"))
}

/// Whether the interpreter has a text encoding of this name.
fn is_known(name: &str) -> bool {
    static TABLE: &str = include_str!("../../../rules/knowledge/python/encodings.txt");
    // What is neither a letter, a digit nor a dot parts words.
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.');
    let plain = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_").to_ascii_lowercase();
    let undotted = plain.replace('.', "_");
    let mut known = TABLE.lines().filter(|line| !line.starts_with('#')).flat_map(|line| line.split(' '));
    // The tokenizer takes whatever begins like this for UTF-8.
    plain.starts_with("utf_8") || known.any(|known| known == plain || known == undotted)
}

/// The encoding that a coding comment names.
fn declared(bytes: &[u8]) -> Option<String> {
    for line in bytes.split(|byte| *byte == b'\n').take(2) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim();
        if !line.starts_with('#') {
            if line.is_empty() {
                continue;
            }
            return None;
        }
        // The first `coding` with a sign behind it counts.
        let mut behind = line.match_indices("coding").filter_map(|(at, word)| line.get(at + word.len()..));
        let Some(rest) = behind.find_map(|rest| rest.strip_prefix([':', '='])) else {
            continue;
        };
        let name: String =
            rest.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
        return (!name.is_empty()).then_some(name);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coding_comments_count_in_the_first_two_lines() {
        assert_eq!(decode(b"\xef\xbb\xbfx").as_deref(), Ok("x"));
        assert_eq!(
            decode(b"#!x\n# -*- coding: latin-1 -*-\n'\xe9'").as_deref(),
            Ok("#!x\n# -*- coding: latin-1 -*-\n'\u{e9}'")
        );
        assert!(decode(b"\n\n# coding: latin-1\n'\xe9'").is_err());
    }

    #[test]
    fn encodings_that_no_interpreter_has_are_refused() {
        for source in [
            "# coding: nosuch",
            "#!/x\n# vim: set fileencoding=nosuch :",
            "# coding: rot13",
            "\n# coding=string_escape",
        ] {
            assert!(refused(source.as_bytes()).is_some(), "{source}");
        }
        for source in [
            "# -*- coding: utf-8 -*-",
            "# coding: UTF8",
            "# coding: Latin-1",
            "# coding: cp1252",
            "# coding: Windows-1252",
            "# coding: iso-8859-15",
            "# encoding first, coding: utf-8",
            "x = 1\n# coding: nosuch",
            "#\n#\n# coding: nosuch",
            "\"\"\"coding: nosuch\"\"\"",
            "\u{feff}# coding: utf-8",
        ] {
            assert_eq!(refused(source.as_bytes()), None, "{source}");
        }
        assert!(refused("\u{feff}# coding: latin-1".as_bytes()).is_some());
    }
}
