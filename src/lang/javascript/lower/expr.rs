//! Expressions and patterns.

use oxc_ast::ast::{self, AssignmentTarget, BindingPattern, Expression, SimpleAssignmentTarget};
use oxc_syntax::operator::{AssignmentOperator, BinaryOperator, LogicalOperator, UnaryOperator};

use super::{Lowerer, span};
use crate::lang::javascript::ir::{
    BinaryOp, ExprId, ExprKind, Item, Key, LogicalOp, Member, Pattern, PatternId, Site, SiteKind, Text, UnaryOp, Var,
};
use crate::lang::javascript::regex_since;
use crate::span::Span;

/// The release of Node whose engine takes regular expressions with sets (V8 11.2).
const SETS_SINCE: u32 = 20;

impl Lowerer {
    pub(super) fn expr(&mut self, expression: &Expression<'_>) -> ExprId {
        let kind = match expression {
            Expression::ParenthesizedExpression(inner) => return self.expr(&inner.expression),
            Expression::TSAsExpression(inner) => return self.expr(&inner.expression),
            Expression::TSSatisfiesExpression(inner) => return self.expr(&inner.expression),
            Expression::TSTypeAssertion(inner) => return self.expr(&inner.expression),
            Expression::TSNonNullExpression(inner) => return self.expr(&inner.expression),
            Expression::TSInstantiationExpression(inner) => return self.expr(&inner.expression),
            Expression::CallExpression(call) => return self.call(call),
            Expression::ImportExpression(import) => return self.import_expr(import),
            Expression::StaticMemberExpression(member) => self.static_member(member),
            Expression::ComputedMemberExpression(member) => self.computed_member(member),
            Expression::PrivateFieldExpression(member) => self.private_member(member),
            _ => self.plain(expression),
        };
        self.expr_node(kind, span(expression))
    }

    fn plain(&mut self, expression: &Expression<'_>) -> ExprKind {
        match expression {
            Expression::BooleanLiteral(literal) => ExprKind::Bool(literal.value),
            Expression::NullLiteral(_) => ExprKind::Null,
            Expression::NumericLiteral(literal) => ExprKind::Number(literal.value),
            Expression::BigIntLiteral(literal) => ExprKind::BigInt(self.text(literal.value.as_str())),
            Expression::StringLiteral(literal) => ExprKind::String(self.text(literal.value.as_str())),
            Expression::RegExpLiteral(literal) => self.regex(literal),
            Expression::TemplateLiteral(template) => {
                let (texts, values) = self.template(template);
                ExprKind::Template(texts, values)
            }
            Expression::TaggedTemplateExpression(tagged) => {
                let tag = self.expr(&tagged.tag);
                let (texts, values) = self.template(&tagged.quasi);
                let raw = tagged.quasi.quasis.iter().map(|quasi| self.text(quasi.value.raw.as_str()));
                let texts = texts.into_iter().zip(raw).collect();
                ExprKind::Tagged(tag, texts, values)
            }
            Expression::Identifier(id) if id.name == "undefined" => ExprKind::Undefined,
            Expression::Identifier(_) if self.withs > 0 => {
                self.program.exports_used = true;
                ExprKind::Opaque(Box::default())
            }
            Expression::Identifier(id) => ExprKind::Var(self.var_named(id.name.as_str())),
            Expression::ArrayExpression(array) => {
                ExprKind::Array(array.elements.iter().map(|e| self.element(e)).collect())
            }
            Expression::ObjectExpression(object) => self.object(object),
            Expression::ArrowFunctionExpression(arrow) => ExprKind::Function(self.arrow(arrow)),
            Expression::FunctionExpression(function) => ExprKind::Function(self.function(function, false)),
            Expression::ClassExpression(class) => {
                let class = self.class(class);
                ExprKind::Class(Box::new(class))
            }
            Expression::AssignmentExpression(assignment) => self.assignment(assignment),
            Expression::AwaitExpression(inner) => {
                if self.functions.len() == 1 {
                    self.program.top_level_await = true;
                }
                ExprKind::Await(self.expr(&inner.argument))
            }
            Expression::YieldExpression(inner) => {
                let value = inner.argument.as_ref().map(|value| self.expr(value));
                ExprKind::Yield(value, inner.delegate)
            }
            Expression::BinaryExpression(binary) => self.binary(binary),
            Expression::LogicalExpression(logical) => self.logical(logical),
            Expression::PrivateInExpression(inner) => self.private_in(inner),
            Expression::UnaryExpression(unary) => self.unary(unary),
            Expression::UpdateExpression(update) => self.update(update),
            Expression::ConditionalExpression(choice) => ExprKind::Conditional(
                self.expr(&choice.test),
                self.expr(&choice.consequent),
                self.expr(&choice.alternate),
            ),
            Expression::SequenceExpression(list) => {
                ExprKind::Sequence(list.expressions.iter().map(|e| self.expr(e)).collect())
            }
            Expression::NewExpression(new) => {
                let callee = self.expr(&new.callee);
                ExprKind::New(callee, self.arguments(&new.arguments))
            }
            Expression::ChainExpression(chain) => ExprKind::Chain(self.chain(&chain.expression)),
            Expression::ThisExpression(_) => {
                self.program.exports_used |= !self.frames.iter().skip(1).any(|frame| frame.own_arguments);
                ExprKind::This
            }
            Expression::Super(_) => ExprKind::Super,
            Expression::NewTarget(_) => ExprKind::NewTarget,
            Expression::ImportMeta(_) => {
                self.program.module_syntax = true;
                ExprKind::ImportMeta
            }
            Expression::JSXElement(element) => self.jsx_element(element),
            Expression::JSXFragment(fragment) => self.jsx_children(&fragment.children, Vec::new()),
            _ => ExprKind::Opaque(Box::default()),
        }
    }

    fn logical(&mut self, logical: &ast::LogicalExpression<'_>) -> ExprKind {
        let (left, right) = (self.expr(&logical.left), self.expr(&logical.right));
        match logical.operator {
            LogicalOperator::And => ExprKind::And(left, right),
            LogicalOperator::Or => ExprKind::Or(left, right),
            LogicalOperator::Coalesce => ExprKind::Coalesce(left, right),
        }
    }

    fn private_in(&mut self, inner: &ast::PrivateInExpression<'_>) -> ExprKind {
        let name = self.private(inner.left.name.as_str());
        let left = self.expr_node(ExprKind::String(name), span(&inner.left));
        ExprKind::Binary(BinaryOp::In, left, self.expr(&inner.right))
    }

    fn update(&mut self, update: &ast::UpdateExpression<'_>) -> ExprKind {
        let target = self.simple_target(&update.argument);
        let step = if update.operator.as_str() == "++" { 1.0 } else { -1.0 };
        ExprKind::Update(step, update.prefix, target)
    }

    fn regex(&mut self, literal: &ast::RegExpLiteral<'_>) -> ExprKind {
        let pattern = literal.regex.pattern.text.as_str();
        if self.functions.len() == 1 {
            self.program.counts.regex_bytes += pattern.len() as u32;
        }
        let written = literal.regex.flags.to_string();
        if written.contains('v') {
            self.newer("the regular expression flag `v`", SETS_SINCE, span(literal));
        }
        if let Some((what, since)) = regex_since(pattern) {
            self.newer(what, since, span(literal));
        }
        let flags = self.text(&written);
        ExprKind::Regex(self.text(pattern), flags)
    }

    fn template(&mut self, template: &ast::TemplateLiteral<'_>) -> (Box<[Text]>, Box<[ExprId]>) {
        let texts = template
            .quasis
            .iter()
            .map(|quasi| {
                let text = quasi.value.cooked.as_ref().unwrap_or(&quasi.value.raw);
                self.text(text.as_str())
            })
            .collect();
        let values = template.expressions.iter().map(|e| self.expr(e)).collect();
        (texts, values)
    }

    fn element(&mut self, element: &ast::ArrayExpressionElement<'_>) -> Item {
        match element {
            ast::ArrayExpressionElement::SpreadElement(spread) => Item::Spread(self.expr(&spread.argument)),
            ast::ArrayExpressionElement::Elision(_) => Item::Hole,
            other => other.as_expression().map_or(Item::Hole, |e| Item::One(self.expr(e))),
        }
    }

    pub(super) fn arguments(&mut self, arguments: &[ast::Argument<'_>]) -> Box<[Item]> {
        arguments
            .iter()
            .map(|argument| match argument {
                ast::Argument::SpreadElement(spread) => Item::Spread(self.expr(&spread.argument)),
                other => other.as_expression().map_or(Item::Hole, |e| Item::One(self.expr(e))),
            })
            .collect()
    }

    fn object(&mut self, object: &ast::ObjectExpression<'_>) -> ExprKind {
        let members = object
            .properties
            .iter()
            .map(|property| match property {
                ast::ObjectPropertyKind::SpreadProperty(spread) => Member::Spread(self.expr(&spread.argument)),
                ast::ObjectPropertyKind::ObjectProperty(property) => {
                    let key = self.key(&property.key);
                    match (&property.kind, &property.value) {
                        (ast::PropertyKind::Get, Expression::FunctionExpression(function)) => {
                            Member::Get(key, self.function(function, true))
                        }
                        (ast::PropertyKind::Set, Expression::FunctionExpression(function)) => {
                            Member::Set(key, self.function(function, true))
                        }
                        (_, Expression::FunctionExpression(function)) if property.method => {
                            let id = self.function(function, true);
                            Member::Value(key, self.expr_node(ExprKind::Function(id), span(&**function)))
                        }
                        (_, value) => Member::Value(key, self.expr(value)),
                    }
                }
            })
            .collect();
        ExprKind::Object(members)
    }

    pub(super) fn key(&mut self, key: &ast::PropertyKey<'_>) -> Key {
        match key {
            ast::PropertyKey::StaticIdentifier(name) => Key::Name(self.text(name.name.as_str())),
            ast::PropertyKey::PrivateIdentifier(name) => Key::Name(self.private(name.name.as_str())),
            ast::PropertyKey::StringLiteral(text) => Key::Name(self.text(text.value.as_str())),
            ast::PropertyKey::NumericLiteral(number) => Key::Name(self.text(&number.value.to_string())),
            other => other.as_expression().map_or(Key::Name(0), |e| Key::Computed(self.expr(e))),
        }
    }

    fn assignment(&mut self, assignment: &ast::AssignmentExpression<'_>) -> ExprKind {
        let target = self.target(&assignment.left);
        let value = self.expr(&assignment.right);
        match assignment.operator {
            AssignmentOperator::Assign => ExprKind::Assign(target, value),
            AssignmentOperator::LogicalAnd => ExprKind::AssignLogical(LogicalOp::And, target, value),
            AssignmentOperator::LogicalOr => ExprKind::AssignLogical(LogicalOp::Or, target, value),
            AssignmentOperator::LogicalNullish => ExprKind::AssignLogical(LogicalOp::Coalesce, target, value),
            other => match other.to_binary_operator() {
                Some(operator) => ExprKind::AssignOp(binary_op(operator), target, value),
                None => ExprKind::Assign(target, value),
            },
        }
    }

    fn binary(&mut self, binary: &ast::BinaryExpression<'_>) -> ExprKind {
        let left = self.expr(&binary.left);
        let right = self.expr(&binary.right);
        ExprKind::Binary(binary_op(binary.operator), left, right)
    }

    fn unary(&mut self, unary: &ast::UnaryExpression<'_>) -> ExprKind {
        let value = self.expr(&unary.argument);
        match unary.operator {
            UnaryOperator::UnaryPlus => ExprKind::Unary(UnaryOp::Plus, value),
            UnaryOperator::UnaryNegation => ExprKind::Unary(UnaryOp::Minus, value),
            UnaryOperator::LogicalNot => ExprKind::Unary(UnaryOp::Not, value),
            UnaryOperator::BitwiseNot => ExprKind::Unary(UnaryOp::BitNot, value),
            UnaryOperator::Typeof => ExprKind::Typeof(value),
            UnaryOperator::Void => ExprKind::Unary(UnaryOp::Void, value),
            UnaryOperator::Delete => ExprKind::Delete(value),
        }
    }

    fn chain(&mut self, element: &ast::ChainElement<'_>) -> ExprId {
        match element {
            ast::ChainElement::CallExpression(call) => self.call(call),
            ast::ChainElement::TSNonNullExpression(inner) => self.expr(&inner.expression),
            other => match other.as_member_expression() {
                Some(member) => self.member(member),
                None => self.expr_node(ExprKind::Undefined, Span::default()),
            },
        }
    }

    fn member(&mut self, member: &ast::MemberExpression<'_>) -> ExprId {
        let kind = match member {
            ast::MemberExpression::ComputedMemberExpression(m) => self.computed_member(m),
            ast::MemberExpression::StaticMemberExpression(m) => self.static_member(m),
            ast::MemberExpression::PrivateFieldExpression(m) => self.private_member(m),
        };
        self.expr_node(kind, span(member))
    }

    fn static_member(&mut self, member: &ast::StaticMemberExpression<'_>) -> ExprKind {
        let object = self.expr(&member.object);
        let name = self.text(member.property.name.as_str());
        ExprKind::Member(object, name, member.optional)
    }

    fn computed_member(&mut self, member: &ast::ComputedMemberExpression<'_>) -> ExprKind {
        let object = self.expr(&member.object);
        if let Expression::StringLiteral(text) = &member.expression {
            return ExprKind::Member(object, self.text(text.value.as_str()), member.optional);
        }
        let index = self.expr(&member.expression);
        ExprKind::Index(object, index, member.optional)
    }

    fn private_member(&mut self, member: &ast::PrivateFieldExpression<'_>) -> ExprKind {
        let object = self.expr(&member.object);
        let name = self.private(member.field.name.as_str());
        ExprKind::Member(object, name, member.optional)
    }

    fn call(&mut self, call: &ast::CallExpression<'_>) -> ExprId {
        if let Some(code) = self.evaluated(call) {
            return code;
        }
        self.mark_immediate(&call.callee, &call.arguments);
        let callee = self.expr(&call.callee);
        let arguments = self.arguments(&call.arguments);
        let kind = self.site_kind(&call.callee);
        let id = self.expr_node(ExprKind::Call(callee, arguments, call.optional), span(call));
        if let (Some(kind), Some(argument)) = (kind, call.arguments.first()) {
            let request = argument.as_expression().and_then(|e| self.constant_text(e));
            self.site(kind, request, span(call), id);
        }
        id
    }

    fn import_expr(&mut self, import: &ast::ImportExpression<'_>) -> ExprId {
        let source = self.expr(&import.source);
        let id = self.expr_node(ExprKind::Import(source), span(import));
        let request = self.constant_text(&import.source);
        self.site(SiteKind::Import, request, span(import), id);
        id
    }

    pub(super) fn site(&mut self, kind: SiteKind, request: Option<Text>, span: Span, expr: ExprId) {
        let site = Site {
            kind,
            request,
            span,
            function: self.current_function(),
            guarded: self.guards.last().is_some_and(|depth| *depth > 0),
            top_level: self.runs_at_load(),
            expr,
        };
        self.program.sites.push(site);
    }

    fn constant_text(&mut self, expression: &Expression<'_>) -> Option<Text> {
        match expression {
            Expression::StringLiteral(text) => Some(self.text(text.value.as_str())),
            Expression::TemplateLiteral(template) if template.expressions.is_empty() => {
                let text = template.quasis.first()?.value.cooked.as_ref()?.as_str();
                Some(self.text(text))
            }
            _ => None,
        }
    }

    fn site_kind(&mut self, callee: &Expression<'_>) -> Option<SiteKind> {
        match callee {
            Expression::Identifier(id) if id.name == "require" || id.name == "__require" => {
                let var = self.var_named("require");
                let frames = self.frames.iter().filter(|frame| frame.real).count();
                match var {
                    // A parameter of some function inside: a bundler's own require.
                    Var::Local { depth, .. } if usize::from(depth) + 1 < frames => None,
                    _ => Some(SiteKind::Require),
                }
            }
            Expression::StaticMemberExpression(member) => match &member.object {
                Expression::Identifier(id) if id.name == "module" => {
                    (member.property.name == "require").then_some(SiteKind::Require)
                }
                Expression::Identifier(id) if id.name == "require" => {
                    (member.property.name == "resolve").then_some(SiteKind::Resolve)
                }
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn binding(&mut self, pattern: &BindingPattern<'_>) -> PatternId {
        let lowered = match pattern {
            BindingPattern::BindingIdentifier(id) => Pattern::Var(self.var_named(id.name.as_str())),
            BindingPattern::ObjectPattern(object) => {
                let members = object
                    .properties
                    .iter()
                    .map(|property| (self.key(&property.key), self.binding(&property.value)))
                    .collect();
                let rest = object.rest.as_ref().map(|rest| self.binding(&rest.argument));
                Pattern::Object(members, rest)
            }
            BindingPattern::ArrayPattern(array) => {
                let items = array.elements.iter().map(|item| item.as_ref().map(|item| self.binding(item))).collect();
                let rest = array.rest.as_ref().map(|rest| self.binding(&rest.argument));
                Pattern::Array(items, rest)
            }
            BindingPattern::AssignmentPattern(default) => {
                let left = self.binding(&default.left);
                Pattern::Default(left, self.expr(&default.right))
            }
        };
        self.pattern_node(lowered)
    }

    fn simple_target(&mut self, target: &SimpleAssignmentTarget<'_>) -> PatternId {
        let lowered = match target {
            SimpleAssignmentTarget::AssignmentTargetIdentifier(id) => self.assigned(id.name.as_str()),
            SimpleAssignmentTarget::TSAsExpression(inner) => Pattern::Expr(self.expr(&inner.expression)),
            SimpleAssignmentTarget::TSSatisfiesExpression(inner) => Pattern::Expr(self.expr(&inner.expression)),
            SimpleAssignmentTarget::TSNonNullExpression(inner) => Pattern::Expr(self.expr(&inner.expression)),
            SimpleAssignmentTarget::TSTypeAssertion(inner) => Pattern::Expr(self.expr(&inner.expression)),
            other => match other.as_member_expression() {
                Some(member) => Pattern::Expr(self.member(member)),
                None => Pattern::Array(Box::default(), None),
            },
        };
        self.pattern_node(lowered)
    }

    pub(super) fn target(&mut self, target: &AssignmentTarget<'_>) -> PatternId {
        if let Some(simple) = target.as_simple_assignment_target() {
            return self.simple_target(simple);
        }
        let lowered = match target {
            AssignmentTarget::ArrayAssignmentTarget(array) => {
                let items =
                    array.elements.iter().map(|item| item.as_ref().map(|item| self.target_default(item))).collect();
                let rest = array.rest.as_ref().map(|rest| self.target(&rest.target));
                Pattern::Array(items, rest)
            }
            AssignmentTarget::ObjectAssignmentTarget(object) => {
                let members = object.properties.iter().map(|p| self.target_property(p)).collect();
                let rest = object.rest.as_ref().map(|rest| self.target(&rest.target));
                Pattern::Object(members, rest)
            }
            _ => Pattern::Array(Box::default(), None),
        };
        self.pattern_node(lowered)
    }

    fn target_property(&mut self, property: &ast::AssignmentTargetProperty<'_>) -> (Key, PatternId) {
        match property {
            ast::AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(short) => {
                let name = self.text(short.binding.name.as_str());
                let target = self.assigned(short.binding.name.as_str());
                let mut pattern = self.pattern_node(target);
                if let Some(init) = &short.init {
                    let value = self.expr(init);
                    pattern = self.pattern_node(Pattern::Default(pattern, value));
                }
                (Key::Name(name), pattern)
            }
            ast::AssignmentTargetProperty::AssignmentTargetPropertyProperty(full) => {
                (self.key(&full.name), self.target_default(&full.binding))
            }
        }
    }

    fn target_default(&mut self, target: &ast::AssignmentTargetMaybeDefault<'_>) -> PatternId {
        match target {
            ast::AssignmentTargetMaybeDefault::AssignmentTargetWithDefault(default) => {
                let left = self.target(&default.binding);
                let value = self.expr(&default.init);
                self.pattern_node(Pattern::Default(left, value))
            }
            other => match other.as_assignment_target() {
                Some(target) => self.target(target),
                None => self.pattern_node(Pattern::Array(Box::default(), None)),
            },
        }
    }

    fn jsx_element(&mut self, element: &ast::JSXElement<'_>) -> ExprKind {
        let mut parts = Vec::new();
        if let ast::JSXElementName::IdentifierReference(id) = &element.opening_element.name {
            let var = self.var_named(id.name.as_str());
            parts.push(self.expr_node(ExprKind::Var(var), span(element)));
        }
        for attribute in &element.opening_element.attributes {
            match attribute {
                ast::JSXAttributeItem::SpreadAttribute(spread) => {
                    parts.push(self.expr(&spread.argument));
                }
                ast::JSXAttributeItem::Attribute(attribute) => {
                    if let Some(ast::JSXAttributeValue::ExpressionContainer(value)) = &attribute.value
                        && let Some(value) = value.expression.as_expression()
                    {
                        parts.push(self.expr(value));
                    }
                }
            }
        }
        self.jsx_children(&element.children, parts)
    }

    fn jsx_children(&mut self, children: &[ast::JSXChild<'_>], mut parts: Vec<ExprId>) -> ExprKind {
        for child in children {
            let kind = match child {
                ast::JSXChild::Element(element) => self.jsx_element(element),
                ast::JSXChild::Fragment(inner) => self.jsx_children(&inner.children, Vec::new()),
                ast::JSXChild::ExpressionContainer(value) => {
                    if let Some(value) = value.expression.as_expression() {
                        parts.push(self.expr(value));
                    }
                    continue;
                }
                ast::JSXChild::Spread(value) => {
                    parts.push(self.expr(&value.expression));
                    continue;
                }
                ast::JSXChild::Text(_) => continue,
            };
            parts.push(self.expr_node(kind, Span::default()));
        }
        ExprKind::Opaque(parts.into_boxed_slice())
    }
}

fn binary_op(operator: BinaryOperator) -> BinaryOp {
    match operator {
        BinaryOperator::Equality => BinaryOp::Equal,
        BinaryOperator::Inequality => BinaryOp::NotEqual,
        BinaryOperator::StrictEquality => BinaryOp::StrictEqual,
        BinaryOperator::StrictInequality => BinaryOp::StrictNotEqual,
        BinaryOperator::LessThan => BinaryOp::Less,
        BinaryOperator::LessEqualThan => BinaryOp::LessEqual,
        BinaryOperator::GreaterThan => BinaryOp::Greater,
        BinaryOperator::GreaterEqualThan => BinaryOp::GreaterEqual,
        BinaryOperator::Addition => BinaryOp::Add,
        BinaryOperator::Subtraction => BinaryOp::Subtract,
        BinaryOperator::Multiplication => BinaryOp::Multiply,
        BinaryOperator::Division => BinaryOp::Divide,
        BinaryOperator::Remainder => BinaryOp::Remainder,
        BinaryOperator::Exponential => BinaryOp::Power,
        BinaryOperator::ShiftLeft => BinaryOp::ShiftLeft,
        BinaryOperator::ShiftRight => BinaryOp::ShiftRight,
        BinaryOperator::ShiftRightZeroFill => BinaryOp::ShiftRightZero,
        BinaryOperator::BitwiseOR => BinaryOp::BitOr,
        BinaryOperator::BitwiseXOR => BinaryOp::BitXor,
        BinaryOperator::BitwiseAnd => BinaryOp::BitAnd,
        BinaryOperator::In => BinaryOp::In,
        BinaryOperator::Instanceof => BinaryOp::Instanceof,
    }
}
