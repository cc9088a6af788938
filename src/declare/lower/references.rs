//! What a value in a template refers to.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::cloudformation::EXPORTS;
use super::super::model::{Alias, Destination, Function, FunctionRef, Id, Place, Qualifier, Target, Why};
use super::super::resource::Resource;
use super::super::tree::{Kind, PIECE, Part, Reference, Scope, Text, TextBuilder, Tree};
use super::{Entity, Lower};

/// Outputs of outputs that are followed.
const DEEPEST: u8 = 16;

/// Puts the values of nested stacks' outputs and of exports where they are referred to.
pub(super) fn follow_outputs(
    resources: &mut [Resource],
    outputs: &BTreeMap<(Scope, String), Tree>,
    nested: &BTreeMap<(Scope, String), Scope>,
    exports: &BTreeMap<String, Tree>,
) {
    if outputs.is_empty() && exports.is_empty() {
        return;
    }
    let lookup = |reference: &Reference| -> Option<Tree> {
        if reference.scope == EXPORTS {
            return exports.get(&*reference.id).cloned();
        }
        let scope = nested.get(&(reference.scope, reference.id.to_string()))?;
        let name = reference.attribute.strip_prefix("Outputs.").unwrap_or(&reference.attribute);
        if let Some(found) = outputs.get(&(*scope, name.to_owned())) {
            return Some(found.clone());
        }
        // A part of an output: of a mapping, or of a resource as a whole.
        let (name, part) = name.split_once('.')?;
        part_of(outputs.get(&(*scope, name.to_owned()))?, part)
    };
    for resource in resources {
        follow(&mut resource.properties, &lookup, DEEPEST);
    }
}

/// A part of a value: an entry of a mapping, or an attribute of a resource.
fn part_of(value: &Tree, part: &str) -> Option<Tree> {
    if let Some(reference) = value.sole_reference().filter(|reference| reference.attribute.is_empty()) {
        let reference = Reference { attribute: part.into(), ..reference.clone() };
        return Some(Tree { kind: Kind::Text(Text { parts: vec![Part::Ref(reference)] }), ..value.clone() });
    }
    let keys: Vec<&str> = part.split('.').collect();
    Some(value.at(&keys).clone()).filter(|found| !found.is_null())
}

/// Finds what a reference stands for.
type Lookup<'l> = &'l dyn Fn(&Reference) -> Option<Tree>;

fn follow(tree: &mut Tree, lookup: Lookup<'_>, depth: u8) {
    match &mut tree.kind {
        Kind::List(items) => items.iter_mut().for_each(|item| follow(item, lookup, depth)),
        Kind::Map(map) => map.entries.iter_mut().for_each(|(_, value)| follow(value, lookup, depth)),
        Kind::Text(text) => {
            let Some(depth) = depth.checked_sub(1) else { return };
            if text.references().all(|reference| lookup(reference).is_none()) {
                return;
            }
            let mut followed = match text.parts.as_slice() {
                [Part::Ref(reference)] => match lookup(reference) {
                    Some(value) => value.moved(tree.place),
                    None => return,
                },
                parts => joined(parts, lookup, tree.place),
            };
            follow(&mut followed, lookup, depth);
            *tree = followed;
        }
        Kind::Null | Kind::Unknown(_) => {}
    }
}

fn joined(parts: &[Part], lookup: Lookup<'_>, place: Place) -> Tree {
    let mut text = TextBuilder::default();
    for part in parts {
        let value = match part {
            Part::Ref(reference) => lookup(reference),
            _ => None,
        };
        match value.as_ref().and_then(Tree::as_text) {
            Some(value) => text.extend(value),
            None => text.push(part),
        }
    }
    Tree::new(Kind::Text(text.finish()), place).derived()
}

impl Lower {
    pub(super) fn entity(&self, reference: &Reference) -> Option<Entity> {
        self.index.get(&(reference.scope, Arc::clone(&reference.id))).copied()
    }

    /// The function that a value names: by reference, by ARN, by its own name.
    pub(super) fn function_ref(&self, tree: &Tree, qualifier: &Tree) -> FunctionRef {
        let mut found = self.named_function(tree);
        if !qualifier.is_null()
            && let Target::Own(id) = found.target
        {
            found.qualifier = self.qualifier(id, qualifier);
        }
        found
    }

    fn named_function(&self, tree: &Tree) -> FunctionRef {
        let unknown = |why: Why| FunctionRef {
            target: Target::Unknown(why.clone()),
            qualifier: Qualifier::Unknown(why),
            place: tree.place,
        };
        let text = match &tree.kind {
            Kind::Text(text) => text,
            Kind::Unknown(why) => return unknown(why.clone()),
            _ => return unknown(Why::new("names no function")),
        };
        for (at, part) in text.parts.iter().enumerate() {
            let Part::Ref(reference) = part else { continue };
            let (target, qualifier) = match self.entity(reference) {
                Some(Entity::Function(id)) => {
                    (Target::Own(id), self.qualifier_behind(id, reference, &text.parts[at + 1..]))
                }
                Some(Entity::Alias(id)) => (self.app.aliases[id].function.target.clone(), Qualifier::Alias(id)),
                Some(Entity::Version(id)) => (self.app.versions[id].function.target.clone(), Qualifier::Version(id)),
                _ => continue,
            };
            return FunctionRef { target, qualifier, place: tree.place };
        }
        self.function_by_name(text).map_or_else(
            || match text.known() {
                Some(known) => FunctionRef {
                    target: Target::Foreign(known.to_owned()),
                    qualifier: Qualifier::Unknown(Why::new("belongs to another application")),
                    place: tree.place,
                },
                None => unknown(text.why()),
            },
            |(id, qualifier)| FunctionRef { target: Target::Own(id), qualifier, place: tree.place },
        )
    }

    /// A function of this application by ARN or name, and what its qualifier says.
    fn function_by_name(&self, text: &Text) -> Option<(Id<Function>, Qualifier)> {
        let symbolic = text.symbolic();
        let named = symbolic.split_once(":function:").map_or(symbolic.as_str(), |(_, rest)| rest);
        let named = named.strip_prefix("function:").unwrap_or(named);
        let named = named.strip_suffix("/invocations").unwrap_or(named);
        if let Some(id) = self.function_names.get(named) {
            return Some((*id, Qualifier::Latest));
        }
        let (name, qualifier) = named.rsplit_once(':')?;
        let id = *self.function_names.get(name)?;
        Some((id, self.qualifier_named(id, qualifier)))
    }

    /// The qualifier that stands behind a reference to a function: `${Function.Arn}:live`.
    fn qualifier_behind(&self, id: Id<Function>, reference: &Reference, rest: &[Part]) -> Qualifier {
        match &*reference.attribute {
            "Alias" => return self.automatic.get(&id).map_or(Qualifier::Latest, |alias| Qualifier::Alias(*alias)),
            "Version" | "qualified_arn" | "qualified_invoke_arn" | "SnapStartResponse" => {
                return Qualifier::Named("a published version".to_owned());
            }
            _ => {}
        }
        // Of a piece of an ARN, such as the name that is selected from it, what follows says more.
        let rest = match rest {
            [Part::Open(name, _), rest @ ..] if name.starts_with(PIECE) => rest,
            rest => rest,
        };
        let text = match rest.first() {
            Some(Part::Text(text)) => text,
            Some(Part::Open(_, why)) => return Qualifier::Unknown(why.clone()),
            _ => return Qualifier::Latest,
        };
        let Some(text) = text.strip_prefix(':') else { return Qualifier::Latest };
        let text = text.split('/').next().unwrap_or_default();
        if !text.is_empty() {
            return self.qualifier_named(id, text);
        }
        match rest.get(1) {
            Some(Part::Ref(reference)) => self.qualifier_by_reference(reference),
            Some(Part::Open(name, why)) => self
                .alias_names
                .get(&(id, format!("${{{name}}}")))
                .map_or_else(|| Qualifier::Unknown(why.clone()), |alias| Qualifier::Alias(*alias)),
            _ => Qualifier::Latest,
        }
    }

    fn qualifier_by_reference(&self, reference: &Reference) -> Qualifier {
        match self.entity(reference) {
            Some(Entity::Alias(id)) => Qualifier::Alias(id),
            Some(Entity::Version(id)) => Qualifier::Version(id),
            // Without a published version the attribute is `$LATEST` (Terraform's documentation of `publish`).
            Some(Entity::Function(id)) if !self.may_publish(id) => Qualifier::Latest,
            // The number of the version that the template publishes.
            Some(Entity::Function(_)) => Qualifier::Named("a published version".to_owned()),
            _ => Qualifier::Unknown(Why::new(format!("depends on `{}`", reference.id))),
        }
    }

    fn may_publish(&self, id: Id<Function>) -> bool {
        let publishes = &self.app.functions[id].publishes;
        !publishes.is_unset() && publishes.known() != Some(&false)
    }

    fn qualifier_named(&self, id: Id<Function>, name: &str) -> Qualifier {
        if name == "$LATEST" {
            return Qualifier::Latest;
        }
        let alias: Option<&Id<Alias>> = self.alias_names.get(&(id, name.to_owned()));
        alias.map_or_else(|| Qualifier::Named(name.to_owned()), |alias| Qualifier::Alias(*alias))
    }

    /// A qualifier that is a value of its own.
    pub(super) fn qualifier(&self, id: Id<Function>, tree: &Tree) -> Qualifier {
        let text = match &tree.kind {
            Kind::Text(text) => text,
            Kind::Unknown(why) => return Qualifier::Unknown(why.clone()),
            _ => return Qualifier::Latest,
        };
        if let Some(reference) = text.references().next() {
            let reference = self.qualifier_by_reference(reference);
            if !matches!(reference, Qualifier::Unknown(_)) {
                return reference;
            }
        }
        let symbolic = text.symbolic();
        match (self.alias_names.get(&(id, symbolic.clone())), text.known()) {
            (Some(alias), _) => Qualifier::Alias(*alias),
            (None, Some(_)) => self.qualifier_named(id, &symbolic),
            (None, None) => Qualifier::Unknown(text.why()),
        }
    }

    /// What a value names as source or destination.
    pub(super) fn destination(&self, tree: &Tree) -> Destination {
        let text = match &tree.kind {
            Kind::Text(text) => text,
            Kind::Unknown(why) => return Destination::Unknown(why.clone()),
            _ => return Destination::Unknown(Why::new("names nothing")),
        };
        for reference in text.references() {
            match self.entity(reference) {
                Some(Entity::Queue(id)) => return Destination::Queue(id),
                Some(Entity::Stream(id)) => return Destination::Stream(id),
                Some(Entity::Topic(id)) => return Destination::Topic(id),
                Some(Entity::Bucket(id)) => return Destination::Bucket(id),
                Some(Entity::Function(id)) => return Destination::Function(id),
                Some(Entity::Alias(id)) => {
                    if let Some(id) = self.app.aliases[id].function.function() {
                        return Destination::Function(id);
                    }
                }
                Some(_) => return Destination::Other(reference.id.to_string()),
                None => {}
            }
        }
        if let Some(found) = self.destination_by_name(&text.symbolic()) {
            return found;
        }
        if text.known().is_some() || text.pattern().contains("arn:") {
            return Destination::Foreign(text.pattern());
        }
        Destination::Unknown(text.why())
    }

    fn destination_by_name(&self, symbolic: &str) -> Option<Destination> {
        let (service, rest) = arn_fields(symbolic)?;
        let name = rest.split_once('/').filter(|_| service != "s3").map_or(rest, |(kind, rest)| {
            if kind == "stream" || kind == "table" { rest.split('/').next().unwrap_or(rest) } else { kind }
        });
        if service == "lambda" {
            let name = rest.strip_prefix("function:")?;
            return self.function_names.get(name).map(|id| Destination::Function(*id));
        }
        let kind = ["sqs", "sns", "kinesis", "dynamodb", "s3"].into_iter().find(|kind| *kind == service)?;
        match self.other_names.get(&(kind, name.to_owned()))? {
            Entity::Queue(id) => Some(Destination::Queue(*id)),
            Entity::Topic(id) => Some(Destination::Topic(*id)),
            Entity::Stream(id) => Some(Destination::Stream(*id)),
            Entity::Bucket(id) => Some(Destination::Bucket(*id)),
            _ => None,
        }
    }

    pub(super) fn optional_destination(&self, tree: &Tree) -> super::Setting<Destination> {
        if tree.is_null() {
            return super::Setting::Unset;
        }
        match self.destination(tree) {
            Destination::Unknown(why) => super::Setting::Unknown { why, place: tree.place },
            found => super::Setting::Known { value: found, place: tree.place, literal: tree.literal },
        }
    }
}

/// The service and the resource of an ARN. What is not known of it stands in braces, perhaps with colons in them:
/// `arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:jobs`.
fn arn_fields(symbolic: &str) -> Option<(&str, &str)> {
    let (mut depth, mut field, mut start, mut service) = (0_u32, 0, 0, "");
    for (at, c) in symbolic.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => {
                if field == 2 {
                    service = symbolic.get(start..at)?;
                }
                field += 1;
                start = at + 1;
                if field == 5 {
                    return Some((service, symbolic.get(start..)?));
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::arn_fields;

    #[test]
    fn colons_in_braces_part_nothing() {
        let sub = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${AWS::StackName}-jobs";
        assert_eq!(arn_fields(sub), Some(("sqs", "${AWS::StackName}-jobs")));
        assert_eq!(arn_fields("arn:aws:lambda:eu-west-1:1:function:f:live"), Some(("lambda", "function:f:live")));
        assert_eq!(arn_fields("arn:aws:sqs"), None);
    }
}
