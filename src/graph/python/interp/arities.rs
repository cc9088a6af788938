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
}

table! {
    static ARITIES: Table = "python/arities.toml", tested by the_arities_read;
}

impl Interp<'_> {
    /// What the interpreter says to a call of something of the language with too few or too many arguments.
    pub(super) fn misfit_of_language(&self, callee: Value, args: &Args) -> Option<String> {
        if args.open || !args.keywords.is_empty() {
            return None;
        }
        let (arities, name) = match self.heap.get(callee)? {
            Object::External(name) => (&ARITIES.functions, self.heap.text(*name)),
            Object::Method { function, this } => {
                let name = self.heap.external_name(*function)?;
                let arities = match (this, self.heap.get(*this)) {
                    (Value::Str(_), _) => &ARITIES.str,
                    (_, Some(Object::List { row: Row::List, .. })) => &ARITIES.list,
                    (_, Some(Object::Dict { .. })) => &ARITIES.dict,
                    _ => return None,
                };
                (arities, Rc::from(name.strip_prefix('.')?))
            }
            _ => return None,
        };
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
        assert_eq!(said.as_deref(), Some("range expected at least 1 argument, got 0"));
    }
}
