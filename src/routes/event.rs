//! What code asks about the event: which field, compared with which constants.

use rustc_hash::FxHashMap;

use super::found::{EventKind, is_path};
use super::reading::{of_regex, texts};
use super::words::EVENTS;
use crate::program::classes::ClassAt;
use crate::program::flow::{Arg, Comparison, Def, Kind, NodeId, Stmt, VarId};
use crate::program::values::{At, Program, Thing, UnitId};

/// A part of the event, by the names on the way to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Field(pub(crate) Vec<String>);

/// What must hold of the event on a branch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) method: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) kind: Option<EventKind>,
    /// Whether the field is one that functions dispatch on.
    pub(crate) certain: bool,
    /// Whether all that is asked is that a field is there.
    pub(crate) presence: bool,
}

impl Field {
    fn last(&self) -> String {
        // `Action(event["action"]).value`
        let said = self.0.iter().rev().find(|name| self.0.len() == 1 || !matches!(name.as_str(), "value" | "name"));
        let name = said.map_or("", String::as_str);
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    }

    /// Whether functions commonly dispatch on a field of this name.
    pub(crate) fn is_dispatched(&self) -> bool {
        EVENTS.is_dispatched(&self.last())
    }

    /// What it means for the field to be `text`.
    pub(crate) fn is(&self, text: &str) -> Condition {
        let mut found = Condition { certain: self.is_dispatched(), ..Condition::default() };
        let (first, rest) = text.split_once([' ', ':', '#']).unwrap_or((text, ""));
        if EVENTS.is_method(first) && is_path(rest) {
            found.method = Some(first.to_owned());
            found.path = Some(rest.to_owned());
            found.certain = true;
        } else if EVENTS.is_method(text) {
            found.method = Some(text.to_owned());
        } else if is_path(text) {
            found.path = Some(text.to_owned());
            found.certain = true;
        } else {
            found.key = Some(text.to_owned());
            found.kind = self.kind(text);
        }
        found
    }

    fn kind(&self, text: &str) -> Option<EventKind> {
        match self.last().as_str() {
            "eventsource" => EventKind::of_source(text),
            "source" if text == "aws.events" => Some(EventKind::Schedule),
            "source" if text.contains('.') => Some(EventKind::Bus),
            "detailtype" if text == "Scheduled Event" => Some(EventKind::Schedule),
            "detailtype" => Some(EventKind::Bus),
            "fieldname" | "typename" => Some(EventKind::Graphql),
            _ => None,
        }
    }

    /// What it means for the event to have a field at all. Fields that no service sends may be
    /// there to choose by, or may just be options.
    fn present(&self) -> Option<Condition> {
        let name = self.0.last()?;
        let (kind, certain) = match EVENTS.present(name) {
            Some(kind) => (kind, true),
            None if self.0.len() == 1 => (None, false),
            None => return None,
        };
        Some(Condition { key: Some(name.clone()), kind, certain, presence: !certain, ..Condition::default() })
    }
}

impl Condition {
    /// Both must hold.
    pub(crate) fn and(&self, other: &Self) -> Self {
        let path = match (&self.path, &other.path) {
            // `startsWith("/users/")` and then the exact path.
            (Some(a), Some(b)) => Some(if b.len() >= a.len() { b.clone() } else { a.clone() }),
            (a, b) => a.clone().or_else(|| b.clone()),
        };
        Self {
            method: other.method.clone().or_else(|| self.method.clone()),
            key: match &path {
                Some(_) => None,
                None => other.key.clone().or_else(|| self.key.clone()),
            },
            path,
            kind: other.kind.or(self.kind),
            certain: self.certain || other.certain,
            presence: self.presence || other.presence,
        }
    }

    fn is_empty(&self) -> bool {
        self.method.is_none() && self.path.is_none() && self.key.is_none()
    }
}

/// Reads expressions with an idea of which variables hold the event.
pub(crate) struct Reader<'p, 'a> {
    pub(crate) program: &'p Program<'a>,
    /// Variables that hold the event or a part of it.
    pub(crate) known: FxHashMap<(UnitId, VarId), Field>,
    /// Attributes of instances that hold it.
    attributes: FxHashMap<(ClassAt, String), Field>,
}

impl<'p, 'a> Reader<'p, 'a> {
    pub(crate) fn new(program: &'p Program<'a>) -> Self {
        Self { program, known: FxHashMap::default(), attributes: FxHashMap::default() }
    }

    /// An instance is made from parts of the event: what its constructor keeps.
    pub(crate) fn constructed(&mut self, class: ClassAt, fields: &[Option<Field>]) {
        if fields.iter().all(Option::is_none) {
            return;
        }
        let Some(function) = self.program.constructor(class) else { return };
        for (param, field) in self.program.own_params(function).iter().zip(fields) {
            if let Some(field) = field {
                self.known.entry((function.0, *param)).or_insert_with(|| field.clone());
            }
        }
        let Some((unit, body)) = self.program.body(function) else { return };
        for stmt in self.program.flow(unit).block(body) {
            let Stmt::Store(place, value) = stmt else { continue };
            let Kind::Attr(object, name) = self.program.kind((unit, *place)) else { continue };
            if let Some(owner) = self.program.receiver((unit, *object))
                && let Some(field) = self.field((unit, *value))
            {
                self.attributes.entry((owner, name.to_string())).or_insert(field);
            }
        }
    }

    /// Whether instances of a class hold the event.
    pub(crate) fn holds(&self, class: ClassAt) -> bool {
        self.attributes.keys().any(|(holder, _)| *holder == class)
    }

    /// The part of the event that an expression gives.
    pub(crate) fn field(&self, at: At) -> Option<Field> {
        self.field_at(at, 16)
    }

    fn field_at(&self, at: At, depth: u32) -> Option<Field> {
        let depth = depth.checked_sub(1)?;
        let unit = at.0;
        match self.program.kind(at) {
            Kind::Var(var) => self.variable(unit, *var, depth),
            Kind::Attr(object, name) => {
                if !self.attributes.is_empty()
                    && let Some(class) = self.program.receiver((unit, *object))
                    && let Some(field) = self.attributes.get(&(class, name.to_string()))
                {
                    return Some(field.clone());
                }
                let mut field = self.field_at((unit, *object), depth)?;
                field.0.push(name.to_string());
                Some(field)
            }
            Kind::Index(object, key) => {
                let mut field = self.field_at((unit, *object), depth)?;
                field.0.extend(self.program.text((unit, *key)));
                Some(field)
            }
            Kind::Call(callee, args) => self.call((unit, *callee), args, depth),
            Kind::Or(parts) | Kind::Join(parts) => {
                let fields = parts.iter().filter_map(|part| self.field_at((unit, *part), depth));
                fields.max_by_key(|field| field.0.len())
            }
            Kind::Choice(_, yes, no) => {
                self.field_at((unit, *yes), depth).or_else(|| self.field_at((unit, *no), depth))
            }
            Kind::Assign(_, value) => self.field_at((unit, *value), depth),
            Kind::Group(parts) if parts.len() == 1 => self.field_at((unit, *parts.first()?), depth),
            _ => None,
        }
    }

    fn variable(&self, unit: UnitId, var: VarId, depth: u32) -> Option<Field> {
        if let Some(known) = self.known.get(&(unit, var)) {
            return Some(known.clone());
        }
        let inner = self.program.flow(unit).vars.get(var as usize)?;
        let mut defs = inner.defs.iter().filter_map(|def| match def {
            Def::Node(node) => self.field_at((unit, *node), depth),
            _ => None,
        });
        let mut field = defs.next()?;
        if field.0.is_empty() || !field.is_dispatched() {
            // `method, path = parse(event)`: the variable's own name says which.
            let named = Field(vec![inner.name.to_string()]);
            if named.is_dispatched() && !matches!(named.last().as_str(), "event" | "type" | "resource") {
                field.0.push(inner.name.to_string());
            }
        }
        Some(field)
    }

    fn call(&self, callee: At, args: &[Arg], depth: u32) -> Option<Field> {
        let unit = callee.0;
        if let Kind::Attr(object, name) = self.program.kind(callee)
            && let Some(mut field) = self.field_at((unit, *object), depth)
        {
            if matches!(&**name, "get" | "pop") {
                field.0.extend(args.first().and_then(|arg| self.program.text((unit, arg.value))));
            }
            return Some(field);
        }
        let mut field = args.iter().find_map(|arg| self.field_at((unit, arg.value), depth))?;
        if field.0.is_empty()
            && let Some(function) = self.program.function(callee)
        {
            let name = super::reading::function_name(self.program, function);
            field.0.push(name.trim_start_matches('_').replace("get_", ""));
        }
        Some(field)
    }

    /// Under which conditions a test holds; nothing when it does not ask about the event.
    pub(crate) fn test(&self, at: At) -> Option<Vec<Condition>> {
        self.test_at(at, 12)
    }

    fn test_at(&self, at: At, depth: u32) -> Option<Vec<Condition>> {
        let depth = depth.checked_sub(1)?;
        let unit = at.0;
        match self.program.kind(at) {
            Kind::Compare(Comparison::Equal, a, b) => {
                self.equal((unit, *a), (unit, *b)).or_else(|| self.equal((unit, *b), (unit, *a)))
            }
            Kind::Compare(Comparison::In, a, b) => self.contained((unit, *a), (unit, *b)),
            Kind::Compare(Comparison::NotEqual, a, b)
                if matches!(self.program.value((unit, *b)), Thing::Node(node) if matches!(self.program.kind(node), Kind::Nothing))
                    || matches!(self.program.value((unit, *b)), Thing::External(name) if name == "undefined") =>
            {
                self.test_at((unit, *a), depth)
            }
            Kind::And(parts) => self.all(unit, parts, depth),
            Kind::Or(parts) => {
                let found: Vec<Condition> =
                    parts.iter().filter_map(|part| self.test_at((unit, *part), depth)).flatten().collect();
                (!found.is_empty()).then_some(found)
            }
            Kind::Call(callee, args) => {
                self.asked((unit, *callee), args).or_else(|| self.predicate((unit, *callee), depth))
            }
            Kind::Assign(_, value) => self.test_at((unit, *value), depth),
            Kind::Not(inner) => match self.program.kind((unit, *inner)) {
                Kind::Not(value) => self.test_at((unit, *value), depth),
                _ => None,
            },
            Kind::Group(parts) if parts.len() == 1 => self.test_at((unit, *parts.first()?), depth),
            Kind::Var(var) => {
                let inner = self.program.flow(unit).vars.get(*var as usize)?;
                let [Def::Node(node)] = inner.defs.as_slice() else { return None };
                self.test_at((unit, *node), depth)
            }
            Kind::Attr(..) | Kind::Index(..) => {
                let field = self.field_at(at, depth)?;
                field.present().map(|condition| vec![condition])
            }
            _ => None,
        }
    }

    /// An own function that asks about the event it is given.
    fn predicate(&self, callee: At, depth: u32) -> Option<Vec<Condition>> {
        let function = self.program.function(callee)?;
        let params = self.program.own_params(function);
        if !params.iter().any(|param| self.known.contains_key(&(function.0, *param))) {
            return None;
        }
        let (unit, body) = self.program.body(function)?;
        match self.program.flow(unit).block(body) {
            [Stmt::Return(Some(value))] => self.test_at((unit, *value), depth),
            _ => None,
        }
    }

    fn all(&self, unit: UnitId, parts: &[NodeId], depth: u32) -> Option<Vec<Condition>> {
        let mut found = vec![Condition::default()];
        for part in parts {
            let Some(options) = self.test_at((unit, *part), depth) else { continue };
            let both = found.iter().flat_map(|a| options.iter().map(|b| a.and(b)));
            found = both.take(64).collect();
        }
        found.retain(|condition| !condition.is_empty());
        (!found.is_empty()).then_some(found)
    }

    /// `subject == constant`, tuples member by member.
    pub(crate) fn equal(&self, subject: At, constant: At) -> Option<Vec<Condition>> {
        let tuple = match self.program.kind(subject) {
            Kind::Var(_) => match self.program.value(subject) {
                Thing::Node(node) => node,
                _ => subject,
            },
            _ => subject,
        };
        if let (Kind::List(subjects), Kind::List(constants)) = (self.program.kind(tuple), self.program.kind(constant)) {
            return self.tuple(tuple.0, subjects, constant.0, constants);
        }
        let field = self.field(subject)?;
        if self.field(constant).is_some() {
            return None;
        }
        match self.program.kind(constant) {
            Kind::List(_) | Kind::Map(_) => return self.shaped(&field, constant, 8).map(|found| vec![found]),
            _ => {}
        }
        let said = texts(self.program, constant);
        (!said.is_empty()).then(|| said.iter().map(|text| field.is(text)).collect())
    }

    /// A pattern with parts: keys of the event with their values, the parts of a path.
    fn shaped(&self, field: &Field, pattern: At, depth: u32) -> Option<Condition> {
        let depth = depth.checked_sub(1)?;
        let unit = pattern.0;
        match self.program.kind(pattern) {
            Kind::Map(entries) => {
                let (mut found, mut there) = (Condition::default(), None);
                for (key, value) in entries {
                    let mut inner = field.clone();
                    inner.0.push(self.program.text((unit, *key))?);
                    match self.shaped(&inner, (unit, *value), depth) {
                        Some(asked) => found = asked.and(&found),
                        None => there = there.or_else(|| inner.present()),
                    }
                }
                if found.is_empty() { there } else { Some(found) }
            }
            Kind::List(parts) => {
                let nested = parts.iter().find_map(|part| match self.program.kind((unit, *part)) {
                    Kind::Map(_) => self.shaped(field, (unit, *part), depth),
                    _ => None,
                });
                if nested.is_some() {
                    return nested;
                }
                let texts: Vec<Option<String>> = parts.iter().map(|part| self.program.text((unit, *part))).collect();
                if texts.iter().all(Option::is_none) {
                    return None;
                }
                let parts: Vec<String> = texts.into_iter().map(|text| text.unwrap_or_else(|| "*".to_owned())).collect();
                let path = parts.join("/");
                Some(field.is(&format!("/{}", path.trim_start_matches('/'))))
            }
            _ => self.program.text(pattern).map(|text| field.is(&text)),
        }
    }

    fn tuple(&self, unit: UnitId, subjects: &[NodeId], other: UnitId, constants: &[NodeId]) -> Option<Vec<Condition>> {
        let same = subjects.len() == constants.len();
        let mut found = Condition::default();
        for (at, constant) in constants.iter().enumerate() {
            let subject = subjects.get(at).filter(|_| same).or_else(|| subjects.first())?;
            let field = self.field((unit, *subject)).unwrap_or_default();
            if let Some(asked) = self.shaped(&field, (other, *constant), 8) {
                found = found.and(&asked);
            }
        }
        (!found.is_empty()).then(|| vec![Condition { certain: true, ..found }])
    }

    /// `field in ("/a", "/b")`, `"Records" in event`, `"/users" in path`.
    fn contained(&self, a: At, b: At) -> Option<Vec<Condition>> {
        match (self.field(a), self.field(b)) {
            (Some(field), None) => {
                let said = match self.program.value(b) {
                    // `if action in HANDLERS` asks no more than the lookup that follows.
                    Thing::Node(node) if matches!(self.program.kind(node), Kind::Map(_)) => return None,
                    _ => texts(self.program, b),
                };
                (!said.is_empty()).then(|| said.iter().map(|text| field.is(text)).collect())
            }
            (None, Some(field)) => {
                let text = self.program.text(a)?;
                if is_path(&text) && field.is_dispatched() {
                    return Some(vec![field.is(&format!("/*{}*", text.trim_start_matches('/')))]);
                }
                let mut inner = field.clone();
                inner.0.push(text);
                inner.present().map(|condition| vec![condition])
            }
            _ => None,
        }
    }

    /// `path.startswith("/x")`, `re.match(r"/x", path)`, `/x/.test(path)`, `["a"].includes(x)`.
    fn asked(&self, callee: At, args: &[Arg]) -> Option<Vec<Condition>> {
        let unit = callee.0;
        let first = (unit, args.first()?.value);
        let Kind::Attr(object, name) = self.program.kind(callee) else { return None };
        let object = (unit, *object);
        if let Some(field) = self.field(object) {
            return self.asked_of(&field, name, first);
        }
        let field = args.iter().find_map(|arg| self.field((unit, arg.value)))?;
        let pattern = self.pattern(object).or_else(|| match self.program.value(callee) {
            Thing::External(path) if path.starts_with("re.") => self.program.text(first),
            _ => None,
        });
        match (&**name, pattern) {
            ("match" | "fullmatch" | "search" | "test" | "exec", Some(pattern)) => {
                Some(vec![field.is(&of_regex(&pattern))])
            }
            ("includes" | "has", None) => {
                let said = texts(self.program, object);
                (!said.is_empty()).then(|| said.iter().map(|text| field.is(text)).collect())
            }
            _ => None,
        }
    }

    fn asked_of(&self, field: &Field, name: &str, first: At) -> Option<Vec<Condition>> {
        let text = || self.program.text(first);
        match name {
            "startswith" | "startsWith" => {
                let said = texts(self.program, first);
                let said: Vec<Condition> = said.iter().map(|text| field.is(&format!("{text}*"))).collect();
                (!said.is_empty()).then_some(said)
            }
            "endswith" | "endsWith" => text().map(|text| vec![field.is(&format!("/*{text}"))]),
            "includes" => text().filter(|text| is_path(text)).map(|text| vec![field.is(&format!("/*{text}*"))]),
            "match" => self.pattern(first).map(|pattern| vec![field.is(&of_regex(&pattern))]),
            "hasOwnProperty" | "get" => {
                let mut inner = field.clone();
                inner.0.extend(text());
                inner.present().map(|condition| vec![condition])
            }
            "equals" => text().map(|text| vec![field.is(&text)]),
            _ => None,
        }
    }

    /// The regular expression that an expression stands for.
    pub(crate) fn pattern(&self, at: At) -> Option<String> {
        match self.program.value(at) {
            Thing::Node(node) => match self.program.kind(node) {
                Kind::Regex(pattern) => Some(pattern.to_string()),
                _ => None,
            },
            Thing::Made(path, made) if matches!(path.as_str(), "re.compile()" | "RegExp()") => {
                let Kind::Call(_, args) = self.program.kind(made) else { return None };
                self.program.text((made.0, args.first()?.value))
            }
            _ => None,
        }
    }
}
