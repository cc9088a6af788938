//! Classes.

use oxc_ast::ast::{self, ClassElement};

use super::{Frame, Lowerer, span};
use crate::lang::javascript::ir::{
    Class, ClassMember, ClassSlot, ExprId, ExprKind, FunctionId, Key, MethodKind, Pattern, StmtKind, Text,
};
use crate::span::Span;

impl Lowerer {
    pub(super) fn class(&mut self, class: &ast::Class<'_>) -> Class {
        self.program.counts.classes += 1;
        let mut lowered = Class {
            name: class.id.as_ref().map(|id| self.text(id.name.as_str())),
            inner: class.id.is_some(),
            parent: None,
            constructor: None,
            members: Vec::new(),
            decorators: Vec::new(),
            own_decorators: class.decorators.len() as u32,
            slots: Vec::new(),
            fields: None,
            statics: None,
        };
        let strict = std::mem::replace(&mut self.strict, true);
        if let Some(name) = lowered.name {
            let function = self.current_function();
            self.frames.push(Frame { real: true, function, ..Frame::default() });
            let slot = self.declare_here(name);
            if let Some(frame) = self.frames.last_mut() {
                frame.constants.insert(slot, false);
            }
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
        self.strict = strict;
        lowered
    }

    fn decorators(&mut self, list: &[ast::Decorator<'_>], into: &mut Vec<ExprId>) {
        self.program.counts.decorators += list.len() as u32;
        if !list.is_empty() {
            self.program.untaken.get_or_insert("decorators");
        }
        for decorator in list {
            into.push(self.expr(&decorator.expression));
        }
    }

    fn class_element(&mut self, element: &ClassElement<'_>, class: &mut Class) {
        match element {
            ClassElement::MethodDefinition(method) => {
                self.decorators(&method.decorators, &mut class.decorators);
                let name = method.key.static_name();
                for (at, param) in method.value.params.items.iter().enumerate() {
                    let first = class.decorators.len();
                    self.decorators(&param.decorators, &mut class.decorators);
                    if let (Some(method), Some(name)) = (&name, param.pattern.get_identifier_name()) {
                        let place = Some((self.text(method), at as u32));
                        self.slot(class, place, name.as_str(), param.type_annotation.as_deref(), first);
                    }
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
                let first = class.decorators.len();
                self.decorators(&property.decorators, &mut class.decorators);
                if let Some(name) = property.key.static_name().filter(|_| class.decorators.len() > first) {
                    self.slot(class, None, &name, property.type_annotation.as_deref(), first);
                }
            }
            ClassElement::AccessorProperty(property) => {
                self.program.untaken.get_or_insert("`accessor` fields");
                self.decorators(&property.decorators, &mut class.decorators);
            }
            ClassElement::StaticBlock(_) | ClassElement::TSIndexSignature(_) => {}
        }
    }

    /// Writes down a parameter or field; its decorators are those from `first` on.
    fn slot(
        &mut self,
        class: &mut Class,
        place: Option<(Text, u32)>,
        name: &str,
        annotation: Option<&ast::TSTypeAnnotation<'_>>,
        first: usize,
    ) {
        let of = annotation.and_then(|annotation| match &annotation.type_annotation {
            ast::TSType::TSTypeReference(reference) => match &reference.type_name {
                ast::TSTypeName::IdentifierReference(id) => Some(self.text(id.name.as_str())),
                _ => None,
            },
            _ => None,
        });
        let decorators = class.decorators.get(first..).unwrap_or_default().to_vec();
        if of.is_some() || !decorators.is_empty() {
            let name = self.text(name);
            let (method, at) = place.map_or((None, 0), |(method, at)| (Some(method), at));
            class.slots.push(ClassSlot { method, at, name, of, decorators });
        }
    }

    /// Field initialisers (and static blocks) as one function that runs with the right `this`.
    fn fields(&mut self, class: &ast::Class<'_>, is_static: bool) -> Option<FunctionId> {
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

    fn field(&mut self, property: &ast::PropertyDefinition<'_>) -> StmtKind {
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
