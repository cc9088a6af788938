//! Settings in TOML, in the form in which those in JSON and YAML are read.

use std::sync::Arc;

use toml_edit::{Document, Item, TableLike, Value};

use crate::manifest::yaml::Node;
use crate::span::Span;

/// A text as a node with the places of its parts.
///
/// # Errors
/// Where it is no TOML, as an offset, and why.
pub(super) fn parse(text: &str, file: u32) -> Result<Option<Arc<Node>>, (u32, String)> {
    let document = Document::parse(text).map_err(|error| {
        let offset = error.span().map_or(0, |range| range.start);
        (u32::try_from(offset).unwrap_or(u32::MAX), error.message().to_owned())
    })?;
    let whole = 0..text.len();
    Ok(table(document.as_table(), span(Some(whole)), file))
}

fn span(range: Option<std::ops::Range<usize>>) -> Span {
    let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    range.map(|range| Span { start: at(range.start), end: at(range.end) }).unwrap_or_default()
}

fn table(table: &dyn TableLike, place: Span, file: u32) -> Option<Arc<Node>> {
    let pair = |(name, value): (&str, &Item)| {
        let key = span(table.key(name).and_then(toml_edit::Key::span));
        Some((Arc::new(Node::scalar(name, false, key, file)), item(value, file)?))
    };
    Node::mapping(table.iter().filter_map(pair).collect(), place, file).map(Arc::new)
}

fn item(written: &Item, file: u32) -> Option<Arc<Node>> {
    match written {
        Item::None => None,
        Item::Value(written) => value(written, file),
        Item::Table(written) => table(written, span(written.span()), file),
        Item::ArrayOfTables(written) => {
            let items = written.iter().filter_map(|one| table(one, span(one.span()), file)).collect();
            Node::list(items, span(written.span()), file).map(Arc::new)
        }
    }
}

fn value(written: &Value, file: u32) -> Option<Arc<Node>> {
    let place = span(written.span());
    let scalar = |text: &str, plain: bool| Some(Arc::new(Node::scalar(text, plain, place, file)));
    match written {
        Value::String(text) => scalar(text.value(), false),
        Value::Integer(number) => scalar(&number.value().to_string(), true),
        Value::Float(number) => scalar(&number.value().to_string(), true),
        Value::Boolean(truth) => scalar(&truth.value().to_string(), true),
        Value::Datetime(time) => scalar(&time.value().to_string(), false),
        Value::Array(items) => {
            Node::list(items.iter().filter_map(|one| value(one, file)).collect(), place, file).map(Arc::new)
        }
        Value::InlineTable(inner) => table(inner, place, file),
    }
}
