//! What TypeScript adds at run time: enums, namespaces, `import =`, `export =`, parameter
//! properties.

use oxc_ast::ast;

use super::{Lowerer, span};
use crate::lang::javascript::ir::{
    ExprId, ExprKind, FunctionId, Item, Key, Member, Pattern, SiteKind, StmtId, StmtKind, Var,
};
use crate::span::Span;

impl Lowerer {
    pub(super) fn ts_enum(&mut self, item: &ast::TSEnumDeclaration<'_>) -> StmtKind {
        let at = span(item);
        let mut members = Vec::new();
        let mut next = 0.0;
        for member in &item.body.members {
            let name = match &member.id {
                ast::TSEnumMemberName::Identifier(id) => self.text(id.name.as_str()),
                ast::TSEnumMemberName::String(text) | ast::TSEnumMemberName::ComputedString(text) => {
                    self.text(text.value.as_str())
                }
                ast::TSEnumMemberName::ComputedTemplateString(_) => continue,
            };
            let value = match &member.initializer {
                Some(value) => {
                    if let ast::Expression::NumericLiteral(number) = value {
                        next = number.value + 1.0;
                    }
                    self.expr(value)
                }
                None => {
                    let value = self.expr_node(ExprKind::Number(next), at);
                    next += 1.0;
                    value
                }
            };
            members.push(Member::Value(Key::Name(name), value));
        }
        let value = self.expr_node(ExprKind::Object(members.into_boxed_slice()), at);
        let var = self.var_named(item.id.name.as_str());
        let pattern = self.pattern_node(Pattern::Var(var));
        StmtKind::Declare(Box::new([(pattern, Some(value))]), true)
    }

    /// A namespace becomes an object and a block; what the block exports goes into the object.
    pub(super) fn ts_namespace(&mut self, item: &ast::TSNamespaceDeclaration<'_>) -> Option<StmtKind> {
        let ast::TSNamespaceDeclarationBody::TSModuleBlock(block) = &item.body else {
            return None;
        };
        let at = span(item);
        let var = self.var_named(item.id.name.as_str());
        let (scope, mut body) = self.in_scope(
            |this| {
                this.declare_function_body(&block.body);
            },
            |this, scope| {
                let kept = this.program.exports.len();
                this.hoist_functions(&block.body, &mut scope.hoisted);
                let body = this.statements(&block.body);
                this.program.exports.truncate(kept);
                body
            },
        );
        let object = self.expr_node(ExprKind::Object(Box::default()), at);
        let pattern = self.pattern_node(Pattern::Var(var));
        let make = self.stmt_node(StmtKind::Declare(Box::new([(pattern, Some(object))]), true), at);
        let inner = self.stmt_node(StmtKind::Block(Box::new(scope), std::mem::take(&mut body).into_boxed_slice()), at);
        Some(StmtKind::Block(Box::default(), Box::new([make, inner])))
    }

    fn require_call(&mut self, request: &ast::StringLiteral<'_>, at: Span) -> ExprId {
        let text = self.text(request.value.as_str());
        let argument = self.expr_node(ExprKind::String(text), at);
        let var = self.var_named("require");
        let callee = self.expr_node(ExprKind::Var(var), at);
        let call = self.expr_node(ExprKind::Call(callee, Box::new([Item::One(argument)]), false), at);
        self.site(SiteKind::Require, Some(text), at, call);
        call
    }

    pub(super) fn ts_import_equals(&mut self, item: &ast::TSImportEqualsDeclaration<'_>) -> StmtKind {
        let at = span(item);
        let value = match &item.module_reference {
            ast::TSModuleReference::ExternalModuleReference(external) => self.require_call(&external.expression, at),
            ast::TSModuleReference::IdentifierReference(id) => {
                let var = self.var_named(id.name.as_str());
                self.expr_node(ExprKind::Var(var), at)
            }
            ast::TSModuleReference::QualifiedName(name) => self.qualified(name, at),
        };
        let var = self.var_named(item.id.name.as_str());
        let pattern = self.pattern_node(Pattern::Var(var));
        StmtKind::Declare(Box::new([(pattern, Some(value))]), true)
    }

    fn qualified(&mut self, name: &ast::TSQualifiedName<'_>, at: Span) -> ExprId {
        let left = match &name.left {
            ast::TSTypeName::IdentifierReference(id) => {
                let var = self.var_named(id.name.as_str());
                self.expr_node(ExprKind::Var(var), at)
            }
            ast::TSTypeName::QualifiedName(inner) => self.qualified(inner, at),
            ast::TSTypeName::ThisExpression(_) => self.expr_node(ExprKind::This, at),
        };
        let right = self.text(name.right.name.as_str());
        self.expr_node(ExprKind::Member(left, right, false), at)
    }

    /// `export = x` is `module.exports = x`.
    pub(super) fn ts_export_assignment(&mut self, export: &ast::TSExportAssignment<'_>) -> StmtId {
        let at = span(export);
        let value = self.expr(&export.expression);
        let module = self.text("module");
        let var = self.resolve(module);
        let module = self.expr_node(ExprKind::Var(var), at);
        let exports = self.text("exports");
        let target = self.expr_node(ExprKind::Member(module, exports, false), at);
        let pattern = self.pattern_node(Pattern::Expr(target));
        let assign = self.expr_node(ExprKind::Assign(pattern, value), at);
        self.stmt_node(StmtKind::Expr(assign), at)
    }

    /// `constructor(private x)` assigns `this.x`.
    pub(super) fn parameter_properties(&mut self, id: FunctionId, params: &ast::FormalParameters<'_>) {
        for param in &params.items {
            if param.accessibility.is_none() && !param.readonly && !param.r#override {
                continue;
            }
            let Some(name) = param.pattern.get_identifier_name() else {
                continue;
            };
            let at = span(param);
            let text = self.text(name.as_str());
            let var: Var = self.resolve(text);
            let value = self.expr_node(ExprKind::Var(var), at);
            let this = self.expr_node(ExprKind::This, at);
            let target = self.expr_node(ExprKind::Member(this, text, false), at);
            let pattern = self.pattern_node(Pattern::Expr(target));
            let assign = self.expr_node(ExprKind::Assign(pattern, value), at);
            let statement = self.stmt_node(StmtKind::Expr(assign), at);
            self.program.functions[id as usize].body.push(statement);
        }
    }
}
