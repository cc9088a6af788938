//! Making containers: `list`, `dict` and their like.

use super::super::value::*;
use super::*;

impl Interp<'_> {
    pub(super) fn make_sequence(&mut self, name: &str, first: Option<Value>, args: &Args) -> Run<Value> {
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
        match name {
            "reversed" => items.reverse(),
            "sorted" if items.iter().all(|v| matches!(v, Value::Str(_))) && args.keywords.is_empty() => {
                items.sort_by_key(|v| self.text_of(*v));
            }
            _ => {}
        }
        Ok(match name {
            "tuple" if !open => self.heap.tuple(&items),
            "set" | "frozenset" => {
                let mut distinct: Vec<Value> = Vec::new();
                for item in items {
                    if !distinct.contains(&item) {
                        distinct.push(item);
                    }
                }
                self.heap.alloc(Object::Set { items: distinct, open })
            }
            _ => self.heap.list(items, open),
        })
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
