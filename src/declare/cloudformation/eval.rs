//! Values of a template: intrinsic functions, parameters, mappings, conditions.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::super::model::{Condition, Parameter, Place, Setting, Why};
use super::super::tree::{Key, Kind, Map, PIECE, Part, Scope, Text, TextBuilder, Tree};
use crate::manifest::yaml::{Node, Value};

/// Values within values.
pub(in crate::declare) const DEEPEST: u8 = 96;
/// Nodes and bytes that evaluating one template may make: far above what the platform's limit of
/// 1 MB and 500 resources can need, so that repeated references cannot fill memory.
const MOST_WORK: usize = 8 << 20;
/// The key under which a transform inside of a mapping is kept.
pub(super) const INCLUDED: &str = "own::Transform";
/// Rounds of one loop.
const MOST_ROUNDS: usize = 1_000;
/// The scope of references to another stack's exports.
pub(in crate::declare) const EXPORTS: Scope = Scope::MAX;

/// One template with its parameters' values.
pub(in crate::declare) struct Template<'a> {
    pub(in crate::declare) file: u32,
    pub(in crate::declare) scope: Scope,
    pub(in crate::declare) root: &'a Node,
    /// Values that the parent or the settings give.
    pub(in crate::declare) given: &'a BTreeMap<String, Tree>,
    pub(in crate::declare) region: &'a Setting<String>,
    pub(in crate::declare) account: &'a Setting<String>,
    pub(in crate::declare) stack_name: &'a Setting<String>,
    /// Its texts may hold variables of a framework that only a deployment knows.
    has_variables: bool,
    work: Cell<usize>,
    pub(super) conditions: RefCell<FxHashMap<String, Option<Arc<Condition>>>>,
}

/// Names that a loop binds, innermost last.
pub(in crate::declare) type Bindings = Vec<(Arc<str>, Tree)>;

/// The name and argument of an intrinsic function, in its short (`!Ref x`) or long form
/// (`{Ref: x}`, `{Fn::Sub: x}`); the flag says that the node itself is the argument.
pub(in crate::declare) fn intrinsic(node: &Node) -> Option<(&str, &Node)> {
    if let Some(tag) = node.tag.as_deref() {
        return Some((tag, node));
    }
    let mut entries = node.entries();
    let (key, argument) = entries.next().filter(|_| entries.next().is_none())?;
    let name = key.text()?;
    let name = name.strip_prefix("Fn::").or_else(|| (name == "Ref").then_some(name))?;
    (!name.starts_with("ForEach") && name != "Transform").then_some((name, argument))
}

impl<'a> Template<'a> {
    pub(in crate::declare) fn new(
        file: u32,
        scope: Scope,
        root: &'a Node,
        given: &'a BTreeMap<String, Tree>,
        known: (&'a Setting<String>, &'a Setting<String>, &'a Setting<String>),
    ) -> Self {
        let (region, account, stack_name) = known;
        let (work, conditions) = (Cell::default(), RefCell::default());
        Self { file, scope, root, given, region, account, stack_name, has_variables: false, work, conditions }
    }

    /// The same template with texts that may hold variables of the Serverless Framework.
    pub(in crate::declare) fn with_variables(mut self) -> Self {
        self.has_variables = true;
        self
    }

    pub(in crate::declare) fn place(&self, node: &Node) -> Place {
        Place { file: node.file, span: node.span }
    }

    /// Whether there is work left; takes some.
    pub(super) fn spend(&self, amount: usize) -> bool {
        self.work.set(self.work.get().saturating_add(amount));
        self.work.get() <= MOST_WORK
    }

    /// The value of a node.
    pub(in crate::declare) fn eval(&self, node: &Node, bindings: &Bindings) -> Tree {
        self.eval_within(node, bindings, DEEPEST)
    }

    pub(super) fn eval_within(&self, node: &Node, bindings: &Bindings, depth: u8) -> Tree {
        let place = self.place(node);
        let Some(depth) = depth.checked_sub(1).filter(|_| self.spend(1)) else {
            return Tree::unknown("is nested too deep or too large", place);
        };
        if let Some((name, argument)) = intrinsic(node) {
            return self.call(name, argument, place, bindings, depth);
        }
        match &node.value {
            Value::Scalar { .. } => node.text().map_or_else(|| Tree::null(place), |text| self.scalar(text, place)),
            Value::List(items) => {
                let items = items.iter().map(|item| self.eval_within(item, bindings, depth));
                // What a condition leaves out is not there.
                Tree::new(Kind::List(items.filter(|item| !item.is_null()).collect()), place)
            }
            Value::Mapping(_) => self.mapping(node, place, bindings, depth),
        }
    }

    /// A plain value; what a deployment looks up in it is not known.
    fn scalar(&self, text: &str, place: Place) -> Tree {
        if !self.has_variables || super::super::serverless::next_variable(text).is_none() {
            return scalar(text, place);
        }
        let mut made = TextBuilder::default();
        let mut rest = text;
        while let Some((start, end)) = super::super::serverless::next_variable(rest) {
            made.push_str(&rest[..start]);
            let variable = &rest[start..end];
            made.push(&Part::Open(variable.into(), Why::new(format!("depends on the variable `{variable}`"))));
            rest = &rest[end..];
        }
        made.push_str(rest);
        Tree::new(Kind::Text(made.finish()), place)
    }

    fn mapping(&self, node: &Node, place: Place, bindings: &Bindings, depth: u8) -> Tree {
        let mut map = Map::default();
        self.fill(&mut map, node, bindings, depth);
        Tree::new(Kind::Map(map), place)
    }

    fn fill(&self, map: &mut Map, node: &Node, bindings: &Bindings, depth: u8) {
        // Of equal keys the last one counts; a merged mapping comes first.
        let merged = node.get("<<").into_iter().flat_map(|merged| {
            let parts: Vec<&Node> = if merged.is_mapping() { vec![merged] } else { merged.items().collect() };
            parts.into_iter().rev()
        });
        for part in merged {
            if let Some(depth) = depth.checked_sub(1) {
                self.fill(map, part, bindings, depth);
            }
        }
        for (key, value) in node.entries() {
            let Some(name) = key.text().filter(|name| *name != "<<") else { continue };
            if name.starts_with("Fn::ForEach::") {
                for (bindings, body) in self.loop_bodies(value, bindings) {
                    if let Some(depth) = depth.checked_sub(1) {
                        self.fill(map, body, &bindings, depth);
                    }
                }
            } else if name == "Fn::Transform" {
                map.open = Some(Why::new("is added by a transform"));
                // What it is stays known to those who can follow it.
                let key = Key { text: INCLUDED.into(), place: self.place(key) };
                map.entries.push((key, self.eval_within(value, bindings, depth)));
            } else {
                let key = Key { text: substituted(name, bindings), place: self.place(key) };
                let value = self.eval_within(value, bindings, depth);
                map.entries.push((key, value));
            }
        }
        if map.entries.len() > 1 {
            dedup_keys(map);
        }
    }

    /// The body of a loop `[identifier, collection, body]` with what each round binds.
    pub(super) fn loop_bodies<'n>(&self, node: &'n Node, bindings: &Bindings) -> Vec<(Bindings, &'n Node)> {
        let parts: Vec<&Node> = node.items().collect();
        let [identifier, collection, body] = parts.as_slice() else { return Vec::new() };
        let collection = self.eval_within(collection, bindings, DEEPEST / 2);
        let identifiers: Vec<&str> = match identifier.text() {
            Some(name) => vec![name],
            None => identifier.items().filter_map(Node::text).collect(),
        };
        let mut rounds = Vec::new();
        for item in collection.items().iter().take(MOST_ROUNDS) {
            if !self.spend(1_000) {
                break;
            }
            let mut bound = bindings.clone();
            match identifiers.as_slice() {
                [name] => bound.push(((*name).into(), item.clone())),
                names => {
                    let pairs = names.iter().zip(item.items());
                    bound.extend(pairs.map(|(name, value)| (Arc::from(*name), value.clone())));
                }
            }
            rounds.push((bound, *body));
        }
        rounds
    }

    fn call(&self, name: &str, argument: &Node, place: Place, bindings: &Bindings, depth: u8) -> Tree {
        match name {
            "Ref" => self.reference(&substituted(argument.text().unwrap_or_default(), bindings), place, bindings),
            "GetAtt" => self.get_att(argument, place, bindings, depth),
            "Sub" => self.sub(argument, place, bindings, depth),
            "Join" => self.join(argument, place, bindings, depth),
            "Select" => self.select(argument, place, bindings, depth),
            "Split" => self.split(argument, place, bindings, depth),
            "If" => self.choice(argument, place, bindings, depth),
            "FindInMap" => self.find_in_map(argument, place, bindings, depth),
            "ImportValue" => {
                let name = self.argument(argument, bindings, depth);
                let key = name.as_text().map(Text::symbolic).unwrap_or_default();
                Tree::reference(EXPORTS, &key, "", place)
            }
            // `!Condition x` and YAML's own tags on plain values.
            "Base64" | "ToJsonString" => self.argument(argument, bindings, depth).moved(place),
            "Length" => {
                let list = self.argument(argument, bindings, depth);
                match &list.kind {
                    Kind::List(items) => Tree::text(items.len().to_string(), place).derived(),
                    _ => Tree::unknown("is the length of a list that is not known", place),
                }
            }
            _ => Tree::unknown(format!("depends on `{name}`"), place),
        }
    }

    /// The argument of an intrinsic function; a tagged node without its tag.
    pub(super) fn argument(&self, node: &Node, bindings: &Bindings, depth: u8) -> Tree {
        if node.tag.is_none() {
            return self.eval_within(node, bindings, depth);
        }
        let place = self.place(node);
        match &node.value {
            Value::Scalar { text, .. } => self.scalar(text, place),
            Value::List(items) => {
                let items = items.iter().map(|item| self.eval_within(item, bindings, depth));
                Tree::new(Kind::List(items.collect()), place)
            }
            Value::Mapping(_) => {
                // `!Base64 {Fn::Sub: ...}`: the mapping is itself a call.
                let mut entries = node.entries();
                match (entries.next(), entries.next()) {
                    (Some((key, inner)), None)
                        if key.text().is_some_and(|key| key.starts_with("Fn::") || key == "Ref") =>
                    {
                        let name = key.text().unwrap_or_default();
                        self.call(name.strip_prefix("Fn::").unwrap_or(name), inner, place, bindings, depth)
                    }
                    _ => self.mapping(node, place, bindings, depth),
                }
            }
        }
    }

    /// The arguments of an intrinsic function.
    fn arguments(&self, node: &Node, bindings: &Bindings, depth: u8) -> Vec<Tree> {
        match self.argument(node, bindings, depth).kind {
            Kind::List(items) => items,
            _ => Vec::new(),
        }
    }

    /// What a name stands for: a loop's value, a parameter, a pseudo parameter, a resource.
    pub(super) fn reference(&self, name: &str, place: Place, bindings: &Bindings) -> Tree {
        if let Some((_, value)) = bindings.iter().rev().find(|(bound, _)| **bound == *name) {
            return self.copy(value, place);
        }
        if let Some(value) = self.given.get(name) {
            return self.copy(value, place);
        }
        if let Some(pseudo) = name.strip_prefix("AWS::") {
            return self.pseudo(pseudo, place);
        }
        if self.parameter_node(name).is_some() {
            return self.parameter_value(name, place);
        }
        match name.split_once('.') {
            Some((id, attribute)) => Tree::reference(self.scope, id, attribute, place),
            None => Tree::reference(self.scope, name, "", place),
        }
    }

    /// A copy of a value, which counts as work.
    fn copy(&self, value: &Tree, place: Place) -> Tree {
        if !self.spend(value.size()) {
            return Tree::unknown("is too large", place);
        }
        value.clone().moved(place)
    }

    fn pseudo(&self, name: &str, place: Place) -> Tree {
        let open = |setting: &Setting<String>, what: &str| match setting.known() {
            Some(known) => Tree::text(known, place).derived(),
            None => {
                let why = Why::new(format!("depends on the {what} of the deployment"));
                Tree::new(Kind::Text(Text { parts: vec![Part::Open(format!("AWS::{name}").into(), why)] }), place)
            }
        };
        match name {
            "NoValue" => Tree::null(place),
            "Partition" => Tree::text("aws", place).derived(),
            "URLSuffix" => Tree::text("amazonaws.com", place).derived(),
            "Region" => open(self.region, "region"),
            "AccountId" => open(self.account, "account"),
            "StackName" => open(self.stack_name, "stack name"),
            _ => open(&Setting::Unset, "stack"),
        }
    }

    pub(super) fn parameter_node(&self, name: &str) -> Option<&'a Node> {
        self.root.get("Parameters")?.get(name)
    }

    /// The value of a parameter by its default.
    fn parameter_value(&self, name: &str, place: Place) -> Tree {
        let declared = self.parameter_node(name);
        let of = |key: &str| declared.and_then(|node| node.get(key));
        let kind = of("Type").and_then(Node::text).unwrap_or_default();
        let why = match of("Default").and_then(Node::text) {
            Some(_) if kind.starts_with("AWS::SSM::") => format!("is read from the parameter store (`{name}`)"),
            Some(default) if kind.contains("List") => return self.copy(&list_of(default, place), place),
            Some(default) => return Tree::text(default, place).derived(),
            None => match of("AllowedValues").map(|node| node.items().collect::<Vec<_>>()).as_deref() {
                Some([only]) if only.text().is_some() => {
                    return Tree::text(only.text().unwrap_or_default(), place).derived();
                }
                _ => format!("depends on the parameter `{name}`, which has no default"),
            },
        };
        Tree::new(Kind::Text(Text { parts: vec![Part::Open(name.into(), Why::new(why))] }), place)
    }

    /// All parameters, for the model.
    pub(in crate::declare) fn parameters(&self) -> BTreeMap<String, Parameter> {
        let Some(parameters) = self.root.get("Parameters") else { return BTreeMap::new() };
        let read = parameters.entries().filter_map(|(key, node)| {
            let name = key.text()?.to_owned();
            let default = match self.given.get(&name) {
                Some(given) => given.setting(),
                None => node.get("Default").map_or(Setting::Unset, |node| self.eval(node, &Vec::new()).setting()),
            };
            let allowed = node.get("AllowedValues");
            let allowed = allowed.map(|list| list.items().filter_map(Node::text).map(Arc::from).collect());
            Some((name, Parameter { place: self.place(key), default, allowed }))
        });
        read.collect()
    }

    fn get_att(&self, argument: &Node, place: Place, bindings: &Bindings, depth: u8) -> Tree {
        if let Some(text) = argument.text().filter(|_| !argument.is_mapping()) {
            let text = substituted(text, bindings);
            let (id, attribute) = text.split_once('.').unwrap_or((&text, "Arn"));
            return Tree::reference(self.scope, id, attribute, place);
        }
        let parts = self.arguments(argument, bindings, depth);
        let id = parts.first().and_then(Tree::known).map(|id| substituted(id, bindings));
        let attribute = parts.get(1).and_then(Tree::known);
        match (id, attribute) {
            (Some(id), Some(attribute)) => Tree::reference(self.scope, &id, attribute, place),
            (Some(id), None) => Tree::reference(self.scope, &id, "*", place),
            _ => Tree::unknown("is an attribute of a resource that is not known", place),
        }
    }

    /// `${Name}` replaced, `${!Name}` unescaped.
    fn sub(&self, argument: &Node, place: Place, bindings: &Bindings, depth: u8) -> Tree {
        let argument = self.argument(argument, bindings, depth);
        let (pattern, variables) = match &argument.kind {
            Kind::List(items) => (items.first(), items.get(1)),
            _ => (Some(&argument), None),
        };
        let Some(pattern) = pattern.and_then(Tree::as_text) else {
            return Tree::unknown("is put together from a text that is not known", place);
        };
        let mut text = TextBuilder::default();
        for part in &pattern.parts {
            match part {
                Part::Text(known) => self.substitute(known, variables, &mut text, place, bindings),
                open => text.push(open),
            }
        }
        self.made(text, place)
    }

    fn substitute(
        &self,
        pattern: &str,
        variables: Option<&Tree>,
        text: &mut TextBuilder,
        place: Place,
        bindings: &Bindings,
    ) {
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            text.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                text.push_str("${");
                rest = after;
                continue;
            };
            rest = after;
            if let Some(escaped) = name.strip_prefix('!') {
                text.push_str(&format!("${{{escaped}}}"));
                continue;
            }
            let value = variables.and_then(|variables| variables.as_map()?.get(name)).cloned();
            let value = value.unwrap_or_else(|| self.reference(name.trim(), place, bindings));
            push_tree(text, &value, name);
        }
        text.push_str(rest);
    }

    fn made(&self, text: TextBuilder, place: Place) -> Tree {
        let text = text.finish();
        let bytes = text.known().map_or(0, str::len);
        if !self.spend(bytes / 8) {
            return Tree::unknown("is too large", place);
        }
        Tree::new(Kind::Text(text), place).derived()
    }

    fn join(&self, argument: &Node, place: Place, bindings: &Bindings, depth: u8) -> Tree {
        let parts = self.arguments(argument, bindings, depth);
        let [separator, list] = parts.as_slice() else { return Tree::unknown("is a join that is not complete", place) };
        let (Some(separator), Kind::List(items)) = (separator.known(), &list.kind) else {
            return Tree::unknown("is joined from a list that is not known", place);
        };
        let mut text = TextBuilder::default();
        for (at, item) in items.iter().filter(|item| !item.is_null()).enumerate() {
            if at > 0 {
                text.push_str(separator);
            }
            push_tree(&mut text, item, "a joined value");
        }
        self.made(text, place)
    }

    fn select(&self, argument: &Node, place: Place, bindings: &Bindings, depth: u8) -> Tree {
        let parts = self.arguments(argument, bindings, depth);
        let [index, list] = parts.as_slice() else {
            return Tree::unknown("is a selection that is not complete", place);
        };
        let index = index.known().and_then(|text| text.trim().parse::<usize>().ok());
        match (index, &list.kind) {
            (Some(index), Kind::List(items)) => match items.get(index) {
                Some(item) => item.clone().moved(place),
                None => Tree::unknown("is selected from a shorter list", place),
            },
            // A piece of something that is split: it still says of which resource.
            (index, Kind::Text(text)) => {
                piece_of(text, &index.map_or_else(|| PIECE.to_owned(), |index| format!("{PIECE} {index}")), place)
            }
            _ => Tree::unknown("is selected from a list that is not known", place),
        }
    }

    fn split(&self, argument: &Node, place: Place, bindings: &Bindings, depth: u8) -> Tree {
        let parts = self.arguments(argument, bindings, depth);
        let [separator, text] = parts.as_slice() else {
            return Tree::unknown("is a split that is not complete", place);
        };
        match (separator.known(), &text.kind) {
            (Some(separator), Kind::Text(known)) if !separator.is_empty() => match known.known() {
                Some(known) => {
                    let pieces = known.split(separator).take(1_000).map(|piece| Tree::text(piece, place).derived());
                    Tree::new(Kind::List(pieces.collect()), place)
                }
                None => piece_of(known, &format!("{PIECE}s"), place),
            },
            _ => Tree::unknown("is split from a text that is not known", place),
        }
    }

    fn choice(&self, argument: &Node, place: Place, bindings: &Bindings, depth: u8) -> Tree {
        let parts: Vec<&Node> = argument.items().collect();
        let [name, yes, no] = parts.as_slice() else { return Tree::unknown("is a choice that is not complete", place) };
        let Some(name) = name.text() else { return Tree::unknown("is a choice without a condition", place) };
        let decided = self.condition(name).and_then(|condition| self.holds(&condition));
        let (yes, no) = (self.eval_within(yes, bindings, depth), self.eval_within(no, bindings, depth));
        let (chosen, other) = match decided {
            Some(true) => (yes, no),
            Some(false) => (no, yes),
            None if same(&yes, &no) => return yes,
            None => return Tree::unknown(format!("depends on the condition `{name}`"), place),
        };
        if chosen.is_null() && !other.is_null() && !self.is_constant(name) {
            return Tree::unknown(format!("is set only where the condition `{name}` says so"), place);
        }
        chosen
    }

    fn find_in_map(&self, argument: &Node, place: Place, bindings: &Bindings, depth: u8) -> Tree {
        let parts = self.arguments(argument, bindings, depth);
        let keys: Option<Vec<&str>> = parts.iter().take(3).map(Tree::known).collect();
        let default = || parts.get(3).map(|options| options.get("DefaultValue").clone());
        let Some([map, first, second]) = keys.as_deref() else {
            let open = parts.iter().take(3).find(|key| key.known().is_none()).and_then(Tree::as_text);
            let why = open.map_or_else(|| "is looked up in a map".to_owned(), |text| text.why().to_string());
            return Tree::unknown(why, place);
        };
        let found = self.root.get("Mappings").and_then(|maps| maps.get(map)?.get(first)?.get(second));
        match found {
            Some(node) => self.eval_within(node, bindings, depth).moved(place),
            None => default().filter(|default| !default.is_null()).unwrap_or_else(|| {
                Tree::unknown(format!("is looked up in `{map}`, which has no `{first}`, `{second}`"), place)
            }),
        }
    }
}

/// A plain value; one that a deployment looks up (`{{resolve:...}}`) is not known.
fn scalar(text: &str, place: Place) -> Tree {
    if text.contains("{{resolve:") {
        let why = Why::new("is looked up when the template is deployed");
        return Tree::new(Kind::Text(Text { parts: vec![Part::Open(text.into(), why)] }), place);
    }
    Tree::text(text, place)
}

fn list_of(text: &str, place: Place) -> Tree {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty()).take(1_000);
    Tree::new(Kind::List(items.map(|item| Tree::text(item, place).derived()).collect()), place).derived()
}

fn push_tree(text: &mut TextBuilder, value: &Tree, name: &str) {
    match &value.kind {
        Kind::Text(inner) => text.extend(inner),
        Kind::Unknown(why) => text.push(&Part::Open(name.into(), why.clone())),
        Kind::Null => {}
        Kind::List(_) | Kind::Map(_) => text.push(&Part::Open(name.into(), Why::new("is not a single value"))),
    }
}

/// Something that is cut out of a text which is not fully known, by its name: the references in the text stay.
fn piece_of(text: &Text, name: &str, place: Place) -> Tree {
    let mut parts: Vec<Part> = text.references().map(|reference| Part::Ref(reference.clone())).collect();
    parts.push(Part::Open(format!("{name} of {}", text.symbolic()).into(), text.why()));
    Tree::new(Kind::Text(Text { parts }), place)
}

/// Loop variables in keys and logical ids: `${Name}` and `&{Name}`.
pub(super) fn substituted(text: &str, bindings: &Bindings) -> Arc<str> {
    let mut text = text.to_owned();
    for (name, value) in bindings.iter().rev() {
        let Some(value) = value.known() else { continue };
        text = text.replace(&format!("${{{name}}}"), value);
        let plain: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
        text = text.replace(&format!("&{{{name}}}"), &plain);
    }
    text.into()
}

fn dedup_keys(map: &mut Map) {
    let mut seen = rustc_hash::FxHashSet::default();
    let mut entries = std::mem::take(&mut map.entries);
    entries.reverse();
    entries.retain(|(key, _)| seen.insert(key.text.clone()));
    entries.reverse();
    map.entries = entries;
}

/// Equal values, wherever they are written.
fn same(one: &Tree, other: &Tree) -> bool {
    match (&one.kind, &other.kind) {
        (Kind::Null, Kind::Null) => true,
        (Kind::Text(a), Kind::Text(b)) => a.symbolic() == b.symbolic(),
        (Kind::List(a), Kind::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Kind::Map(a), Kind::Map(b)) => {
            let equal = |(x, y): (&(Key, Tree), &(Key, Tree))| x.0.text == y.0.text && same(&x.1, &y.1);
            a.entries.len() == b.entries.len() && a.entries.iter().zip(&b.entries).all(equal)
        }
        _ => false,
    }
}
