//! The lines of a list, and which of them are meant.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::str::FromStr;

use serde_json::Value;

use crate::run::{LONGEST_INPUT, Listed, shown};
use crate::text;

/// Characters of a line that is no input which its record shows.
const SHOWN: usize = 200;

/// Which lines of a list are meant: every `of`-th, beginning with the `number`-th.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Shard {
    number: u64,
    of: u64,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((number, of)) if number >= 1 && number <= of => Ok(Self { number, of }),
            _ => Err("give the number of the part and how many there are, such as 2/7".to_owned()),
        }
    }
}

impl Shard {
    fn has(self, line: u64) -> bool {
        line % self.of == self.number % self.of
    }
}

/// A line of a list.
pub(super) struct Line {
    /// Its number in the list, from 1.
    pub(super) number: u64,
    /// The input, as it stands there and as it is meant; or what stands there and what is wrong with it.
    pub(super) input: Result<(Value, Listed), (Value, String)>,
}

impl Line {
    fn new(number: u64, content: Result<Vec<u8>, String>) -> Self {
        Self { number, input: content.map_err(|error| (Value::Null, error)).and_then(|content| input(&content)) }
    }

    /// What lines have in common that are about one package, as far as the list says it.
    pub(super) fn package(&self) -> String {
        match &self.input {
            Ok((_, Listed { path, code_sha256: Some(hash), .. })) => format!("{} {hash}", surroundings(path)),
            Ok((_, listed)) => shown(&listed.path),
            Err(_) => String::new(),
        }
    }
}

/// What the path of a package says beside its name: its folder, where things may lie that it was made of, and its
/// extension, by which it is read.
pub(super) fn surroundings(path: &Path) -> String {
    let (folder, extension) = (path.parent().map(shown), path.extension().map(|kind| kind.to_string_lossy()));
    format!("{}/*.{}", folder.unwrap_or_default(), extension.unwrap_or_default())
}

fn input(content: &[u8]) -> Result<(Value, Listed), (Value, String)> {
    let shown = || Value::String(text::lossy(content.trim_ascii()).chars().take(SHOWN).collect());
    let input: Value = serde_json::from_slice(content).map_err(|error| (shown(), format!("not JSON: {error}")))?;
    match Listed::read(&input) {
        Ok(listed) => Ok((input, listed)),
        Err(error) => Err((input, format!("not an input: {error}"))),
    }
}

/// The lines of a list that are meant; empty ones are passed over.
pub(super) struct Lines {
    source: BufReader<Box<dyn Read + Send>>,
    shard: Option<Shard>,
    number: u64,
    ended: bool,
}

impl Lines {
    pub(super) fn new(source: Box<dyn Read + Send>, shard: Option<Shard>) -> Self {
        Self { source: BufReader::new(source), shard, number: 0, ended: false }
    }

    /// The next line of the file; a longer one than is read is passed over to its end.
    fn read(&mut self) -> io::Result<Option<Result<Vec<u8>, String>>> {
        let mut line = Vec::new();
        if (&mut self.source).take(LONGEST_INPUT + 1).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if line.len() as u64 <= LONGEST_INPUT {
            return Ok(Some(Ok(line)));
        }
        while line.last() != Some(&b'\n') {
            line.clear();
            if (&mut self.source).take(LONGEST_INPUT).read_until(b'\n', &mut line)? == 0 {
                break;
            }
        }
        Ok(Some(Err(format!("a line of more than {}", text::bytes(LONGEST_INPUT)))))
    }
}

impl Iterator for Lines {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        while !self.ended {
            self.number += 1;
            let number = self.number;
            let content = match self.read() {
                Ok(Some(content)) => content,
                Ok(None) => break,
                Err(error) => {
                    self.ended = true;
                    return Some(Line::new(number, Err(format!("the list ends here: {error}"))));
                }
            };
            let is_empty = content.as_ref().is_ok_and(|line| line.trim_ascii().is_empty());
            if !is_empty && self.shard.is_none_or(|shard| shard.has(number)) {
                return Some(Line::new(number, content));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &'static str, shard: Option<&str>) -> Vec<u64> {
        let shard = shard.map(|text| text.parse().unwrap());
        Lines::new(Box::new(text.as_bytes()), shard).map(|line| line.number).collect()
    }

    #[test]
    fn shards_share_the_lines_between_them() {
        let text = "{}\n{}\n\n{}\n{}\n{}";
        assert_eq!(numbers(text, None), [1, 2, 4, 5, 6]);
        assert_eq!(numbers(text, Some("1/2")), [1, 5]);
        assert_eq!(numbers(text, Some("2/2")), [2, 4, 6]);
        for wrong in ["0/2", "3/2", "1", "a/b", "1/0"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_line_without_end_is_passed_over() {
        let long = "x".repeat(LONGEST_INPUT as usize * 3);
        let text = format!("{long}\n{{}}\n").into_bytes();
        let mut lines = Lines::new(Box::new(io::Cursor::new(text)), None);
        let first = lines.next().unwrap();
        assert!(first.input.unwrap_err().1.contains("a line of more than"));
        assert_eq!(lines.next().unwrap().number, 2);
        assert!(lines.next().is_none());
    }

    #[test]
    fn lines_of_one_package_are_told_by_its_hash_or_else_by_its_path() {
        let package = |text: &str| Line::new(1, Ok(text.as_bytes().to_vec())).package();
        let same = [r#"{"path": "f/a.zip", "CodeSha256": "x="}"#, r#"{"path": "f/b.zip", "CodeSha256": "x="}"#];
        assert_eq!(package(same[0]), package(same[1]));
        let other = [r#"{"path": "g/a.zip", "CodeSha256": "x="}"#, r#"{"path": "f/a.jar", "CodeSha256": "x="}"#];
        assert!(other.iter().all(|line| package(line) != package(same[0])));
        assert_eq!(package(r#"{"path": "./f/a.zip", "memory": 128}"#), package(r#"{"path": "f/a.zip"}"#));
    }

    #[test]
    fn lines_that_are_no_inputs_say_so() {
        let wrong = |text: &str| Line::new(1, Ok(text.as_bytes().to_vec())).input.unwrap_err();
        assert!(wrong("{\"path\":").1.starts_with("not JSON"));
        assert_eq!(wrong("{\"path\":").0, Value::String("{\"path\":".to_owned()));
        assert!(wrong("[1]").1.starts_with("not an input"));
        assert!(wrong("{\"handler\": \"a.b\"}").1.contains("path"));
    }
}
