//! How many arguments functions and methods of the language take.

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::super::value::*;
use super::*;
use crate::knowledge::table;

/// Names with the least and, if there is one, the most.
type Arities = FxHashMap<String, Vec<usize>>;

/// `arities.toml`, which says what it lists.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    functions: Arities,
    list: Arities,
    dict: Arities,
    str: Arities,
    /// Keywords by function; of methods with the type before the dot.
    keywords: FxHashMap<String, Vec<String>>,
}

table! {
    static ARITIES: Table = "python/arities.toml", tested by the_arities_read;
}

impl Interp<'_> {
    /// What the interpreter says to a call of something of the language with too few or too many arguments, or with a
    /// keyword that it does not have.
    pub(super) fn misfit_of_language(&self, callee: Value, args: &Args) -> Option<String> {
        let (arities, kind, name) = match self.heap.get(callee)? {
            Object::External(name) => (&ARITIES.functions, "", self.heap.text(*name)),
            Object::Method { function, this } => {
                let name = self.heap.external_name(*function)?;
                let (arities, kind) = match (this, self.heap.get(*this)) {
                    (Value::Str(_), _) => (&ARITIES.str, "str."),
                    (_, Some(Object::List { row: Row::List, .. })) => (&ARITIES.list, "list."),
                    (_, Some(Object::Dict { .. })) => (&ARITIES.dict, "dict."),
                    _ => return None,
                };
                (arities, kind, Rc::from(name.strip_prefix('.')?))
            }
            _ => return None,
        };
        let known = ARITIES.keywords.get(&format!("{kind}{name}"));
        let names = args.keywords.iter().map(|(name, _)| self.heap.text(*name));
        if let Some(unknown) = known.and_then(|known| names.clone().find(|name| !known.iter().any(|it| **it == **name)))
        {
            return Some(format!("{name}() got an unexpected keyword argument '{unknown}'"));
        }
        if args.open || !args.keywords.is_empty() {
            return None;
        }
        refused(arities, &name, args.positional.len())
    }
}

fn refused(arities: &Arities, name: &str, given: usize) -> Option<String> {
    let wanted = arities.get(name)?;
    let (least, most) = (*wanted.first()?, wanted.get(1).copied());
    let expected = match (given < least, most.filter(|most| given > *most)) {
        (true, _) => format!("at least {least}"),
        (false, Some(most)) => format!("at most {most}"),
        (false, None) => return None,
    };
    let plural = if expected.ends_with(" 1") { "" } else { "s" };
    Some(format!("{name} expected {expected} argument{plural}, got {given}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_counted() {
        assert_eq!(refused(&ARITIES.functions, "len", 1), None);
        assert_eq!(refused(&ARITIES.functions, "max", 9), None);
        assert!(refused(&ARITIES.functions, "len", 2).is_some() && refused(&ARITIES.list, "append", 0).is_some());
        let said = refused(&ARITIES.functions, "range", 0);
        assert!(ARITIES.keywords.get("set").is_some_and(Vec::is_empty));
        assert_eq!(said.as_deref(), Some("range expected at least 1 argument, got 0"));
    }
}
