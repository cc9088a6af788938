//! Python's intermediate form to [`Flow`].

mod pattern;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Arg, BlockId, Class, Comparison, Def, Flow, FuncId, Import, Kind, Member, NodeId, Stmt, Target, VarId};
use crate::lang::python::ir::{self, Code, CompareOp, Expr, NameId};
use crate::span::Span;

/// Lowers a module. `package` is the dotted name that relative imports start from: the module
/// itself for a package's `__init__`, else its parent.
#[must_use]
pub fn lower(code: &Code, package: &str) -> Flow {
    let mut lowering = Lowering { code, package, flow: Flow::default(), scopes: vec![Scope::default()] };
    let top = lowering.block(code.body);
    lowering.flow.top = top;
    let names = std::mem::take(&mut lowering.scopes).into_iter().next().unwrap_or_default().names;
    let mut exports: Vec<(Arc<str>, Def)> =
        names.into_iter().map(|(name, var)| (Arc::from(code.name(name)), Def::Var(var))).collect();
    exports.sort_by(|a, b| a.0.cmp(&b.0));
    lowering.flow.exports = exports;
    lowering.flow
}

#[derive(Default)]
struct Scope {
    names: FxHashMap<NameId, VarId>,
    /// The function, when it is one's; class bodies and the module have none.
    function: Option<FuncId>,
    /// Names inside a class body are not seen by its methods.
    class: bool,
}

struct Lowering<'a> {
    code: &'a Code,
    package: &'a str,
    flow: Flow,
    scopes: Vec<Scope>,
}

impl Lowering<'_> {
    fn name(&self, name: NameId) -> Arc<str> {
        Arc::from(self.code.name(name))
    }

    fn function(&self) -> Option<FuncId> {
        self.scopes.iter().rev().find_map(|scope| scope.function)
    }

    /// The variable that a name means here; the module's own when no inner scope has it.
    fn var(&mut self, name: NameId) -> VarId {
        let last = self.scopes.len() - 1;
        let inner = self.scopes.iter().enumerate().skip(1).rev().filter(|(at, scope)| !scope.class || *at == last);
        if let Some(var) = inner.filter_map(|(_, scope)| scope.names.get(&name)).next() {
            return *var;
        }
        self.declare(0, name)
    }

    fn declare(&mut self, scope: usize, name: NameId) -> VarId {
        if let Some(var) = self.scopes[scope].names.get(&name) {
            return *var;
        }
        let var = self.flow.var(Arc::from(self.code.name(name)), scope == 0);
        self.scopes[scope].names.insert(name, var);
        var
    }

    /// The variable that an assignment to a name here means.
    fn bound(&mut self, name: NameId) -> VarId {
        let last = self.scopes.len() - 1;
        if self.scopes[last].class { self.declare(last, name) } else { self.var(name) }
    }

    fn block(&mut self, block: ir::Block) -> BlockId {
        let mut out = Vec::new();
        for stmt in self.code.block(block) {
            self.stmt(*stmt, &mut out);
        }
        self.flow.push_block(out)
    }

    fn stmt(&mut self, id: ir::StmtId, out: &mut Vec<Stmt>) {
        let Some(stmt) = self.code.stmts.get(id.0 as usize) else { return };
        let span = self.code.stmt_span(id);
        match stmt {
            ir::Stmt::Expr(value) | ir::Stmt::Assert(value, _) => {
                let value = self.expr(*value);
                out.push(Stmt::Eval(value));
            }
            ir::Stmt::Assign(targets, value) => {
                let value = self.expr(*value);
                for target in self.code.list(*targets) {
                    self.assign(*target, value, out);
                }
            }
            ir::Stmt::AugAssign(target, _, value) => {
                let value = self.expr(*value);
                let target_node = self.expr(*target);
                out.push(Stmt::Store(target_node, value));
            }
            ir::Stmt::AnnAssign(target, _, value) => {
                if let Some(value) = value {
                    let value = self.expr(*value);
                    self.assign(*target, value, out);
                }
            }
            ir::Stmt::Import(names) => self.import(names, span, out),
            ir::Stmt::ImportFrom { module, level, names } => {
                let module = module.map(|module| self.name(module));
                self.import_from(module.as_deref(), *level, names, span, out);
            }
            ir::Stmt::Function(index) => self.function_def(*index, out),
            ir::Stmt::Class(index) => self.class_def(*index, out),
            ir::Stmt::If(arms, otherwise) => self.branch(arms, *otherwise, out),
            ir::Stmt::While(test, body, otherwise) => {
                let test = self.expr(*test);
                out.push(Stmt::Eval(test));
                let blocks = vec![self.block(*body), self.block(*otherwise)];
                out.push(Stmt::Nested(blocks));
            }
            ir::Stmt::For(target, iter, blocks) => {
                let iter = self.expr(*iter);
                self.assign_element(*target, iter, out);
                let body = self.block(blocks.0);
                out.push(Stmt::Each(iter, body));
                let otherwise = self.block(blocks.1);
                out.push(Stmt::Nested(vec![otherwise]));
            }
            ir::Stmt::With(items, body) => {
                for (value, target) in items {
                    let value = self.expr(*value);
                    match target {
                        Some(target) => self.assign(*target, value, out),
                        None => out.push(Stmt::Eval(value)),
                    }
                }
                let body = self.block(*body);
                out.push(Stmt::Nested(vec![body]));
            }
            ir::Stmt::Try(inner) => self.try_stmt(inner, out),
            ir::Stmt::Match(subject, cases) => self.match_stmt(*subject, cases, out),
            ir::Stmt::Raise(value) => {
                if let Some(value) = value {
                    let value = self.expr(*value);
                    out.push(Stmt::Eval(value));
                }
                out.push(Stmt::Return(None));
            }
            ir::Stmt::Return(value) => {
                let value = value.map(|value| self.expr(value));
                out.push(Stmt::Return(value));
            }
            ir::Stmt::Delete(_) | ir::Stmt::Break | ir::Stmt::Continue | ir::Stmt::Nothing => {}
        }
    }

    fn try_stmt(&mut self, inner: &ir::Try, out: &mut Vec<Stmt>) {
        let mut blocks = vec![self.block(inner.body)];
        for handler in &inner.handlers {
            if let Some(kind) = handler.kind {
                let kind = self.expr(kind);
                out.push(Stmt::Eval(kind));
            }
            let caught = self.block(handler.body);
            self.flow.handlers.insert(caught);
            blocks.push(caught);
        }
        blocks.push(self.block(inner.orelse));
        blocks.push(self.block(inner.finally));
        out.push(Stmt::Nested(blocks));
    }

    /// `if`/`elif`/`else` as nested two-way branches.
    fn branch(&mut self, arms: &[(ir::ExprId, ir::Block)], otherwise: ir::Block, out: &mut Vec<Stmt>) {
        let mut lowered: Vec<(NodeId, BlockId)> = Vec::new();
        for (test, block) in arms {
            let test = self.expr(*test);
            lowered.push((test, self.block(*block)));
        }
        let mut rest = (!otherwise.is_empty()).then(|| self.block(otherwise));
        for (at, (test, block)) in lowered.into_iter().enumerate().rev() {
            let stmt = Stmt::If(test, block, rest);
            if at == 0 {
                out.push(stmt);
                return;
            }
            rest = Some(self.flow.push_block(vec![stmt]));
        }
    }

    fn bind(&mut self, name: NameId, value: NodeId, out: &mut Vec<Stmt>) {
        let var = self.bound(name);
        self.flow.define(var, Def::Node(value));
        out.push(Stmt::Bind(var, value));
    }

    fn assign(&mut self, target: ir::ExprId, value: NodeId, out: &mut Vec<Stmt>) {
        match self.code.expr(target) {
            Expr::Name(name) => self.bind(name, value, out),
            Expr::Tuple(items) | Expr::List(items) => {
                let values = match self.flow.kind(value) {
                    Kind::List(values) if values.len() == items.len() => Some(values.clone()),
                    _ => None,
                };
                for (at, item) in self.code.list(items).iter().enumerate() {
                    let element = match values.as_ref().and_then(|values| values.get(at)) {
                        Some(value) => *value,
                        None => {
                            let span = self.flow.span(value);
                            let nth = self.flow.node(Kind::Nth(at as u32), span);
                            self.flow.node(Kind::Index(value, nth), span)
                        }
                    };
                    self.assign(*item, element, out);
                }
            }
            Expr::Starred(inner) => self.assign_element(inner, value, out),
            _ => {
                let place = self.expr(target);
                out.push(Stmt::Store(place, value));
            }
        }
    }

    /// Assigns some element of a value.
    fn assign_element(&mut self, target: ir::ExprId, of: NodeId, out: &mut Vec<Stmt>) {
        let span = self.flow.span(of);
        let any = self.flow.node(Kind::Group(Vec::new()), span);
        let element = self.flow.node(Kind::Index(of, any), span);
        self.assign(target, element, out);
    }

    fn import(&mut self, names: &[ir::Alias], span: Span, out: &mut Vec<Stmt>) {
        let mut bound = Vec::new();
        for alias in names {
            let request = self.name(alias.name);
            let dotted = request.contains('.');
            let member = if dotted && alias.rename.is_none() { Member::Root } else { Member::Whole };
            let import = Import { request, member, span };
            let var = self.bound(alias.bound);
            self.flow.define(var, Def::Import(import.clone()));
            bound.push((Some(var), import));
        }
        out.push(Stmt::Import(bound));
    }

    fn import_from(&mut self, module: Option<&str>, level: u32, names: &[ir::Alias], span: Span, out: &mut Vec<Stmt>) {
        let request: Arc<str> = Arc::from(absolute(self.package, module.unwrap_or_default(), level));
        let mut bound = Vec::new();
        for alias in names {
            let name = self.name(alias.name);
            if &*name == "*" {
                let import = Import { request: request.clone(), member: Member::Whole, span };
                self.flow.stars.push(import.clone());
                bound.push((None, import));
                continue;
            }
            let import = Import { request: request.clone(), member: Member::Name(name), span };
            let var = self.bound(alias.bound);
            self.flow.define(var, Def::Import(import.clone()));
            bound.push((Some(var), import));
        }
        out.push(Stmt::Import(bound));
    }

    /// Wraps a definition in calls of its decorators, the innermost first.
    fn decorated(&mut self, decorators: ir::Exprs, mut value: NodeId) -> NodeId {
        for decorator in self.code.list(decorators).iter().rev() {
            let span = self.code.expr_span(*decorator);
            let callee = self.expr(*decorator);
            value = self.flow.node(Kind::Call(callee, vec![Arg { name: None, value }]), span);
        }
        value
    }

    fn function_def(&mut self, index: u32, out: &mut Vec<Stmt>) {
        let Some(function) = self.code.functions.get(index as usize) else { return };
        let mut evaluated = Vec::new();
        for parameter in function.positional.iter().chain(&function.keyword_only) {
            evaluated.extend(parameter.default.map(|default| self.expr(default)));
        }
        evaluated.extend(self.code.list(function.annotations).iter().map(|annotation| self.expr(*annotation)));
        let id = self.body_of(index);
        let mut defined = self.flow.node(Kind::Function(id), function.name_span);
        // Defaults and annotations run with the definition; they go with it.
        if !evaluated.is_empty() {
            evaluated.insert(0, defined);
            defined = self.flow.node(Kind::Or(evaluated), function.name_span);
        }
        let value = self.decorated(function.decorators, defined);
        self.bind(function.name, value, out);
    }

    fn body_of(&mut self, index: u32) -> FuncId {
        let parent = self.function();
        let Some(function) = self.code.functions.get(index as usize) else { return 0 };
        let name = if function.value.is_some() { Arc::from("") } else { self.name(function.name) };
        let id = self.flow.push_function(name, parent, function.span);
        self.scopes.push(Scope { function: Some(id), ..Scope::default() });
        let last = self.scopes.len() - 1;
        for local in &function.locals {
            self.declare(last, *local);
        }
        let params = function.positional.iter().map(|parameter| parameter.name);
        let keyword_only = function.keyword_only.iter().map(|parameter| parameter.name);
        let all: Vec<NameId> = params.chain(keyword_only).chain(function.vararg).chain(function.kwarg).collect();
        let mut vars = Vec::new();
        for (at, name) in all.into_iter().enumerate() {
            let var = self.declare(last, name);
            self.flow.define(var, Def::Parameter(id, at as u32));
            vars.push(var);
        }
        let body = match function.value {
            Some(value) => {
                let value = self.expr(value);
                self.flow.push_block(vec![Stmt::Return(Some(value))])
            }
            None => self.block(function.body),
        };
        self.scopes.pop();
        if let Some(function) = self.flow.functions.get_mut(id as usize) {
            function.params = vars;
            function.body = body;
        }
        id
    }

    fn class_def(&mut self, index: u32, out: &mut Vec<Stmt>) {
        let Some(class) = self.code.classes.get(index as usize) else { return };
        let mut bases: Vec<NodeId> = Vec::new();
        for base in self.code.list(class.arguments.positional) {
            bases.push(self.expr(*base));
        }
        for (_, value) in &class.arguments.keywords {
            bases.push(self.expr(*value));
        }
        self.scopes.push(Scope { class: true, ..Scope::default() });
        let body = self.block(class.body);
        self.scopes.pop();
        let methods = self.methods(body);
        let id = self.flow.classes.len() as u32;
        let name = self.name(class.name);
        self.flow.classes.push(Class {
            name,
            bases,
            body,
            methods,
            decorators: Vec::new(),
            own_decorators: 0,
            slots: Vec::new(),
        });
        let defined = self.flow.node(Kind::Class(id), class.name_span);
        let value = self.decorated(class.decorators, defined);
        self.bind(class.name, value, out);
    }

    fn methods(&self, body: BlockId) -> Vec<(Arc<str>, FuncId)> {
        let stmts = self.flow.block(body).iter();
        let found = stmts.filter_map(|stmt| {
            let Stmt::Bind(var, value) = stmt else { return None };
            let function = self.flow.defined_function(*value)?;
            Some((self.flow.vars.get(*var as usize)?.name.clone(), function))
        });
        found.collect()
    }

    fn exprs(&mut self, list: ir::Exprs) -> Vec<NodeId> {
        self.code.list(list).iter().map(|item| self.expr(*item)).collect()
    }

    fn expr(&mut self, id: ir::ExprId) -> NodeId {
        let span = self.code.expr_span(id);
        let kind = self.kind(id);
        self.flow.node(kind, span)
    }

    /// What `/` makes of a path and a name, or of two numbers.
    fn divided(&mut self, id: ir::ExprId, a: ir::ExprId, b: ir::ExprId) -> Kind {
        let (left, right) = (self.expr(a), self.expr(b));
        if !matches!(self.flow.kind(right), Kind::Text(_) | Kind::Join(_) | Kind::Var(_) | Kind::Attr(..)) {
            return Kind::Group(vec![left, right]);
        }
        let span = self.code.expr_span(id);
        let method = self.flow.node(Kind::Attr(left, Arc::from("joinpath")), span);
        Kind::Call(method, vec![Arg { name: None, value: right }])
    }

    fn kind(&mut self, id: ir::ExprId) -> Kind {
        match self.code.expr(id) {
            Expr::None => Kind::Nothing,
            Expr::Text(text) => Kind::Text(Arc::from(self.code.text(text))),
            Expr::Name(name) => Kind::Var(self.var(name)),
            Expr::Attribute(object, name) => Kind::Attr(self.expr(object), self.name(name)),
            Expr::Subscript(object, key) => Kind::Index(self.expr(object), self.expr(key)),
            Expr::Call(callee, arguments) => self.call(callee, arguments),
            Expr::And(list) => Kind::And(self.exprs(list)),
            Expr::Or(list) => Kind::Or(self.exprs(list)),
            Expr::Unary(ir::UnaryOp::Not, value) => Kind::Not(self.expr(value)),
            Expr::Binary(ir::BinaryOp::Add | ir::BinaryOp::Mod, a, b) => Kind::Join(vec![self.expr(a), self.expr(b)]),
            Expr::Compare(index) => self.compare(index),
            Expr::If(test, yes, no) => Kind::Choice(self.expr(test), self.expr(yes), self.expr(no)),
            Expr::Tuple(list) | Expr::List(list) | Expr::Set(list) => Kind::List(self.exprs(list)),
            Expr::Dict(list) => {
                let parts = self.exprs(list);
                Kind::Map(parts.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect())
            }
            Expr::Lambda(index) => Kind::Function(self.body_of(index)),
            Expr::Comprehension(index) => self.comprehension(index),
            Expr::Format(list) => Kind::Join(self.exprs(list)),
            Expr::Slice(list) => Kind::Group(self.exprs(list)),
            Expr::Unary(_, value) | Expr::Await(value) | Expr::Yield(Some(value)) => Kind::Or(vec![self.expr(value)]),
            Expr::Binary(ir::BinaryOp::Div, a, b) => self.divided(id, a, b),
            Expr::Binary(_, a, b) => Kind::Group(vec![self.expr(a), self.expr(b)]),
            Expr::YieldFrom(value) | Expr::Starred(value) => Kind::Group(vec![self.expr(value)]),
            Expr::Walrus(target, value) => {
                let value = self.expr(value);
                match self.code.expr(target) {
                    Expr::Name(name) => {
                        let var = self.bound(name);
                        self.flow.define(var, Def::Node(value));
                        Kind::Assign(Target::Var(var), value)
                    }
                    _ => Kind::Or(vec![value]),
                }
            }
            Expr::Bool(value) => Kind::Nth(u32::from(value)),
            Expr::Int(value) => Kind::number(value as f64),
            Expr::Opaque | Expr::Ellipsis | Expr::Float(_) | Expr::Bytes(_) | Expr::Yield(None) => {
                Kind::Group(Vec::new())
            }
        }
    }

    fn call(&mut self, callee: ir::ExprId, arguments: u32) -> Kind {
        let imports = match self.code.expr(callee) {
            Expr::Name(name) => matches!(self.code.name(name), "import_module" | "__import__"),
            Expr::Attribute(_, name) => self.code.name(name) == "import_module",
            _ => false,
        };
        let callee = self.expr(callee);
        let Some(arguments) = self.code.calls.get(arguments as usize) else { return Kind::Group(vec![callee]) };
        let positional = self.exprs(arguments.positional);
        if let (true, Some(first)) = (imports, positional.first()) {
            return Kind::Import(*first);
        }
        let mut args: Vec<Arg> = positional.into_iter().map(|value| Arg { name: None, value }).collect();
        for (name, value) in &arguments.keywords {
            let name = name.map(|name| self.name(name));
            args.push(Arg { name, value: self.expr(*value) });
        }
        Kind::Call(callee, args)
    }

    fn compare(&mut self, index: u32) -> Kind {
        let Some(compare) = self.code.compares.get(index as usize) else { return Kind::Group(Vec::new()) };
        let left = self.expr(compare.left);
        let rest: Vec<(CompareOp, NodeId)> =
            compare.rest.iter().map(|(op, operand)| (*op, self.expr(*operand))).collect();
        match rest.as_slice() {
            [(op, right)] => {
                let op = match op {
                    CompareOp::Eq | CompareOp::Is => Comparison::Equal,
                    CompareOp::NotEq | CompareOp::IsNot => Comparison::NotEqual,
                    CompareOp::In => Comparison::In,
                    CompareOp::NotIn => {
                        let inside = self.flow.node(Kind::Compare(Comparison::In, left, *right), self.flow.span(left));
                        return Kind::Not(inside);
                    }
                    _ => Comparison::Other,
                };
                Kind::Compare(op, left, *right)
            }
            _ => Kind::Group(std::iter::once(left).chain(rest.iter().map(|(_, node)| *node)).collect()),
        }
    }

    /// Names of a comprehension live in a scope of their own.
    fn comprehension(&mut self, index: u32) -> Kind {
        let Some(comprehension) = self.code.comprehensions.get(index as usize) else {
            return Kind::Group(Vec::new());
        };
        self.scopes.push(Scope::default());
        let last = self.scopes.len() - 1;
        let mut parts = Vec::new();
        for generator in &comprehension.generators {
            let iter = self.expr(generator.iter);
            parts.push(iter);
            let mut targets = vec![generator.target];
            while let Some(target) = targets.pop() {
                match self.code.expr(target) {
                    Expr::Name(name) => {
                        let var = self.declare(last, name);
                        let span = self.flow.span(iter);
                        let any = self.flow.node(Kind::Group(Vec::new()), span);
                        let element = self.flow.node(Kind::Index(iter, any), span);
                        self.flow.define(var, Def::Node(element));
                    }
                    Expr::Tuple(items) | Expr::List(items) => targets.extend(self.code.list(items)),
                    _ => {}
                }
            }
            parts.extend(self.exprs(generator.ifs));
        }
        let element = self.expr(comprehension.element);
        let value = comprehension.value.map(|value| self.expr(value));
        self.scopes.pop();
        let single = parts.len() == 1;
        parts.push(element);
        parts.extend(value);
        // `[Route(x) for x in ..]` is a list of what its element gives.
        if single && value.is_none() {
            Kind::List(vec![self.flow.node(Kind::Group(parts), Span::default())])
        } else {
            Kind::Group(parts)
        }
    }
}

/// The absolute name of a module as an import statement says it.
fn absolute(package: &str, module: &str, level: u32) -> String {
    if level == 0 {
        return module.to_owned();
    }
    let mut base = package;
    for _ in 1..level {
        base = base.rsplit_once('.').map_or("", |(parent, _)| parent);
    }
    match (base, module) {
        (base, "") => base.to_owned(),
        ("", module) => module.to_owned(),
        (base, module) => format!("{base}.{module}"),
    }
}
