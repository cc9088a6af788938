//! Statements, modules declarations and functions.

use oxc_ast::ast::{self, Declaration, Expression, Statement};

use super::{Frame, Lowerer, sole_call, span};
use crate::lang::javascript::ir::{
    Attributes, Export, ExprKind, ForEach, ForLoop, FunctionId, Pattern, StaticImport, StmtId, StmtKind, Switch, Text,
    Try, Var,
};
use crate::span::Span;

/// The release of Node whose engine takes `using` (V8 13.6).
const USING_SINCE: u32 = 24;
/// The release of Node that takes `import source`.
const SOURCES_SINCE: u32 = 24;

impl Lowerer {
    pub(super) fn statements(&mut self, body: &[Statement<'_>]) -> Vec<StmtId> {
        body.iter().filter_map(|statement| self.statement(statement)).collect()
    }

    /// A statement where one is required.
    fn one(&mut self, statement: &Statement<'_>) -> StmtId {
        match self.statement(statement) {
            Some(id) => id,
            None => self.stmt_node(StmtKind::Empty, span(statement)),
        }
    }

    fn statement(&mut self, statement: &Statement<'_>) -> Option<StmtId> {
        let kind = match statement {
            Statement::EmptyStatement(_) | Statement::DebuggerStatement(_) => return None,
            Statement::ExpressionStatement(inner) => StmtKind::Expr(self.expr(&inner.expression)),
            Statement::BlockStatement(block) => self.block(&block.body),
            Statement::IfStatement(branch) => {
                let test = self.expr(&branch.test);
                let yes = self.one(&branch.consequent);
                StmtKind::If(test, yes, branch.alternate.as_ref().map(|no| self.one(no)))
            }
            Statement::ReturnStatement(inner) => {
                StmtKind::Return(inner.argument.as_ref().map(|value| self.expr(value)))
            }
            Statement::ThrowStatement(inner) => StmtKind::Throw(self.expr(&inner.argument)),
            Statement::BreakStatement(inner) => {
                let label = inner.label.as_ref().map(|label| self.text(label.name.as_str()));
                StmtKind::Break(label)
            }
            Statement::ContinueStatement(inner) => {
                let label = inner.label.as_ref().map(|label| self.text(label.name.as_str()));
                StmtKind::Continue(label)
            }
            Statement::LabeledStatement(inner) => {
                let label = self.text(inner.label.name.as_str());
                StmtKind::Labeled(label, self.one(&inner.body))
            }
            Statement::WhileStatement(inner) => StmtKind::While(self.expr(&inner.test), self.one(&inner.body)),
            Statement::DoWhileStatement(inner) => StmtKind::DoWhile(self.one(&inner.body), self.expr(&inner.test)),
            Statement::WithStatement(inner) => {
                let object = self.expr(&inner.object);
                self.withs += 1;
                let body = self.one(&inner.body);
                self.withs -= 1;
                let object = self.stmt_node(StmtKind::Expr(object), span(&**inner));
                StmtKind::Block(Box::default(), Box::new([object, body]))
            }
            Statement::ForStatement(inner) => self.for_loop(inner),
            Statement::ForInStatement(inner) => self.for_each(&inner.left, &inner.right, &inner.body, false),
            Statement::ForOfStatement(inner) => self.for_each(&inner.left, &inner.right, &inner.body, true),
            Statement::SwitchStatement(inner) => self.switch(inner),
            Statement::TryStatement(inner) => self.try_statement(inner),
            other => {
                if let Some(declaration) = other.as_declaration() {
                    return self.declaration(declaration, false);
                }
                return self.module_declaration(other);
            }
        };
        Some(self.stmt_node(kind, span(statement)))
    }

    pub(super) fn block(&mut self, body: &[Statement<'_>]) -> StmtKind {
        let (scope, body) = self.in_scope(
            |this| this.declare_lexical(body),
            |this, scope| {
                this.hoist_functions(body, &mut scope.hoisted);
                this.statements(body)
            },
        );
        StmtKind::Block(Box::new(scope), body.into_boxed_slice())
    }

    fn block_stmt(&mut self, block: &ast::BlockStatement<'_>) -> StmtId {
        let kind = self.block(&block.body);
        self.stmt_node(kind, span(block))
    }

    fn variables(&mut self, variables: &ast::VariableDeclaration<'_>) -> StmtKind {
        if matches!(variables.kind, ast::VariableDeclarationKind::Using | ast::VariableDeclarationKind::AwaitUsing) {
            self.newer("`using` declarations", USING_SINCE, span(variables));
        }
        let list = variables
            .declarations
            .iter()
            .map(|declarator| {
                let init = declarator.init.as_ref().map(|init| self.expr(init));
                (self.binding(&declarator.id), init)
            })
            .collect();
        StmtKind::Declare(list, !variables.kind.is_var())
    }

    pub(super) fn declaration(&mut self, declaration: &Declaration<'_>, exported: bool) -> Option<StmtId> {
        let kind = match declaration {
            Declaration::VariableDeclaration(variables) if !variables.declare => {
                if exported {
                    for declarator in &variables.declarations {
                        self.export_pattern(&declarator.id);
                    }
                }
                self.variables(variables)
            }
            Declaration::FunctionDeclaration(function) => {
                if let (true, Some(id), Some(_)) = (exported, &function.id, &function.body) {
                    self.export_name(id.name.as_str());
                }
                return None;
            }
            Declaration::ClassDeclaration(class) if !class.declare => {
                let id = class.id.as_ref()?;
                if exported {
                    self.export_name(id.name.as_str());
                }
                let var = self.var_named(id.name.as_str());
                self.class_statement(class, var)
            }
            Declaration::TSEnumDeclaration(item) if !item.declare => {
                if exported {
                    self.export_name(item.id.name.as_str());
                }
                self.ts_enum(item)
            }
            Declaration::TSNamespaceDeclaration(item) if !item.declare => {
                if exported {
                    self.export_name(item.id.name.as_str());
                }
                self.ts_namespace(item)?
            }
            Declaration::TSImportEqualsDeclaration(item) if item.import_kind.is_value() => {
                if exported {
                    self.export_name(item.id.name.as_str());
                }
                self.ts_import_equals(item)
            }
            _ => return None,
        };
        Some(self.stmt_node(kind, span(declaration)))
    }

    pub(super) fn class_statement(&mut self, class: &ast::Class<'_>, var: Var) -> StmtKind {
        let lowered = self.class(class);
        let value = self.expr_node(ExprKind::Class(Box::new(lowered)), span(class));
        let pattern = self.pattern_node(Pattern::Var(var));
        StmtKind::Declare(Box::new([(pattern, Some(value))]), true)
    }

    fn for_loop(&mut self, inner: &ast::ForStatement<'_>) -> StmtKind {
        let (scope, (init, test, update, body)) = self.in_scope(
            |this| {
                if let Some(ast::ForStatementInit::VariableDeclaration(variables)) = &inner.init
                    && !variables.kind.is_var()
                {
                    this.declare_variables(variables);
                }
            },
            |this, _| {
                let init = inner.init.as_ref().map(|init| {
                    let kind = match init {
                        ast::ForStatementInit::VariableDeclaration(v) => this.variables(v),
                        other => match other.as_expression() {
                            Some(value) => StmtKind::Expr(this.expr(value)),
                            None => StmtKind::Empty,
                        },
                    };
                    this.stmt_node(kind, span(inner))
                });
                let test = inner.test.as_ref().map(|test| this.expr(test));
                let update = inner.update.as_ref().map(|update| this.expr(update));
                (init, test, update, this.one(&inner.body))
            },
        );
        StmtKind::For(Box::new(ForLoop { scope, init, test, update, body }))
    }

    fn for_each(
        &mut self,
        left: &ast::ForStatementLeft<'_>,
        right: &Expression<'_>,
        body: &Statement<'_>,
        of: bool,
    ) -> StmtKind {
        let (scope, (target, iterated, body)) = self.in_scope(
            |this| {
                if let ast::ForStatementLeft::VariableDeclaration(variables) = left
                    && !variables.kind.is_var()
                {
                    this.declare_variables(variables);
                }
            },
            |this, _| {
                let target = match left {
                    ast::ForStatementLeft::VariableDeclaration(variables) => match variables.declarations.first() {
                        Some(declarator) => this.binding(&declarator.id),
                        None => this.pattern_node(Pattern::Array(Box::default(), None)),
                    },
                    other => match other.as_assignment_target() {
                        Some(target) => this.target(target),
                        None => this.pattern_node(Pattern::Array(Box::default(), None)),
                    },
                };
                (target, this.expr(right), this.one(body))
            },
        );
        StmtKind::ForEach(Box::new(ForEach { scope, of, target, iterated, body }))
    }

    fn switch(&mut self, inner: &ast::SwitchStatement<'_>) -> StmtKind {
        let discriminant = self.expr(&inner.discriminant);
        let (scope, cases) = self.in_scope(
            |this| {
                for case in &inner.cases {
                    this.declare_lexical(&case.consequent);
                }
            },
            |this, scope| {
                for case in &inner.cases {
                    this.hoist_functions(&case.consequent, &mut scope.hoisted);
                }
                inner
                    .cases
                    .iter()
                    .map(|case| {
                        let test = case.test.as_ref().map(|test| this.expr(test));
                        (test, this.statements(&case.consequent))
                    })
                    .collect()
            },
        );
        StmtKind::Switch(Box::new(Switch { scope, discriminant, cases }))
    }

    fn try_statement(&mut self, inner: &ast::TryStatement<'_>) -> StmtKind {
        if let (Some(guard), true) = (self.guards.last_mut(), inner.handler.is_some()) {
            *guard += 1;
        }
        let block = self.block_stmt(&inner.block);
        if let (Some(guard), true) = (self.guards.last_mut(), inner.handler.is_some()) {
            *guard -= 1;
        }
        let handler = inner.handler.as_ref().map(|handler| {
            let (scope, (param, body)) = self.in_scope(
                |this| {
                    if let Some(param) = &handler.param {
                        this.declare_pattern(&param.pattern);
                    }
                },
                |this, _| {
                    let param = handler.param.as_ref().map(|p| this.binding(&p.pattern));
                    (param, this.block_stmt(&handler.body))
                },
            );
            (scope, param, body)
        });
        let finalizer = inner.finalizer.as_ref().map(|block| self.block_stmt(block));
        StmtKind::Try(Box::new(Try { block, handler, finalizer }))
    }

    fn module_declaration(&mut self, statement: &Statement<'_>) -> Option<StmtId> {
        match statement {
            Statement::ImportDeclaration(_) => {
                self.program.module_syntax = true;
                None
            }
            Statement::ExportDeclaration(export) => {
                self.program.module_syntax = true;
                self.declaration(&export.declaration, true)
            }
            Statement::ExportNamedDeclaration(export) => {
                self.program.module_syntax = true;
                if export.export_kind.is_value() {
                    for specifier in export.specifiers.iter().filter(|s| s.export_kind.is_value()) {
                        let local = self.text(export_text(&specifier.local));
                        let name = self.text(export_text(&specifier.exported));
                        if let Var::Local { slot, .. } = self.resolve(local) {
                            self.program.exports.push(Export::Local { name, slot });
                        }
                    }
                }
                None
            }
            Statement::ExportFromDeclaration(export) => {
                self.program.module_syntax = true;
                self.export_from(export);
                None
            }
            Statement::ExportAllDeclaration(export) => {
                self.program.module_syntax = true;
                if export.export_kind.is_value() {
                    let import = self.import_source(&export.source, span(&**export), export.with_clause.as_deref());
                    let export = match &export.exported {
                        Some(name) => Export::From { name: self.text(export_text(name)), import, imported: None },
                        None => Export::Star { import },
                    };
                    self.program.exports.push(export);
                }
                None
            }
            Statement::ExportDefaultDeclaration(export) => {
                self.program.module_syntax = true;
                self.export_default(export)
            }
            Statement::TSExportAssignment(export) => Some(self.ts_export_assignment(export)),
            _ => None,
        }
    }

    fn export_default(&mut self, export: &ast::ExportDefaultDeclaration<'_>) -> Option<StmtId> {
        let (slot, kind) = match &export.declaration {
            ast::ExportDefaultDeclarationKind::FunctionDeclaration(_)
            | ast::ExportDefaultDeclarationKind::TSInterfaceDeclaration(_) => return None,
            ast::ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                let slot = match &class.id {
                    Some(id) => self.declare_name(id.name.as_str()),
                    None => self.anonymous_lexical_slot(),
                };
                (slot, self.class_statement(class, Var::Local { depth: 0, slot }))
            }
            other => {
                let value = self.expr(other.as_expression()?);
                let slot = self.anonymous_lexical_slot();
                let pattern = self.pattern_node(Pattern::Var(Var::Local { depth: 0, slot }));
                (slot, StmtKind::Declare(Box::new([(pattern, Some(value))]), true))
            }
        };
        self.export_local("default", slot);
        Some(self.stmt_node(kind, span(export)))
    }

    fn export_from(&mut self, export: &ast::ExportFromDeclaration<'_>) {
        let values: Vec<_> = export.specifiers.iter().filter(|s| s.export_kind.is_value()).collect();
        if !export.export_kind.is_value() || (values.is_empty() && !export.specifiers.is_empty()) {
            return;
        }
        let import = self.import_source(&export.source, span(export), export.with_clause.as_deref());
        for specifier in values {
            let imported = Some(self.text(export_text(&specifier.local)));
            let name = self.text(export_text(&specifier.exported));
            self.program.exports.push(Export::From { name, import, imported });
        }
    }

    fn type_import(&mut self, source: &ast::StringLiteral<'_>) {
        let request = self.text(source.value.as_str());
        self.program.type_imports.push(request);
    }

    fn import_source(
        &mut self,
        source: &ast::StringLiteral<'_>,
        span: Span,
        with: Option<&ast::WithClause<'_>>,
    ) -> u32 {
        let request = self.text(source.value.as_str());
        let position = self.program.imports.len() as u32;
        let attributes = with.map_or(Attributes::None, |with| self.attributes(with));
        self.program.imports.push(StaticImport { request, span, bindings: Vec::new(), attributes });
        position
    }

    fn attributes(&mut self, with: &ast::WithClause<'_>) -> Attributes {
        let kind = with.with_entries.iter().find(|entry| match &entry.key {
            ast::ImportAttributeKey::Identifier(name) => name.name == "type",
            ast::ImportAttributeKey::StringLiteral(name) => name.value == "type",
        });
        let kind = kind.map(|entry| self.text(entry.value.value.as_str()));
        match with.keyword {
            ast::WithClauseKeyword::With => Attributes::With(kind),
            ast::WithClauseKeyword::Assert => Attributes::Assert(kind),
        }
    }

    /// Declares what an import brings; called before any code of the module is lowered.
    pub(super) fn declare_import(&mut self, import: &ast::ImportDeclaration<'_>) {
        if !import.import_kind.is_value() {
            return self.type_import(&import.source);
        }
        let mut bindings = Vec::new();
        for specifier in import.specifiers.iter().flatten() {
            let (imported, local): (Option<Text>, _) = match specifier {
                ast::ImportDeclarationSpecifier::ImportSpecifier(named) => {
                    if !named.import_kind.is_value() {
                        continue;
                    }
                    (Some(self.text(export_text(&named.imported))), &named.local)
                }
                ast::ImportDeclarationSpecifier::ImportDefaultSpecifier(default) => {
                    (Some(self.text("default")), &default.local)
                }
                ast::ImportDeclarationSpecifier::ImportNamespaceSpecifier(namespace) => (None, &namespace.local),
            };
            let slot = self.declare_name(local.name.as_str());
            self.import_used.insert(slot, false);
            if let Some(frame) = self.frames.last_mut() {
                frame.constants.insert(slot, false);
            }
            bindings.push((imported, slot));
        }
        match import.phase {
            Some(ast::ImportPhase::Source) => self.newer("imports of sources", SOURCES_SINCE, span(import)),
            Some(ast::ImportPhase::Defer) => {
                self.program.untaken.get_or_insert("deferred imports");
            }
            None => {}
        }
        let only_types = import.specifiers.as_ref().is_some_and(|list| !list.is_empty());
        if only_types && bindings.is_empty() {
            return self.type_import(&import.source);
        }
        let at = self.import_source(&import.source, span(import), import.with_clause.as_deref());
        if let Some(entry) = self.program.imports.get_mut(at as usize) {
            entry.bindings = bindings;
        }
    }

    pub(super) fn export_local(&mut self, name: &str, slot: u32) {
        let name = self.text(name);
        self.program.exports.push(Export::Local { name, slot });
    }

    fn export_name(&mut self, name: &str) {
        if let Var::Local { slot, .. } = self.var_named(name) {
            let name = self.text(name);
            self.program.exports.push(Export::Local { name, slot });
        }
    }

    fn export_pattern(&mut self, pattern: &ast::BindingPattern<'_>) {
        for id in pattern.get_binding_identifiers() {
            self.export_name(id.name.as_str());
        }
    }

    /// Enters a function's frame and leaves it when `body` is done.
    pub(super) fn in_function(
        &mut self,
        own_arguments: bool,
        runs: bool,
        at: Span,
        body: impl FnOnce(&mut Self, FunctionId),
    ) -> FunctionId {
        let id = self.new_function();
        let counts = &mut self.program.counts;
        counts.functions += 1;
        if self.functions.len() == 1 && !runs {
            counts.function_bytes += at.end.saturating_sub(at.start);
        }
        self.functions.push((id, runs));
        self.guards.push(0);
        self.frames.push(Frame { real: true, own_arguments, function: id, ..Frame::default() });
        body(self, id);
        let frame = self.frames.pop().unwrap_or_default();
        self.guards.pop();
        self.functions.pop();
        let function = &mut self.program.functions[id as usize];
        function.slots = frame.slots;
        function.lexical = frame.lexical.into();
        function.span = at;
        id
    }

    fn params(&mut self, id: FunctionId, params: &ast::FormalParameters<'_>) {
        for param in &params.items {
            self.declare_pattern(&param.pattern);
        }
        if let Some(rest) = &params.rest {
            self.declare_pattern(&rest.rest.argument);
        }
        for param in &params.items {
            let mut pattern = self.binding(&param.pattern);
            if let Some(value) = &param.initializer {
                let value = self.expr(value);
                pattern = self.pattern_node(Pattern::Default(pattern, value));
            }
            self.program.functions[id as usize].params.push(pattern);
        }
        if let Some(rest) = &params.rest {
            let pattern = self.binding(&rest.rest.argument);
            self.program.functions[id as usize].rest = Some(pattern);
        }
    }

    pub(super) fn function_body(&mut self, id: FunctionId, body: &[Statement<'_>]) {
        self.declare_function_body(body);
        let mut hoisted = Vec::new();
        self.hoist_functions(body, &mut hoisted);
        let alone = std::mem::replace(&mut self.alone, sole_call(body));
        let body = self.statements(body);
        self.alone = alone;
        let function = &mut self.program.functions[id as usize];
        function.hoisted = hoisted;
        function.body.extend(body);
    }

    pub(super) fn function(&mut self, function: &ast::Function<'_>, method: bool) -> FunctionId {
        let at = span(function);
        let runs = self.immediate.contains(&at.start);
        let expression = function.r#type == ast::FunctionType::FunctionExpression;
        let strict = self.strict;
        self.strict |= function.body.as_ref().is_some_and(|body| body.has_use_strict_directive());
        let id = self.in_function(true, runs, at, |this, id| {
            if let Some(name) = &function.id {
                let text = this.text(name.name.as_str());
                let own = expression.then(|| this.declare_here(text));
                if let (Some(slot), Some(frame)) = (own, this.frames.last_mut()) {
                    frame.constants.insert(slot, true);
                }
                let entry = &mut this.program.functions[id as usize];
                entry.name = Some(text);
                entry.own_name = own;
            }
            let entry = &mut this.program.functions[id as usize];
            entry.is_async = function.r#async;
            entry.generator = function.generator;
            entry.method = method;
            this.params(id, &function.params);
            this.parameter_properties(id, &function.params);
            if let Some(body) = &function.body {
                this.function_body(id, &body.statements);
            }
        });
        self.strict = strict;
        id
    }

    pub(super) fn arrow(&mut self, arrow: &ast::ArrowFunctionExpression<'_>) -> FunctionId {
        let at = span(arrow);
        let runs = self.immediate.contains(&at.start);
        let strict = self.strict;
        self.strict |= match &arrow.body {
            ast::ArrowFunctionBody::FunctionBody(body) => body.has_use_strict_directive(),
            _ => false,
        };
        let id = self.in_function(false, runs, at, |this, id| {
            let entry = &mut this.program.functions[id as usize];
            entry.is_async = arrow.r#async;
            entry.arrow = true;
            entry.method = true;
            this.params(id, &arrow.params);
            match &arrow.body {
                ast::ArrowFunctionBody::FunctionBody(body) => {
                    this.function_body(id, &body.statements);
                }
                other => {
                    if let Some(value) = other.as_expression() {
                        let value = this.expr(value);
                        this.program.functions[id as usize].value = Some(value);
                    }
                }
            }
        });
        self.strict = strict;
        id
    }
}

fn export_text<'a>(name: &ast::ModuleExportName<'a>) -> &'a str {
    match name {
        ast::ModuleExportName::IdentifierName(id) => id.name.as_str(),
        ast::ModuleExportName::IdentifierReference(id) => id.name.as_str(),
        ast::ModuleExportName::StringLiteral(text) => text.value.as_str(),
    }
}
