//! Making containers: `list`, `dict` and their like.

use super::super::value::*;
use super::*;

impl Interp<'_> {
    pub(super) fn make_sequence(&mut self, name: &str, first: Option<Value>, args: &Args) -> Run<Value> {
        let kind = first.and_then(|value| self.heap.get(value)).map(|object| match object {
            Object::Tuple(_) => "tuple_iterator",
            Object::Dict { .. } => "dict_keyiterator",
            Object::List { row: Row::List, .. } => "list_iterator",
            _ => "",
        });
        let (mut items, open) = match first {
            Some(_) if name == "itertools.chain" => {
                let (mut all, mut open) = (Vec::new(), args.open);
                for value in &args.positional {
                    let (items, unknown) = self.iterate(*value)?;
                    all.extend(items);
                    open |= unknown;
                }
                (all, open)
            }
            Some(value) => self.iterate(value)?,
            None => (Vec::new(), args.open),
        };
        Ok(match name {
            "tuple" if !open => self.heap.tuple(&items),
            "tuple" => self.heap.row(items, open, Row::View("tuple")),
            "set" | "frozenset" => {
                let (items, vague) = self.distinct(items);
                self.heap.set(items, open || vague, name == "frozenset")
            }
            "sorted" => {
                let items = self.sort(items, args)?;
                self.heap.list(items, open)
            }
            "reversed" => {
                items.reverse();
                self.heap.row(items, open, Row::Iterator(""))
            }
            "iter" => self.heap.row(items, open, Row::Iterator(kind.unwrap_or_default())),
            "itertools.chain" => self.heap.row(items, open, Row::Iterator("itertools.chain")),
            "collections.deque" => match self.keyword(args, "maxlen").or(args.positional.get(1).copied()) {
                None | Some(Value::None) => self.heap.row(items, open, Row::View("collections.deque")),
                // What falls out is not followed.
                Some(_) => self.heap.row(Vec::new(), true, Row::View("collections.deque")),
            },
            _ => self.heap.list(items, open),
        })
    }

    /// The items in the order that `sorted` and `list.sort` give them. Where that is not known, any of them may stand
    /// anywhere.
    pub(super) fn sort(&mut self, items: Vec<Value>, args: &Args) -> Run<Vec<Value>> {
        let by = self.keyword(args, "key").unwrap_or(Value::None);
        let reverse = match self.keyword(args, "reverse") {
            Some(value) => self.truth(value)?,
            None => Some(false),
        };
        let (Some(reverse), false) = (reverse, args.open) else { return Ok(vec![Value::Unknown; items.len()]) };
        let mut sorted: Vec<(Value, Value)> = Vec::with_capacity(items.len());
        let mut known = true;
        for item in items {
            let key = match by {
                Value::None => item,
                by => self.call(by, Args::one(item))?,
            };
            // Equal items stay in their order, reversed as well.
            let mut at = sorted.len();
            while known && at > 0 {
                match self.order(sorted[at - 1].0, key) {
                    Some(order) if if reverse { order.is_lt() } else { order.is_gt() } => at -= 1,
                    Some(_) => break,
                    None => known = false,
                }
            }
            known &= self.budget.step();
            sorted.insert(at, (key, item));
        }
        if sorted.len() == 1 || known {
            return Ok(sorted.into_iter().map(|(_, item)| item).collect());
        }
        Ok(sorted.into_iter().map(|(_, item)| self.heap.doubt(item)).collect())
    }

    /// Uses an iterator up. Where that may not happen, it may give its items again.
    pub(super) fn use_up(&mut self, id: ObjId) {
        let uncertain = self.doubt.is_unsure_of(id);
        match self.heap.object_mut(id) {
            Object::List { items, open, .. } | Object::Generator { pending: None, items, open, .. } => {
                if !uncertain {
                    items.clear();
                }
                *open = true;
            }
            _ => {}
        }
    }

    /// The arguments with a row of what a generator gives in its place.
    pub(super) fn with_items(&mut self, args: &Args) -> Run<Args> {
        let mut args = args.clone();
        if let Some(first) = args.positional.first_mut()
            && matches!(self.heap.get(*first), Some(Object::Generator { .. }))
        {
            let (items, open) = self.iterate(*first)?;
            *first = self.heap.list(items, open);
        }
        Ok(args)
    }

    pub(super) fn make_dict(&mut self, args: &Args) -> Value {
        let mut items = Dict::default();
        let mut open = args.open;
        if let Some(first) = args.positional.first() {
            let (pairs, unknown) = self.dict_items(*first);
            for (key, value) in pairs {
                items.set(key, value);
            }
            open |= unknown;
        }
        for (key, value) in &args.keywords {
            items.set(Value::Str(*key), *value);
        }
        self.heap.dict(items, open)
    }
}

impl Interp<'_> {
    /// The items without those that are the same, as sets keep them; and whether some may be the same as others.
    pub(super) fn distinct(&mut self, items: Vec<Value>) -> (Vec<Value>, bool) {
        let mut seen = Dict::default();
        let mut vague = false;
        for item in items {
            vague |= item == Value::Unknown || self.compares_itself(item);
            if seen.get(item).is_none() {
                seen.set(item, item);
            }
        }
        (seen.iter().map(|(item, _)| item).collect(), vague)
    }

    /// Whether code of its class decides what an object is equal to.
    pub(super) fn compares_itself(&mut self, value: Value) -> bool {
        let Some(Object::Instance { class, .. }) = self.heap.get(value) else { return false };
        let class = *class;
        // Data classes are given such code.
        let is_plain = matches!(self.heap.get(class), Some(Object::Class(node)) if node.fields.is_none());
        !is_plain || self.has_code_for(class, &["__eq__"])
    }
}
