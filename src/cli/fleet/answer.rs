//! What is said of all functions that differ in nothing but their name, their path and their tags.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What stands before the path of a package where it is the place of something.
const PLACE: &str = "\"location\":{\"path\":\"";
/// And where the package itself is described.
const PACKAGE: &str = "\"package\":{\"path\":\"";
/// What stands between the name of a function and what its tags are without any.
const NO_TAGS: &str = "\",\"tags\":{}";
/// What stands between its name and its tags.
const TAGS: &str = "\",\"tags\":";

/// Records with holes where they say whose they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Answer {
    /// The exit code of a run with such an input alone.
    pub(super) code: u8,
    pieces: Vec<Piece>,
}

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Piece {
    Text(String),
    Name,
    Path,
    Tags,
}

/// Of whom records speak.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    /// The name, which stands nowhere else.
    pub(super) name: &'a str,
    /// The path of the package.
    pub(super) path: &'a str,
    /// Paths of its layers, where something may be, too.
    pub(super) layers: &'a [String],
}

/// Whose record is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whose<'a> {
    pub(super) name: &'a str,
    pub(super) path: &'a str,
    pub(super) tags: &'a BTreeMap<String, String>,
}

impl Answer {
    /// The records of one function as an answer for others; nothing where what they say may be different for a package of
    /// another name: they speak of places beside it, or of its path where it is not known to be that.
    pub(super) fn of(code: u8, records: &str, subject: Subject<'_>) -> Option<Self> {
        let path = escaped(subject.path);
        let mut places: Vec<String> = subject.layers.iter().map(|layer| escaped(layer)).collect();
        places.push(path.clone());
        let is_known = |behind: &str| places.iter().any(|place| starts_with_text(behind, place));
        if !records.split(PLACE).skip(1).all(is_known) {
            return None;
        }
        let mut answer = Self { code, pieces: Vec::new() };
        for (number, part) in records.split(subject.name).enumerate() {
            let mut rest = part;
            if number > 0 {
                answer.pieces.push(Piece::Name);
                if let Some(behind) = part.strip_prefix(NO_TAGS) {
                    answer.text(TAGS);
                    answer.pieces.push(Piece::Tags);
                    rest = behind;
                }
            }
            answer.add_paths(rest, &path)?;
        }
        Some(answer)
    }

    /// Adds a text that may hold the path of the package, escaped.
    fn add_paths(&mut self, text: &str, path: &str) -> Option<()> {
        let mut before = "";
        for (number, part) in text.split(path).enumerate() {
            if number > 0 {
                let is_place = before.ends_with(PLACE) || before.ends_with(PACKAGE);
                if !is_place || !part.starts_with('"') {
                    return None;
                }
                self.pieces.push(Piece::Path);
            }
            self.text(part);
            before = part;
        }
        Some(())
    }

    fn text(&mut self, text: &str) {
        match self.pieces.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.pieces.push(Piece::Text(text.to_owned())),
        }
    }

    /// The records of one of the functions.
    pub(super) fn records(&self, whose: Whose<'_>) -> Vec<u8> {
        let (name, path) = (escaped(whose.name), escaped(whose.path));
        let tags = serde_json::to_string(whose.tags).unwrap_or_default();
        let mut records = Vec::with_capacity(self.bytes() + tags.len());
        for piece in &self.pieces {
            let text = match piece {
                Piece::Text(text) => text,
                Piece::Name => &name,
                Piece::Path => &path,
                Piece::Tags => &tags,
            };
            records.extend_from_slice(text.as_bytes());
        }
        records
    }

    /// What it takes in memory, about.
    pub(super) fn bytes(&self) -> usize {
        let of = |piece: &Piece| match piece {
            Piece::Text(text) => text.len(),
            _ => 0,
        };
        self.pieces.iter().map(|piece| of(piece) + size_of::<Piece>()).sum()
    }
}

/// A text as it stands inside a JSON string.
fn escaped(text: &str) -> String {
    // A text is always written.
    let json = serde_json::to_string(text).unwrap_or_default();
    json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or_default().to_owned()
}

/// Whether a JSON text begins with what a string there ends with.
fn starts_with_text(json: &str, text: &str) -> bool {
    json.strip_prefix(text).is_some_and(|rest| rest.starts_with('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "function-0123";

    fn of(records: &str) -> Option<Answer> {
        let subject = Subject { name: NAME, path: "f/a\"b.zip", layers: &["l/one.zip".to_owned()] };
        Answer::of(1, records, subject)
    }

    #[test]
    fn an_answer_is_written_for_whoever_asks() {
        let records = r#"{"functions":[{"name":"function-0123","tags":{},"package":{"path":"f/a\"b.zip"},"cause":
            {"location":{"path":"f/a\"b.zip","inner_path":"app.py"}}}],"findings":[{"function":"function-0123"},
            {"location":{"path":"l/one.zip"}}]}"#;
        let answer = of(records).unwrap();
        let none = BTreeMap::new();
        let same = answer.records(Whose { name: NAME, path: "f/a\"b.zip", tags: &none });
        assert_eq!(String::from_utf8(same).unwrap(), records);
        let tags = BTreeMap::from([("team".to_owned(), "\"x\"".to_owned())]);
        let other = answer.records(Whose { name: "né\n", path: "f/c.zip", tags: &tags });
        let expected = records.replace("function-0123", r"né\n").replace(r#"f/a\"b.zip"#, "f/c.zip");
        assert_eq!(String::from_utf8(other).unwrap(), expected.replace(r#""tags":{}"#, r#""tags":{"team":"\"x\""}"#));
    }

    #[test]
    fn what_may_depend_on_the_name_of_the_package_is_no_answer_for_others() {
        // A source beside the package, the path in a message, a module of that name, a longer path.
        for wrong in [
            r#"{"location":{"path":"f/app.ts"}}"#,
            r#"{"message":"f/a\"b.zip: too large"}"#,
            r#"{"modules":[{"path":"f/a\"b.zip"}]}"#,
            r#"{"location":{"path":"f/a\"b.zip.old"}}"#,
        ] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
        assert!(of(r#"{"location":null}"#).is_some());
    }
}
