//! A service written as a script (`serverless.ts`), as far as it is literal, with the literal
//! objects that it imports from the same repository.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::reader::{Reader, local};
use super::changes::changed;
use super::said::Said;
use crate::input::files;
use crate::lang::javascript::ir::{
    Export, ExprId, ExprKind, Function, FunctionId, Item, Key, Member, Pattern, Program, StmtKind, Var,
};
use crate::lang::javascript::{self, Dialect, ParseMode};
use crate::manifest::yaml::{Node, Value};
use crate::span::Span;

/// Values within values, and files that import from files.
const DEEPEST: u8 = 40;
/// Nodes that one service may have: objects that are used twice must end.
const MOST_NODES: u32 = 100_000;
/// What stands for an expression that is not literal: a variable that nobody knows.
const OPEN: &str = "${script:expression}";

/// The object of a script that is a service, as a tree.
///
/// # Errors
/// Why there is none, as a phrase.
pub(in crate::declare) fn object(path: &str, reader: &mut Reader<'_>) -> Result<Arc<Node>, String> {
    let root = files::parent(path).to_owned();
    let mut scripts = Scripts { root, parsed: FxHashMap::default(), followed: Vec::new(), nodes: 0, reader };
    let script = scripts.open(path)?;
    let service = (0..script.program.exprs.len()).find(|at| script.is_service(*at));
    let service = service.ok_or("no object in it has a `service` and a `provider`")?;
    let node = scripts.node(&script, service as ExprId, Around::Module, DEEPEST);
    node.map(Arc::new).ok_or_else(|| "is too large".to_owned())
}

/// The scripts of a service.
struct Scripts<'r, 'f> {
    reader: &'r mut Reader<'f>,
    /// The service's folder.
    root: String,
    parsed: FxHashMap<String, Arc<Script>>,
    /// Files of which all exports, or one that they have of others, are looked for: they may export all of each other.
    followed: Vec<(String, Option<String>)>,
    nodes: u32,
}

/// What the parameters of a helper are.
type Given = FxHashMap<u32, Said>;

/// Where an expression stands, by which it is known whose variables it sees.
#[derive(Clone, Copy)]
enum Around<'a> {
    Module,
    Helper(&'a Given),
}

/// What a variable is.
enum Variable {
    Known(Said),
    /// One of the module's.
    OfModule(u32),
    Unknown,
}

impl Around<'_> {
    fn variable(self, var: Var) -> Variable {
        match (self, var) {
            (Self::Module, Var::Local { depth: 0, slot }) | (Self::Helper(_), Var::Local { depth: 1, slot }) => {
                Variable::OfModule(slot)
            }
            (Self::Helper(given), Var::Local { depth: 0, slot }) => {
                given.get(&slot).map_or(Variable::Unknown, |said| Variable::Known(said.clone()))
            }
            _ => Variable::Unknown,
        }
    }
}

/// One script.
struct Script {
    program: Program,
    path: String,
    file: u32,
    /// What the module's own variables are made with.
    slots: FxHashMap<u32, ExprId>,
    /// Variables that are set again, or whose objects are written to.
    changed: FxHashSet<u32>,
    /// Functions that the module declares, by their variable.
    helpers: FxHashMap<u32, FunctionId>,
    /// Variables that are imported: from where, and by which name (none: everything).
    imports: FxHashMap<u32, (String, Option<String>)>,
}

impl Script {
    fn text(&self, at: u32) -> &str {
        self.program.strings.get(at as usize).map_or("", |text| text)
    }

    fn is_service(&self, at: usize) -> bool {
        let ExprKind::Object(members) = &self.program.exprs[at].kind else { return false };
        let has = |name: &str| {
            members.iter().any(|member| matches!(member, Member::Value(Key::Name(key), _) if self.text(*key) == name))
        };
        has("service") && has("provider")
    }

    /// The function that a variable holds all along.
    fn helper(&self, slot: u32) -> Option<FunctionId> {
        self.helpers.get(&slot).copied().filter(|_| !self.changed.contains(&slot))
    }

    /// The variable of its own that it exports by a name.
    fn exported_slot(&self, name: &str) -> Option<u32> {
        self.program.exports.iter().find_map(|export| match export {
            Export::Local { name: public, slot } if self.text(*public) == name => Some(*slot),
            _ => None,
        })
    }

    /// The modules of which it exports all.
    fn stars(&self) -> impl Iterator<Item = &str> {
        self.program.exports.iter().filter_map(|export| match export {
            Export::Star { import } => self.request(*import),
            _ => None,
        })
    }

    /// The module that an import asks for.
    fn request(&self, import: u32) -> Option<&str> {
        Some(self.text(self.program.imports.get(import as usize)?.request))
    }

    /// Whether it exports something under a name that it says.
    fn names(&self, name: &str) -> bool {
        self.program.exports.iter().any(|export| match export {
            Export::Local { name: public, .. } | Export::From { name: public, .. } => self.text(*public) == name,
            Export::Star { .. } => false,
        })
    }
}

/// Where a name of a module is: in itself, or in another one.
enum Exported {
    Here(ExprId),
    There(String, String),
}

impl Scripts<'_, '_> {
    fn open(&mut self, path: &str) -> Result<Arc<Script>, String> {
        if let Some(known) = self.parsed.get(path) {
            return Ok(Arc::clone(known));
        }
        let (file, text) = self.reader.open(path).map_err(|why| format!("cannot be read: {why}"))?;
        let extension = path.rsplit('.').next().unwrap_or_default();
        let dialect = if matches!(extension, "js" | "cjs") { Dialect::CommonJs } else { Dialect::Module };
        let mode = ParseMode { typescript: extension == "ts", ..ParseMode::javascript(dialect) };
        let program = javascript::parse(&text, mode).map_err(|error| error.to_string())?;
        let mut imports = FxHashMap::default();
        for import in &program.imports {
            let named = |at: u32| program.strings.get(at as usize).map(|text| text.to_string()).unwrap_or_default();
            for (name, slot) in &import.bindings {
                imports.insert(*slot, (named(import.request), name.map(named)));
            }
        }
        let slots = slots(&program);
        let helpers = helpers(&program, &slots);
        let changed = changed(&program);
        let script = Arc::new(Script { program, path: path.to_owned(), file, slots, changed, helpers, imports });
        self.parsed.insert(path.to_owned(), Arc::clone(&script));
        Ok(script)
    }

    fn node(&mut self, script: &Script, at: ExprId, around: Around<'_>, depth: u8) -> Option<Node> {
        let depth = depth.checked_sub(1)?;
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return None;
        }
        let expr = script.program.exprs.get(at as usize)?;
        let span = expr.span;
        let scalar = |text: &str, plain: bool| Some(Node::scalar(text, plain, span, script.file));
        match &expr.kind {
            ExprKind::String(text) => scalar(script.text(*text), false),
            ExprKind::Number(number) => scalar(&number.to_string(), true),
            ExprKind::Bool(truth) => scalar(&truth.to_string(), true),
            ExprKind::Null | ExprKind::Undefined => scalar("null", true),
            ExprKind::Template(texts, values) => {
                let text = self.template(script, texts, values, around, depth);
                scalar(&text, false)
            }
            ExprKind::Call(..) | ExprKind::Binary(..) => match self.said(script, at, around, depth) {
                Some(said) => Some(said.node(span, script.file)),
                None => scalar(OPEN, false),
            },
            ExprKind::Member(object, name, _) => {
                let object = self.node(script, *object, around, depth)?;
                object.get(script.text(*name)).map_or_else(|| scalar(OPEN, false), |value| Some(value.clone()))
            }
            ExprKind::Array(items) => self.list(script, items, span, around, depth),
            ExprKind::Object(members) => self.object(script, members, span, around, depth),
            ExprKind::Var(var) => match around.variable(*var) {
                Variable::Known(said) => Some(said.node(span, script.file)),
                Variable::OfModule(slot) => self.variable(script, slot, span, depth),
                Variable::Unknown => scalar(OPEN, false),
            },
            _ => scalar(OPEN, false),
        }
    }

    /// What a variable of the module is made with, or imported as.
    fn variable(&mut self, script: &Script, slot: u32, span: Span, depth: u8) -> Option<Node> {
        let open = || Some(Node::scalar(OPEN, false, span, script.file));
        if script.changed.contains(&slot) {
            return open();
        }
        match (script.slots.get(&slot), script.imports.get(&slot)) {
            (Some(value), _) => self.node(script, *value, Around::Module, depth),
            (None, Some((request, name))) => {
                let found = match name {
                    Some(name) => self.imported(&script.path, request, name, depth),
                    None => self.everything(&script.path, request, span, depth),
                };
                found.or_else(open)
            }
            (None, None) => open(),
        }
    }

    fn template(&mut self, script: &Script, texts: &[u32], values: &[ExprId], around: Around<'_>, depth: u8) -> String {
        let mut made = String::new();
        for (at, text) in texts.iter().enumerate() {
            made.push_str(script.text(*text));
            if let Some(value) = values.get(at) {
                let node = self.node(script, *value, around, depth);
                made.push_str(node.as_ref().and_then(Node::text).unwrap_or(OPEN));
            }
        }
        made
    }

    /// The text or number that an expression makes: of literals, of parameters, and of what the script's own helpers
    /// return.
    fn said(&mut self, script: &Script, at: ExprId, around: Around<'_>, depth: u8) -> Option<Said> {
        let depth = depth.checked_sub(1)?;
        self.nodes += 1;
        let expr = script.program.exprs.get(at as usize).filter(|_| self.nodes <= MOST_NODES)?;
        match &expr.kind {
            ExprKind::Undefined => None,
            ExprKind::Template(texts, values) => {
                let mut made = String::new();
                for (at, text) in texts.iter().enumerate() {
                    made.push_str(script.text(*text));
                    if let Some(value) = values.get(at) {
                        made.push_str(&self.said(script, *value, around, depth)?.text()?);
                    }
                }
                Some(Said::Text(made))
            }
            ExprKind::Binary(operator, left, right) => {
                let left = self.said(script, *left, around, depth)?;
                left.with(*operator, self.said(script, *right, around, depth)?)
            }
            ExprKind::Call(callee, arguments, _) => match self.own_folder(script, *callee, arguments) {
                Some(folder) => Some(Said::Text(folder)),
                None => self.returned(script, *callee, arguments, around, depth),
            },
            _ => Said::of(&self.node(script, at, around, depth)?).filter(|said| !said.holds(OPEN)),
        }
    }

    /// What a helper returns for some arguments, where it does nothing else: one of the script, or one that it imports.
    fn returned(
        &mut self,
        script: &Script,
        callee: ExprId,
        arguments: &[Item],
        around: Around<'_>,
        depth: u8,
    ) -> Option<Said> {
        let ExprKind::Var(var) = script.program.exprs.get(callee as usize)?.kind else { return None };
        let Variable::OfModule(slot) = around.variable(var) else { return None };
        let (owner, id) = match (script.helper(slot), script.imports.get(&slot)) {
            (Some(id), _) => (None, id),
            (None, Some((request, name))) => {
                let (owner, id) = self.imported_helper(&script.path, request, name.as_deref()?, depth)?;
                (Some(owner), id)
            }
            (None, None) => return None,
        };
        let owner = owner.as_deref().unwrap_or(script);
        let helper = owner.program.functions.get(id as usize)?;
        let given = self.given((owner, helper), script, arguments, around, depth)?;
        let is_plain = !helper.is_async && !helper.generator;
        let value = helper.value.or_else(|| match helper.body.as_slice() {
            [only] => match owner.program.stmts.get(*only as usize)?.kind {
                StmtKind::Return(value) => value,
                _ => None,
            },
            _ => None,
        });
        self.said(owner, value.filter(|_| is_plain)?, Around::Helper(&given), depth)
    }

    /// A helper that a module exports by a name, and the script that has it.
    fn imported_helper(
        &mut self,
        from: &str,
        request: &str,
        name: &str,
        depth: u8,
    ) -> Option<(Arc<Script>, FunctionId)> {
        let (script, depth) = self.opened(from, request, depth)?;
        if let Some(id) = script.exported_slot(name).and_then(|slot| script.helper(slot)) {
            return Some((script, id));
        }
        if let Some(Exported::There(request, name)) = exported(&script, name) {
            return self.imported_helper(&script.path, &request, &name, depth);
        }
        script.stars().find_map(|request| self.imported_helper(&script.path, request, name, depth))
    }

    /// The parameters of a helper for some arguments. What is left out has its default value, or is not known.
    fn given(
        &mut self,
        (owner, helper): (&Script, &Function),
        script: &Script,
        arguments: &[Item],
        around: Around<'_>,
        depth: u8,
    ) -> Option<Given> {
        let mut given = Given::default();
        for (at, parameter) in helper.params.iter().enumerate() {
            let pattern = |at: u32| owner.program.patterns.get(at as usize);
            let (variable, default) = match pattern(*parameter)? {
                Pattern::Default(inner, default) => (pattern(*inner)?, Some(*default)),
                other => (other, None),
            };
            let Pattern::Var(Var::Local { slot, .. }) = variable else { return None };
            let said = match (arguments.get(at), default) {
                (Some(Item::One(value)), _) => self.said(script, *value, around, depth)?,
                (Some(_), _) => return None,
                (None, Some(default)) => self.said(owner, default, Around::Helper(&given), depth)?,
                (None, None) => continue,
            };
            given.insert(*slot, said);
        }
        Some(given)
    }

    /// All that a module exports, as one object.
    fn everything(&mut self, from: &str, request: &str, span: Span, depth: u8) -> Option<Node> {
        let depth = depth.checked_sub(1)?;
        let path = self.resolve(from, request)?;
        let script = self.open(&path).ok()?;
        self.nodes += 1;
        let follows = (path, None);
        if self.nodes > MOST_NODES || self.followed.contains(&follows) {
            return None;
        }
        self.followed.push(follows);
        let pairs = self.exports(&script, span, depth);
        self.followed.pop();
        Node::mapping(pairs, span, script.file)
    }

    /// The exports of a module; what it names itself hides what it has of others.
    fn exports(&mut self, script: &Script, span: Span, depth: u8) -> Vec<(Arc<Node>, Arc<Node>)> {
        let mut pairs = Vec::new();
        for export in &script.program.exports {
            let name = match export {
                Export::Local { name, .. } | Export::From { name, .. } => script.text(*name),
                Export::Star { import } => {
                    let all = script.request(*import).and_then(|from| self.everything(&script.path, from, span, depth));
                    if let Some(Value::Mapping(mapping)) = all.map(|all| all.value) {
                        let hidden = |key: &Node| key.text().is_some_and(|name| script.names(name));
                        pairs.extend(mapping.pairs().iter().filter(|(key, _)| !hidden(key)).cloned());
                    }
                    continue;
                }
            };
            if name != "default"
                && let Some(node) = self.exported(script, name, depth)
            {
                let key = Node::scalar(name, false, node.span, node.file);
                pairs.push((Arc::new(key), Arc::new(node)));
            }
        }
        pairs
    }

    /// A helper that is given `__dirname` and takes the working folder away makes the folder's path in the service of
    /// it: what the framework's own starter has for handlers.
    fn own_folder(&mut self, script: &Script, callee: ExprId, arguments: &[Item]) -> Option<String> {
        let [Item::One(only)] = arguments else { return None };
        let ExprKind::Var(Var::Global(name)) = script.program.exprs.get(*only as usize)?.kind else { return None };
        if script.text(name) != "__dirname" || !self.takes_folder_away(script, callee) {
            return None;
        }
        let folder = files::parent(&script.path);
        let inside = folder.strip_prefix(self.root.as_str())?;
        Some(inside.trim_start_matches('/').to_owned())
    }

    /// Whether a helper asks for the working folder, as far as it is here.
    fn takes_folder_away(&mut self, script: &Script, callee: ExprId) -> bool {
        let Some(ExprKind::Var(Var::Local { slot, .. })) =
            script.program.exprs.get(callee as usize).map(|expr| &expr.kind)
        else {
            return false;
        };
        let asks = |text: &str| text.contains("cwd(");
        let helper = script.helpers.get(slot).and_then(|id| script.program.functions.get(*id as usize));
        if let Some(helper) = helper {
            let text = &self.reader.app.files[script.file as usize].text;
            return text.get(helper.span.range_in(text.len())).is_some_and(asks);
        }
        let Some((request, _)) = script.imports.get(slot) else { return false };
        let path = self.resolve(&script.path, request);
        let imported = path.and_then(|path| self.open(&path).ok());
        imported.is_none_or(|imported| asks(&self.reader.app.files[imported.file as usize].text))
    }

    /// The module that a request leads to, as long as not too many are within each other.
    fn opened(&mut self, from: &str, request: &str, depth: u8) -> Option<(Arc<Script>, u8)> {
        let depth = depth.checked_sub(1)?;
        let path = self.resolve(from, request)?;
        let script = self.open(&path).ok()?;
        self.nodes += 1;
        (self.nodes <= MOST_NODES).then_some((script, depth))
    }

    /// What a module exports by a name.
    fn imported(&mut self, from: &str, request: &str, name: &str, depth: u8) -> Option<Node> {
        let (script, depth) = self.opened(from, request, depth)?;
        self.exported(&script, name, depth)
    }

    fn exported(&mut self, script: &Script, name: &str, depth: u8) -> Option<Node> {
        match exported(script, name) {
            Some(Exported::Here(value)) => self.node(script, value, Around::Module, depth),
            Some(Exported::There(request, name)) => self.imported(&script.path, &request, &name, depth),
            // What a module exports of others, it has under no name of its own.
            None if !script.names(name) && name != "default" => {
                let follows = (script.path.clone(), Some(name.to_owned()));
                if self.followed.contains(&follows) {
                    return None;
                }
                self.followed.push(follows);
                let found = script.stars().find_map(|request| self.imported(&script.path, request, name, depth));
                self.followed.pop();
                found
            }
            None => None,
        }
    }

    /// The file of a request: relative, or by the alias of the framework's own starter (`@functions/x`
    /// is `src/functions/x`).
    fn resolve(&self, from: &str, request: &str) -> Option<String> {
        let base = if request.starts_with('.') {
            local(files::parent(from), request).ok()?
        } else {
            let inside = request.strip_prefix("@/").or_else(|| request.strip_prefix('@')).unwrap_or(request);
            local(&self.root, &format!("src/{}", inside.strip_prefix("src/").unwrap_or(inside))).ok()?
        };
        let candidates = [format!("{base}.ts"), format!("{base}/index.ts"), base.clone(), format!("{base}.js")];
        candidates.into_iter().find(|path| self.reader.files.is_file(path))
    }

    fn list(&mut self, script: &Script, items: &[Item], span: Span, around: Around<'_>, depth: u8) -> Option<Node> {
        let mut nodes = Vec::with_capacity(items.len());
        for item in items {
            nodes.push(Arc::new(match item {
                Item::One(value) => self.node(script, *value, around, depth)?,
                Item::Spread(_) | Item::Hole => Node::scalar(OPEN, false, span, script.file),
            }));
        }
        Node::list(nodes, span, script.file)
    }

    fn object(
        &mut self,
        script: &Script,
        members: &[Member],
        span: Span,
        around: Around<'_>,
        depth: u8,
    ) -> Option<Node> {
        let mut pairs = Vec::new();
        for member in members {
            match member {
                Member::Value(Key::Name(key), value) => {
                    let node = self.node(script, *value, around, depth)?;
                    // What is imported has its own place; its name stands here.
                    let written = script.program.exprs.get(*value as usize).map_or(node.span, |expr| expr.span);
                    let place =
                        key_place(written, script.text(*key), &self.reader.app.files[script.file as usize].text);
                    let key = Node::scalar(script.text(*key), false, place, script.file);
                    pairs.push((Arc::new(key), Arc::new(node)));
                }
                Member::Spread(value) => {
                    let node = self.node(script, *value, around, depth)?;
                    if let Value::Mapping(mapping) = &node.value {
                        pairs.extend(mapping.pairs().iter().cloned());
                    }
                }
                Member::Value(Key::Computed(_), _) | Member::Get(..) | Member::Set(..) => {}
            }
        }
        Node::mapping(pairs, span, script.file)
    }
}

/// Variables of the module that are declared with a value, by their slot.
fn slots(program: &Program) -> FxHashMap<u32, ExprId> {
    let mut slots = FxHashMap::default();
    let body = program.functions.first().map_or(&[][..], |module| &module.body);
    for stmt in body.iter().filter_map(|at| program.stmts.get(*at as usize)) {
        let StmtKind::Declare(list, _) = &stmt.kind else { continue };
        for (pattern, value) in list {
            let pattern = program.patterns.get(*pattern as usize);
            if let (Some(Pattern::Var(Var::Local { slot, .. })), Some(value)) = (pattern, value) {
                slots.insert(*slot, *value);
            }
        }
    }
    slots
}

/// Functions that the module declares, or keeps in a variable.
fn helpers(program: &Program, slots: &FxHashMap<u32, ExprId>) -> FxHashMap<u32, FunctionId> {
    let kept = slots.iter().filter_map(|(slot, value)| match program.exprs.get(*value as usize)?.kind {
        ExprKind::Function(id) => Some((*slot, id)),
        _ => None,
    });
    let declared = program.functions.first().into_iter().flat_map(|module| &module.hoisted);
    let declared = declared.filter_map(|(variable, id)| match variable {
        Var::Local { slot, .. } => Some((*slot, *id)),
        Var::Global(_) => None,
    });
    kept.chain(declared).collect()
}

fn exported(script: &Script, name: &str) -> Option<Exported> {
    script.program.exports.iter().find_map(|export| match export {
        Export::Local { name: public, slot } if script.text(*public) == name && !script.changed.contains(slot) => {
            if let Some(value) = script.slots.get(slot) {
                return Some(Exported::Here(*value));
            }
            let (request, name) = script.imports.get(slot)?;
            Some(Exported::There(request.clone(), name.clone()?))
        }
        Export::From { name: public, import, imported } if script.text(*public) == name => {
            let request = script.program.imports.get(*import as usize)?.request;
            Some(Exported::There(script.text(request).to_owned(), script.text((*imported)?).to_owned()))
        }
        _ => None,
    })
}

/// A key has no place in the program: it stands right before its value, or is its value (`{ hello }`).
fn key_place(value: Span, key: &str, text: &str) -> Span {
    let length = key.len() as u32;
    if text.get(value.range_in(text.len())) == Some(key) {
        return value;
    }
    let before = text.get(..value.start as usize).unwrap_or_default();
    match before.trim_end().strip_suffix(':').map(str::trim_end) {
        Some(before) => {
            let before = before.trim_end_matches(['"', '\'']);
            let end = before.len() as u32;
            Span::new(end.saturating_sub(length), end)
        }
        None => value,
    }
}
