//! Variables of the Serverless Framework: `${self:...}`, `${opt:...}`, `${file(...)}` and the like.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::reader::{Reader, local};
use crate::manifest::yaml::{Node, Value};

/// Variables within variables, and values of values.
const DEEPEST: u8 = 40;
/// Nodes that one service may resolve to.
const MOST_WORK: u32 = 400_000;

/// Key and value.
type Pair = (Arc<Node>, Arc<Node>);

/// What a variable stands for.
enum Found {
    Value(Arc<Node>),
    /// Nothing: the next alternative counts.
    Missing,
    /// Something that only a deployment knows.
    Open,
}

/// A service's variables.
pub(super) struct Variables<'r, 'f> {
    pub(super) reader: &'r mut Reader<'f>,
    /// The service's file, and its folder.
    pub(super) folder: String,
    pub(super) root: Arc<Node>,
    files: BTreeMap<String, Option<Arc<Node>>>,
    /// Addresses that are being resolved.
    trail: Vec<String>,
    work: u32,
}

/// Whether a text has a variable of the framework, and not only one of CloudFormation's.
pub(in crate::declare) fn has_variable(text: &str) -> bool {
    next_variable(text).is_some()
}

/// The first variable of a text: the range with its braces.
pub(in crate::declare) fn next_variable(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(at) = text[from..].find("${").map(|at| at + from) {
        let end = closing(text, at)?;
        if is_variable(&text[at + 2..end]) {
            return Some((at, end + 1));
        }
        from = at + 2;
    }
    None
}

/// The brace that closes the one at `${`.
fn closing(text: &str, start: usize) -> Option<usize> {
    let mut open = 0u32;
    for (at, byte) in text.bytes().enumerate().skip(start) {
        match byte {
            b'{' => open += 1,
            b'}' => {
                open = open.checked_sub(1)?;
                if open == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// `word:...` or `word(...)`, but not `AWS::Region` nor `Function.Arn`.
fn is_variable(inner: &str) -> bool {
    let end =
        inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.')).unwrap_or(inner.len());
    let rest = &inner[end..];
    end > 0 && (rest.starts_with('(') || rest.starts_with(':') && !rest.starts_with("::"))
}

impl<'r, 'f> Variables<'r, 'f> {
    pub(super) fn new(reader: &'r mut Reader<'f>, folder: &str, root: Arc<Node>) -> Self {
        Self { reader, folder: folder.to_owned(), root, files: BTreeMap::new(), trail: Vec::new(), work: 0 }
    }

    /// A node with every variable that is known put in; the others stay as they are written.
    pub(super) fn resolved(&mut self, node: &Arc<Node>) -> Arc<Node> {
        self.within(node, DEEPEST)
    }

    fn within(&mut self, node: &Arc<Node>, depth: u8) -> Arc<Node> {
        self.work += 1;
        let Some(depth) = depth.checked_sub(1).filter(|_| self.work <= MOST_WORK) else { return Arc::clone(node) };
        match &node.value {
            Value::Scalar { text, .. } if has_variable(text) => self.scalar(node, text, depth),
            Value::Scalar { .. } => Arc::clone(node),
            Value::List(items) => {
                let made: Vec<Arc<Node>> = items.iter().map(|item| self.within(item, depth)).collect();
                if made.iter().zip(items).all(|(a, b)| Arc::ptr_eq(a, b)) {
                    return Arc::clone(node);
                }
                node.with_items(made).map_or_else(|| Arc::clone(node), Arc::new)
            }
            Value::Mapping(mapping) => {
                let entries = mapping.pairs();
                let made: Vec<(Arc<Node>, Arc<Node>)> =
                    entries.iter().map(|(key, value)| (self.within(key, depth), self.within(value, depth))).collect();
                let same = |(a, b): (&Pair, &Pair)| Arc::ptr_eq(&a.0, &b.0) && Arc::ptr_eq(&a.1, &b.1);
                if made.iter().zip(entries).all(same) {
                    return Arc::clone(node);
                }
                node.with_pairs(made).map_or_else(|| Arc::clone(node), Arc::new)
            }
        }
    }

    fn scalar(&mut self, node: &Arc<Node>, text: &str, depth: u8) -> Arc<Node> {
        // A variable alone may stand for a mapping or a list.
        if let Some((0, end)) = next_variable(text)
            && end == text.len()
        {
            return match self.variable(&text[2..end - 1], node, depth) {
                Found::Value(value) => Arc::new(node.standing_for(&value)),
                Found::Missing | Found::Open => Arc::clone(node),
            };
        }
        let mut made = String::new();
        let mut rest = text;
        while let Some((start, end)) = next_variable(rest) {
            made.push_str(&rest[..start]);
            match self.variable(&rest[start + 2..end - 1], node, depth) {
                Found::Value(value) if value.text().is_some() => made.push_str(value.text().unwrap_or_default()),
                _ => made.push_str(&rest[start..end]),
            }
            rest = &rest[end..];
            if made.len() > super::super::tree::LONGEST {
                return Arc::clone(node);
            }
        }
        made.push_str(rest);
        Arc::new(node.with_text(&made))
    }

    /// What stands between the braces: alternatives with commas between them.
    fn variable(&mut self, inner: &str, node: &Arc<Node>, depth: u8) -> Found {
        let Some(depth) = depth.checked_sub(1) else { return Found::Open };
        let Some(inner) = self.flat(inner, node, depth) else { return Found::Open };
        let mut open = false;
        for part in alternatives(&inner) {
            match self.source(part.trim(), node, depth) {
                Found::Value(value) => return Found::Value(value),
                Found::Missing => {}
                // A fallback stands for what is not set; what is looked up elsewhere is not known to be missing.
                Found::Open => {
                    open = true;
                    if !part.trim().starts_with("env:") {
                        return Found::Open;
                    }
                }
            }
        }
        if open { Found::Open } else { Found::Missing }
    }

    /// The text with the variables inside of it put in; `None` where one of them is not known.
    fn flat(&mut self, inner: &str, node: &Arc<Node>, depth: u8) -> Option<String> {
        let mut made = String::new();
        let mut rest = inner;
        while let Some((start, end)) = next_variable(rest) {
            made.push_str(&rest[..start]);
            match self.variable(&rest[start + 2..end - 1], node, depth) {
                Found::Value(value) => made.push_str(value.text()?),
                _ => return None,
            }
            rest = &rest[end..];
        }
        made.push_str(rest);
        (made.len() < 10_000).then_some(made)
    }

    fn source(&mut self, part: &str, node: &Arc<Node>, depth: u8) -> Found {
        let quoted = |quote: char| part.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(text) = quoted('\'').or_else(|| quoted('"')) {
            return Found::Value(Arc::new(node.with_text(text)));
        }
        if let Some(rest) = part.strip_prefix("file(") {
            return self.file(rest, node, depth);
        }
        let Some((source, address)) = part.split_once(':') else {
            let is_plain = part.parse::<f64>().is_ok() || matches!(part, "true" | "false");
            return if is_plain { Found::Value(Arc::new(node.with_text(part))) } else { Found::Missing };
        };
        match source {
            "self" => self.own(address, depth),
            "opt" => self.option(address, node, depth),
            "sls" if address == "stage" => Found::Value(Arc::new(node.with_text(&self.stage(depth)))),
            "aws" if address == "region" => self.region(node, depth),
            "param" => self.param(address, depth),
            "env" | "cf" | "ssm" | "s3" | "aws" | "sls" | "vault" | "doppler" | "output" => Found::Open,
            // `strToBool(...)`, `cf(region):...` and what plugins add.
            _ => Found::Open,
        }
    }

    fn option(&mut self, name: &str, node: &Arc<Node>, depth: u8) -> Found {
        let given = match name {
            "stage" | "s" => self.reader.options.stage.clone(),
            "region" | "r" => self.reader.options.region.clone(),
            name => self.reader.options.parameters.get(name).cloned(),
        };
        let _ = depth;
        given.map_or(Found::Missing, |value| Found::Value(Arc::new(node.with_text(&value))))
    }

    /// The stage that is deployed: an option, the service's own, or `dev`.
    pub(super) fn stage(&mut self, depth: u8) -> String {
        if let Some(stage) = &self.reader.options.stage {
            return stage.clone();
        }
        match self.own("provider.stage", depth) {
            Found::Value(value) => value.text().filter(|text| !has_variable(text)).unwrap_or("dev").to_owned(),
            _ => "dev".to_owned(),
        }
    }

    fn region(&mut self, node: &Arc<Node>, depth: u8) -> Found {
        if let Some(region) = &self.reader.options.region {
            return Found::Value(Arc::new(node.with_text(region)));
        }
        match self.own("provider.region", depth) {
            Found::Missing => Found::Value(Arc::new(node.with_text("us-east-1"))),
            found => found,
        }
    }

    /// Parameters of the stage, or those of every stage.
    fn param(&mut self, name: &str, depth: u8) -> Found {
        let stage = self.stage(depth);
        let places = [
            format!("stages.{stage}.params.{name}"),
            format!("params.{stage}.{name}"),
            format!("stages.default.params.{name}"),
            format!("params.default.{name}"),
        ];
        for place in places {
            match self.own(&place, depth) {
                Found::Missing => {}
                found => return found,
            }
        }
        Found::Open
    }

    /// A value of the service itself.
    fn own(&mut self, address: &str, depth: u8) -> Found {
        let root = Arc::clone(&self.root);
        self.inside(&root, "self", address, depth)
    }

    /// A value inside of a tree, by keys with dots between them.
    fn inside(&mut self, root: &Arc<Node>, name: &str, address: &str, depth: u8) -> Found {
        let key = format!("{name}:{address}");
        if self.trail.contains(&key) || self.trail.len() > usize::from(DEEPEST) {
            return Found::Open;
        }
        self.trail.push(key);
        let found = self.walk(root, address, depth);
        self.trail.pop();
        found
    }

    fn walk(&mut self, root: &Arc<Node>, address: &str, depth: u8) -> Found {
        let Some(depth) = depth.checked_sub(1) else { return Found::Open };
        let mut at = Arc::clone(root);
        for key in address.split('.').filter(|key| !key.is_empty()) {
            // What stands between here and there may itself be a variable.
            if at.text().is_some_and(has_variable) {
                at = self.within(&at, depth);
            }
            let next = at.get_shared(key).or_else(|| at.items_shared().get(key.parse::<usize>().ok()?).cloned());
            match next {
                Some(next) => at = next,
                None if at.text().is_some_and(has_variable) => return Found::Open,
                None => return Found::Missing,
            }
        }
        let value = self.within(&at, depth);
        if value.text().is_some_and(has_variable) {
            return Found::Open;
        }
        if value.is_null() { Found::Missing } else { Found::Value(value) }
    }

    /// `path)` or `path):key`.
    fn file(&mut self, rest: &str, node: &Arc<Node>, depth: u8) -> Found {
        let Some((written, behind)) = rest.split_once(')') else { return Found::Open };
        let extension = written.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        if matches!(extension.as_str(), "js" | "cjs" | "mjs" | "ts") {
            return Found::Open;
        }
        let Ok(path) = local(&self.folder, written.trim()) else { return Found::Open };
        let Some(root) = self.included(&path, &extension, node) else { return Found::Missing };
        let address = behind.strip_prefix(':').unwrap_or_default();
        self.inside(&root, &path, address, depth)
    }

    /// An included file, read once.
    fn included(&mut self, path: &str, extension: &str, node: &Arc<Node>) -> Option<Arc<Node>> {
        if let Some(known) = self.files.get(path) {
            return known.clone();
        }
        let read = if matches!(extension, "yml" | "yaml" | "json") {
            self.reader.open_yaml(path).map(|(_, root)| root).map_err(|problem| problem.to_string())
        } else {
            self.reader
                .open(path)
                .map(|(_, text)| Arc::new(node.with_text(&text)))
                .map_err(|why| format!("{path}: {why}"))
        };
        let root = match read {
            Ok(root) => Some(root),
            Err(why) => {
                let place = super::super::model::Place { file: node.file, span: node.span };
                self.reader.problem(place, format!("what it includes cannot be read: {why}"));
                None
            }
        };
        self.files.insert(path.to_owned(), root.clone());
        root
    }
}

/// Pieces between commas that are not inside of quotes, braces or parentheses.
fn alternatives(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut depth, mut quote, mut start) = (0i32, None, 0);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, '(' | '{') => depth += 1,
            (None, ')' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                pieces.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(&text[start..]);
    pieces
}
