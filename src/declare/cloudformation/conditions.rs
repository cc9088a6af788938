//! Conditions of a template as formulas over its parameters.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::model::{Condition, Place};
use super::eval::{DEEPEST, Template, intrinsic};
use crate::manifest::yaml::Node;

impl Template<'_> {
    /// A condition by its name.
    pub(super) fn condition(&self, name: &str) -> Option<Arc<Condition>> {
        if let Some(known) = self.conditions.borrow().get(name) {
            return known.clone();
        }
        // A condition that needs itself has no value.
        self.conditions.borrow_mut().insert(name.to_owned(), None);
        let node = self.root.get("Conditions")?.get(name)?;
        let condition = Arc::new(self.formula(node, DEEPEST / 4));
        self.conditions.borrow_mut().insert(name.to_owned(), Some(condition.clone()));
        Some(condition)
    }

    fn formula(&self, node: &Node, depth: u8) -> Condition {
        let opaque = || Condition::Opaque(format!("{}:{}", node.span.start, node.span.end).into());
        let Some(depth) = depth.checked_sub(1).filter(|_| self.spend(1)) else { return opaque() };
        let named = node.get("Condition").and_then(Node::text);
        if let Some(name) = named.or_else(|| node.text().filter(|_| node.tag.as_deref() == Some("Condition"))) {
            return self.condition(name).map_or_else(opaque, |condition| (*condition).clone());
        }
        let Some((name, argument)) = intrinsic(node) else { return opaque() };
        let parts = || argument.items().map(|part| Arc::new(self.formula(part, depth))).collect::<Vec<_>>();
        match name {
            "Equals" => self.equals(argument).unwrap_or_else(opaque),
            "And" => Condition::All(parts()),
            "Or" => Condition::Any(parts()),
            "Not" => parts().pop().map_or_else(opaque, Condition::Not),
            _ => opaque(),
        }
    }

    fn equals(&self, argument: &Node) -> Option<Condition> {
        let sides: Vec<&Node> = argument.items().collect();
        let [one, other] = sides.as_slice() else { return None };
        let bindings = Vec::new();
        let values = [self.eval(one, &bindings), self.eval(other, &bindings)];
        for (node, value) in [(one, &values[1]), (other, &values[0])] {
            let parameter = intrinsic(node).filter(|(name, _)| *name == "Ref").and_then(|(_, name)| name.text());
            let parameter =
                parameter.filter(|name| self.parameter_node(name).is_some() || self.given.contains_key(*name));
            if let (Some(parameter), Some(value)) = (parameter, value.known()) {
                return Some(Condition::Is(parameter.into(), value.into()));
            }
        }
        let texts = (values[0].as_text()?, values[1].as_text()?);
        match (texts.0.known(), texts.1.known()) {
            (Some(one), Some(other)) => Some(Condition::Constant(one == other)),
            _ if texts.0.symbolic() == texts.1.symbolic() => Some(Condition::Constant(true)),
            _ => Some(Condition::Opaque(format!("{} = {}", texts.0.symbolic(), texts.1.symbolic()).into())),
        }
    }

    /// Whether a condition holds with default parameters.
    pub(super) fn holds(&self, condition: &Condition) -> Option<bool> {
        let place = Place { file: self.file, span: self.root.span };
        condition.value(&|name| self.reference(name, place, &Vec::new()).known().map(Arc::from))
    }

    /// Whether a condition has one value in every deployment.
    pub(super) fn is_constant(&self, name: &str) -> bool {
        self.condition(name).is_some_and(|condition| matches!(*condition, Condition::Constant(_)))
    }

    /// Every condition, for the model.
    pub(in crate::declare) fn all_conditions(&self) -> BTreeMap<String, Condition> {
        let Some(conditions) = self.root.get("Conditions") else { return BTreeMap::new() };
        let names = conditions.entries().filter_map(|(key, _)| key.text());
        names.filter_map(|name| Some((name.to_owned(), (*self.condition(name)?).clone()))).collect()
    }
}
