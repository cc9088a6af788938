//! Values of expressions in HCL: variables, locals, references to resources, templates, loops.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{BinaryOperator, Expression, ForExpr, ObjectKey, Traversal, TraversalOperator, UnaryOperator};
use hcl_edit::structure::{Block, Body, Structure};
use hcl_edit::template::{Directive, Element};

use super::super::model::{Place, Why};
use super::super::tree::{Key, Kind, Map, Part, Scope, Text, TextBuilder, Tree};
use super::code::is_archive;
use super::files::{Made, content, made_of};
use super::functions;
use crate::input::files::Files;
use crate::span::Span;

/// Values within values; the parser allows 64 levels, and locals lead from one to another.
pub(super) const DEEPEST: u8 = 120;
/// Nodes that evaluating one module may make.
const MOST_WORK: usize = 1_000_000;
/// Nodes of one value: values that hold each other twice must end.
const MOST_NODES: usize = 50_000;
/// Rounds of one loop: archives take as many files as a folder has.
const MOST_ROUNDS: usize = 2_000;

/// Attributes that say which resource it is, and not how it is set: a reference to one stays a reference.
const IDENTITY: [&str; 14] = [
    "id",
    "arn",
    "name",
    "invoke_arn",
    "qualified_arn",
    "qualified_invoke_arn",
    "version",
    "url",
    "execution_arn",
    "root_resource_id",
    "stream_arn",
    "output_path",
    "response_streaming_invoke_arn",
    "alarm_name",
];

/// Whether an attribute of a resource says which resource it is. Of other types the same attribute
/// names something else, and its value is what counts.
fn is_identity(address: &str, attribute: &str) -> bool {
    match attribute {
        "function_name" => address.starts_with("aws_lambda_function."),
        "resource_id" => address.starts_with("aws_appautoscaling_target."),
        "bucket" => address.starts_with("aws_s3_bucket."),
        other => IDENTITY.contains(&other),
    }
}

/// A module with the values that it was called with.
pub(super) struct Module<'f> {
    pub(super) scope: Scope,
    /// What stands before the addresses of its resources, such as `module.a.`.
    pub(super) prefix: String,
    /// Its folder as seen from the root module: what `path.module` is.
    pub(super) path: String,
    pub(super) workspace: Option<String>,
    pub(super) variables: BTreeMap<String, Tree>,
    pub(super) locals: BTreeMap<String, (u32, Expression)>,
    /// Resources and data by their address.
    pub(super) blocks: BTreeMap<String, (u32, Arc<Block>)>,
    /// What lies around it.
    pub(super) files: &'f dyn Files,
    /// The root module's folder.
    pub(super) root: String,
    /// The files below folders that expressions asked for; nothing where that are too many.
    pub(super) known_files: RefCell<BTreeMap<String, Option<Arc<[String]>>>>,
    pub(super) known_locals: RefCell<BTreeMap<String, Option<Tree>>>,
    pub(super) work: Cell<usize>,
}

/// What is bound where an expression stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Env {
    pub(super) file: u32,
    /// `each.key` and `each.value`.
    pub(super) each: Option<(Arc<Tree>, Arc<Tree>)>,
    /// `count.index`.
    pub(super) index: Option<Arc<Tree>>,
    /// Variables of `for` and of dynamic blocks.
    pub(super) bound: Vec<(String, Arc<Tree>)>,
}

impl Env {
    pub(super) fn of(file: u32) -> Self {
        Self { file, ..Self::default() }
    }

    fn place(&self, range: Option<std::ops::Range<usize>>) -> Place {
        let range = range.unwrap_or_default();
        Place { file: self.file, span: Span::new(range.start as u32, range.end as u32) }
    }

    fn with(&self, name: &str, value: Tree) -> Self {
        let mut env = self.clone();
        env.bound.push((name.to_owned(), Arc::new(value)));
        env
    }
}

impl Module<'_> {
    /// Takes some work; false when there is none left.
    pub(super) fn spend(&self, amount: usize) -> bool {
        self.work.set(self.work.get().saturating_add(amount));
        self.work.get() <= MOST_WORK
    }

    /// A copy of a value, which counts as work; one that is too large is not known.
    fn copy(&self, value: &Tree) -> Tree {
        let size = value.size();
        if size > MOST_NODES || !self.spend(size) {
            return Tree::unknown("is too large", value.place);
        }
        value.clone()
    }

    pub(super) fn eval(&self, expr: &Expression, env: &Env) -> Tree {
        self.within(expr, env, DEEPEST)
    }

    pub(super) fn within(&self, expr: &Expression, env: &Env, depth: u8) -> Tree {
        let place = env.place(expr.span());
        let Some(depth) = depth.checked_sub(1).filter(|_| self.spend(1)) else {
            return Tree::unknown("is nested too deep or too large", place);
        };
        match expr {
            Expression::Null(_) => Tree::null(place),
            Expression::Bool(truth) => Tree::text(truth.value().to_string(), place),
            Expression::Number(number) => Tree::text(number.value().to_string(), place),
            Expression::String(text) => Tree::text(text.value(), place),
            Expression::Array(items) => {
                let items = items.iter().map(|item| self.within(item, env, depth));
                Tree::new(Kind::List(items.collect()), place)
            }
            Expression::Object(object) => {
                let mut map = Map::default();
                for (key, value) in object.iter() {
                    let value = self.within(value.expr(), env, depth);
                    match self.object_key(key, env, depth) {
                        Some(key) => map.entries.push((key, value)),
                        None => map.open = Some(Why::new("has a key that is not known")),
                    }
                }
                Tree::new(Kind::Map(map), place)
            }
            Expression::StringTemplate(template) => match template.iter().collect::<Vec<_>>().as_slice() {
                // An interpolation that stands alone is its value, of whatever type.
                [Element::Interpolation(only)] => self.within(&only.expr, env, depth).moved(place).derived(),
                _ => self.template(template.iter(), place, env, depth),
            },
            Expression::HeredocTemplate(heredoc) => self.template(heredoc.template.iter(), place, env, depth),
            Expression::Parenthesis(inner) => self.within(inner.inner(), env, depth),
            Expression::Variable(name) => self
                .bound(name.as_str(), env)
                .unwrap_or_else(|| Tree::unknown(format!("depends on `{}`", name.as_str()), place))
                .moved(place),
            Expression::Conditional(choice) => {
                let decided = self.within(&choice.cond_expr, env, depth);
                match decided.truth().known() {
                    Some(true) => self.within(&choice.true_expr, env, depth),
                    Some(false) => self.within(&choice.false_expr, env, depth),
                    None => self.undecided(choice, &decided, env, place, depth),
                }
            }
            Expression::FuncCall(call) => functions::call(self, call, env, place, depth),
            Expression::Traversal(traversal) => self.traversal(traversal, env, place, depth),
            Expression::UnaryOp(operation) => {
                let value = self.within(&operation.expr, env, depth);
                functions::unary(*operation.operator.value() == UnaryOperator::Neg, &value, place)
            }
            Expression::BinaryOp(operation) => {
                let (left, right) =
                    (self.within(&operation.lhs_expr, env, depth), self.within(&operation.rhs_expr, env, depth));
                let operator: BinaryOperator = *operation.operator.value();
                functions::binary(operator, &left, &right, place)
            }
            Expression::ForExpr(looped) => self.looped(looped, env, place, depth),
        }
    }

    /// A choice that is not decided: known where both sides are equal.
    fn undecided(
        &self,
        choice: &hcl_edit::expr::Conditional,
        decided: &Tree,
        env: &Env,
        place: Place,
        depth: u8,
    ) -> Tree {
        let yes = self.within(&choice.true_expr, env, depth);
        let no = self.within(&choice.false_expr, env, depth);
        let equal = match (yes.as_text(), no.as_text()) {
            (Some(yes), Some(no)) => yes.symbolic() == no.symbolic(),
            _ => false,
        };
        if equal {
            return yes;
        }
        let why = decided.setting().why().cloned();
        Tree::new(Kind::Unknown(why.unwrap_or_else(|| Why::new("depends on a condition"))), place)
    }

    fn object_key(&self, key: &ObjectKey, env: &Env, depth: u8) -> Option<Key> {
        match key {
            ObjectKey::Ident(name) => Some(Key { text: name.as_str().into(), place: env.place(name.span()) }),
            ObjectKey::Expression(expr) => {
                let place = env.place(expr.span());
                Some(Key { text: self.within(expr, env, depth).known()?.into(), place })
            }
        }
    }

    fn template<'e>(&self, elements: impl Iterator<Item = &'e Element>, place: Place, env: &Env, depth: u8) -> Tree {
        let mut text = TextBuilder::default();
        let mut plain = true;
        for element in elements {
            match element {
                Element::Literal(literal) => text.push_str(literal.value()),
                Element::Interpolation(inner) => {
                    plain = false;
                    let value = self.within(&inner.expr, env, depth);
                    push(&mut text, &value);
                }
                Element::Directive(directive) => {
                    plain = false;
                    self.directive(directive, &mut text);
                }
            }
        }
        let text = text.finish();
        if !self.spend(text.known().map_or(0, str::len) / 16) {
            return Tree::unknown("is too large", place);
        }
        let tree = Tree::new(Kind::Text(text), place);
        if plain { tree } else { tree.derived() }
    }

    fn directive(&self, directive: &Directive, text: &mut TextBuilder) {
        let name = match directive {
            Directive::If(_) => "if",
            Directive::For(_) => "for",
        };
        text.push(&Part::Open(format!("%{name}").into(), Why::new("depends on a template directive")));
    }

    fn bound(&self, name: &str, env: &Env) -> Option<Tree> {
        env.bound.iter().rev().find(|(bound, _)| bound == name).map(|(_, value)| self.copy(value))
    }

    fn looped(&self, looped: &ForExpr, env: &Env, place: Place, depth: u8) -> Tree {
        let collection = self.within(&looped.intro.collection_expr, env, depth);
        let Some(pairs) = pairs(&collection) else {
            return Tree::unknown("is made from a collection that is not known", place);
        };
        if pairs.len() > MOST_ROUNDS {
            return Tree::unknown("is made by a loop of too many rounds", place);
        }
        let (mut list, mut map) = (Vec::new(), Map::default());
        for (key, value) in pairs {
            let mut inner = env.with(looped.intro.value_var.as_str(), value);
            if let Some(name) = &looped.intro.key_var {
                inner = inner.with(name.as_str(), key);
            }
            if let Some(condition) = &looped.cond {
                match self.within(&condition.expr, &inner, depth).truth().known() {
                    Some(true) => {}
                    Some(false) => continue,
                    None => return Tree::unknown("depends on a condition that is not known", place),
                }
            }
            let made = self.within(&looped.value_expr, &inner, depth);
            match &looped.key_expr {
                None => list.push(made),
                Some(key) => match self.within(key, &inner, depth).known() {
                    Some(key) => map.entries.push((Key { text: key.into(), place }, made)),
                    None => map.open = Some(Why::new("has a key that is not known")),
                },
            }
        }
        let kind = if looped.key_expr.is_some() { Kind::Map(map) } else { Kind::List(list) };
        Tree::new(kind, place).derived()
    }

    fn traversal(&self, traversal: &Traversal, env: &Env, place: Place, depth: u8) -> Tree {
        let operators: Vec<&TraversalOperator> = traversal.operators.iter().map(|operator| operator.value()).collect();
        let Expression::Variable(root) = &traversal.expr else {
            let value = self.within(&traversal.expr, env, depth);
            return self.walk(value, &operators, env, place, depth);
        };
        let root = root.as_str();
        if let Some(value) = self.bound(root, env) {
            return self.walk(value, &operators, env, place, depth);
        }
        let name = operators.first().and_then(|operator| attribute(operator));
        match (root, name) {
            ("var", Some(name)) => {
                let value = self.variables.get(name).map(|value| self.copy(value));
                let value = value.unwrap_or_else(|| open_variable(name, place));
                self.walk(value, &operators[1..], env, place, depth)
            }
            ("local", Some(name)) => self.walk(self.local(name, place, depth), &operators[1..], env, place, depth),
            ("each", Some(name)) => {
                let pair = env.each.as_ref().map(|(key, value)| if name == "key" { key } else { value });
                let value = pair.map(|value| self.copy(value));
                let value = value.unwrap_or_else(|| Tree::unknown("depends on a loop", place));
                self.walk(value, &operators[1..], env, place, depth)
            }
            ("count", Some(_)) => {
                let index = env.index.as_ref().map(|index| self.copy(index));
                index.unwrap_or_else(|| Tree::unknown("depends on a loop", place)).moved(place)
            }
            ("path", Some("module")) => Tree::text(&self.path, place).derived(),
            ("path", Some(_)) => Tree::text(".", place).derived(),
            ("terraform", Some(_)) => match &self.workspace {
                Some(workspace) => Tree::text(workspace, place).derived(),
                None => open("terraform.workspace", "depends on the workspace", place),
            },
            ("self", _) => Tree::unknown("depends on the resource itself", place),
            ("data", Some(kind)) => self.resource(&format!("data.{kind}"), &operators[1..], env, place, depth),
            (kind, Some(_)) => self.resource(kind, &operators, env, place, depth),
            _ => Tree::unknown(format!("depends on `{root}`"), place),
        }
    }

    fn local(&self, name: &str, place: Place, depth: u8) -> Tree {
        if let Some(known) = self.known_locals.borrow().get(name) {
            let value = known.as_ref().map(|value| self.copy(value));
            return value.unwrap_or_else(|| Tree::unknown(format!("depends on itself (`local.{name}`)"), place));
        }
        let Some((file, expr)) = self.locals.get(name) else {
            return Tree::unknown(format!("depends on `local.{name}`, which is not there"), place);
        };
        self.known_locals.borrow_mut().insert(name.to_owned(), None);
        let value = self.within(expr, &Env::of(*file), depth);
        let value = if value.size() > MOST_NODES { Tree::unknown("is too large", place) } else { value };
        self.known_locals.borrow_mut().insert(name.to_owned(), Some(value.clone()));
        value
    }

    /// `type.name`, perhaps with an index, and an attribute of it.
    fn resource(&self, kind: &str, operators: &[&TraversalOperator], env: &Env, place: Place, depth: u8) -> Tree {
        let Some(name) = operators.first().and_then(|operator| attribute(operator)) else {
            return Tree::unknown(format!("depends on `{kind}`"), place);
        };
        let address = format!("{kind}.{name}");
        let mut rest = &operators[1..];
        let mut id = address.clone();
        if let Some(index) = rest.first().and_then(|operator| self.index(operator, env, depth)) {
            id.push_str(&index);
            rest = &rest[1..];
        }
        if rest.first().is_some_and(|operator| is_splat(operator)) {
            let item = self.resource_attribute(&address, &id, &rest[1..], env, place, depth);
            return Tree::new(Kind::List(vec![item]), place).derived();
        }
        self.resource_attribute(&address, &id, rest, env, place, depth)
    }

    fn resource_attribute(
        &self,
        address: &str,
        id: &str,
        rest: &[&TraversalOperator],
        env: &Env,
        place: Place,
        depth: u8,
    ) -> Tree {
        let names: Vec<&str> = rest.iter().filter_map(|operator| attribute(operator)).collect();
        let is_module = address.starts_with("module.");
        if let (Some(first), Some((file, block))) = (names.first(), self.blocks.get(address))
            && !is_identity(address, first)
            && let Some(attribute) = block.body.get_attribute(first)
        {
            let inner = Env { file: *file, ..env.clone() };
            let value = self.within(&attribute.value, &inner, depth);
            return self.walk(value, &rest[1..], env, place, depth);
        }
        // Of a template that is a file it matters which.
        if address.starts_with("data.template_file.")
            && names.first() == Some(&"rendered")
            && let Some((file, block)) = self.blocks.get(address)
            && let Some(template) = block.body.get_attribute("template")
        {
            let template = self.within(&template.value, &Env { file: *file, ..env.clone() }, depth);
            match template.as_text().and_then(made_of) {
                Some((Made::AsIs, path)) => return content(Made::Template, &path, place),
                Some((_, path)) => return content(Made::Changed, &path, place),
                None => {}
            }
        }
        if address.starts_with("data.") && !is_archive(address) {
            let text = format!("{id}.{}", names.join("."));
            return open(&text, &format!("is looked up when it is deployed (`{address}`)"), place);
        }
        // Indices behind an output are left out: what is meant is one of its parts.
        let attribute = if is_module { names.join(".") } else { names.first().copied().unwrap_or_default().to_owned() };
        Tree::reference(self.scope, id, &attribute, place)
    }

    fn index(&self, operator: &TraversalOperator, env: &Env, depth: u8) -> Option<String> {
        let key = match operator {
            TraversalOperator::Index(expr) => self.within(expr, env, depth),
            TraversalOperator::LegacyIndex(number) => Tree::text(number.value().to_string(), Place::default()),
            _ => return None,
        };
        Some(suffix(key.known()?))
    }

    /// A value's attributes and elements.
    fn walk(&self, value: Tree, operators: &[&TraversalOperator], env: &Env, place: Place, depth: u8) -> Tree {
        let Some((operator, rest)) = operators.split_first() else { return value.moved(place) };
        if !self.spend(1) {
            return Tree::unknown("is too large", place);
        }
        let next = match operator {
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => {
                let items = match &value.kind {
                    Kind::List(items) => items.clone(),
                    Kind::Null => Vec::new(),
                    Kind::Unknown(_) => return value.moved(place),
                    _ => vec![value],
                };
                let each = items.into_iter().map(|item| self.walk(item, rest, env, place, depth));
                return Tree::new(Kind::List(each.collect()), place).derived();
            }
            TraversalOperator::GetAttr(name) => member(&value, name.as_str()),
            TraversalOperator::Index(expr) => {
                let key = self.within(expr, env, depth);
                match key.known() {
                    Some(key) => member(&value, key),
                    None => Tree::unknown("is chosen by a key that is not known", place),
                }
            }
            TraversalOperator::LegacyIndex(number) => member(&value, &number.value().to_string()),
        };
        self.walk(next, rest, env, place, depth)
    }

    /// A block's attributes and blocks as a tree. A dynamic block is written out.
    pub(super) fn body(&self, body: &Body, env: &Env, depth: u8) -> Tree {
        let mut map = Map::default();
        let Some(depth) = depth.checked_sub(1) else { return Tree::new(Kind::Map(map), Place::default()) };
        for structure in body.iter() {
            match structure {
                Structure::Attribute(attribute) => {
                    let place = attribute.key.span().or_else(|| attribute.value.span());
                    let key = Key { text: attribute.key.as_str().into(), place: env.place(place) };
                    map.entries.push((key, self.within(&attribute.value, env, depth)));
                }
                Structure::Block(block) if block.ident.as_str() == "dynamic" => {
                    self.dynamic(block, env, &mut map, depth)
                }
                Structure::Block(block) => {
                    let place = env.place(block.ident.span());
                    let inner = self.body(&block.body, env, depth);
                    add_block(&mut map, block.ident.as_str(), Tree { place, ..inner });
                }
            }
        }
        Tree::new(Kind::Map(map), env.place(body.span()))
    }

    fn dynamic(&self, block: &Block, env: &Env, map: &mut Map, depth: u8) {
        let Some(name) = block.labels.first().map(|label| label.as_str().to_owned()) else { return };
        let place = env.place(block.ident.span());
        let Some(collection) = block.body.get_attribute("for_each") else { return };
        let collection = self.within(&collection.value, env, depth);
        let content = block.body.get_blocks("content").next();
        let (Some(pairs), Some(content)) = (pairs(&collection), content) else {
            return add_block(map, &name, Tree::unknown("is set by a loop that is not known", place));
        };
        let iterator = block.body.get_attribute("iterator").and_then(|attribute| match &attribute.value {
            Expression::Variable(name) => Some(name.as_str().to_owned()),
            Expression::String(name) => Some(name.as_str().to_owned()),
            _ => None,
        });
        if pairs.len() > MOST_ROUNDS {
            return add_block(map, &name, Tree::unknown("is set by a loop of too many rounds", place));
        }
        for (key, value) in pairs {
            let keyed = |text: &str| Key { text: text.into(), place };
            let bound = Tree::map(vec![(keyed("key"), key), (keyed("value"), value)], place);
            let inner = env.with(iterator.as_deref().unwrap_or(&name), bound);
            let made = self.body(&content.body, &inner, depth);
            add_block(map, &name, Tree { place, ..made });
        }
    }
}

/// Blocks of one name form a list; one that is not known stands for itself.
fn add_block(map: &mut Map, name: &str, block: Tree) {
    let existing = map.entries.iter_mut().find(|(key, _)| *key.text == *name);
    match existing {
        Some((_, Tree { kind: Kind::List(items), .. })) => items.push(block),
        Some(_) => {}
        None => {
            let place = block.place;
            let value =
                if matches!(block.kind, Kind::Unknown(_)) { block } else { Tree::new(Kind::List(vec![block]), place) };
            map.entries.push((Key { text: name.into(), place }, value));
        }
    }
}

/// Key and value of each element; `None` where the collection is not known.
pub(super) fn pairs(collection: &Tree) -> Option<Vec<(Tree, Tree)>> {
    match &collection.kind {
        Kind::List(items) => {
            let numbered = items
                .iter()
                .enumerate()
                .map(|(at, item)| (Tree::text(at.to_string(), item.place).derived(), item.clone()));
            Some(numbered.collect())
        }
        Kind::Map(map) if map.open.is_none() => {
            Some(map.entries.iter().map(|(key, value)| (Tree::text(&key.text, key.place), value.clone())).collect())
        }
        Kind::Null => Some(Vec::new()),
        _ => None,
    }
}

/// An attribute or element of a value. Of an object that lacks it, it is null.
pub(super) fn member(value: &Tree, key: &str) -> Tree {
    match &value.kind {
        Kind::Map(map) => match (map.get(key), &map.open) {
            (Some(value), _) => value.clone(),
            (None, Some(why)) => Tree::new(Kind::Unknown(why.clone()), value.place),
            (None, None) => Tree::null(value.place),
        },
        Kind::List(items) => match key.parse::<usize>().ok().and_then(|at| items.get(at)) {
            Some(item) => item.clone(),
            // A block that is written once.
            None if items.len() == 1 && key.parse::<usize>().is_err() => member(&items[0], key),
            None => Tree::unknown(format!("has no element `{key}`"), value.place),
        },
        Kind::Text(text) => match text.parts.as_slice() {
            [Part::Ref(reference)] => {
                let mut reference = reference.clone();
                if reference.attribute.is_empty() {
                    reference.attribute = key.into();
                }
                Tree { kind: Kind::Text(Text { parts: vec![Part::Ref(reference)] }), ..value.clone() }
            }
            _ => Tree::unknown("is part of a value that is not known", value.place),
        },
        Kind::Null => Tree::null(value.place),
        Kind::Unknown(_) => value.clone(),
    }
}

fn attribute<'o>(operator: &&'o TraversalOperator) -> Option<&'o str> {
    match operator {
        TraversalOperator::GetAttr(name) => Some(name.as_str()),
        _ => None,
    }
}

fn is_splat(operator: &TraversalOperator) -> bool {
    matches!(operator, TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_))
}

/// An index as it is written in an address.
pub(super) fn suffix(key: &str) -> String {
    if key.parse::<u64>().is_ok() { format!("[{key}]") } else { format!("[\"{key}\"]") }
}

/// Something that a deployment decides, equal to itself.
pub(super) fn open(name: &str, why: &str, place: Place) -> Tree {
    Tree::new(Kind::Text(Text { parts: vec![Part::Open(name.into(), Why::new(why))] }), place)
}

pub(super) fn open_variable(name: &str, place: Place) -> Tree {
    open(&format!("var.{name}"), &format!("depends on the variable `{name}`, which has no default"), place)
}

pub(super) fn push(text: &mut TextBuilder, value: &Tree) {
    match &value.kind {
        Kind::Text(inner) => text.extend(inner),
        Kind::Unknown(why) => text.push(&Part::Open("value".into(), why.clone())),
        Kind::Null => {}
        Kind::List(_) | Kind::Map(_) => text.push(&Part::Open("collection".into(), Why::new("is not a single value"))),
    }
}
