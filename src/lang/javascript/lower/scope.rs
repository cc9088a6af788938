//! Declaring names before the code that uses them is lowered, and finding them again.

use oxc_ast::ast::{self, BindingPattern, Declaration, Expression, Statement};

use super::{Frame, Lowerer};
use crate::lang::javascript::ir::{FunctionId, Pattern, Scope, Text, Var};

impl Lowerer {
    /// Where a name lives, seen from here.
    pub(super) fn resolve(&mut self, name: Text) -> Var {
        let mut depth = 0u16;
        let arguments = self.strings.get_index(name as usize).is_some_and(|s| **s == *"arguments");
        for at in (0..self.frames.len()).rev() {
            let frame = &mut self.frames[at];
            if let Some(slot) = frame.names.get(&name).copied() {
                if at == 0 {
                    self.program.exports_used |= super::WRAPPER_EXPORTS.contains(&slot);
                    self.import_used.entry(slot).and_modify(|used| *used = true);
                }
                return Var::Local { depth, slot };
            }
            if arguments && frame.own_arguments {
                self.program.exports_used |= at == 0;
                let slot = frame.slots;
                frame.slots += 1;
                frame.names.insert(name, slot);
                let function = frame.function;
                self.program.functions[function as usize].arguments = Some(slot);
                return Var::Local { depth, slot };
            }
            if frame.real {
                depth = depth.saturating_add(1);
            }
        }
        Var::Global(name)
    }

    /// Declares a name in the innermost frame and returns its slot.
    pub(super) fn declare_here(&mut self, name: Text) -> u32 {
        let Some(frame) = self.frames.last_mut() else {
            return 0;
        };
        if let Some(slot) = frame.names.get(&name) {
            return *slot;
        }
        let slot = frame.slots;
        frame.slots += 1;
        frame.names.insert(name, slot);
        slot
    }

    pub(super) fn declare_name(&mut self, name: &str) -> u32 {
        let text = self.text(name);
        let slot = self.declare_here(text);
        // What a function declares of its own name is a variable like others.
        if let Some(frame) = self.frames.last_mut() {
            frame.constants.remove(&slot);
        }
        slot
    }

    /// Declares a name that nothing may read before its declaration has run.
    fn declare_lexical_name(&mut self, name: &str, constant: bool) -> u32 {
        let slot = self.declare_name(name);
        if let Some(frame) = self.frames.last_mut() {
            frame.lexical.push(slot);
            if constant {
                frame.constants.insert(slot, false);
            }
        }
        slot
    }

    /// Declares what a `let` or `const` declares.
    pub(super) fn declare_variables(&mut self, variables: &ast::VariableDeclaration<'_>) {
        let constant = !matches!(variables.kind, ast::VariableDeclarationKind::Let);
        for declarator in &variables.declarations {
            for id in declarator.id.get_binding_identifiers() {
                self.declare_lexical_name(id.name.as_str(), constant);
            }
        }
    }

    /// The pattern of an assignment to a name.
    pub(super) fn assigned(&mut self, name: &str) -> Pattern {
        let text = self.text(name);
        let var = self.resolve(text);
        let frame = self.frames.iter().rev().find(|frame| frame.names.contains_key(&text));
        let constant = frame.and_then(|frame| frame.constants.get(frame.names.get(&text)?).copied());
        match constant {
            Some(only_strict) => Pattern::Constant(var, only_strict && !self.strict),
            None => Pattern::Var(var),
        }
    }

    /// A slot without a name in the module frame.
    pub(super) fn anonymous_slot(&mut self) -> u32 {
        let Some(frame) = self.frames.first_mut() else {
            return 0;
        };
        let slot = frame.slots;
        frame.slots += 1;
        slot
    }

    /// Likewise, which nothing may read before its declaration has run.
    pub(super) fn anonymous_lexical_slot(&mut self) -> u32 {
        let slot = self.anonymous_slot();
        if let Some(frame) = self.frames.first_mut() {
            frame.lexical.push(slot);
        }
        slot
    }

    pub(super) fn declare_pattern(&mut self, pattern: &BindingPattern<'_>) {
        match pattern {
            BindingPattern::BindingIdentifier(id) => {
                self.declare_name(id.name.as_str());
            }
            BindingPattern::ObjectPattern(object) => {
                for property in &object.properties {
                    self.declare_pattern(&property.value);
                }
                if let Some(rest) = &object.rest {
                    self.declare_pattern(&rest.argument);
                }
            }
            BindingPattern::ArrayPattern(array) => {
                for element in array.elements.iter().flatten() {
                    self.declare_pattern(element);
                }
                if let Some(rest) = &array.rest {
                    self.declare_pattern(&rest.argument);
                }
            }
            BindingPattern::AssignmentPattern(default) => self.declare_pattern(&default.left),
        }
    }

    /// Declares everything a function body declares for the whole function.
    pub(super) fn declare_function_body(&mut self, body: &[Statement<'_>]) {
        self.declare_lexical(body);
        for statement in body {
            self.declare_vars(statement);
        }
    }

    /// `let`, `const`, classes, imports and enums directly in a block.
    pub(super) fn declare_lexical(&mut self, body: &[Statement<'_>]) {
        for statement in body {
            match statement {
                Statement::ExportDeclaration(export) => {
                    self.declare_declaration(&export.declaration);
                }
                Statement::ExportDefaultDeclaration(export) => match &export.declaration {
                    ast::ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                        if let Some(id) = &function.id {
                            self.declare_name(id.name.as_str());
                        }
                    }
                    ast::ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                        if let Some(id) = &class.id {
                            self.declare_lexical_name(id.name.as_str(), false);
                        }
                    }
                    _ => {}
                },
                Statement::ImportDeclaration(import) => self.declare_import(import),
                _ => {
                    if let Some(declaration) = statement.as_declaration() {
                        self.declare_declaration(declaration);
                    }
                }
            }
        }
    }

    fn declare_declaration(&mut self, declaration: &Declaration<'_>) {
        match declaration {
            Declaration::VariableDeclaration(variables) if !variables.declare && !variables.kind.is_var() => {
                self.declare_variables(variables);
            }
            Declaration::ClassDeclaration(class) if !class.declare => {
                if let Some(id) = &class.id {
                    self.declare_lexical_name(id.name.as_str(), false);
                }
            }
            Declaration::TSEnumDeclaration(item) if !item.declare => {
                self.declare_name(item.id.name.as_str());
            }
            Declaration::TSNamespaceDeclaration(item) if !item.declare => {
                self.declare_name(item.id.name.as_str());
            }
            Declaration::TSImportEqualsDeclaration(item) if item.import_kind.is_value() => {
                self.declare_name(item.id.name.as_str());
            }
            _ => {}
        }
    }

    /// `var` and function declarations anywhere in a function, but not in functions inside it.
    fn declare_vars(&mut self, statement: &Statement<'_>) {
        match statement {
            Statement::VariableDeclaration(variables) => self.declare_var_list(variables),
            Statement::FunctionDeclaration(function) => self.declare_function_name(function),
            Statement::ExportDeclaration(export) => match &export.declaration {
                Declaration::VariableDeclaration(variables) => self.declare_var_list(variables),
                Declaration::FunctionDeclaration(function) => self.declare_function_name(function),
                _ => {}
            },
            Statement::BlockStatement(block) => self.declare_vars_in(&block.body),
            Statement::IfStatement(branch) => {
                self.declare_vars(&branch.consequent);
                if let Some(alternate) = &branch.alternate {
                    self.declare_vars(alternate);
                }
            }
            Statement::ForStatement(looped) => {
                if let Some(ast::ForStatementInit::VariableDeclaration(variables)) = &looped.init {
                    self.declare_var_list(variables);
                }
                self.declare_vars(&looped.body);
            }
            Statement::ForInStatement(looped) => {
                if let ast::ForStatementLeft::VariableDeclaration(variables) = &looped.left {
                    self.declare_var_list(variables);
                }
                self.declare_vars(&looped.body);
            }
            Statement::ForOfStatement(looped) => {
                if let ast::ForStatementLeft::VariableDeclaration(variables) = &looped.left {
                    self.declare_var_list(variables);
                }
                self.declare_vars(&looped.body);
            }
            Statement::WhileStatement(looped) => self.declare_vars(&looped.body),
            Statement::DoWhileStatement(looped) => self.declare_vars(&looped.body),
            Statement::LabeledStatement(labeled) => self.declare_vars(&labeled.body),
            Statement::WithStatement(with) => self.declare_vars(&with.body),
            Statement::SwitchStatement(switch) => {
                for case in &switch.cases {
                    self.declare_vars_in(&case.consequent);
                }
            }
            Statement::TryStatement(guarded) => {
                self.declare_vars_in(&guarded.block.body);
                if let Some(handler) = &guarded.handler {
                    self.declare_vars_in(&handler.body.body);
                }
                if let Some(finalizer) = &guarded.finalizer {
                    self.declare_vars_in(&finalizer.body);
                }
            }
            _ => {}
        }
    }

    /// What a text that is not strict declares outside of itself: `var`, and functions at its top.
    pub(super) fn declare_variables_of(&mut self, body: &[Statement<'_>]) {
        self.declare_vars_in(body);
    }

    fn declare_vars_in(&mut self, body: &[Statement<'_>]) {
        for statement in body {
            self.declare_vars(statement);
        }
    }

    fn declare_var_list(&mut self, variables: &ast::VariableDeclaration<'_>) {
        if variables.kind.is_var() && !variables.declare {
            for declarator in &variables.declarations {
                self.declare_pattern(&declarator.id);
            }
        }
    }

    fn declare_function_name(&mut self, function: &ast::Function<'_>) {
        if let (Some(id), Some(_)) = (&function.id, &function.body) {
            self.declare_name(id.name.as_str());
        }
    }

    /// Lowers the function declarations directly in a block; they are made on entry.
    pub(super) fn hoist_functions(&mut self, body: &[Statement<'_>], hoisted: &mut Vec<(Var, FunctionId)>) {
        for statement in body {
            let function = match statement {
                Statement::FunctionDeclaration(function) => function,
                Statement::ExportDeclaration(export) => match &export.declaration {
                    Declaration::FunctionDeclaration(function) => function,
                    _ => continue,
                },
                Statement::ExportDefaultDeclaration(export) => match &export.declaration {
                    ast::ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                        self.hoist_default(function, hoisted);
                        continue;
                    }
                    _ => continue,
                },
                _ => continue,
            };
            if let (Some(id), Some(_)) = (&function.id, &function.body) {
                let var = self.var_named(id.name.as_str());
                let id = self.function(function, false);
                hoisted.push((var, id));
            }
        }
    }

    fn hoist_default(&mut self, function: &ast::Function<'_>, hoisted: &mut Vec<(Var, FunctionId)>) {
        if function.body.is_none() {
            return;
        }
        let slot = match &function.id {
            Some(id) => self.declare_name(id.name.as_str()),
            None => self.anonymous_slot(),
        };
        let id = self.function(function, false);
        hoisted.push((Var::Local { depth: 0, slot }, id));
        self.export_local("default", slot);
    }

    /// Runs `body` inside a block scope that declares what `declare` declares.
    pub(super) fn in_scope<T>(
        &mut self,
        declare: impl FnOnce(&mut Self),
        body: impl FnOnce(&mut Self, &mut Scope) -> T,
    ) -> (Scope, T) {
        let function = self.current_function();
        self.frames.push(Frame { function, ..Frame::default() });
        declare(self);
        if let Some(frame) = self.frames.last_mut() {
            frame.real = frame.slots > 0;
        }
        let mut scope = Scope::default();
        let result = body(self, &mut scope);
        if let Some(frame) = self.frames.pop() {
            scope.slots = if frame.real { frame.slots } else { 0 };
            scope.lexical = if frame.real { frame.lexical.into() } else { Box::default() };
        }
        (scope, result)
    }

    /// Notes function expressions that run where they stand, so that what they require counts as
    /// required by the module's own top level.
    pub(super) fn mark_immediate(&mut self, callee: &Expression<'_>, arguments: &[ast::Argument<'_>]) {
        let direct = match callee {
            Expression::StaticMemberExpression(member) if matches!(member.property.name.as_str(), "call" | "apply") => {
                &member.object
            }
            other => other,
        };
        if !is_function(direct) {
            return;
        }
        self.immediate.insert(super::span(direct).start);
        for argument in arguments {
            if let Some(expression) = argument.as_expression() {
                self.mark_factories(expression);
            }
        }
    }

    fn mark_factories(&mut self, expression: &Expression<'_>) {
        if is_function(expression) {
            self.immediate.insert(super::span(expression).start);
        }
    }
}

fn is_function(expression: &Expression<'_>) -> bool {
    matches!(expression, Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_))
}
