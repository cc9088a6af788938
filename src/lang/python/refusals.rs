//! What the compiler refuses although it parses: `return` outside of functions, a late `__future__`, a parameter twice.
//!
//! The parser's own checker knows the rules; it has to be told where in the program it is.

mod bound;

use std::cell::RefCell;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, PythonVersion, Stmt};
use ruff_python_parser::semantic_errors::{
    LazyImportContext, SemanticSyntaxChecker, SemanticSyntaxContext, SemanticSyntaxError, SemanticSyntaxErrorKind,
    WriteToDebugKind,
};
use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;

use super::{Newer, Problem, ProblemKind, lower, uncapitalised};

/// The version that lets comprehensions that wait stand in others, without `async` of their own.
const ASYNC_COMPREHENSIONS: u16 = 11;

/// The first thing in a module that no version compiles, and what only newer ones do.
pub(super) fn find<'t>(text: &'t str, suite: &'t [Stmt]) -> (Option<Problem>, Vec<Newer>) {
    let mut search = Search {
        checker: SemanticSyntaxChecker::new(),
        place: Place { text, scopes: vec![Scope::new(Kind::Module)], errors: RefCell::default() },
        refused: Vec::new(),
    };
    if let Some(scope) = search.place.scopes.first_mut() {
        scope.declared.add(suite);
    }
    search.visit_body(suite);
    let refused = search.refused.first().map(|(at, what)| Problem {
        span: Some(lower::span(*at)),
        message: format!("syntax error: {what}"),
        kind: ProblemKind::Syntax,
    });
    let mut problem = refused;
    let mut newer = Vec::new();
    for error in search.place.errors.into_inner() {
        let span = lower::span(error.range);
        match error.kind {
            // Taken by 3.9, and by nobody else.
            SemanticSyntaxErrorKind::WriteToDebug(WriteToDebugKind::Delete(_)) => {}
            SemanticSyntaxErrorKind::AsyncComprehensionInSyncComprehension(_) => newer.push(Newer {
                span,
                minor: ASYNC_COMPREHENSIONS,
                what: "cannot use an asynchronous comprehension inside of a synchronous one".to_owned(),
            }),
            _ if problem.is_none() => {
                problem = Some(Problem {
                    span: Some(span),
                    message: format!("syntax error: {}", uncapitalised(&error.to_string())),
                    kind: ProblemKind::Syntax,
                });
            }
            _ => {}
        }
    }
    (problem, newer)
}

/// What opens a scope.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Module,
    Function { is_async: bool },
    Lambda,
    Class,
    Comprehension { is_async: bool, is_generator: bool },
}

struct Scope<'t> {
    kind: Kind,
    /// Loops around what is looked at, in this scope.
    loops: u32,
    declared: Declared,
    parameters: Vec<String>,
    /// The body of a function.
    body: &'t [Stmt],
}

/// Names that a scope declares to be those of others, with where it says so.
#[derive(Default)]
struct Declared {
    globals: FxHashMap<String, TextRange>,
    nonlocals: FxHashMap<String, TextRange>,
}

impl<'t> Scope<'t> {
    fn new(kind: Kind) -> Self {
        Self { kind, loops: 0, declared: Declared::default(), parameters: Vec::new(), body: &[] }
    }
}

/// Where in the program the search is.
struct Place<'t> {
    text: &'t str,
    scopes: Vec<Scope<'t>>,
    errors: RefCell<Vec<SemanticSyntaxError>>,
}

impl Place<'_> {
    fn kind(&self) -> Kind {
        self.scopes.last().map_or(Kind::Module, |scope| scope.kind)
    }

    /// The kinds of the scopes around, innermost first.
    fn kinds(&self) -> impl Iterator<Item = Kind> + '_ {
        self.scopes.iter().rev().map(|scope| scope.kind)
    }
}

impl SemanticSyntaxContext for Place<'_> {
    // Annotations that are not evaluated may hold what others may not: of those nothing is said.
    fn future_annotations_or_stub(&self) -> bool {
        true
    }

    fn lazy_import_context(&self) -> Option<LazyImportContext> {
        None
    }

    fn python_version(&self) -> PythonVersion {
        PythonVersion::PY39
    }

    fn source(&self) -> &str {
        self.text
    }

    fn global(&self, name: &str) -> Option<TextRange> {
        self.scopes.last()?.declared.globals.get(name).copied()
    }

    fn has_nonlocal_binding(&self, name: &str) -> bool {
        let mut around = self.scopes.iter().rev().skip(1).filter(|scope| matches!(scope.kind, Kind::Function { .. }));
        let answers = around.find_map(|scope| {
            let declared = &scope.declared;
            if declared.globals.contains_key(name) {
                return Some(false);
            }
            let is_own = !declared.nonlocals.contains_key(name)
                && (scope.parameters.iter().any(|parameter| parameter == name) || bound::is_bound(scope.body, name));
            is_own.then_some(true)
        });
        answers.unwrap_or(false)
    }

    fn in_async_context(&self) -> bool {
        let mut around = self.kinds().filter(|kind| !matches!(kind, Kind::Comprehension { .. }));
        matches!(around.next(), Some(Kind::Function { is_async: true }))
    }

    fn in_await_allowed_context(&self) -> bool {
        let is_inner = |kind: &Kind| matches!(kind, Kind::Comprehension { is_generator: false, .. });
        let mut around = self.kinds().skip_while(is_inner);
        let generator = Kind::Comprehension { is_async: false, is_generator: true };
        around.next().is_some_and(|kind| matches!(kind, Kind::Function { .. } | Kind::Lambda) || kind == generator)
    }

    fn in_yield_allowed_context(&self) -> bool {
        matches!(self.kind(), Kind::Function { .. } | Kind::Lambda)
    }

    fn in_sync_comprehension(&self) -> bool {
        self.kinds().any(|kind| kind == Kind::Comprehension { is_async: false, is_generator: false })
    }

    fn in_class_body_comprehension(&self) -> bool {
        let mut around = self.kinds().skip_while(|kind| matches!(kind, Kind::Comprehension { .. }));
        matches!(around.next(), Some(Kind::Class))
    }

    fn in_module_scope(&self) -> bool {
        self.kind() == Kind::Module
    }

    fn in_function_scope(&self) -> bool {
        matches!(self.kind(), Kind::Function { .. } | Kind::Lambda)
    }

    fn in_generator_context(&self) -> bool {
        self.kinds().any(|kind| matches!(kind, Kind::Comprehension { is_generator: true, .. }))
    }

    fn in_notebook(&self) -> bool {
        false
    }

    fn report_semantic_error(&self, error: SemanticSyntaxError) {
        self.errors.borrow_mut().push(error);
    }

    fn in_loop_context(&self) -> bool {
        self.scopes.last().is_some_and(|scope| scope.loops > 0)
    }

    fn is_bound_parameter(&self, name: &str) -> bool {
        self.scopes.last().is_some_and(|scope| scope.parameters.iter().any(|parameter| parameter == name))
    }
}

struct Search<'t> {
    checker: SemanticSyntaxChecker,
    place: Place<'t>,
    /// What the checker leaves to others.
    refused: Vec<(TextRange, &'static str)>,
}

impl<'t> Search<'t> {
    fn inside(&mut self, scope: Scope<'t>, look: impl FnOnce(&mut Self)) {
        self.place.scopes.push(scope);
        look(self);
        self.place.scopes.pop();
    }

    /// Whether the scope says of a name both that it is global and that it is nonlocal.
    fn is_global_too(&self, node: &ast::StmtNonlocal) -> bool {
        let Some(scope) = self.place.scopes.last() else { return false };
        node.names.iter().any(|name| scope.declared.globals.contains_key(name.as_str()))
    }

    /// The clauses of a `try`.
    fn clauses(&mut self, node: &ast::StmtTry) {
        let all = node.handlers.len();
        for (at, ast::ExceptHandler::ExceptHandler(handler)) in node.handlers.iter().enumerate() {
            if handler.type_.is_none() && at + 1 < all {
                self.refused.push((handler.range, "default 'except:' must be last"));
            }
            if node.is_star && leaves(&handler.body) {
                let what = "'break', 'continue' and 'return' cannot appear in an except* block";
                self.refused.push((handler.range, what));
            }
        }
    }

    fn in_loop(&mut self, body: &'t [Stmt]) {
        let step = |this: &mut Self, by: i32| {
            if let Some(scope) = this.place.scopes.last_mut() {
                scope.loops = scope.loops.saturating_add_signed(by);
            }
        };
        step(self, 1);
        self.visit_body(body);
        step(self, -1);
    }

    fn function(&mut self, node: &'t ast::StmtFunctionDef) {
        for decorator in &node.decorator_list {
            self.visit_decorator(decorator);
        }
        if let Some(parameters) = &node.type_params {
            self.visit_type_params(parameters);
        }
        self.visit_parameters(&node.parameters);
        if let Some(returns) = &node.returns {
            self.visit_annotation(returns);
        }
        let mut scope = Scope::new(Kind::Function { is_async: node.is_async });
        scope.parameters = parameters(&node.parameters);
        scope.declared.add(&node.body);
        scope.body = &node.body;
        self.inside(scope, |this| this.visit_body(&node.body));
    }

    /// A comprehension: its first iterable is evaluated outside of it.
    fn comprehension(&mut self, elements: &[&'t Expr], generators: &'t [ast::Comprehension], is_generator: bool) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        let is_async = generators.iter().any(|generator| generator.is_async);
        self.inside(Scope::new(Kind::Comprehension { is_async, is_generator }), |this| {
            for (at, generator) in generators.iter().enumerate() {
                this.visit_expr(&generator.target);
                if at > 0 {
                    this.visit_expr(&generator.iter);
                }
                for test in &generator.ifs {
                    this.visit_expr(test);
                }
            }
            for element in elements {
                this.visit_expr(element);
            }
        });
    }
}

impl<'t> Visitor<'t> for Search<'t> {
    fn visit_stmt(&mut self, stmt: &'t Stmt) {
        self.checker.visit_stmt(stmt, &self.place);
        match stmt {
            Stmt::Nonlocal(node) if self.is_global_too(node) => {
                self.refused.push((node.range, "a name is nonlocal and global"));
            }
            Stmt::Expr(node) if matches!(&*node.value, Expr::Starred(_)) => {
                self.refused.push((node.range, "can't use starred expression here"));
            }
            Stmt::Try(node) => {
                self.clauses(node);
                walk_stmt(self, stmt);
            }
            Stmt::FunctionDef(node) => self.function(node),
            Stmt::ClassDef(node) => {
                for decorator in &node.decorator_list {
                    self.visit_decorator(decorator);
                }
                if let Some(parameters) = &node.type_params {
                    self.visit_type_params(parameters);
                }
                if let Some(arguments) = &node.arguments {
                    self.visit_arguments(arguments);
                }
                let mut scope = Scope::new(Kind::Class);
                scope.declared.add(&node.body);
                self.inside(scope, |this| this.visit_body(&node.body));
            }
            Stmt::For(node) => {
                self.visit_expr(&node.iter);
                self.visit_expr(&node.target);
                self.in_loop(&node.body);
                self.visit_body(&node.orelse);
            }
            Stmt::While(node) => {
                self.visit_expr(&node.test);
                self.in_loop(&node.body);
                self.visit_body(&node.orelse);
            }
            _ => walk_stmt(self, stmt),
        }
    }

    // What annotations may hold depends on whether they are evaluated.
    fn visit_annotation(&mut self, _expr: &'t Expr) {}

    fn visit_expr(&mut self, expr: &'t Expr) {
        self.checker.visit_expr(expr, &self.place);
        match expr {
            Expr::Name(node) => {
                let scope = self.place.scopes.last();
                let said = scope.and_then(|scope| scope.declared.nonlocals.get(node.id.as_str()));
                if said.is_some_and(|said| node.range.start() < said.start()) {
                    self.refused.push((node.range, "a name is used prior to its nonlocal declaration"));
                }
            }
            Expr::Lambda(node) => {
                if let Some(parameters) = &node.parameters {
                    self.visit_parameters(parameters);
                }
                let mut scope = Scope::new(Kind::Lambda);
                scope.parameters = node.parameters.as_deref().map(parameters).unwrap_or_default();
                self.inside(scope, |this| this.visit_expr(&node.body));
            }
            Expr::ListComp(node) => self.comprehension(&[&node.elt], &node.generators, false),
            Expr::SetComp(node) => self.comprehension(&[&node.elt], &node.generators, false),
            Expr::Generator(node) => self.comprehension(&[&node.elt], &node.generators, true),
            Expr::DictComp(node) => {
                let elements: Vec<&'t Expr> = node.key.iter().map(|key| &**key).chain([&*node.value]).collect();
                self.comprehension(&elements, &node.generators, false);
            }
            _ => walk_expr(self, expr),
        }
    }
}

/// Whether a block leaves what is around it; loops of its own keep what leaves them.
fn leaves(body: &[Stmt]) -> bool {
    body.iter().any(|stmt| match stmt {
        Stmt::Break(_) | Stmt::Continue(_) | Stmt::Return(_) => true,
        Stmt::If(node) => leaves(&node.body) || node.elif_else_clauses.iter().any(|clause| leaves(&clause.body)),
        Stmt::With(node) => leaves(&node.body),
        _ => false,
    })
}

fn parameters(parameters: &ast::Parameters) -> Vec<String> {
    parameters.iter().map(|parameter| parameter.name().to_string()).collect()
}

impl Declared {
    /// What a function or class body declares, nested blocks included.
    fn add(&mut self, body: &[Stmt]) {
        struct Names<'f>(&'f mut Declared);
        impl<'a> Visitor<'a> for Names<'_> {
            fn visit_stmt(&mut self, stmt: &'a Stmt) {
                let (found, names, range) = match stmt {
                    Stmt::Global(node) => (&mut self.0.globals, &node.names, node.range),
                    Stmt::Nonlocal(node) => (&mut self.0.nonlocals, &node.names, node.range),
                    Stmt::FunctionDef(_) | Stmt::ClassDef(_) => return,
                    _ => return walk_stmt(self, stmt),
                };
                for name in names {
                    found.entry(name.to_string()).or_insert(range);
                }
            }
            fn visit_expr(&mut self, _expr: &'a Expr) {}
        }
        Names(self).visit_body(body);
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    /// What is refused, as `compile()` of CPython 3.9 to 3.13 refuses it.
    #[test]
    fn what_no_version_compiles_is_refused() {
        for source in [
            "return 1",
            "await x",
            "yield 1",
            "class C:\n    return 1",
            "class C:\n    yield 1",
            "def f():\n    await x",
            "async def f():\n    yield from x",
            "async def f():\n    yield 1\n    return 2",
            "import os\nfrom __future__ import annotations",
            "from __future__ import braces_for_blocks",
            "def f(a, a): pass",
            "lambda a, a: 0",
            "nonlocal x",
            "break",
            "for x in y: pass\nelse: break",
            "while 1:\n    def f():\n        continue",
            "def f():\n    from os import *",
            "def f(x):\n    global x",
            "def f():\n    x = 1\n    global x",
            "*a = 1",
            "a, *b, *c = d",
            "x = *y",
            "del *x",
            "__debug__ = 1",
            "[i := 0 for i in x]",
            "f(a=1, a=2)",
            "async def f():\n    pass\nasync for x in y: pass",
            "async with x: pass",
            "match x:\n    case a: pass\n    case 1: pass",
            "match x:\n    case [a, a]: pass",
            "match x:\n    case {1: a, 1: b}: pass",
            "match x:\n    case a | 1: pass",
            "[(yield 1) for x in y]",
            "*x",
            "x = 1\nglobal x",
            "try: pass\nexcept: pass\nexcept X: pass",
            "def f():\n    try: pass\n    except* X: return",
            "x = '\0'",
            "def f():\n    nonlocal x\n    x = 1",
            "x = 1\ndef f():\n    def g():\n        nonlocal x",
            "def f():\n    x = 0\n    def g():\n        print(x)\n        nonlocal x",
            "def f():\n    x = 0\n    def g():\n        x = 1\n        nonlocal x",
            "def f():\n    x = 0\n    def g():\n        global x\n        nonlocal x",
            "class A:\n    x = 1\n    def f(self):\n        nonlocal x",
            "def f():\n    global x\n    x = 1\n    def g():\n        nonlocal x",
            "def f():\n    [x for x in y]\n    def g():\n        nonlocal x",
            "def f():\n    g = lambda x: x\n    def h():\n        nonlocal x",
            "def f():\n    def g():\n        x = 1\n    def h():\n        nonlocal x",
            "# coding: ascii\nx = '\u{e9}'",
        ] {
            assert!(parse(source.as_bytes()).broken, "{source}");
        }
    }

    #[test]
    fn what_compiles_is_taken() {
        for source in [
            "'doc'\nfrom __future__ import annotations\nfrom __future__ import division\nimport os",
            "# x\n\nfrom __future__ import annotations",
            "def f():\n    yield 1\n    return 2",
            "def f():\n    return lambda: (yield)",
            "async def f():\n    await x\n    return [await y for z in w]",
            "async def f():\n    return [y async for y in z]",
            "async def f():\n    async with a: pass\n    async for b in c: break",
            "x = lambda: (yield)",
            "def f():\n    global x\n    x = 1\n    def g():\n        x = 2",
            "def f():\n    def g():\n        nonlocal x\n        x = 1\n    x = 2",
            "def f(x, *y, **z):\n    def g():\n        nonlocal x, y, z",
            "def f():\n    for x, (y, *z) in w: pass\n    def g():\n        nonlocal x, y, z",
            "def f():\n    if (x := 3) or [y := 1 for _ in w]: pass\n    def g():\n        nonlocal x, y",
            "def f():\n    import json, a.b, c as d\n    from e import h as i\n    def g():\n        nonlocal json, a, d, i",
            "def f():\n    try: pass\n    except X as e: pass\n    with w as (x, y): pass\n    def g():\n        nonlocal e, x, y",
            "def f():\n    match w:\n        case {'a': x, **y}: pass\n        case [z, *v]: pass\n        case A(b=c) as d: pass\n    def g():\n        nonlocal x, y, z, v, c, d",
            "def f():\n    x: int\n    del y\n    z += 1\n    def w(): pass\n    class C: pass\n    def g():\n        nonlocal x, y, z, w, C",
            "def f():\n    x = 1\n    class C:\n        nonlocal x\n        def m(self):\n            nonlocal x",
            "def f():\n    x = 1\n    def g():\n        nonlocal x\n        def h():\n            nonlocal x",
            "for x in y:\n    if x: break\n    else: continue\nelse: pass",
            "while 1:\n    try: break\n    finally: pass",
            "*a, = 1, 2",
            "a, *b = c",
            "def f(*, a, **b): pass",
            "x = (yield_ for yield_ in y)",
            "f(*a, *b, **c, **d)",
            "if __debug__: pass",
            "match x:\n    case 1 | 2: pass\n    case {'a': b, **c}: pass\n    case _: pass",
            "match x:\n    case (1, a) | (2, a): pass\n    case A(b=1, c=d): pass",
            "class C:\n    x = [y for y in z]",
            "x = [a for a in b if (c := a)]",
            "print(*a, sep='')",
            "x = *a, *b",
            "def f():\n    return *a, b",
            "for x in *a, b: pass",
            "x[*a]",
            "(await x for x in y)",
            "try: pass\nexcept X: pass\nexcept: pass",
            "for x in y:\n    try: pass\n    except* X:\n        for z in x: break",
        ] {
            let parsed = parse(source.as_bytes());
            assert!(!parsed.broken, "{source}: {:?}", parsed.problems);
        }
        let parsed = parse(b"async def f():\n    return [[x async for x in y] for z in w]");
        assert!(!parsed.broken && parsed.newer.iter().any(|newer| newer.minor == 11));
    }
}
