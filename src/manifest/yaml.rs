//! YAML and JSON as a tree that keeps byte ranges and tags.
//!
//! Size and nesting are measured while reading, aliases counted as if they were written out: a
//! tree that comes back can be walked without further limits. Duplicate keys: the last one counts.

use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle};
use rustc_hash::FxHashMap;

use crate::span::Span;

/// Collections within collections; CloudFormation allows far less.
const DEEPEST: u16 = 64;
/// Nodes of the tree with every alias written out.
const MOST_NODES: u64 = 1_000_000;

/// A value with its place in the text.
#[derive(Clone, Debug)]
pub struct Node {
    /// The bytes it is written in.
    pub span: Span,
    /// Which of the caller's files that is.
    pub file: u32,
    /// Its own tag without the `!`, such as `Ref`.
    pub tag: Option<Box<str>>,
    /// What it is.
    pub value: Value,
    height: u16,
    size: u64,
}

/// What a [`Node`] is.
#[derive(Clone, Debug)]
pub enum Value {
    /// A scalar, as text.
    Scalar {
        /// The text after escapes.
        text: Box<str>,
        /// Written without quotes, so that `null`, `true` and numbers are no strings.
        plain: bool,
    },
    /// A list.
    List(Vec<Arc<Node>>),
    /// A mapping.
    Mapping(Mapping),
}

/// Keys and values in the order of the text.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    entries: Vec<(Arc<Node>, Arc<Node>)>,
    /// Positions in `entries`, by key; the last of equal keys.
    sorted: Vec<u32>,
}

/// Why a text could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// Byte offset of the fault.
    pub offset: u32,
    /// What is wrong.
    pub message: String,
}

/// Reads the first document of a text; `None` when it has none.
///
/// # Errors
/// When the text is not YAML, or larger or deeper than the limits.
pub fn parse(text: &str) -> Result<Option<Arc<Node>>, YamlError> {
    parse_in(text, 0)
}

/// Reads the first document of a text that is one of several files: every node has its number.
///
/// # Errors
/// When the text is not YAML, or larger or deeper than the limits.
pub fn parse_in(text: &str, file: u32) -> Result<Option<Arc<Node>>, YamlError> {
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: usize::from(DEEPEST),
        block_nesting_limit: usize::from(DEEPEST),
    };
    let mut builder = Builder { file, ..Builder::default() };
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.map_err(|error| YamlError {
            offset: error.marker().byte_offset().unwrap_or_default().min(text.len()) as u32,
            message: error.info(),
        })?;
        let range = span.byte_range().unwrap_or_default();
        let span = Span::new(range.start as u32, range.end as u32);
        if builder.take(event, span).map_err(|message| YamlError { offset: span.start, message })? {
            break;
        }
    }
    Ok(builder.root)
}

/// A collection that is being read.
struct Open {
    span: Span,
    tag: Option<Box<str>>,
    anchor: usize,
    children: Vec<Arc<Node>>,
    is_mapping: bool,
}

#[derive(Default)]
struct Builder {
    file: u32,
    open: Vec<Open>,
    anchors: FxHashMap<usize, Arc<Node>>,
    nodes: u64,
    root: Option<Arc<Node>>,
}

impl Builder {
    /// Takes one event; true at the end of a document with content.
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<bool, String> {
        let tag = event.tag().and_then(own_tag);
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let value = Value::Scalar { text: text.into(), plain: style == ScalarStyle::Plain };
                self.finish(Node { span, file: self.file, tag, value, height: 0, size: 1 }, anchor)?;
            }
            Event::SequenceStart(_, anchor, _) => self.begin(span, tag, anchor, false),
            Event::MappingStart(_, anchor, _) => self.begin(span, tag, anchor, true),
            Event::SequenceEnd | Event::MappingEnd => self.end(span)?,
            Event::Alias(anchor) => {
                let target = self.anchors.get(&anchor).cloned().ok_or("an alias to the value that it is part of")?;
                self.add(target)?;
            }
            Event::DocumentEnd => return Ok(self.root.is_some()),
            _ => {}
        }
        Ok(false)
    }

    fn begin(&mut self, span: Span, tag: Option<Box<str>>, anchor: usize, is_mapping: bool) {
        self.open.push(Open { span, tag, anchor, children: Vec::new(), is_mapping });
    }

    fn end(&mut self, span: Span) -> Result<(), String> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let height = open.children.iter().map(|child| child.height).max().unwrap_or_default().saturating_add(1);
        let size = open.children.iter().fold(1u64, |sum, child| sum.saturating_add(child.size));
        let value =
            if open.is_mapping { Value::Mapping(Mapping::new(open.children)) } else { Value::List(open.children) };
        let span = Span::new(open.span.start, span.end.max(open.span.start));
        self.finish(Node { span, file: self.file, tag: open.tag, value, height, size }, open.anchor)
    }

    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), String> {
        let node = Arc::new(node);
        if anchor > 0 {
            self.anchors.insert(anchor, Arc::clone(&node));
        }
        // What is inside a collection was counted when it was added to it.
        self.nodes = self.nodes.saturating_add(1);
        self.place(node)
    }

    /// Adds what an alias stands for.
    fn add(&mut self, node: Arc<Node>) -> Result<(), String> {
        self.nodes = self.nodes.saturating_add(node.size);
        self.place(node)
    }

    fn place(&mut self, node: Arc<Node>) -> Result<(), String> {
        if self.nodes > MOST_NODES {
            return Err(format!("more than {MOST_NODES} values, with every alias written out"));
        }
        if self.open.len() + usize::from(node.height) > usize::from(DEEPEST) {
            return Err(format!("nested deeper than {DEEPEST} levels, with every alias written out"));
        }
        match self.open.last_mut() {
            Some(open) => open.children.push(node),
            None => self.root = Some(node),
        }
        Ok(())
    }
}

/// A tag that is not one of YAML's own, such as `Ref` for `!Ref`.
fn own_tag(tag: &granit_parser::Tag) -> Option<Box<str>> {
    (tag.handle() == "!" && !tag.suffix().is_empty()).then(|| tag.suffix().into())
}

impl Mapping {
    fn new(children: Vec<Arc<Node>>) -> Self {
        let mut entries = Vec::with_capacity(children.len() / 2);
        let mut children = children.into_iter();
        while let (Some(key), Some(value)) = (children.next(), children.next()) {
            entries.push((key, value));
        }
        let mut sorted: Vec<u32> = (0..entries.len() as u32).collect();
        let key = |at: &u32| entries[*at as usize].0.text();
        sorted.sort_by(|a, b| key(a).cmp(&key(b)).then(b.cmp(a)));
        sorted.dedup_by(|later, first| key(later) == key(first));
        Self { entries, sorted }
    }

    /// Keys and values in the order of the text.
    #[must_use]
    pub fn pairs(&self) -> &[(Arc<Node>, Arc<Node>)] {
        &self.entries
    }

    fn find(&self, key: &str) -> Option<&(Arc<Node>, Arc<Node>)> {
        let at = self.sorted.binary_search_by(|at| self.entries[*at as usize].0.text().cmp(&Some(key))).ok()?;
        self.entries.get(*self.sorted.get(at)? as usize)
    }
}

impl Node {
    /// The text of a scalar that is not null.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, plain } if !(*plain && is_null(text)) => Some(text),
            _ => None,
        }
    }

    /// The value under a key, looking into merged mappings (`<<`) as well.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        let Value::Mapping(mapping) = &self.value else { return None };
        if let Some((_, value)) = mapping.find(key) {
            return Some(value);
        }
        let (_, merged) = mapping.find("<<")?;
        match &merged.value {
            Value::List(parts) => parts.iter().find_map(|part| part.get(key)),
            _ => merged.get(key),
        }
    }

    /// Key and value of each entry of a mapping whose key is a scalar, merged mappings aside.
    pub fn entries(&self) -> impl Iterator<Item = (&Node, &Node)> {
        let entries = match &self.value {
            Value::Mapping(mapping) => mapping.entries.as_slice(),
            _ => &[],
        };
        entries.iter().filter(|(key, _)| key.text().is_some()).map(|(key, value)| (&**key, &**value))
    }

    /// The elements of a list.
    pub fn items(&self) -> impl Iterator<Item = &Node> {
        let items = match &self.value {
            Value::List(items) => items.as_slice(),
            _ => &[],
        };
        items.iter().map(|item| &**item)
    }

    /// A value as a node of its own, written at a place.
    #[must_use]
    pub fn scalar(text: &str, plain: bool, span: Span, file: u32) -> Self {
        let value = Value::Scalar { text: text.into(), plain };
        Self { span, file, tag: None, value, height: 0, size: 1 }
    }

    /// A list, or `None` where it would be larger or deeper than the limits.
    #[must_use]
    pub fn list(items: Vec<Arc<Self>>, span: Span, file: u32) -> Option<Self> {
        let (height, size) = measured(items.iter())?;
        Some(Self { span, file, tag: None, value: Value::List(items), height, size })
    }

    /// A mapping, or `None` where it would be larger or deeper than the limits.
    #[must_use]
    pub fn mapping(pairs: Vec<(Arc<Self>, Arc<Self>)>, span: Span, file: u32) -> Option<Self> {
        let (height, size) = measured(pairs.iter().flat_map(|(key, value)| [key, value]))?;
        let children = pairs.into_iter().flat_map(|(key, value)| [key, value]).collect();
        Some(Self { span, file, tag: None, value: Value::Mapping(Mapping::new(children)), height, size })
    }

    /// The same node with another text.
    #[must_use]
    pub fn with_text(&self, text: &str) -> Self {
        Self { tag: self.tag.clone(), ..Self::scalar(text, false, self.span, self.file) }
    }

    /// The same list with other elements.
    #[must_use]
    pub fn with_items(&self, items: Vec<Arc<Self>>) -> Option<Self> {
        Some(Self { tag: self.tag.clone(), ..Self::list(items, self.span, self.file)? })
    }

    /// The same mapping with other entries.
    #[must_use]
    pub fn with_pairs(&self, pairs: Vec<(Arc<Self>, Arc<Self>)>) -> Option<Self> {
        Some(Self { tag: self.tag.clone(), ..Self::mapping(pairs, self.span, self.file)? })
    }

    /// Another node's value in place of this one: a single value keeps this place, what is inside of a
    /// collection has its own.
    #[must_use]
    pub fn standing_for(&self, other: &Self) -> Self {
        let mut made = other.clone();
        if matches!(made.value, Value::Scalar { .. }) {
            (made.span, made.file) = (self.span, self.file);
        }
        made.tag = made.tag.or_else(|| self.tag.clone());
        made
    }

    /// The value under a key, to be kept.
    #[must_use]
    pub fn get_shared(&self, key: &str) -> Option<Arc<Self>> {
        match &self.value {
            Value::Mapping(mapping) => match mapping.find(key) {
                Some((_, value)) => Some(Arc::clone(value)),
                None => self.get(key).map(|value| Arc::new(value.clone())),
            },
            _ => None,
        }
    }

    /// The elements of a list, to be kept.
    #[must_use]
    pub fn items_shared(&self) -> &[Arc<Self>] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Scalar { .. }) && self.text().is_none()
    }

    /// Whether it is a mapping.
    #[must_use]
    pub fn is_mapping(&self) -> bool {
        matches!(self.value, Value::Mapping(_))
    }
}

/// Height and size of a collection of such children, within the limits.
fn measured<'n>(children: impl Iterator<Item = &'n Arc<Node>>) -> Option<(u16, u64)> {
    let (mut height, mut size) = (0, 1u64);
    for child in children {
        height = height.max(child.height);
        size = size.saturating_add(child.size);
    }
    let height = height.saturating_add(1);
    (height <= DEEPEST && size <= MOST_NODES).then_some((height, size))
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(text: &str) -> Arc<Node> {
        parse(text).unwrap().unwrap()
    }

    #[test]
    fn keys_and_values_keep_their_bytes_and_tags() {
        let text = "# ü\nA:\n  B: !Ref X\n  C: [1, !Sub '${Y}']\n";
        let node = root(text);
        let (key, value) = node.entries().next().unwrap();
        assert_eq!(&text[key.span.range_in(text.len())], "A");
        let b = value.get("B").unwrap();
        assert_eq!((b.tag.as_deref(), b.text()), (Some("Ref"), Some("X")));
        let items: Vec<_> = value.get("C").unwrap().items().map(|item| item.tag.as_deref()).collect();
        assert_eq!(items, [None, Some("Sub")]);
    }

    #[test]
    fn json_is_read_with_tabs_and_escapes() {
        let node = root("{\n\t\"a\\u00fc\": [1, null],\n\t\"b\": {\"c\": \"null\"}\n}\n");
        assert!(node.get("aü").unwrap().items().nth(1).unwrap().text().is_none());
        assert_eq!(node.get("b").and_then(|b| b.get("c")).and_then(Node::text), Some("null"));
    }

    #[test]
    fn the_last_of_equal_keys_counts_and_merged_mappings_come_last() {
        let node = root("base: &b {x: 1, y: 2}\nown: {<<: *b, x: 3, x: 4}\n");
        let own = node.get("own").unwrap();
        assert_eq!(own.get("x").and_then(Node::text), Some("4"));
        assert_eq!(own.get("y").and_then(Node::text), Some("2"));
    }

    #[test]
    fn a_bomb_of_aliases_is_refused_where_it_grows() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let parts = vec![format!("*a{}", level - 1); 10].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{parts}]\n"));
        }
        let error = parse(&text).unwrap_err();
        assert!(error.message.contains("more than 1000000 values"), "{error:?}");
        assert!((error.offset as usize) < text.len());
    }

    #[test]
    fn depth_is_measured_through_aliases_and_never_recursed_into() {
        let mut chain = "a0: &a0 [x]\n".to_owned();
        for level in 1..5_000 {
            chain.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
        }
        assert!(parse(&chain).unwrap_err().message.contains("nested deeper"));
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert!(parse(&"{a: ".repeat(100_000)).is_err());
        assert!(parse(&"- ".repeat(100_000)).is_err());
    }

    #[test]
    fn a_value_cannot_contain_itself() {
        assert!(parse("a: &a [*a]\n").unwrap_err().message.contains("part of"));
    }

    #[test]
    fn errors_have_an_offset_and_nothing_is_no_document() {
        let text = "a: 1\nb: [1, 2\nc: 3\n";
        assert!(parse(text).unwrap_err().offset >= 8);
        assert!(parse("# only a comment\n").unwrap().is_none());
    }
}
