//! A service written as a script (`serverless.ts`), as far as it is literal, with the literal
//! objects that it imports from the same repository.

mod source;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::super::reader::{Reader, local};
use super::said::Said;
use crate::input::files;
use crate::lang::javascript::ir::{
    Export, ExprId, ExprKind, Function, FunctionId, Item, Key, Member, Pattern, StmtKind, Var,
};
use crate::lang::javascript::{self, Dialect, ParseMode};
use crate::manifest::yaml::{Node, Value};
use crate::span::Span;
use source::{Around, Exported, Given, Made, Script, Variable, exported, key_place};

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
    let none = "no object in it has a `service` and a `provider`";
    let node = match script.service() {
        Some(service) => {
            let around = script.around(service).ok_or("its service is made by a function within another")?;
            scripts.node(&script, service, around, DEEPEST)
        }
        // What another file begins and this one goes on with.
        None => {
            let node = scripts.exported_whole(&script, DEEPEST).ok_or(none)?;
            (node.get("service").is_some() && node.get("provider").is_some()).then_some(node).ok_or(none).map(Some)?
        }
    };
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
        let script = Arc::new(Script::new(program, path, file, dialect));
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
            ExprKind::Call(..) if let Some(request) = script.required(at) => {
                let found = self.required(&script.path, request, span, depth);
                found.map_or_else(|| scalar(OPEN, false), Some)
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
                Variable::OfMaker(function, slot) => match script.made_in(function, slot) {
                    Some(made) => self.made(script, made, around, span, depth),
                    None => scalar(OPEN, false),
                },
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
            (Some(made), _) => self.made(script, *made, Around::Module, span, depth),
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

    /// What a variable is made with, or the member of it that its declaration takes.
    fn made(&mut self, script: &Script, made: Made, around: Around<'_>, span: Span, depth: u8) -> Option<Node> {
        let whole = self.node(script, made.value, around, depth)?;
        match made.member {
            None => Some(whole),
            Some(name) => {
                let open = || Node::scalar(OPEN, false, span, script.file);
                Some(whole.get(script.text(name)).cloned().unwrap_or_else(open))
            }
        }
    }

    /// What `require` gives for a request: what the module exports.
    fn required(&mut self, from: &str, request: &str, span: Span, depth: u8) -> Option<Node> {
        let (script, depth) = self.opened(from, request, depth)?;
        let follows = (script.path.clone(), None);
        if self.followed.contains(&follows) {
            return None;
        }
        self.followed.push(follows);
        let found = self.exported_whole(&script, depth);
        self.followed.pop();
        found.or_else(|| self.everything(from, request, span, depth))
    }

    /// What a script exports as one object: by `module.exports`, or as its default.
    fn exported_whole(&mut self, script: &Script, depth: u8) -> Option<Node> {
        let members = script.members();
        if let Some(value) = script.whole().filter(|_| members.is_empty()) {
            return self.node(script, value, script.around(value)?, depth);
        }
        if members.is_empty() {
            return self.exported(script, "default", depth);
        }
        let mut pairs = Vec::new();
        for (name, value) in members {
            let node = self.node(script, value, script.around(value)?, depth)?;
            let key = Node::scalar(script.text(name), false, node.span, node.file);
            pairs.push((Arc::new(key), Arc::new(node)));
        }
        Node::mapping(pairs, script.program.functions.first()?.span, script.file)
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
        if !script.is_wrapper(*only, "__dirname") || !self.takes_folder_away(script, callee) {
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
        let Some(request) = script.origin(*slot) else { return false };
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
        let endings = [".ts", "/index.ts", "", ".js", "/index.js", ".cjs", ".mjs"];
        let candidates = endings.map(|ending| format!("{base}{ending}"));
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
                Member::Value(Key::Computed(key), value) => {
                    let name = self.said(script, *key, around, depth).and_then(|said| said.text());
                    let node = self.node(script, *value, around, depth)?;
                    let place = script.program.exprs.get(*key as usize).map_or(span, |expr| expr.span);
                    let name = name.unwrap_or_else(|| OPEN.to_owned());
                    let key = Node::scalar(&name, false, place, script.file);
                    pairs.push((Arc::new(key), Arc::new(node)));
                }
                Member::Spread(value) => {
                    let node = self.node(script, *value, around, depth)?;
                    match &node.value {
                        Value::Mapping(mapping) => pairs.extend(mapping.pairs().iter().cloned()),
                        // Nobody knows what else is in it.
                        _ if node.text() == Some(OPEN) => {
                            let node = Arc::new(node);
                            pairs.push((Arc::clone(&node), node));
                        }
                        _ => {}
                    }
                }
                Member::Get(..) | Member::Set(..) => {}
            }
        }
        Node::mapping(pairs, span, script.file)
    }
}
