//! Configurations in JSON: the same blocks, whose strings are templates.
//!
//! The text is put into native syntax without moving a value: a JSON value is an expression of HCL once its strings
//! are. What a string becomes is never longer than it was, and blanks fill the rest, so that all places hold.

use hcl_edit::expr::{Expression, Object, ObjectKey, ObjectValue};
use hcl_edit::structure::{Attribute, Block, BlockLabel, Body};
use hcl_edit::{Decorated, Ident};

/// Names that stand before a block of a configuration, by the block's type.
const LABELS: [(&str, usize); 9] = [
    ("resource", 2),
    ("data", 2),
    ("ephemeral", 2),
    ("module", 1),
    ("variable", 1),
    ("output", 1),
    ("provider", 1),
    ("locals", 0),
    ("terraform", 0),
];

/// Parses a configuration.
///
/// # Errors
/// Where and why it is none.
pub(super) fn configuration(text: &str) -> Result<Body, (u32, String)> {
    let mut body = Body::new();
    for (kind, value) in items(text)? {
        if let Some((kind, labels)) = LABELS.iter().find(|(name, _)| *name == kind.as_str()) {
            blocks(&mut body, kind, &[], *labels, value);
        }
    }
    Ok(body)
}

/// Parses the values of variables.
///
/// # Errors
/// Where and why they are none.
pub(super) fn values(text: &str) -> Result<Body, (u32, String)> {
    let mut body = Body::new();
    for (key, value) in items(text)? {
        add(&mut body, key.as_str(), value);
    }
    Ok(body)
}

/// A member of an object, with the key as it is written.
type Member = (Decorated<String>, Expression);

/// The members of the object that a text is.
fn items(text: &str) -> Result<Vec<Member>, (u32, String)> {
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text.trim_start_matches('\u{feff}')) {
        let before = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
        return Err(((before + error.column().saturating_sub(1)) as u32, message));
    }
    let parsed = hcl_edit::parser::parse_expr(native(text).trim_end());
    match parsed.map_err(|error| (error.location().offset() as u32, error.message().to_owned()))? {
        Expression::Object(object) => Ok(members(object).collect()),
        _ => Err((0, "is not an object".to_owned())),
    }
}

fn members(object: Object) -> impl Iterator<Item = Member> {
    object.into_iter().filter_map(|(key, value): (ObjectKey, ObjectValue)| match key {
        ObjectKey::Expression(Expression::String(name)) => Some((name, value.into_expr())),
        _ => None,
    })
}

/// Adds the blocks that a value stands for: one, a list of them, or some under their names.
fn blocks(body: &mut Body, kind: &str, labels: &[Decorated<String>], missing: usize, value: Expression) {
    match value {
        Expression::Array(items) => {
            items.into_iter().for_each(|item| blocks(body, kind, labels, missing, item));
        }
        Expression::Object(object) if missing > 0 => {
            for (name, value) in members(object).filter(|(name, _)| name.as_str() != "//") {
                let labels: Vec<_> = labels.iter().cloned().chain([name]).collect();
                blocks(body, kind, &labels, missing - 1, value);
            }
        }
        Expression::Object(object) => {
            let mut block = block(kind, content(object));
            block.labels = labels.iter().cloned().map(BlockLabel::String).collect();
            body.push(block);
        }
        _ => {}
    }
}

fn block(kind: &str, body: Body) -> Block {
    let mut block = Block::new(Ident::new_sanitized(kind));
    block.body = body;
    block
}

/// Attributes and the blocks that are written by a loop. Other blocks stay values: only a schema tells them apart, and
/// whoever reads them takes both.
fn content(object: Object) -> Body {
    let mut body = Body::new();
    for (key, value) in members(object) {
        if key.as_str() == "dynamic" {
            dynamic(&mut body, value);
        } else {
            add(&mut body, key.as_str(), value);
        }
    }
    body
}

fn dynamic(body: &mut Body, value: Expression) {
    let mut found = Body::new();
    blocks(&mut found, "dynamic", &[], 1, value);
    for mut block in found.into_blocks() {
        if let Some(written) = block.body.remove_attribute("content") {
            let mut inner = Body::new();
            blocks(&mut inner, "content", &[], 0, written.value);
            inner.into_blocks().for_each(|content| block.body.push(content));
        }
        body.push(block);
    }
}

fn add(body: &mut Body, key: &str, value: Expression) {
    let Ok(key) = Ident::try_new(key) else { return };
    if !body.has_attribute(key.as_str()) {
        body.push(Attribute::new(key, value));
    }
}

/// A text in JSON as an expression of HCL, as long as it was.
fn native(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first == '"' {
            let end = end_of_string(rest);
            let start = made.len();
            string(&rest[1..end - 1], &mut made);
            made.extend(std::iter::repeat_n(' ', (start + end).saturating_sub(made.len())));
            rest = &rest[end..];
            continue;
        }
        if first.is_ascii() && !first.is_ascii_whitespace() {
            made.push(first);
        } else {
            // Line ends would end an expression, and what is not ASCII can only be a mark at the start.
            made.extend(std::iter::repeat_n(' ', first.len_utf8()));
        }
        rest = &rest[first.len_utf8()..];
    }
    made
}

/// Where the string ends that a text begins with.
fn end_of_string(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The inside of a string as a quoted template: escapes stay outside of what is interpolated, and are resolved within.
fn string(inside: &str, made: &mut String) {
    made.push('"');
    let mut rest = inside;
    while !rest.is_empty() {
        let is_escaped = rest.starts_with("$${") || rest.starts_with("%%{");
        if !is_escaped && (rest.starts_with("${") || rest.starts_with("%{")) {
            let end = end_of_interpolation(rest);
            let decoded: Option<String> = serde_json::from_str(&format!("\"{}\"", &rest[..end])).ok();
            made.push_str(decoded.as_deref().unwrap_or(&rest[..end]));
            rest = &rest[end..];
            continue;
        }
        let length = if is_escaped { 3 } else { piece(rest) };
        match &rest[..length] {
            written @ ("\\\"" | "\\\\" | "\\n" | "\\r" | "\\t") => made.push_str(written),
            written if written.starts_with('\\') => {
                let decoded: Option<String> = serde_json::from_str(&format!("\"{written}\"")).ok();
                match decoded.as_deref() {
                    // Kept, since the letter itself would mean something else here.
                    Some("\"" | "\\" | "$" | "%" | "\n" | "\r") | None => made.push_str(written),
                    Some(decoded) => made.push_str(decoded),
                }
            }
            written => made.push_str(written),
        }
        rest = &rest[length..];
    }
    made.push('"');
}

/// The length of one letter or escape; a pair of surrogates is one.
fn piece(text: &str) -> usize {
    let is_surrogate = |at: usize| {
        let digits = text.get(at + 2..at + 6).filter(|_| text[at..].starts_with("\\u"));
        digits
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .is_some_and(|code| (0xd800..0xe000).contains(&code))
    };
    let length = match text.as_bytes() {
        [b'\\', b'u', ..] if is_surrogate(0) && text.len() >= 12 && text.is_char_boundary(6) && is_surrogate(6) => 12,
        [b'\\', b'u', ..] => 6,
        [b'\\', _, ..] => 2,
        _ => text.chars().next().map_or(1, char::len_utf8),
    };
    length.min(text.len())
}

/// Where an interpolation ends, by its braces; those in strings do not count. Quotes within it are escaped.
fn end_of_interpolation(text: &str) -> usize {
    let (mut depth, mut quoted, mut at) = (0_usize, false, 0);
    while at < text.len() {
        let length = piece(&text[at..]);
        match &text[at..at + length] {
            "\\\"" => quoted = !quoted,
            // Two backslashes are one of the template's own, and keep what follows from meaning anything.
            "\\\\" => at += text.get(at + length..).map_or(0, piece),
            "{" if !quoted => depth += 1,
            "}" if !quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += length;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_moves_and_strings_are_templates() {
        let text = "{\n  \"a\": \"x-${f(\\\"b}\\\", c[\\\"d\\\\n\\\"])}-\\u00e9\\/\\ud83d\\ude00\", \"n\": [1, -2.5e3, true, null]\n}";
        let made = native(text);
        assert_eq!(made.len(), text.len());
        assert_eq!(made.find("\"n\""), text.find("\"n\""));
        assert!(made.contains("\"x-${f(\"b}\", c[\"d\\n\"])}-é/😀\""), "{made}");
        assert!(hcl_edit::parser::parse_expr(&made).is_ok());
    }

    #[test]
    fn blocks_have_their_names_and_lists_are_several() {
        let text = r#"{"//": "made", "resource": {"aws_x": {"a": {"n": 1}, "b": [{"n": 2}]}}, "locals": {"x": "${1 + 1}"},
            "provider": {"aws": [{"region": "eu-west-1"}, {"alias": "b"}]}}"#;
        let body = configuration(text).unwrap();
        let names: Vec<String> = body
            .blocks()
            .map(|block| {
                let labels = block.labels.iter().map(|label| label.as_str().to_owned());
                [block.ident.as_str().to_owned()].into_iter().chain(labels).collect::<Vec<_>>().join(" ")
            })
            .collect();
        assert_eq!(names, ["resource aws_x a", "resource aws_x b", "locals", "provider aws", "provider aws"]);
    }

    #[test]
    fn a_loop_writes_blocks() {
        let text =
            r#"{"resource": {"t": {"a": {"dynamic": {"env": {"for_each": [1], "content": {"k": "${env.value}"}}}}}}}"#;
        let body = configuration(text).unwrap();
        let resource = body.get_blocks("resource").next().unwrap();
        let looped = resource.body.get_blocks("dynamic").next().unwrap();
        assert_eq!(looped.labels[0].as_str(), "env");
        assert!(looped.body.get_blocks("content").next().unwrap().body.has_attribute("k"));
    }

    #[test]
    fn what_is_broken_says_where() {
        let (offset, message) = configuration("{\n  \"resource\": {,}\n}").unwrap_err();
        assert_eq!(offset, 17, "{message}");
        assert!(configuration("[]").is_err());
        assert!(configuration("").is_err());
    }
}
