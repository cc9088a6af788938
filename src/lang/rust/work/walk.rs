//! The walk through `main` and through handlers, in the order in which they run.

mod calls;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, Pat};

use super::super::cfg::{Cfg, Wrapper};
use super::super::scope::plain;
use super::expr::{path_of, peel, quote_text, root_call, root_path, span_of};
use super::known;
use super::program::{Function, Program};
use super::routes::{self, Place};
use super::{Work, WorkItem, WorkKind};
use calls::MANY_ROUNDS;

impl Program<'_> {
    /// Walks the executable's `main`.
    #[must_use]
    pub fn work(&self) -> Work {
        let mut work = Work::default();
        let Some(main) = self.by_path.get("crate::main").and_then(|id| self.functions.get(*id)) else { return work };
        let mut walker = Walker::new(self, Mode::Init);
        walker.enter(main);
        work.reaches_run = walker.stopped;
        let mut roots = std::mem::take(&mut walker.roots);
        let mut closures = std::mem::take(&mut walker.closures);
        work.init = walker.items;
        work.calls = walker.known_calls;
        work.routes = walker.routes;
        roots.extend(self.methods.get(&("Service".to_string(), "call".to_string())).into_iter().flatten().copied());
        let mut handler = Walker::new(self, Mode::Handler);
        for id in roots {
            if let Some(function) = self.functions.get(id) {
                handler.enter(function);
            }
        }
        for deferred in closures.drain(..) {
            handler.module = deferred.module;
            handler.owner = deferred.owner;
            handler.held = deferred.held;
            handler.locals.push(BTreeMap::new());
            handler.visit_expr(&deferred.body);
            handler.locals.pop();
        }
        work.handler = handler.items;
        work.routes.extend(handler.routes);
        for list in [&mut work.init, &mut work.handler] {
            list.sort();
            list.dedup();
        }
        work.routes.sort_by(|a, b| (&a.file, a.span).cmp(&(&b.file, b.span)));
        work.routes.dedup();
        work
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Init,
    Handler,
}

/// A closure that runs for each request.
struct Deferred {
    module: usize,
    owner: Option<String>,
    held: Held,
    body: Rc<Expr>,
}

/// Bodies of closures and `async` blocks in variables: they run where they are called, awaited or
/// handed on.
type Held = BTreeMap<String, Rc<Expr>>;

struct Walker<'p> {
    program: &'p Program<'p>,
    mode: Mode,
    module: usize,
    owner: Option<String>,
    function: Option<Function>,
    locals: Vec<BTreeMap<String, String>>,
    seen: BTreeSet<usize>,
    statics: BTreeSet<String>,
    depth: usize,
    loops: usize,
    stopped: bool,
    awaited: bool,
    items: Vec<WorkItem>,
    known_calls: Vec<WorkItem>,
    roots: BTreeSet<usize>,
    closures: Vec<Deferred>,
    held: Held,
    routes: Vec<super::Route>,
}

impl<'p> Walker<'p> {
    fn new(program: &'p Program<'p>, mode: Mode) -> Self {
        Self {
            program,
            mode,
            module: 0,
            owner: None,
            function: None,
            locals: Vec::new(),
            seen: BTreeSet::new(),
            statics: BTreeSet::new(),
            depth: 0,
            loops: 0,
            stopped: false,
            awaited: false,
            items: Vec::new(),
            known_calls: Vec::new(),
            roots: BTreeSet::new(),
            closures: Vec::new(),
            held: Held::new(),
            routes: Vec::new(),
        }
    }

    fn enter(&mut self, function: &Function) {
        if self.depth > 40 || !self.seen.insert(function.id) {
            return;
        }
        let before = (self.module, self.owner.take(), self.function.take(), self.loops);
        self.depth += 1;
        self.module = function.module;
        self.owner.clone_from(&function.owner);
        self.function = Some(function.clone());
        let outer = std::mem::take(&mut self.locals);
        let held = std::mem::take(&mut self.held);
        self.locals.push(function.parameters.iter().cloned().collect());
        self.visit_block(&Rc::clone(&function.block));
        self.locals = outer;
        self.held = held;
        self.depth -= 1;
        (self.module, self.owner, self.function, self.loops) = before;
    }

    fn report(&mut self, kind: WorkKind, span: proc_macro2::Span, what: impl Into<String>, bytes: Option<u64>) {
        let file = self.program.modules[self.module].file.to_string();
        self.items.push(WorkItem { file, span: span_of(span), kind, what: what.into(), bytes });
    }

    fn known_call(&mut self, span: proc_macro2::Span, what: &str) {
        let file = self.program.modules[self.module].file.to_string();
        let (span, what) = (span_of(span), what.to_owned());
        self.known_calls.push(WorkItem { file, span, kind: WorkKind::Client, what, bytes: None });
    }

    fn resolve(&self, path: &[String]) -> Vec<String> {
        if path.first().is_some_and(|head| head == "Self")
            && let Some(owner) = &self.owner
        {
            return [vec!["crate".to_string(), owner.clone()], path[1..].to_vec()].concat();
        }
        self.program.resolve(self.module, path)
    }

    /// The name of the type that an expression has, as far as it is evident.
    fn type_of(&self, expr: &Expr) -> Option<String> {
        match peel(expr) {
            Expr::Path(path) => {
                let name = path.path.get_ident().map(plain)?;
                if name == "self" {
                    return self.owner.clone();
                }
                self.locals.iter().rev().find_map(|scope| scope.get(&name).cloned())
            }
            Expr::Struct(item) => item.path.segments.last().map(|s| plain(&s.ident)),
            Expr::Field(field) => {
                let owner = self.type_of(&field.base)?;
                let syn::Member::Named(name) = &field.member else { return None };
                self.program.fields.get(&(owner, plain(name))).cloned()
            }
            Expr::Call(call) => {
                let path = self.resolve(&path_of(&call.func)?);
                if let Some(function) = self.program.find(&path) {
                    return function
                        .result
                        .clone()
                        .map(|name| if name == "Self" { function.owner.clone().unwrap_or(name) } else { name });
                }
                let owner = path.iter().rev().nth(1)?;
                if matches!(owner.as_str(), "Arc" | "Rc" | "Box") {
                    return call.args.first().and_then(|inner| self.type_of(inner));
                }
                owner.starts_with(|c: char| c.is_ascii_uppercase()).then(|| owner.clone())
            }
            Expr::MethodCall(call) => {
                let name = plain(&call.method);
                match self.method(call) {
                    Some(function) => function
                        .result
                        .clone()
                        .map(|name| if name == "Self" { function.owner.clone().unwrap_or(name) } else { name }),
                    None if matches!(name.as_str(), "clone" | "unwrap" | "expect" | "await" | "context") => {
                        self.type_of(&call.receiver)
                    }
                    None => None,
                }
            }
            _ => None,
        }
    }

    /// The own method that a call means.
    fn method(&self, call: &syn::ExprMethodCall) -> Option<&'p Function> {
        let name = plain(&call.method);
        let program = self.program;
        if let Some(owner) = self.type_of(&call.receiver) {
            return program.method_of(&owner, &name);
        }
        let found = program.by_method.get(&name).filter(|found| found.len() == 1 && !known::is_common(&name))?;
        program.functions.get(found[0])
    }

    fn defer(&mut self, argument: &Expr) {
        match peel(argument) {
            Expr::Closure(closure) => self.defer_body(Rc::new((*closure.body).clone())),
            Expr::Async(_) => {}
            other => {
                if let Some(body) = self.held_body(other) {
                    self.defer_body(body);
                } else if let Some(function) = path_of(other).and_then(|path| self.program.find(&self.resolve(&path))) {
                    self.roots.insert(function.id);
                } else {
                    self.visit_expr(other);
                }
            }
        }
    }

    fn defer_body(&mut self, body: Rc<Expr>) {
        let (module, owner, held) = (self.module, self.owner.clone(), self.held.clone());
        self.closures.push(Deferred { module, owner, held, body });
    }

    /// The closure or `async` block in the variable that an expression names.
    fn held_body(&self, expr: &Expr) -> Option<Rc<Expr>> {
        let path = path_of(expr)?;
        if path.len() == 1 { self.held.get(&path[0]).map(Rc::clone) } else { None }
    }

    /// Walks an expression that runs now, if it is a variable with a closure what is in there.
    fn run_now(&mut self, expr: &Expr) {
        let Some(body) = self.held_body(expr) else { return Walker::visit_expr(self, expr) };
        // A closure of the same name around this one is what its body would mean.
        let name = path_of(expr).and_then(|path| path.into_iter().next()).unwrap_or_default();
        self.held.remove(&name);
        Walker::visit_expr(self, &Rc::clone(&body));
        self.held.insert(name, body);
    }

    /// Keeps what a variable holds for when it runs.
    fn hold(&mut self, pat: &Pat, value: &Expr) -> bool {
        let Pat::Ident(name) = pat else { return false };
        let body = match peel(value) {
            Expr::Closure(closure) => (*closure.body).clone(),
            Expr::Async(_) => peel(value).clone(),
            _ => return false,
        };
        self.held.insert(plain(&name.ident), Rc::new(body));
        true
    }

    fn branches(&mut self, parts: &[&Expr]) {
        let before = self.stopped;
        let mut all = !parts.is_empty();
        for part in parts {
            self.stopped = before;
            self.visit_expr(part);
            all &= self.stopped;
        }
        self.stopped = before || all;
    }

    fn bind(&mut self, pat: &Pat, ty: Option<String>) {
        let name = match pat {
            Pat::Ident(name) => plain(&name.ident),
            Pat::Type(typed) => {
                let declared = super::program::type_name(&typed.ty);
                return self.bind(&typed.pat, declared.or(ty));
            }
            _ => return,
        };
        if let (Some(scope), Some(ty)) = (self.locals.last_mut(), ty) {
            scope.insert(name, ty);
        }
    }
}

impl<'ast> Visit<'ast> for Walker<'_> {
    fn visit_item(&mut self, _: &'ast syn::Item) {}

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.locals.push(BTreeMap::new());
        for stmt in &block.stmts {
            self.visit_stmt(stmt);
        }
        self.locals.pop();
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        if is_off(&local.attrs, self.program) {
            return;
        }
        if let Some(init) = &local.init {
            if matches!(&*init.expr, Expr::Closure(_) | Expr::Async(_)) && self.hold(&local.pat, &init.expr) {
                return;
            }
            self.visit_expr(&init.expr);
            let ty = self.type_of(&init.expr);
            self.bind(&local.pat, ty);
            if let Some((_, diverge)) = &init.diverge {
                let before = self.stopped;
                self.visit_expr(diverge);
                self.stopped = before;
            }
        }
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        if self.stopped && self.mode == Mode::Init {
            return;
        }
        let awaited = std::mem::take(&mut self.awaited);
        match expr {
            Expr::Await(item) => {
                self.awaited = true;
                self.run_now(&item.base);
                self.awaited = false;
            }
            Expr::Paren(inner) => {
                self.awaited = awaited;
                self.visit_expr(&inner.expr);
            }
            Expr::Call(call) => self.call(call, awaited),
            Expr::MethodCall(call) => self.method_call(call, awaited),
            Expr::If(item) => self.conditional(item),
            Expr::Match(item) => {
                self.visit_expr(&item.expr);
                if self.mode == Mode::Handler {
                    let (program, module) = (self.program, self.module);
                    let crates = |expr: &Expr| program.named_by(expr, module);
                    routes::of_match(item, &program.modules[module].file, &crates, &mut self.routes);
                }
                let arms: Vec<&Expr> = item.arms.iter().map(|arm| &*arm.body).collect();
                self.branches(&arms);
            }
            Expr::ForLoop(item) => {
                self.visit_expr(&item.expr);
                if self.mode == Mode::Init
                    && let Some(rounds) = self.rounds(&item.expr).filter(|rounds| *rounds >= MANY_ROUNDS)
                {
                    self.report(WorkKind::Compute, item.for_token.span, format!("{rounds} rounds"), None);
                }
                self.loops += 1;
                self.visit_block(&item.body);
                self.loops -= 1;
            }
            Expr::While(_) | Expr::Loop(_) => {
                self.loops += 1;
                visit::visit_expr(self, expr);
                self.loops -= 1;
            }
            Expr::Unary(item) if matches!(item.op, syn::UnOp::Deref(_)) => {
                if self.mode == Mode::Init {
                    self.static_touched(&item.expr);
                }
                self.visit_expr(&item.expr);
            }
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        let name = mac.path.segments.last().map(|s| plain(&s.ident)).unwrap_or_default();
        if matches!(
            name.as_str(),
            "select" | "thread_local" | "lazy_static" | "cfg" | "include_str" | "include_bytes" | "migrate" | "matches"
        ) {
            return;
        }
        let arguments = mac.parse_body_with(syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated);
        // The walk keeps nothing of what it visits, so a copy of the arguments will do.
        for argument in arguments.into_iter().flatten() {
            self.run_now(&argument);
        }
    }
}

impl Walker<'_> {
    fn conditional(&mut self, item: &syn::ExprIf) {
        self.visit_expr(&item.cond);
        if let Expr::Macro(cond) = peel(&item.cond)
            && cond.mac.path.is_ident("cfg")
        {
            let on = cond.mac.parse_body::<Wrapper>().ok().and_then(|w| decided(&w.0, self.program));
            match on {
                Some(true) => self.visit_block(&item.then_branch),
                Some(false) => {
                    if let Some((_, other)) = &item.else_branch {
                        self.visit_expr(other);
                    }
                }
                None => visit::visit_expr_if(self, item),
            }
            return;
        }
        // Code for the developer's machine runs where Lambda's variables are missing.
        let text = quote_text(&item.cond);
        let local_only = text.contains("AWS_LAMBDA_") && text.contains("is_err");
        let lambda_only = text.contains("AWS_LAMBDA_") && text.contains("is_ok");
        let before = self.stopped;
        if !local_only {
            self.visit_block(&item.then_branch);
        }
        let then_stopped = self.stopped;
        self.stopped = before;
        if let Some((_, other)) = item.else_branch.as_ref().filter(|_| !lambda_only) {
            self.visit_expr(other);
        }
        let else_stopped = if lambda_only { then_stopped } else { self.stopped };
        self.stopped = before || ((then_stopped || local_only) && else_stopped);
    }

    fn call(&mut self, call: &syn::ExprCall, awaited: bool) {
        let Some(written) = path_of(&call.func) else {
            self.visit_expr(&call.func);
            call.args.iter().for_each(|argument| self.visit_expr(argument));
            return;
        };
        let path = self.resolve(&written);
        let last = path.last().map_or("", String::as_str).to_string();
        let run = known::is_run(&path);
        if known::is_lazy(&path) {
            return;
        }
        if run && self.mode == Mode::Init {
            let function = self.function.clone();
            let place = Place::new(self.module, function.as_ref());
            let mut found = Vec::new();
            call.args.iter().for_each(|argument| self.program.routes_of(argument, place, "", &mut found));
            self.routes.extend(found);
        }
        let own = self.program.find(&path).cloned();
        let deferring = own.is_none() && (run || known::is_deferring(&last));
        for argument in &call.args {
            if deferring && self.mode == Mode::Init { self.defer(argument) } else { self.run_now(argument) }
        }
        if self.held_body(&call.func).is_some() {
            return self.run_now(&call.func);
        }
        match self.mode {
            Mode::Init if run => self.stopped = true,
            Mode::Init if own.is_none() => {
                if last == "block_on" && !self.stopped {
                    self.report(WorkKind::BlockOn, call.func.span(), "block_on", None);
                }
                self.init_call(call, &path, awaited);
            }
            Mode::Init => {}
            Mode::Handler => self.handler_call(call, &path),
        }
        if let Some(function) = own {
            self.enter(&function);
        }
    }

    fn method_call(&mut self, call: &syn::ExprMethodCall, awaited: bool) {
        self.visit_expr(&call.receiver);
        if self.stopped && self.mode == Mode::Init {
            return;
        }
        let name = plain(&call.method);
        let once = known::is_once(&name);
        let deferring = known::is_deferring(&name) && self.mode == Mode::Init;
        let repeats = matches!(name.as_str(), "map" | "for_each" | "filter_map" | "flat_map" | "try_for_each" | "fold")
            && call.args.iter().any(|a| matches!(peel(a), Expr::Closure(_)));
        self.loops += usize::from(repeats);
        for argument in &call.args {
            match (once && self.mode == Mode::Handler, deferring) {
                (true, _) => {}
                (_, true) => self.defer(argument),
                _ => self.run_now(argument),
            }
        }
        self.loops -= usize::from(repeats);
        if self.mode == Mode::Init && !self.stopped {
            let server = root_path(call).map(|path| self.resolve(&path).join("::")).unwrap_or_default();
            if name == "run" && (server.contains("HttpServer") || server.starts_with("lambda")) {
                let function = self.function.clone();
                let place = Place::new(self.module, function.as_ref());
                let mut found = Vec::new();
                self.program.routes_of(&root_call(call), place, "", &mut found);
                self.routes.extend(found);
                self.stopped = true;
                return;
            }
            if name == "block_on" {
                self.report(WorkKind::BlockOn, call.method.span(), "block_on", None);
            }
            self.init_method(call, awaited);
        }
        if let Some(function) = self.method(call).cloned() {
            self.enter(&function);
        }
    }
}

fn decided(cfg: &Cfg, program: &Program<'_>) -> Option<bool> {
    if matches!(cfg, Cfg::Other(name) if name == "debug_assertions") {
        return Some(false);
    }
    cfg.evaluate(&|name| Some(program.input.features.contains(name)))
}

fn is_off(attributes: &[syn::Attribute], program: &Program<'_>) -> bool {
    decided(&Cfg::of(attributes), program) == Some(false)
}
