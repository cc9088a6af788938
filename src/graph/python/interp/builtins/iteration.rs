//! Built-ins that make containers or go through them.

use super::super::super::value::*;
use super::super::*;
use super::Call;

impl Interp<'_> {
    /// Calls of `list`, `dict`, `map`, `any`, `max` and their like.
    pub(super) fn call_on_items(&mut self, call: &Call) -> Run<Option<Value>> {
        let Call { name, args, first, second, .. } = *call;
        Ok(Some(match (name, first) {
            (
                "list" | "tuple" | "set" | "frozenset" | "sorted" | "reversed" | "iter" | "collections.deque"
                | "itertools.chain",
                _,
            ) => self.make_sequence(name, first, args)?,
            (
                "dict"
                | "collections.OrderedDict"
                | "collections.ChainMap"
                | "types.MappingProxyType"
                | "collections.Counter",
                _,
            ) => self.make_dict(args),
            ("collections.defaultdict", _) => self.make_default_dict(&call.rest()),
            ("dict.fromkeys", Some(keys)) => self.dict_of_keys(keys, second.unwrap_or(Value::None))?,
            ("any" | "all", Some(object)) => self.builtin_any(object, name == "any")?,
            ("range", _) => self.builtin_range(args),
            ("enumerate", Some(object)) => {
                let (items, open) = self.iterate(object)?;
                let pairs = (0..).zip(items).map(|(at, item)| self.heap.tuple(&[Value::Int(at), item])).collect();
                self.heap.list(pairs, open)
            }
            ("zip", _) => self.builtin_zip(args)?,
            ("map", Some(function)) => self.builtin_map(function, call.second())?,
            ("filter", Some(function)) => self.builtin_filter(function, call.second())?,
            ("next", Some(object)) => self.builtin_next(object, second)?,
            ("max" | "min", Some(object)) if args.keywords.is_empty() => {
                self.builtin_extreme(object, args, name == "max")?
            }
            _ => return Ok(None),
        }))
    }

    fn make_default_dict(&mut self, rest: &Args) -> Value {
        let made = self.make_dict(rest);
        if let Value::Obj(id) = made
            && let Object::Dict { open, .. } = self.heap.object_mut(id)
        {
            *open = true;
        }
        made
    }

    fn dict_of_keys(&mut self, keys: Value, value: Value) -> Run<Value> {
        let (keys, open) = self.iterate(keys)?;
        let mut items = Dict::default();
        for key in keys {
            items.set(key, value);
        }
        Ok(self.heap.dict(items, open))
    }

    /// `any` where `stop` is true, else `all`.
    fn builtin_any(&mut self, object: Value, stop: bool) -> Run<Value> {
        let (items, open) = self.iterate(object)?;
        let mut verdict = if open { None } else { Some(!stop) };
        for item in items {
            match self.truth(item)? {
                Some(truth) if truth == stop => return Ok(Value::Bool(stop)),
                Some(_) => {}
                None => verdict = None,
            }
        }
        Ok(verdict.map_or(Value::Unknown, Value::Bool))
    }

    fn builtin_range(&mut self, args: &Args) -> Value {
        let (start, end) = match args.positional.as_slice() {
            [Value::Int(end)] => (0, *end),
            [Value::Int(start), Value::Int(end)] => (*start, *end),
            _ => return self.heap.list(Vec::new(), true),
        };
        if end.saturating_sub(start) > LIMITS.range_items {
            return self.heap.list(Vec::new(), true);
        }
        self.heap.list((start..end).map(Value::Int).collect(), false)
    }

    fn builtin_zip(&mut self, args: &Args) -> Run<Value> {
        let mut columns = Vec::new();
        let mut open = args.open;
        for value in &args.positional {
            let (items, unknown) = self.iterate(*value)?;
            open |= unknown;
            columns.push(items);
        }
        let rows = columns.iter().map(Vec::len).min().unwrap_or(0);
        let mut out = Vec::with_capacity(rows);
        for row in 0..rows {
            let cells: Vec<Value> = columns.iter().filter_map(|column| column.get(row).copied()).collect();
            out.push(self.heap.tuple(&cells));
        }
        Ok(self.heap.list(out, open))
    }

    fn builtin_map(&mut self, function: Value, items: Value) -> Run<Value> {
        let (items, open) = self.iterate(items)?;
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            out.push(self.shielded(|this| this.call(function, Args::one(item)))?);
        }
        if open {
            self.doubt.branches += 1;
            let _ = self.call(function, Args::one(Value::Unknown));
            self.doubt.branches -= 1;
        }
        Ok(self.heap.list(out, open))
    }

    fn builtin_filter(&mut self, function: Value, items: Value) -> Run<Value> {
        let (items, mut open) = self.iterate(items)?;
        let mut out = Vec::new();
        for item in items {
            let verdict = if function == Value::None {
                item
            } else {
                self.shielded(|this| this.call(function, Args::one(item)))?
            };
            match self.truth(verdict)? {
                Some(true) => out.push(item),
                Some(false) => {}
                None => {
                    out.push(item);
                    open = true;
                }
            }
        }
        Ok(self.heap.list(out, open))
    }

    fn builtin_next(&mut self, object: Value, default: Option<Value>) -> Run<Value> {
        let (items, open) = self.iterate(object)?;
        Ok(match (items.first(), default) {
            (Some(item), _) => *item,
            (None, Some(default)) if !open => default,
            (None, None) if !open => return self.soft_error("StopIteration", ""),
            _ => Value::Unknown,
        })
    }

    /// `max` or `min` of the arguments, or of the only one's items.
    fn builtin_extreme(&mut self, object: Value, args: &Args, greatest: bool) -> Run<Value> {
        let (items, open) =
            if args.positional.len() > 1 { (args.positional.clone(), args.open) } else { self.iterate(object)? };
        let mut best: Option<Value> = None;
        for item in items {
            best = Some(match best {
                None => item,
                Some(before) => match self.order(item, before) {
                    Some(order) if order.is_gt() == greatest => item,
                    Some(_) => before,
                    None => return Ok(Value::Unknown),
                },
            });
        }
        Ok(if open { Value::Unknown } else { best.unwrap_or(Value::Unknown) })
    }
}
