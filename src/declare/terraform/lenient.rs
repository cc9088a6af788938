//! HCL as Terraform takes it where the parser takes less: an object may state a key twice, and the last one counts.

use hcl_edit::structure::Body;

/// What the parser says of a key that an object has already.
const STATED_TWICE: &str = "redefined object key";
/// Keys that one file may state twice.
const MOST_KEYS: usize = 200;

/// Parses a file, or gives the offset and the message of its first error.
pub(super) fn parse(text: &str) -> Result<Body, (u32, String)> {
    let mut text = text.to_owned();
    for _ in 0..MOST_KEYS {
        let (offset, message) = match tried(&text) {
            Ok(body) => return Ok(body),
            Err(error) => error,
        };
        let earlier = if message.contains(STATED_TWICE) { without_earlier(&text, offset as usize) } else { None };
        match earlier {
            Some(changed) => text = changed,
            None => return Err((offset, message)),
        }
    }
    tried(&text)
}

fn tried(text: &str) -> Result<Body, (u32, String)> {
    let parsed = hcl_edit::parser::parse_body(text);
    parsed.map_err(|error| (error.location().offset() as u32, error.message().to_owned()))
}

/// The text in which the earlier one of two equal keys has another name of the same length, so that all places stay
/// where they are. Which one is meant tells the parser, that then gets further.
fn without_earlier(text: &str, offset: usize) -> Option<String> {
    let rest = text.get(offset..)?.trim_start_matches('"');
    let key = rest.split(|c: char| !is_of_key(c)).next().filter(|key| key.len() > 1)?;
    let before = text.get(..offset)?;
    let goes_further = |at: usize| {
        let after = before.get(at + key.len()..)?.trim_start_matches('"').trim_start();
        let is_key = after.starts_with(':') || after.starts_with('=') && !after.starts_with("==");
        if before.get(..at)?.ends_with(is_of_key) || !is_key {
            return None;
        }
        let changed = format!("{}{}{}", &before[..at], another(key), text.get(at + key.len()..)?);
        tried(&changed).map_or_else(|(new, _)| new as usize > offset, |_| true).then_some(changed)
    };
    before.rmatch_indices(key).find_map(|(at, _)| goes_further(at))
}

fn is_of_key(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// A name of the same length that nobody uses.
fn another(key: &str) -> String {
    "_".repeat(key.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_key_that_is_stated_twice_the_last_counts() {
        let text = "a = {\n  key = 1\n  other = { key = 2 }\n  key = 3\n}\nb = { \"x-y\" : 1, \"x-y\" : 2 }\n";
        let body = parse(text).unwrap();
        let shown = body.to_string();
        assert_eq!(shown, text.replacen("key = 1", "___ = 1", 1).replacen("x-y", "___", 1));
    }

    #[test]
    fn other_errors_stay() {
        assert!(parse("a = 1\na = 2\n").is_err_and(|(offset, _)| offset == 6));
        assert!(parse("a = {\n").is_err());
    }
}
