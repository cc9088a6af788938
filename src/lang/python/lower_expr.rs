//! ruff's expressions to the arenas of [`super::ir`].

use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

use super::ir::*;
use super::lower::{Lowering, span};

fn number(number: &ast::Number) -> Expr {
    match number {
        ast::Number::Int(int) => int.as_i64().map_or(Expr::Opaque, Expr::Int),
        ast::Number::Float(float) => Expr::Float(*float),
        ast::Number::Complex { .. } => Expr::Opaque,
    }
}

fn unary_op(op: ast::UnaryOp) -> UnaryOp {
    match op {
        ast::UnaryOp::Not => UnaryOp::Not,
        ast::UnaryOp::USub => UnaryOp::Minus,
        _ => UnaryOp::Other,
    }
}

pub(super) fn binary_op(op: ast::Operator) -> BinaryOp {
    match op {
        ast::Operator::Add => BinaryOp::Add,
        ast::Operator::Sub => BinaryOp::Sub,
        ast::Operator::Mult => BinaryOp::Mul,
        ast::Operator::Div => BinaryOp::Div,
        ast::Operator::FloorDiv => BinaryOp::FloorDiv,
        ast::Operator::Mod => BinaryOp::Mod,
        ast::Operator::BitOr => BinaryOp::BitOr,
        ast::Operator::BitAnd => BinaryOp::BitAnd,
        ast::Operator::BitXor => BinaryOp::BitXor,
        ast::Operator::Pow => BinaryOp::Pow,
        ast::Operator::LShift => BinaryOp::LShift,
        ast::Operator::RShift => BinaryOp::RShift,
        _ => BinaryOp::Other,
    }
}

fn compare_op(op: ast::CmpOp) -> CompareOp {
    match op {
        ast::CmpOp::Eq => CompareOp::Eq,
        ast::CmpOp::NotEq => CompareOp::NotEq,
        ast::CmpOp::Lt => CompareOp::Lt,
        ast::CmpOp::LtE => CompareOp::LtE,
        ast::CmpOp::Gt => CompareOp::Gt,
        ast::CmpOp::GtE => CompareOp::GtE,
        ast::CmpOp::Is => CompareOp::Is,
        ast::CmpOp::IsNot => CompareOp::IsNot,
        ast::CmpOp::In => CompareOp::In,
        ast::CmpOp::NotIn => CompareOp::NotIn,
    }
}

impl Lowering {
    pub(super) fn push(&mut self, expr: Expr, range: TextRange) -> ExprId {
        let id = ExprId(self.code.exprs.len() as u32);
        self.code.exprs.push(expr);
        self.code.expr_spans.push(span(range));
        id
    }

    fn list(&mut self, list: &[ast::Expr]) -> Exprs {
        let ids: Vec<_> = list.iter().map(|e| self.expr(e)).collect();
        self.code.push_list(&ids)
    }

    /// An expression that is assigned to: like any other, and it binds its names.
    pub(super) fn target(&mut self, expr: &ast::Expr) -> ExprId {
        match expr {
            ast::Expr::Name(node) => {
                let name = self.name(&node.id);
                self.bind(name);
                self.push(Expr::Name(name), node.range)
            }
            ast::Expr::Tuple(node) => {
                let ids: Vec<_> = node.elts.iter().map(|e| self.target(e)).collect();
                let list = self.code.push_list(&ids);
                self.push(Expr::Tuple(list), node.range)
            }
            ast::Expr::List(node) => {
                let ids: Vec<_> = node.elts.iter().map(|e| self.target(e)).collect();
                let list = self.code.push_list(&ids);
                self.push(Expr::Tuple(list), node.range)
            }
            ast::Expr::Starred(node) => {
                let value = self.target(&node.value);
                self.push(Expr::Starred(value), node.range)
            }
            other => self.expr(other),
        }
    }

    pub(super) fn expr(&mut self, expr: &ast::Expr) -> ExprId {
        let lowered = self.expression(expr);
        self.push(lowered, expr.range())
    }

    fn expression(&mut self, expr: &ast::Expr) -> Expr {
        match expr {
            ast::Expr::ListComp(_) | ast::Expr::SetComp(_) | ast::Expr::Generator(_) | ast::Expr::DictComp(_) => {
                self.comprehension_of(expr)
            }
            ast::Expr::NoneLiteral(_) => Expr::None,
            ast::Expr::EllipsisLiteral(_) => Expr::Ellipsis,
            ast::Expr::BooleanLiteral(node) => Expr::Bool(node.value),
            ast::Expr::NumberLiteral(node) => number(&node.value),
            ast::Expr::StringLiteral(node) => Expr::Text(self.text(node.value.to_str())),
            ast::Expr::BytesLiteral(node) => {
                let bytes = node.value.iter().flat_map(|part| part.value.iter());
                let text: String = bytes.map(|byte| char::from(*byte)).collect();
                Expr::Bytes(self.text(&text))
            }
            ast::Expr::FString(node) => self.format_string(node),
            ast::Expr::TString(_) | ast::Expr::IpyEscapeCommand(_) => Expr::Opaque,
            ast::Expr::Name(node) => Expr::Name(self.name(&node.id)),
            ast::Expr::Attribute(node) => {
                let value = self.expr(&node.value);
                Expr::Attribute(value, self.name(&node.attr))
            }
            ast::Expr::Subscript(node) => {
                let value = self.expr(&node.value);
                Expr::Subscript(value, self.expr(&node.slice))
            }
            ast::Expr::Slice(node) => self.slice(node),
            ast::Expr::Call(node) => {
                let function = self.expr(&node.func);
                let arguments = self.arguments(&node.arguments);
                self.code.calls.push(arguments);
                Expr::Call(function, self.code.calls.len() as u32 - 1)
            }
            ast::Expr::BoolOp(node) => {
                let values = self.list(&node.values);
                match node.op {
                    ast::BoolOp::And => Expr::And(values),
                    ast::BoolOp::Or => Expr::Or(values),
                }
            }
            ast::Expr::UnaryOp(node) => Expr::Unary(unary_op(node.op), self.expr(&node.operand)),
            ast::Expr::BinOp(node) => {
                let left = self.expr(&node.left);
                Expr::Binary(binary_op(node.op), left, self.expr(&node.right))
            }
            ast::Expr::Compare(node) => self.compare(node),
            ast::Expr::If(node) => {
                let (test, body) = (self.expr(&node.test), self.expr(&node.body));
                Expr::If(test, body, self.expr(&node.orelse))
            }
            ast::Expr::Tuple(node) => Expr::Tuple(self.list(&node.elts)),
            ast::Expr::List(node) => Expr::List(self.list(&node.elts)),
            ast::Expr::Set(node) => Expr::Set(self.list(&node.elts)),
            ast::Expr::Dict(node) => self.dict(node),
            ast::Expr::Lambda(node) => {
                let name = self.name("<lambda>");
                let mut function = self.signature(node.parameters.as_deref(), name, span(node.range));
                function.value = Some(self.expr(&node.body));
                Expr::Lambda(self.finish_function(function))
            }
            ast::Expr::Await(node) => Expr::Await(self.expr(&node.value)),
            ast::Expr::Yield(node) => {
                self.mark_generator();
                Expr::Yield(node.value.as_deref().map(|value| self.expr(value)))
            }
            ast::Expr::YieldFrom(node) => {
                self.mark_generator();
                Expr::YieldFrom(self.expr(&node.value))
            }
            ast::Expr::Starred(node) => Expr::Starred(self.expr(&node.value)),
            ast::Expr::Named(node) => {
                let value = self.expr(&node.value);
                Expr::Walrus(self.target(&node.target), value)
            }
        }
    }

    /// A list, set, dictionary or generator that is made of another row; no other expression.
    fn comprehension_of(&mut self, expr: &ast::Expr) -> Expr {
        match expr {
            ast::Expr::ListComp(node) => self.comprehension(ComprehensionKind::List, &node.elt, None, &node.generators),
            ast::Expr::SetComp(node) => self.comprehension(ComprehensionKind::Set, &node.elt, None, &node.generators),
            ast::Expr::Generator(node) => {
                self.comprehension(ComprehensionKind::Generator, &node.elt, None, &node.generators)
            }
            ast::Expr::DictComp(node) => {
                let key = node.key.as_deref().unwrap_or(&node.value);
                self.comprehension(ComprehensionKind::Dict, key, Some(&node.value), &node.generators)
            }
            _ => Expr::Opaque,
        }
    }

    fn slice(&mut self, node: &ast::ExprSlice) -> Expr {
        let mut part = |part: &Option<Box<ast::Expr>>| match part {
            Some(part) => self.expr(part),
            None => self.push(Expr::None, node.range),
        };
        let ids = [part(&node.lower), part(&node.upper), part(&node.step)];
        Expr::Slice(self.code.push_list(&ids))
    }

    fn compare(&mut self, node: &ast::ExprCompare) -> Expr {
        let left = self.expr(&node.left);
        let rest = node.ops.iter().zip(node.comparators.iter());
        let rest = rest.map(|(op, e)| (compare_op(*op), self.expr(e))).collect();
        self.code.compares.push(Compare { left, rest });
        Expr::Compare(self.code.compares.len() as u32 - 1)
    }

    /// Keys and values in turns; what is unpacked has a key that is not known.
    fn dict(&mut self, node: &ast::ExprDict) -> Expr {
        let mut ids = Vec::with_capacity(node.items.len() * 2);
        for item in &node.items {
            ids.push(match &item.key {
                Some(key) => self.expr(key),
                None => self.push(Expr::Opaque, item.value.range()),
            });
            ids.push(self.expr(&item.value));
        }
        Expr::Dict(self.code.push_list(&ids))
    }

    fn mark_generator(&mut self) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.is_generator = true;
        }
    }

    pub(super) fn arguments(&mut self, arguments: &ast::Arguments) -> Arguments {
        let positional = self.list(&arguments.args);
        let keywords = arguments
            .keywords
            .iter()
            .map(|keyword| {
                let name = keyword.arg.as_ref().map(|name| self.name(name));
                (name, self.expr(&keyword.value))
            })
            .collect();
        Arguments { positional, keywords }
    }

    /// A comprehension's targets live in the enclosing function here; the simulation saves and
    /// restores what they hide.
    fn comprehension(
        &mut self,
        kind: ComprehensionKind,
        element: &ast::Expr,
        value: Option<&ast::Expr>,
        generators: &[ast::Comprehension],
    ) -> Expr {
        let generators = generators
            .iter()
            .map(|clause| {
                let iter = self.expr(&clause.iter);
                let scopes = std::mem::take(&mut self.scopes);
                let target = self.target(&clause.target);
                self.scopes = scopes;
                Generator { target, iter, ifs: self.list(&clause.ifs) }
            })
            .collect();
        let element = self.expr(element);
        let value = value.map(|value| self.expr(value));
        self.code.comprehensions.push(Comprehension { kind, element, value, generators });
        Expr::Comprehension(self.code.comprehensions.len() as u32 - 1)
    }

    fn format_string(&mut self, node: &ast::ExprFString) -> Expr {
        let mut parts = Vec::new();
        for part in node.value.iter() {
            match part {
                ast::FStringPart::Literal(text) => {
                    let id = self.text(&text.value);
                    parts.push(self.push(Expr::Text(id), text.range));
                }
                ast::FStringPart::FString(string) => {
                    for element in string.elements.iter() {
                        parts.push(self.format_part(element));
                    }
                }
            }
        }
        Expr::Format(self.code.push_list(&parts))
    }

    fn format_part(&mut self, element: &ast::InterpolatedStringElement) -> ExprId {
        match element {
            ast::InterpolatedStringElement::Literal(text) => {
                let id = self.text(&text.value);
                self.push(Expr::Text(id), text.range)
            }
            ast::InterpolatedStringElement::Interpolation(part) => {
                let value = self.expr(&part.expression);
                let plain = part.format_spec.is_none()
                    && part.debug_text.is_none()
                    && matches!(part.conversion, ast::ConversionFlag::None | ast::ConversionFlag::Str);
                if plain {
                    value
                } else {
                    // The value still runs; how it is formatted is not followed.
                    self.push(Expr::Unary(UnaryOp::Other, value), part.range)
                }
            }
        }
    }
}
