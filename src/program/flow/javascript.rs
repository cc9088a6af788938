//! The JavaScript program to [`Flow`].

mod classes;
mod exports;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Arg, Arm, BlockId, Comparison, Def, Flow, FuncId, Import, Kind, Member, NodeId, Stmt, Target, VarId};
use crate::lang::javascript::ir::{
    self, BinaryOp, ExprKind, Item, Key, Pattern, Program, Scope, StmtKind, Text, UnaryOp, Var,
};
use crate::span::Span;

/// Lowers a file. `source` is its content, from which variables get their names.
#[must_use]
pub fn lower(program: &Program, source: &[u8]) -> Flow {
    let source = crate::text::lossy(source);
    let source = source.strip_prefix('\u{feff}').unwrap_or(&source);
    let mut lowering =
        Lowering { program, source, flow: Flow::default(), frames: vec![FxHashMap::default()], functions: Vec::new() };
    lowering.module();
    lowering.flow
}

struct Lowering<'a> {
    program: &'a Program,
    source: &'a str,
    flow: Flow,
    /// The frames around the code being lowered: slots to variables.
    frames: Vec<FxHashMap<u32, VarId>>,
    functions: Vec<FuncId>,
}

impl Lowering<'_> {
    fn string(&self, text: Text) -> Arc<str> {
        self.program.strings.get(text as usize).cloned().unwrap_or_default()
    }

    fn slot(&mut self, depth: u16, slot: u32) -> VarId {
        let at = self.frames.len().saturating_sub(1 + usize::from(depth));
        if let Some(var) = self.frames.get(at).and_then(|frame| frame.get(&slot)) {
            return *var;
        }
        let var = self.flow.var(Arc::from(""), at == 0);
        if let Some(frame) = self.frames.get_mut(at) {
            frame.insert(slot, var);
        }
        var
    }

    fn module(&mut self) {
        let Some(function) = self.program.functions.first() else { return };
        let mut out = Vec::new();
        for import in &self.program.imports {
            let request = self.string(import.request);
            let mut bound = Vec::new();
            for (name, slot) in &import.bindings {
                let member = name.map_or(Member::Whole, |name| Member::Name(self.string(name)));
                let entry = Import { request: request.clone(), member, span: import.span };
                let var = self.slot(0, *slot);
                self.flow.define(var, Def::Import(entry.clone()));
                bound.push((Some(var), entry));
            }
            if bound.is_empty() && import.span.end > 0 {
                bound.push((None, Import { request, member: Member::Whole, span: import.span }));
            }
            out.push(Stmt::Import(bound));
        }
        self.hoist(&function.hoisted, &mut out);
        self.stmts(&function.body, &mut out);
        self.flow.top = self.flow.push_block(out);
        for export in &self.program.exports {
            self.export(*export);
        }
    }

    fn hoist(&mut self, hoisted: &[(Var, ir::FunctionId)], out: &mut Vec<Stmt>) {
        for (var, function) in hoisted {
            let id = self.function(*function);
            let Some(lowered) = self.flow.functions.get(id as usize) else { continue };
            let (span, name) = (lowered.span, lowered.name.clone());
            let value = self.flow.node(Kind::Function(id), span);
            if let Var::Local { depth, slot } = *var {
                let var = self.slot(depth, slot);
                if let Some(var) = self.flow.vars.get_mut(var as usize) {
                    var.name = name;
                }
                self.flow.define(var, Def::Node(value));
                out.push(Stmt::Bind(var, value));
            }
        }
    }

    fn stmts(&mut self, body: &[ir::StmtId], out: &mut Vec<Stmt>) {
        for stmt in body {
            self.stmt(*stmt, out);
        }
    }

    fn block_of(&mut self, stmt: ir::StmtId) -> BlockId {
        let mut out = Vec::new();
        self.stmt(stmt, &mut out);
        self.flow.push_block(out)
    }

    /// Lowers inside a block scope.
    fn scoped(&mut self, scope: &Scope, out: &mut Vec<Stmt>, body: impl FnOnce(&mut Self, &mut Vec<Stmt>)) {
        if scope.slots > 0 {
            self.frames.push(FxHashMap::default());
        }
        self.hoist(&scope.hoisted, out);
        body(self, out);
        if scope.slots > 0 {
            self.frames.pop();
        }
    }

    fn stmt(&mut self, id: ir::StmtId, out: &mut Vec<Stmt>) {
        let Some(stmt) = self.program.stmts.get(id as usize) else { return };
        match &stmt.kind {
            StmtKind::Empty | StmtKind::Break(_) | StmtKind::Continue(_) => {}
            StmtKind::Expr(value) => self.effect(*value, out),
            StmtKind::Declare(list, _) => {
                for (pattern, value) in list {
                    if let Some(value) = value {
                        let value = self.expr(*value);
                        self.assign(*pattern, value, out);
                    }
                }
            }
            StmtKind::Block(scope, body) => self.scoped(scope, out, |this, out| this.stmts(body, out)),
            StmtKind::If(test, yes, no) => {
                let test = self.expr(*test);
                let yes = self.block_of(*yes);
                let no = no.map(|no| self.block_of(no));
                out.push(Stmt::If(test, yes, no));
            }
            StmtKind::For(inner) => self.scoped(&inner.scope, out, |this, out| {
                if let Some(init) = inner.init {
                    this.stmt(init, out);
                }
                for value in inner.test.iter().chain(&inner.update) {
                    this.effect(*value, out);
                }
                let body = this.block_of(inner.body);
                out.push(Stmt::Nested(vec![body]));
            }),
            StmtKind::ForEach(inner) => self.scoped(&inner.scope, out, |this, out| {
                let iterated = this.expr(inner.iterated);
                let span = this.flow.span(iterated);
                let any = this.flow.node(Kind::Group(Vec::new()), span);
                let element = this.flow.node(Kind::Index(iterated, any), span);
                this.assign(inner.target, element, out);
                let body = this.block_of(inner.body);
                out.push(Stmt::Each(iterated, body));
            }),
            StmtKind::While(test, body) | StmtKind::DoWhile(body, test) => {
                self.effect(*test, out);
                let body = self.block_of(*body);
                out.push(Stmt::Nested(vec![body]));
            }
            StmtKind::Return(value) => {
                let value = value.map(|value| self.expr(value));
                out.push(Stmt::Return(value));
            }
            StmtKind::Throw(value) => {
                self.effect(*value, out);
                out.push(Stmt::Return(None));
            }
            StmtKind::Labeled(_, body) => self.stmt(*body, out),
            StmtKind::Try(inner) => self.try_stmt(inner, out),
            StmtKind::Switch(inner) => self.switch(inner, out),
        }
    }

    fn try_stmt(&mut self, inner: &ir::Try, out: &mut Vec<Stmt>) {
        let mut blocks = vec![self.block_of(inner.block)];
        if let Some((scope, _, body)) = &inner.handler {
            let mut caught = Vec::new();
            self.scoped(scope, &mut caught, |this, caught| this.stmt(*body, caught));
            let caught = self.flow.push_block(caught);
            self.flow.handlers.insert(caught);
            blocks.push(caught);
        }
        if let Some(finalizer) = inner.finalizer {
            blocks.push(self.block_of(finalizer));
        }
        out.push(Stmt::Nested(blocks));
    }

    /// Cases that are empty fall through: their tests join those of the next.
    fn switch(&mut self, inner: &ir::Switch, out: &mut Vec<Stmt>) {
        let subject = self.expr(inner.discriminant);
        self.scoped(&inner.scope, out, |this, out| {
            let mut arms = Vec::new();
            let (mut patterns, mut default) = (Vec::new(), false);
            for (test, body) in &inner.cases {
                match test {
                    Some(test) => patterns.push(this.expr(*test)),
                    None => default = true,
                }
                if body.is_empty() {
                    continue;
                }
                let mut block = Vec::new();
                this.stmts(body, &mut block);
                let block = this.flow.push_block(block);
                let found = std::mem::take(&mut patterns);
                arms.push(Arm { patterns: if default { Vec::new() } else { found }, guard: None, block });
                default = false;
            }
            out.push(Stmt::Match(subject, arms));
        });
    }

    /// An expression statement.
    fn effect(&mut self, value: ir::ExprId, out: &mut Vec<Stmt>) {
        let Some(expr) = self.program.exprs.get(value as usize) else { return };
        match &expr.kind {
            ExprKind::Assign(pattern, value) => {
                let value = self.expr(*value);
                self.assign(*pattern, value, out);
            }
            ExprKind::Sequence(list) => {
                for item in list {
                    self.effect(*item, out);
                }
            }
            _ => {
                let value = self.expr(value);
                out.push(Stmt::Eval(value));
            }
        }
    }

    fn assign(&mut self, pattern: ir::PatternId, value: NodeId, out: &mut Vec<Stmt>) {
        let span = self.flow.span(value);
        match self.program.patterns.get(pattern as usize) {
            Some(Pattern::Var(Var::Local { depth, slot }) | Pattern::Constant(Var::Local { depth, slot }, _)) => {
                let var = self.slot(*depth, *slot);
                self.flow.define(var, Def::Node(value));
                out.push(Stmt::Bind(var, value));
            }
            Some(Pattern::Var(Var::Global(_)) | Pattern::Constant(..)) | None => out.push(Stmt::Eval(value)),
            Some(Pattern::Expr(target)) => {
                let place = self.expr(*target);
                self.exported(place, value);
                out.push(Stmt::Store(place, value));
            }
            Some(Pattern::Object(members, rest)) => {
                for (key, inner) in members {
                    let kind = match key {
                        Key::Name(name) => Kind::Attr(value, self.string(*name)),
                        Key::Computed(key) => Kind::Index(value, self.expr(*key)),
                    };
                    let member = self.flow.node(kind, span);
                    self.assign(*inner, member, out);
                }
                if let Some(rest) = rest {
                    self.assign(*rest, value, out);
                }
            }
            Some(Pattern::Array(items, rest)) => {
                let values = match self.flow.kind(value) {
                    Kind::List(values) => values.clone(),
                    _ => Vec::new(),
                };
                for (at, inner) in items.iter().enumerate() {
                    let Some(inner) = inner else { continue };
                    let element = match values.get(at) {
                        Some(element) => *element,
                        None => {
                            let nth = self.flow.node(Kind::Nth(at as u32), span);
                            self.flow.node(Kind::Index(value, nth), span)
                        }
                    };
                    self.assign(*inner, element, out);
                }
                if let Some(rest) = rest {
                    self.assign(*rest, value, out);
                }
            }
            Some(Pattern::Default(inner, default)) => {
                let default = self.expr(*default);
                let either = self.flow.node(Kind::Or(vec![value, default]), span);
                self.assign(*inner, either, out);
            }
        }
    }

    fn function(&mut self, id: ir::FunctionId) -> FuncId {
        let Some(function) = self.program.functions.get(id as usize) else { return 0 };
        let name = function.name.map_or_else(|| Arc::from(""), |name| self.string(name));
        let lowered = self.flow.push_function(name, self.functions.last().copied(), function.span);
        self.functions.push(lowered);
        self.frames.push(FxHashMap::default());
        let mut out = Vec::new();
        let mut params = Vec::new();
        for (at, pattern) in function.params.iter().enumerate() {
            let var = self.flow.var(Arc::from(""), false);
            self.flow.define(var, Def::Parameter(lowered, at as u32));
            let value = self.flow.node(Kind::Var(var), function.span);
            // Straight to the variable, so that parameter and variable are one.
            match self.program.patterns.get(*pattern as usize) {
                Some(Pattern::Var(Var::Local { depth: 0, slot })) => {
                    if let Some(frame) = self.frames.last_mut() {
                        frame.insert(*slot, var);
                    }
                }
                _ => self.assign(*pattern, value, &mut out),
            }
            params.push(var);
        }
        self.hoist(&function.hoisted, &mut out);
        self.stmts(&function.body, &mut out);
        if let Some(value) = function.value {
            let value = self.expr(value);
            out.push(Stmt::Return(Some(value)));
        }
        let body = self.flow.push_block(out);
        self.frames.pop();
        self.functions.pop();
        if let Some(function) = self.flow.functions.get_mut(lowered as usize) {
            function.params = params;
            function.body = body;
        }
        lowered
    }

    fn expr(&mut self, id: ir::ExprId) -> NodeId {
        let Some(expr) = self.program.exprs.get(id as usize) else {
            return self.flow.node(Kind::Nothing, Span::default());
        };
        let kind = self.kind(&expr.kind, expr.span);
        self.flow.node(kind, expr.span)
    }

    fn all(&mut self, list: &[ir::ExprId]) -> Vec<NodeId> {
        list.iter().map(|item| self.expr(*item)).collect()
    }

    fn items(&mut self, items: &[Item]) -> Vec<NodeId> {
        items
            .iter()
            .filter_map(|item| match item {
                Item::One(value) => Some(self.expr(*value)),
                Item::Spread(value) => {
                    let value = self.expr(*value);
                    let span = self.flow.span(value);
                    Some(self.flow.node(Kind::Group(vec![value]), span))
                }
                Item::Hole => None,
            })
            .collect()
    }

    fn kind(&mut self, kind: &ExprKind, span: Span) -> Kind {
        match kind {
            ExprKind::Undefined | ExprKind::Null => Kind::Nothing,
            ExprKind::String(text) => Kind::Text(self.string(*text)),
            ExprKind::Regex(pattern, _) => Kind::Regex(self.string(*pattern)),
            ExprKind::Template(texts, values) => {
                let mut parts = Vec::new();
                for (at, text) in texts.iter().enumerate() {
                    parts.push(self.flow.node(Kind::Text(self.string(*text)), span));
                    if let Some(value) = values.get(at) {
                        parts.push(self.expr(*value));
                    }
                }
                Kind::Join(parts)
            }
            ExprKind::Tagged(tag, _, values) => {
                let callee = self.expr(*tag);
                let args = self.all(values);
                Kind::Call(callee, positional(args))
            }
            ExprKind::Var(var) => self.variable(*var, span),
            ExprKind::Array(items) => Kind::List(self.items(items)),
            ExprKind::Object(members) => self.object(members, span),
            ExprKind::Function(id) => Kind::Function(self.function(*id)),
            ExprKind::Class(class) => self.class(class),
            ExprKind::Unary(UnaryOp::Not, value) => Kind::Not(self.expr(*value)),
            ExprKind::Unary(_, value) | ExprKind::Delete(value) | ExprKind::Typeof(value) => {
                Kind::Group(vec![self.expr(*value)])
            }
            ExprKind::Update(..) | ExprKind::Super | ExprKind::NewTarget | ExprKind::ImportMeta => {
                Kind::Group(Vec::new())
            }
            ExprKind::Number(number) => Kind::number(*number),
            ExprKind::Bool(_) | ExprKind::BigInt(_) | ExprKind::Yield(None, _) => Kind::Group(Vec::new()),
            ExprKind::This => Kind::This(self.functions.last().copied()),
            ExprKind::Binary(op, a, b) => self.binary(*op, *a, *b),
            ExprKind::And(a, b) => Kind::And(vec![self.expr(*a), self.expr(*b)]),
            ExprKind::Or(a, b) | ExprKind::Coalesce(a, b) => Kind::Or(vec![self.expr(*a), self.expr(*b)]),
            ExprKind::Conditional(a, b, c) => Kind::Choice(self.expr(*a), self.expr(*b), self.expr(*c)),
            ExprKind::Assign(pattern, value) | ExprKind::AssignLogical(_, pattern, value) => {
                let value = self.expr(*value);
                self.assigned(*pattern, value)
            }
            ExprKind::AssignOp(_, pattern, value) => {
                let value = self.expr(*value);
                self.assigned(*pattern, value)
            }
            ExprKind::Sequence(list) => {
                // The last one is the value; `(0, x.f)(..)` calls `x.f`.
                let mut parts = self.all(list);
                parts.reverse();
                Kind::Or(parts)
            }
            ExprKind::Member(object, name, _) => Kind::Attr(self.expr(*object), self.string(*name)),
            ExprKind::Index(object, key, _) => self.index(*object, *key),
            ExprKind::Call(callee, args, _) => self.call(*callee, args),
            ExprKind::New(callee, args) => {
                let callee = self.expr(*callee);
                Kind::Call(callee, positional(self.items(args)))
            }
            ExprKind::Chain(value) | ExprKind::Await(value) | ExprKind::Yield(Some(value), _) => {
                Kind::Or(vec![self.expr(*value)])
            }
            ExprKind::Import(value) => Kind::Import(self.expr(*value)),
            ExprKind::Opaque(parts) => Kind::Group(self.all(parts)),
        }
    }

    fn index(&mut self, object: ir::ExprId, key: ir::ExprId) -> Kind {
        let (object, key) = (self.expr(object), self.expr(key));
        match self.flow.text(key).cloned() {
            Some(name) => Kind::Attr(object, name),
            None => Kind::Index(object, key),
        }
    }

    fn variable(&mut self, var: Var, span: Span) -> Kind {
        match var {
            Var::Local { depth, slot } => {
                let id = self.slot(depth, slot);
                let name = self.source.get(span.range_in(self.source.len())).unwrap_or_default();
                if let Some(var) = self.flow.vars.get_mut(id as usize).filter(|var| var.name.is_empty()) {
                    var.name = Arc::from(name);
                }
                Kind::Var(id)
            }
            Var::Global(name) => Kind::Global(self.string(name)),
        }
    }

    fn assigned(&mut self, pattern: ir::PatternId, value: NodeId) -> Kind {
        match self.program.patterns.get(pattern as usize) {
            Some(Pattern::Var(Var::Local { depth, slot }) | Pattern::Constant(Var::Local { depth, slot }, _)) => {
                let var = self.slot(*depth, *slot);
                self.flow.define(var, Def::Node(value));
                Kind::Assign(Target::Var(var), value)
            }
            Some(Pattern::Expr(target)) => {
                let place = self.expr(*target);
                self.exported(place, value);
                Kind::Assign(Target::Place(place), value)
            }
            _ => {
                let mut ignored = Vec::new();
                self.assign(pattern, value, &mut ignored);
                Kind::Or(vec![value])
            }
        }
    }

    fn binary(&mut self, op: BinaryOp, a: ir::ExprId, b: ir::ExprId) -> Kind {
        let (a, b) = (self.expr(a), self.expr(b));
        match op {
            BinaryOp::Equal | BinaryOp::StrictEqual => Kind::Compare(Comparison::Equal, a, b),
            BinaryOp::NotEqual | BinaryOp::StrictNotEqual => Kind::Compare(Comparison::NotEqual, a, b),
            BinaryOp::In => Kind::Compare(Comparison::In, a, b),
            BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
            | BinaryOp::Instanceof => Kind::Compare(Comparison::Other, a, b),
            BinaryOp::Add => Kind::Join(vec![a, b]),
            _ => Kind::Group(vec![a, b]),
        }
    }

    fn call(&mut self, callee: ir::ExprId, args: &[Item]) -> Kind {
        let callee = self.expr(callee);
        let args = self.items(args);
        let requires = match self.flow.kind(callee) {
            Kind::Var(var) => self.is_wrapper(*var, 1),
            Kind::Global(name) => &**name == "require",
            _ => false,
        };
        match args.first() {
            Some(first) if requires => Kind::Import(*first),
            _ => Kind::Call(callee, positional(args)),
        }
    }

    fn object(&mut self, members: &[ir::Member], span: Span) -> Kind {
        let mut entries = Vec::new();
        for member in members {
            let (key, value) = match member {
                ir::Member::Value(key, value) => (self.key(*key, span), self.expr(*value)),
                ir::Member::Get(key, function) => {
                    let key = self.key(*key, span);
                    // What a getter gives is what it returns.
                    let id = self.function(*function);
                    (key, self.returned(id, span))
                }
                ir::Member::Set(..) => continue,
                ir::Member::Spread(value) => (self.flow.node(Kind::Nothing, span), self.expr(*value)),
            };
            entries.push((key, value));
        }
        Kind::Map(entries)
    }

    fn returned(&mut self, function: FuncId, span: Span) -> NodeId {
        let body = self.flow.functions.get(function as usize).map_or(0, |function| function.body);
        let value = self.flow.block(body).iter().rev().find_map(|stmt| match stmt {
            Stmt::Return(Some(value)) => Some(*value),
            _ => None,
        });
        value.unwrap_or_else(|| self.flow.node(Kind::Function(function), span))
    }

    fn key(&mut self, key: Key, span: Span) -> NodeId {
        match key {
            Key::Name(name) => {
                let text = Kind::Text(self.string(name));
                self.flow.node(text, span)
            }
            Key::Computed(value) => self.expr(value),
        }
    }
}

fn positional(values: Vec<NodeId>) -> Vec<Arg> {
    values.into_iter().map(|value| Arg { name: None, value }).collect()
}
