//! Evaluated property trees: what all dialects are put into before they become a model.
//!
//! A tree knows where each value is written. Text may hold references to resources and pieces
//! that are not known, so that `arn:...:function:${Orders}:live` still says which function it is.

use std::fmt::Write as _;
use std::sync::Arc;

use super::model::{Place, Setting, Why};

/// Most pieces that one text may have.
pub(super) const MOST_PARTS: usize = 64;
/// Longest text, in bytes.
pub(super) const LONGEST: usize = 64 << 10;

/// The template instance that a reference is meant in: a nested stack or module has its own.
pub(super) type Scope = u32;

/// A value with its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tree {
    /// Where it is written.
    pub(super) place: Place,
    /// It stands there itself, for this property alone.
    pub(super) literal: bool,
    /// What it is.
    pub(super) kind: Kind,
}

/// What a [`Tree`] is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// Nothing: the property is as good as absent.
    Null,
    /// Text, a number or a truth value.
    Text(Text),
    /// A list.
    List(Vec<Tree>),
    /// A mapping.
    Map(Map),
    /// Not known.
    Unknown(Why),
}

/// Keys and values in the order of the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Map {
    pub(super) entries: Vec<(Key, Tree)>,
    /// There may be other entries.
    pub(super) open: Option<Why>,
}

/// A key with its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    pub(super) text: Arc<str>,
    pub(super) place: Place,
}

/// A text of known and unknown pieces.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Text {
    pub(super) parts: Vec<Part>,
}

/// What the names of pieces of a text begin with that is not known.
pub(super) const PIECE: &str = "piece";

/// A piece of a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    /// Itself.
    Text(Arc<str>),
    /// Something of a resource: its name (empty attribute) or an attribute such as `Arn`.
    Ref(Reference),
    /// Not known: a name that is equal for equal values, and why.
    Open(Arc<str>, Why),
}

/// A reference to a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) scope: Scope,
    pub(super) id: Arc<str>,
    /// Attribute as it is written; empty for the resource itself.
    pub(super) attribute: Arc<str>,
}

impl Text {
    pub(super) fn plain(text: impl AsRef<str>) -> Self {
        Self { parts: vec![Part::Text(text.as_ref().into())] }
    }

    /// The text, where all of it is known.
    pub(super) fn known(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Equal for equal values, with what is not known by name.
    pub(super) fn symbolic(&self) -> String {
        let mut text = String::new();
        for part in &self.parts {
            let _ = match part {
                Part::Text(known) => write!(text, "{known}"),
                Part::Ref(reference) => {
                    write!(text, "${{{}#{}.{}}}", reference.scope, reference.id, reference.attribute)
                }
                Part::Open(name, _) => write!(text, "${{{name}}}"),
            };
        }
        text
    }

    /// The known pieces, with `*` for the others.
    pub(super) fn pattern(&self) -> String {
        let pieces = self.parts.iter().map(|part| match part {
            Part::Text(known) => &**known,
            _ => "*",
        });
        pieces.collect()
    }

    pub(super) fn references(&self) -> impl Iterator<Item = &Reference> {
        self.parts.iter().filter_map(|part| match part {
            Part::Ref(reference) => Some(reference),
            _ => None,
        })
    }

    /// Why it is not known.
    pub(super) fn why(&self) -> Why {
        let open = self.parts.iter().find_map(|part| match part {
            Part::Open(_, why) => Some(why.clone()),
            Part::Ref(reference) => {
                Some(Why::new(format!("depends on `{}`, which the platform decides", reference.id)))
            }
            Part::Text(_) => None,
        });
        open.unwrap_or_else(|| Why::new("is not known"))
    }
}

/// Puts a text together; neighbouring known pieces become one.
#[derive(Default)]
pub(super) struct TextBuilder {
    parts: Vec<Part>,
    last: String,
    cut: bool,
}

impl TextBuilder {
    pub(super) fn push_str(&mut self, text: &str) {
        if self.last.len() + text.len() > LONGEST {
            self.cut = true;
        } else {
            self.last.push_str(text);
        }
    }

    pub(super) fn push(&mut self, part: &Part) {
        if let Part::Text(text) = part {
            return self.push_str(text);
        }
        self.flush();
        if self.parts.len() < MOST_PARTS {
            self.parts.push(part.clone());
        } else {
            self.cut = true;
        }
    }

    pub(super) fn extend(&mut self, text: &Text) {
        text.parts.iter().for_each(|part| self.push(part));
    }

    fn flush(&mut self) {
        if !self.last.is_empty() {
            self.parts.push(Part::Text(std::mem::take(&mut self.last).into()));
        }
    }

    pub(super) fn finish(mut self) -> Text {
        self.flush();
        if self.cut {
            let why = Why::new("is too long");
            return Text { parts: vec![Part::Open("too long".into(), why)] };
        }
        Text { parts: self.parts }
    }
}

impl Map {
    pub(super) fn get(&self, key: &str) -> Option<&Tree> {
        self.entries.iter().rev().find(|(name, _)| *name.text == *key).map(|(_, value)| value)
    }

    pub(super) fn set(&mut self, key: Key, value: Tree) {
        match self.entries.iter_mut().find(|(name, _)| name.text == key.text) {
            Some(entry) => *entry = (key, value),
            None => self.entries.push((key, value)),
        }
    }
}

static NOTHING: Tree =
    Tree { place: Place { file: 0, span: crate::span::Span { start: 0, end: 0 } }, literal: false, kind: Kind::Null };

impl Tree {
    pub(super) fn new(kind: Kind, place: Place) -> Self {
        Self { place, literal: true, kind }
    }

    pub(super) fn null(place: Place) -> Self {
        Self::new(Kind::Null, place)
    }

    pub(super) fn text(text: impl AsRef<str>, place: Place) -> Self {
        Self::new(Kind::Text(Text::plain(text)), place)
    }

    pub(super) fn map(entries: Vec<(Key, Tree)>, place: Place) -> Self {
        Self::new(Kind::Map(Map { entries, open: None }), place)
    }

    pub(super) fn unknown(why: impl AsRef<str>, place: Place) -> Self {
        Self::new(Kind::Unknown(Why::new(why)), place)
    }

    pub(super) fn reference(scope: Scope, id: &str, attribute: &str, place: Place) -> Self {
        let reference = Reference { scope, id: id.into(), attribute: attribute.into() };
        Self::new(Kind::Text(Text { parts: vec![Part::Ref(reference)] }), place)
    }

    /// The same value as one that is written elsewhere or for more than this property.
    pub(super) fn derived(mut self) -> Self {
        self.literal = false;
        self
    }

    /// The same value at another place.
    pub(super) fn moved(mut self, place: Place) -> Self {
        self.place = place;
        self.literal = false;
        self
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// The value under a key; nothing where there is none. What is not known has unknown values.
    pub(super) fn get(&self, key: &str) -> &Tree {
        match &self.kind {
            Kind::Map(map) => map.get(key).unwrap_or(&NOTHING),
            Kind::Unknown(_) => self,
            // A block that may be repeated and is not.
            Kind::List(items) if items.len() == 1 && items[0].as_map().is_some() => items[0].get(key),
            _ => &NOTHING,
        }
    }

    /// The value under keys within each other.
    pub(super) fn at(&self, keys: &[&str]) -> &Tree {
        keys.iter().fold(self, |tree, key| tree.get(key))
    }

    pub(super) fn as_map(&self) -> Option<&Map> {
        match &self.kind {
            Kind::Map(map) => Some(map),
            _ => None,
        }
    }

    pub(super) fn entries(&self) -> &[(Key, Tree)] {
        self.as_map().map_or(&[], |map| &map.entries)
    }

    pub(super) fn items(&self) -> &[Tree] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    /// The elements of a list; a lone value is a list of one.
    pub(super) fn one_or_more(&self) -> &[Tree] {
        match &self.kind {
            Kind::List(items) => items,
            Kind::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    pub(super) fn as_text(&self) -> Option<&Text> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text, where all of it is known.
    pub(super) fn known(&self) -> Option<&str> {
        self.as_text()?.known()
    }

    /// The reference, where the value is nothing but one.
    pub(super) fn sole_reference(&self) -> Option<&Reference> {
        match self.as_text()?.parts.as_slice() {
            [Part::Ref(reference)] => Some(reference),
            _ => None,
        }
    }

    /// Nodes of the tree, itself included.
    pub(super) fn size(&self) -> usize {
        match &self.kind {
            Kind::List(items) => items.iter().fold(1, |sum, item| sum.saturating_add(item.size())),
            Kind::Map(map) => map.entries.iter().fold(1, |sum, (_, value)| sum.saturating_add(value.size())),
            _ => 1,
        }
    }

    /// The text as a setting.
    pub(super) fn setting(&self) -> Setting<String> {
        match &self.kind {
            Kind::Null => Setting::Unset,
            Kind::Unknown(why) => Setting::Unknown { why: why.clone(), place: self.place },
            Kind::Text(text) => match text.known() {
                Some(known) => Setting::Known { value: known.to_owned(), place: self.place, literal: self.literal },
                None => Setting::Unknown { why: text.why(), place: self.place },
            },
            Kind::List(_) | Kind::Map(_) => Setting::unknown("is not a single value", self.place),
        }
    }

    /// A value of another type, read from the text.
    pub(super) fn parsed<T: std::str::FromStr>(&self, what: &str) -> Setting<T> {
        self.setting().try_map(|text| text.trim().parse().map_err(|_| Why::new(format!("is not {what}"))))
    }

    pub(super) fn whole(&self) -> Setting<u32> {
        // `30.0` is how some tools write 30.
        self.setting().try_map(|text| {
            let text = text.trim();
            let text = text.strip_suffix(".0").unwrap_or(text);
            text.parse().map_err(|_| Why::new("is not a whole number from 0"))
        })
    }

    pub(super) fn integer(&self) -> Setting<i64> {
        self.parsed("a whole number")
    }

    pub(super) fn number(&self) -> Setting<f64> {
        self.parsed::<f64>("a number")
            .try_map(|number| if number.is_finite() { Ok(number) } else { Err(Why::new("is not a number")) })
    }

    pub(super) fn truth(&self) -> Setting<bool> {
        self.setting().try_map(|text| match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            _ => Err(Why::new("is neither true nor false")),
        })
    }

    /// Lays `over` upon this: mappings are merged, everything else is replaced. Lists are
    /// replaced too, or put behind this one's where `append` says so.
    pub(super) fn merged(self, over: Self, append: bool) -> Self {
        match (self.kind, over.kind) {
            (Kind::Map(mut below), Kind::Map(above)) => {
                for (key, value) in above.entries {
                    let old = below.entries.iter().position(|(name, _)| name.text == key.text);
                    match old {
                        Some(at) => {
                            let (_, under) = below.entries.remove(at);
                            below.entries.insert(at, (key, under.merged(value, append)));
                        }
                        None => below.entries.push((key, value)),
                    }
                }
                below.open = below.open.or(above.open);
                Self { place: over.place, literal: over.literal, kind: Kind::Map(below) }
            }
            (Kind::List(mut below), Kind::List(above)) if append => {
                below.extend(above);
                Self { place: over.place, literal: over.literal, kind: Kind::List(below) }
            }
            (kind, Kind::Null) if append => Self { place: self.place, literal: self.literal, kind },
            (_, kind) => Self { place: over.place, literal: over.literal, kind },
        }
    }

    /// The same tree as one that stands for more than one resource.
    pub(super) fn shared(mut self) -> Self {
        self.literal = false;
        match &mut self.kind {
            Kind::List(items) => {
                for item in std::mem::take(items) {
                    items.push(item.shared());
                }
            }
            Kind::Map(map) => {
                for (key, value) in std::mem::take(&mut map.entries) {
                    map.entries.push((key, value.shared()));
                }
            }
            _ => {}
        }
        self
    }
}

/// Makes trees that stand for what a framework adds, all at one place.
pub(super) struct Maker {
    pub(super) place: Place,
}

impl Maker {
    pub(super) fn text(&self, text: impl AsRef<str>) -> Tree {
        Tree::text(text, self.place).derived()
    }

    pub(super) fn map<const N: usize>(&self, entries: [(&str, Tree); N]) -> Tree {
        let entries = entries.into_iter().filter(|(_, value)| !value.is_null());
        let key = |text: &str| Key { text: text.into(), place: self.place };
        Tree::map(entries.map(|(name, value)| (key(name), value)).collect(), self.place)
    }

    pub(super) fn list(&self, items: Vec<Tree>) -> Tree {
        Tree::new(Kind::List(items), self.place)
    }
}
