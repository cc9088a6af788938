//! Classes.

use oxc_ast::ast::{self, ClassElement};

use super::{Frame, Lowerer, span};
use crate::lang::javascript::ir::{
    Class, ClassMember, ExprId, ExprKind, FunctionId, Key, MethodKind, Pattern, StmtKind,
};
use crate::span::Span;

impl<'a> Lowerer<'a> {
    pub(super) fn class(&mut self, class: &ast::Class<'a>) -> Class {
        self.program.counts.classes += 1;
        let mut lowered = Class {
            name: class.id.as_ref().map(|id| self.text(id.name.as_str())),
            inner: class.id.is_some(),
            parent: None,
            constructor: None,
            members: Vec::new(),
            decorators: Vec::new(),
            fields: None,
            statics: None,
        };
        if let Some(name) = lowered.name {
            let function = self.current_function();
            self.frames.push(Frame { real: true, function, ..Frame::default() });
            self.declare_here(name);
        }
        self.decorators(&class.decorators, &mut lowered.decorators);
        lowered.parent = class.heritage.as_ref().map(|h| self.expr(&h.expression));
        for element in &class.body.body {
            self.class_element(element, &mut lowered);
        }
        lowered.fields = self.fields(class, false);
        lowered.statics = self.fields(class, true);
        if lowered.inner {
            self.frames.pop();
        }
        lowered
    }

    fn decorators(&mut self, list: &[ast::Decorator<'a>], into: &mut Vec<ExprId>) {
        self.program.counts.decorators += list.len() as u32;
        for decorator in list {
            into.push(self.expr(&decorator.expression));
        }
    }

    fn class_element(&mut self, element: &ClassElement<'a>, class: &mut Class) {
        match element {
            ClassElement::MethodDefinition(method) => {
                self.decorators(&method.decorators, &mut class.decorators);
                for param in &method.value.params.items {
                    self.decorators(&param.decorators, &mut class.decorators);
                }
                if method.value.body.is_none() {
                    return;
                }
                let kind = match method.kind {
                    ast::MethodDefinitionKind::Constructor => {
                        class.constructor = Some(self.function(&method.value, false));
                        return;
                    }
                    ast::MethodDefinitionKind::Method => MethodKind::Method,
                    ast::MethodDefinitionKind::Get => MethodKind::Get,
                    ast::MethodDefinitionKind::Set => MethodKind::Set,
                };
                let key = self.key(&method.key);
                let function = self.function(&method.value, true);
                class.members.push(ClassMember { key, is_static: method.r#static, kind, function });
            }
            ClassElement::PropertyDefinition(property) => {
                self.decorators(&property.decorators, &mut class.decorators);
            }
            ClassElement::AccessorProperty(property) => {
                self.decorators(&property.decorators, &mut class.decorators);
            }
            ClassElement::StaticBlock(_) | ClassElement::TSIndexSignature(_) => {}
        }
    }

    /// Field initialisers (and static blocks) as one function that runs with the right `this`.
    fn fields(&mut self, class: &ast::Class<'a>, is_static: bool) -> Option<FunctionId> {
        let wanted = class.body.body.iter().any(|element| match element {
            ClassElement::PropertyDefinition(property) => property.r#static == is_static && !property.declare,
            ClassElement::StaticBlock(_) => is_static,
            _ => false,
        });
        if !wanted {
            return None;
        }
        let runs = is_static;
        let id = self.in_function(true, runs, Span::default(), |this, id| {
            this.program.functions[id as usize].method = true;
            for element in &class.body.body {
                let kind = match element {
                    ClassElement::PropertyDefinition(property)
                        if property.r#static == is_static && !property.declare =>
                    {
                        this.field(property)
                    }
                    ClassElement::StaticBlock(block) if is_static => this.block(&block.body),
                    _ => continue,
                };
                let at = Span::default();
                let statement = this.stmt_node(kind, at);
                this.program.functions[id as usize].body.push(statement);
            }
        });
        Some(id)
    }

    fn field(&mut self, property: &ast::PropertyDefinition<'a>) -> StmtKind {
        let at = span(property);
        let value = match &property.value {
            Some(value) => self.expr(value),
            None => self.expr_node(ExprKind::Undefined, at),
        };
        let this = self.expr_node(ExprKind::This, at);
        let target = match self.key(&property.key) {
            Key::Name(name) => ExprKind::Member(this, name, false),
            Key::Computed(key) => ExprKind::Index(this, key, false),
        };
        let target = self.expr_node(target, at);
        let pattern = self.pattern_node(Pattern::Expr(target));
        StmtKind::Expr(self.expr_node(ExprKind::Assign(pattern, value), at))
    }
}
