//! ruff's syntax tree to the arenas of [`super::ir`]: statements, functions, classes.

use indexmap::IndexSet;
use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxBuildHasher;

use super::ir::*;
use crate::span::Span;

/// Builds the [`Code`] of one module.
pub(super) struct Lowering {
    pub(super) code: Code,
    /// What becomes [`Code::names`].
    names: IndexSet<Box<str>, FxBuildHasher>,
    pub(super) scopes: Vec<Scope>,
}

/// The names that a function binds while its body is being lowered.
#[derive(Default)]
pub(super) struct Scope {
    locals: Vec<NameId>,
    foreign: Vec<NameId>,
    globals: Vec<NameId>,
    pub(super) is_generator: bool,
    is_class: bool,
}

pub(super) fn span(range: TextRange) -> Span {
    Span::new(range.start().to_u32(), range.end().to_u32())
}

impl Lowering {
    pub(super) fn new(bytes: usize) -> Self {
        let mut code = Code::default();
        code.exprs.reserve(bytes / 16);
        code.expr_spans.reserve(bytes / 16);
        Self { code, names: IndexSet::default(), scopes: Vec::new() }
    }

    pub(super) fn module(mut self, body: &[ast::Stmt]) -> Code {
        self.code.body = self.block(body);
        self.code.names = self.names.into_iter().collect();
        self.code
    }

    pub(super) fn name(&mut self, text: &str) -> NameId {
        let at = self.names.get_index_of(text).unwrap_or_else(|| self.names.insert_full(text.into()).0);
        NameId(at as u32)
    }

    pub(super) fn text(&mut self, text: &str) -> TextId {
        let id = TextId(self.code.texts.len() as u32);
        self.code.texts.push(text.into());
        id
    }

    /// Notes that the current function binds a name.
    pub(super) fn bind(&mut self, name: NameId) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.locals.push(name);
        }
    }

    fn stmt(&mut self, stmt: Stmt, range: TextRange) -> StmtId {
        let id = StmtId(self.code.stmts.len() as u32);
        self.code.stmts.push(stmt);
        self.code.stmt_spans.push(span(range));
        id
    }

    pub(super) fn block(&mut self, body: &[ast::Stmt]) -> Block {
        let mut ids = Vec::with_capacity(body.len());
        for stmt in body {
            let lowered = self.statement(stmt);
            if let Some(lowered) = lowered {
                ids.push(self.stmt(lowered, stmt.range()));
            }
        }
        self.code.push_block(&ids)
    }

    fn statement(&mut self, stmt: &ast::Stmt) -> Option<Stmt> {
        Some(match stmt {
            // Docstrings and other constants do nothing.
            ast::Stmt::Expr(node) if node.value.is_literal_expr() => return None,
            ast::Stmt::Expr(node) => Stmt::Expr(self.expr(&node.value)),
            ast::Stmt::Assign(node) => {
                let value = self.expr(&node.value);
                let targets: Vec<_> = node.targets.iter().map(|t| self.target(t)).collect();
                Stmt::Assign(self.code.push_list(&targets), value)
            }
            ast::Stmt::AugAssign(node) => {
                let value = self.expr(&node.value);
                let target = self.target(&node.target);
                Stmt::AugAssign(target, super::lower_expr::binary_op(node.op), value)
            }
            ast::Stmt::AnnAssign(node) => {
                let annotation = self.expr(&node.annotation);
                let value = node.value.as_deref().map(|value| self.expr(value));
                Stmt::AnnAssign(self.target(&node.target), annotation, value)
            }
            ast::Stmt::Import(node) => {
                let aliases = self.aliases(&node.names);
                for alias in &aliases {
                    self.bind(alias.bound);
                }
                Stmt::Import(aliases)
            }
            ast::Stmt::ImportFrom(node) => self.import_from(node),
            ast::Stmt::FunctionDef(node) => Stmt::Function(self.function(node)),
            ast::Stmt::ClassDef(node) => Stmt::Class(self.class(node)),
            ast::Stmt::If(node) => self.if_statement(node),
            ast::Stmt::While(node) => {
                let test = self.expr(&node.test);
                Stmt::While(test, self.block(&node.body), self.block(&node.orelse))
            }
            ast::Stmt::For(node) => {
                let iter = self.expr(&node.iter);
                let target = self.target(&node.target);
                let blocks = (self.block(&node.body), self.block(&node.orelse));
                Stmt::For(target, iter, Box::new(blocks))
            }
            ast::Stmt::With(node) => self.with_statement(node),
            ast::Stmt::Try(node) => self.try_statement(node),
            ast::Stmt::Match(node) => self.match_statement(node),
            ast::Stmt::Raise(node) => Stmt::Raise(node.exc.as_deref().map(|value| self.expr(value))),
            ast::Stmt::Return(node) => Stmt::Return(node.value.as_deref().map(|value| self.expr(value))),
            ast::Stmt::Delete(node) => {
                let targets: Vec<_> = node.targets.iter().map(|t| self.target(t)).collect();
                Stmt::Delete(self.code.push_list(&targets))
            }
            ast::Stmt::Assert(node) => {
                let message = node.msg.as_deref().map(|message| self.expr(message));
                Stmt::Assert(self.expr(&node.test), message)
            }
            ast::Stmt::Global(node) => self.declared(&node.names, |scope| &mut scope.globals),
            ast::Stmt::Nonlocal(node) => self.declared(&node.names, |scope| &mut scope.foreign),
            ast::Stmt::TypeAlias(node) => {
                let target = self.target(&node.name);
                let value = self.push(Expr::Opaque, node.value.range());
                Stmt::Assign(self.code.push_list(&[target]), value)
            }
            ast::Stmt::Break(_) => Stmt::Break,
            ast::Stmt::Continue(_) => Stmt::Continue,
            ast::Stmt::Pass(_) | ast::Stmt::IpyEscapeCommand(_) => return None,
        })
    }

    fn if_statement(&mut self, node: &ast::StmtIf) -> Stmt {
        let mut tests = vec![(self.expr(&node.test), self.block(&node.body))];
        let mut orelse = Block::default();
        for clause in &node.elif_else_clauses {
            match &clause.test {
                Some(test) => {
                    let test = self.expr(test);
                    tests.push((test, self.block(&clause.body)));
                }
                None => orelse = self.block(&clause.body),
            }
        }
        Stmt::If(tests.into(), orelse)
    }

    fn with_statement(&mut self, node: &ast::StmtWith) -> Stmt {
        let item = |item: &ast::WithItem| {
            let context = self.expr(&item.context_expr);
            (context, item.optional_vars.as_deref().map(|target| self.target(target)))
        };
        let items: Vec<_> = node.items.iter().map(item).collect();
        Stmt::With(items.into(), self.block(&node.body))
    }

    /// Says whose variables some names are.
    fn declared(&mut self, names: &[ast::Identifier], of: impl Fn(&mut Scope) -> &mut Vec<NameId>) -> Stmt {
        for name in names {
            let name = self.name(name);
            if let Some(scope) = self.scopes.last_mut() {
                of(scope).push(name);
            }
        }
        Stmt::Nothing
    }

    fn aliases(&mut self, names: &[ast::Alias]) -> Box<[Alias]> {
        names
            .iter()
            .map(|alias| {
                let top = alias.name.split('.').next().unwrap_or_default();
                Alias {
                    name: self.name(&alias.name),
                    rename: alias.asname.as_ref().map(|name| self.name(name)),
                    bound: self.name(alias.asname.as_ref().map_or(top, |name| name.as_str())),
                }
            })
            .collect()
    }

    fn import_from(&mut self, node: &ast::StmtImportFrom) -> Stmt {
        let names = self.aliases(&node.names);
        for alias in &names {
            self.bind(alias.rename.unwrap_or(alias.name));
        }
        let module = node.module.as_ref().map(|name| self.name(name));
        if node.level == 0
            && node.module.as_ref().is_some_and(|name| name.as_str() == "__future__")
            && node.names.iter().any(|alias| alias.name.as_str() == "annotations")
        {
            self.code.future_annotations = true;
        }
        Stmt::ImportFrom { module, level: node.level, names }
    }

    fn try_statement(&mut self, node: &ast::StmtTry) -> Stmt {
        let body = self.block(&node.body);
        let handlers = node
            .handlers
            .iter()
            .map(|ast::ExceptHandler::ExceptHandler(handler)| {
                let kind = handler.type_.as_deref().map(|kind| self.expr(kind));
                let name = handler.name.as_ref().map(|name| self.name(name));
                if let Some(name) = name {
                    self.bind(name);
                }
                Handler { kind, name, body: self.block(&handler.body) }
            })
            .collect();
        Stmt::Try(Box::new(Try {
            body,
            handlers,
            orelse: self.block(&node.orelse),
            finally: self.block(&node.finalbody),
            is_star: node.is_star,
        }))
    }

    fn match_statement(&mut self, node: &ast::StmtMatch) -> Stmt {
        let subject = self.expr(&node.subject);
        let cases = node
            .cases
            .iter()
            .map(|case| Case {
                pattern: self.pattern(&case.pattern),
                guard: case.guard.as_deref().map(|guard| self.expr(guard)),
                body: self.block(&case.body),
            })
            .collect();
        Stmt::Match(subject, cases)
    }

    fn pattern(&mut self, pattern: &ast::Pattern) -> Pattern {
        match pattern {
            ast::Pattern::MatchValue(node) => Pattern::Value(self.expr(&node.value)),
            ast::Pattern::MatchSingleton(node) => {
                let value = match node.value {
                    ast::Singleton::None => Expr::None,
                    ast::Singleton::True => Expr::Bool(true),
                    ast::Singleton::False => Expr::Bool(false),
                };
                Pattern::Value(self.push(value, node.range))
            }
            ast::Pattern::MatchAs(node) if node.pattern.is_none() => {
                Pattern::Any(node.name.as_ref().map(|name| self.bound_name(name)))
            }
            ast::Pattern::MatchOr(node) => Pattern::Or(node.patterns.iter().map(|p| self.pattern(p)).collect()),
            ast::Pattern::MatchAs(node) => match (&node.pattern, &node.name) {
                (Some(inner), Some(name)) => {
                    let name = self.bound_name(name);
                    Pattern::Named(Box::new(self.pattern(inner)), name)
                }
                (Some(inner), None) => self.pattern(inner),
                (None, _) => Pattern::Any(None),
            },
            ast::Pattern::MatchStar(node) => Pattern::Any(node.name.as_ref().map(|name| self.bound_name(name))),
            ast::Pattern::MatchSequence(node) => {
                Pattern::Sequence(node.patterns.iter().map(|inner| self.pattern(inner)).collect())
            }
            ast::Pattern::MatchMapping(node) => {
                let rest = node.rest.as_ref().map(|name| self.bound_name(name));
                let entries = node.keys.iter().zip(&node.patterns);
                Pattern::Mapping(entries.map(|(key, inner)| (self.expr(key), self.pattern(inner))).collect(), rest)
            }
            ast::Pattern::MatchClass(node) => {
                let class = self.expr(&node.cls);
                let mut parts: Vec<_> =
                    node.arguments.patterns.iter().map(|inner| (None, self.pattern(inner))).collect();
                for keyword in &node.arguments.keywords {
                    let name = self.name(&keyword.attr);
                    parts.push((Some(name), self.pattern(&keyword.pattern)));
                }
                Pattern::Class(class, parts.into())
            }
        }
    }

    fn bound_name(&mut self, name: &ast::Identifier) -> NameId {
        let name = self.name(name);
        self.bind(name);
        name
    }

    fn decorators(&mut self, list: &[ast::Decorator]) -> Exprs {
        let ids: Vec<_> = list.iter().map(|d| self.expr(&d.expression)).collect();
        self.code.push_list(&ids)
    }

    fn function(&mut self, node: &ast::StmtFunctionDef) -> u32 {
        let decorators = self.decorators(&node.decorator_list);
        let mut annotations = Vec::new();
        // Parameters of types stand in a scope of their own, around the annotations alone.
        if node.type_params.is_none() {
            let parameters = node.parameters.iter().filter_map(|parameter| parameter.annotation());
            annotations.extend(parameters.chain(node.returns.as_deref()).map(|annotation| self.expr(annotation)));
        }
        let annotations = self.code.push_list(&annotations);
        let name = self.name(&node.name);
        self.bind(name);
        let mut function = self.signature(Some(&node.parameters), name, span(node.range));
        function.decorators = decorators;
        function.annotations = annotations;
        function.is_async = node.is_async;
        function.name_span = span(node.name.range);
        if let Some(params) = &node.type_params {
            for param in params.iter() {
                let param = self.name(type_param_name(param));
                self.bind(param);
            }
        }
        function.body = self.block(&node.body);
        self.finish_function(function)
    }

    /// Opens a scope and lowers the parameters; [`Self::finish_function`] closes it.
    pub(super) fn signature(&mut self, parameters: Option<&ast::Parameters>, name: NameId, span: Span) -> Function {
        let mut function = Function {
            name,
            positional: Box::default(),
            vararg: None,
            keyword_only: Box::default(),
            kwarg: None,
            decorators: Exprs::default(),
            annotations: Exprs::default(),
            body: Block::default(),
            value: None,
            is_async: false,
            is_generator: false,
            locals: Box::default(),
            globals: Box::default(),
            name_span: span,
            span,
        };
        let mut bound = Vec::new();
        if let Some(parameters) = parameters {
            let mut lower = |this: &mut Self, list: &[ast::ParameterWithDefault]| -> Vec<Parameter> {
                list.iter()
                    .map(|p| {
                        let name = this.name(&p.parameter.name);
                        bound.push(name);
                        let default = p.default.as_deref().map(|value| this.expr(value));
                        Parameter { name, default }
                    })
                    .collect()
            };
            let mut positional = lower(self, &parameters.posonlyargs);
            positional.extend(lower(self, &parameters.args));
            function.positional = positional.into();
            function.keyword_only = lower(self, &parameters.kwonlyargs).into();
            function.vararg = parameters.vararg.as_ref().map(|p| self.name(&p.name));
            function.kwarg = parameters.kwarg.as_ref().map(|p| self.name(&p.name));
            bound.extend(function.vararg);
            bound.extend(function.kwarg);
        }
        self.scopes.push(Scope { locals: bound, ..Scope::default() });
        function
    }

    pub(super) fn finish_function(&mut self, mut function: Function) -> u32 {
        let mut scope = self.scopes.pop().unwrap_or_default();
        scope.locals.sort_unstable();
        scope.locals.dedup();
        scope.locals.retain(|name| !scope.foreign.contains(name) && !scope.globals.contains(name));
        function.locals = scope.locals.into();
        function.globals = scope.globals.into();
        function.is_generator = scope.is_generator;
        self.code.functions.push(function);
        self.code.functions.len() as u32 - 1
    }

    fn class(&mut self, node: &ast::StmtClassDef) -> u32 {
        let decorators = self.decorators(&node.decorator_list);
        let arguments = node.arguments.as_deref().map(|arguments| self.arguments(arguments)).unwrap_or_default();
        let name = self.name(&node.name);
        self.bind(name);
        let type_params = node.type_params.iter().flat_map(|params| params.iter());
        let type_params = type_params.map(|param| self.name(type_param_name(param))).collect();
        self.scopes.push(Scope { is_class: true, ..Scope::default() });
        let body = self.block(&node.body);
        let scope = self.scopes.pop().unwrap_or_default();
        // A yield there is an error of the file.
        debug_assert!(scope.is_class);
        self.code.class_globals.extend(scope.globals);
        self.code.classes.push(Class {
            name,
            arguments,
            decorators,
            body,
            name_span: span(node.name.range),
            type_params,
        });
        self.code.classes.len() as u32 - 1
    }
}

fn type_param_name(param: &ast::TypeParam) -> &str {
    match param {
        ast::TypeParam::TypeVar(node) => &node.name,
        ast::TypeParam::TypeVarTuple(node) => &node.name,
        ast::TypeParam::ParamSpec(node) => &node.name,
    }
}
