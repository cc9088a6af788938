//! Texts and numbers that a script makes of others.

use crate::lang::javascript::ir::BinaryOp;
use crate::manifest::yaml::{Node, Value};
use crate::span::Span;

/// Larger numbers JavaScript writes in another way than Rust.
const LARGEST_PLAIN: f64 = 1e15;

/// A value that is no object.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Said {
    Text(String),
    Number(f64),
    /// `true`, `false`, `null`.
    Word(String),
}

impl Said {
    /// What a scalar says.
    pub(super) fn of(node: &Node) -> Option<Self> {
        let Value::Scalar { text, plain } = &node.value else { return None };
        Some(match text.parse::<f64>() {
            _ if !plain => Self::Text(text.to_string()),
            Ok(number) => Self::Number(number),
            Err(_) => Self::Word(text.to_string()),
        })
    }

    /// Whether it is a text that holds another.
    pub(super) fn holds(&self, part: &str) -> bool {
        matches!(self, Self::Text(text) if text.contains(part))
    }

    pub(super) fn node(&self, span: Span, file: u32) -> Node {
        match self {
            Self::Text(text) => Node::scalar(text, false, span, file),
            Self::Number(number) => Node::scalar(&number.to_string(), true, span, file),
            Self::Word(word) => Node::scalar(word, true, span, file),
        }
    }

    /// What it is within a text.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) | Self::Word(text) => Some(text.clone()),
            Self::Number(number) => (number.abs() < LARGEST_PLAIN).then(|| number.to_string()),
        }
    }

    /// What an operator makes of it and another value. Only numbers are calculated with, and what meets a text becomes
    /// one.
    pub(super) fn with(self, operator: BinaryOp, right: Self) -> Option<Self> {
        let calculated = match (operator, &self, &right) {
            (BinaryOp::Add, Self::Text(_), _) | (BinaryOp::Add, _, Self::Text(_)) => {
                return Some(Self::Text(self.text()? + &right.text()?));
            }
            (BinaryOp::Add, Self::Number(left), Self::Number(right)) => left + right,
            (BinaryOp::Subtract, Self::Number(left), Self::Number(right)) => left - right,
            (BinaryOp::Multiply, Self::Number(left), Self::Number(right)) => left * right,
            (BinaryOp::Divide, Self::Number(left), Self::Number(right)) => left / right,
            _ => return None,
        };
        calculated.is_finite().then_some(Self::Number(calculated))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_added_and_texts_are_joined() {
        let text = |text: &str| Said::Text(text.to_owned());
        let add = |left: Said, right: Said| left.with(BinaryOp::Add, right);
        assert_eq!(add(Said::Number(512.0), Said::Number(512.0)), Some(Said::Number(1024.0)));
        assert_eq!(add(text("src/"), Said::Number(2.0)), Some(text("src/2")));
        assert_eq!(add(Said::Number(1.0), text("px")), Some(text("1px")));
        assert_eq!(add(Said::Word("true".to_owned()), Said::Number(1.0)), None);
        assert_eq!(Said::Number(60.0).with(BinaryOp::Multiply, Said::Number(5.0)), Some(Said::Number(300.0)));
        assert_eq!(Said::Number(1.0).with(BinaryOp::Divide, Said::Number(0.0)), None);
        assert_eq!(text("6").with(BinaryOp::Multiply, Said::Number(5.0)), None);
    }
}
