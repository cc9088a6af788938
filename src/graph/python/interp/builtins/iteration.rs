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
            ) => {
                let args = self.with_items(args)?;
                self.make_dict(&args)
            }
            ("collections.defaultdict", _) => self.make_default_dict(&call.rest()),
            ("dict.fromkeys", Some(keys)) => self.dict_of_keys(keys, second.unwrap_or(Value::None))?,
            ("any" | "all", Some(object)) => self.builtin_any(object, name == "any")?,
            ("range", _) => self.builtin_range(args),
            ("enumerate", Some(object)) => {
                let (items, open) = self.iterate(object)?;
                let start = second.or_else(|| self.keyword(args, "start")).unwrap_or(Value::Int(0));
                let place = |at: usize| match start {
                    Value::Int(start) => start.checked_add(at as i64).map_or(Value::Unknown, Value::Int),
                    _ => Value::Unknown,
                };
                let pairs = items.into_iter().enumerate().map(|(at, item)| self.heap.tuple(&[place(at), item]));
                let pairs = pairs.collect();
                self.heap.row(pairs, open, Row::Iterator("enumerate"))
            }
            ("zip", _) => self.builtin_zip(args)?,
            ("map", Some(function)) if args.positional.len() == 2 => self.builtin_map(function, call.second())?,
            ("map", Some(function)) => {
                // Of several rows only the calls are followed.
                let _ = self.perhaps(|this| this.call(function, Args { open: true, ..Args::default() }));
                self.heap.row(Vec::new(), true, Row::Iterator("map"))
            }
            ("filter", Some(function)) => self.builtin_filter(function, call.second())?,
            ("next", Some(object)) => self.builtin_next(object, second)?,
            ("max" | "min", Some(object)) => self.builtin_extreme(object, args, name == "max")?,
            ("sum", Some(object)) => {
                let start = second.or_else(|| self.keyword(args, "start"));
                self.builtin_sum(object, start)?
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
            _ => return self.heap.row(Vec::new(), true, Row::View("range")),
        };
        if end.saturating_sub(start) > LIMITS.range_items {
            return self.heap.row(Vec::new(), true, Row::View("range"));
        }
        self.heap.row((start..end).map(Value::Int).collect(), false, Row::View("range"))
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
        Ok(self.heap.row(out, open, Row::Iterator("zip")))
    }

    fn builtin_map(&mut self, function: Value, items: Value) -> Run<Value> {
        let (items, open) = self.iterate(items)?;
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            out.push(self.shielded(|this| this.call(function, Args::one(item)))?);
        }
        if open {
            let _ = self.perhaps(|this| this.call(function, Args::one(Value::Unknown)));
        }
        Ok(self.heap.row(out, open, Row::Iterator("map")))
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
        Ok(self.heap.row(out, open, Row::Iterator("filter")))
    }

    fn builtin_next(&mut self, object: Value, default: Option<Value>) -> Run<Value> {
        if let Value::Obj(id) = object {
            if matches!(self.heap.object(id), Object::Generator { .. }) {
                self.drain(id)?;
            }
            if let Some(given) = self.take_next(id) {
                return Ok(given);
            }
        }
        let (items, open) = self.iterate(object)?;
        Ok(match (items.first(), default) {
            // A generator expression is one whose items are known already.
            (Some(item), _) => *item,
            (None, Some(default)) if !open => default,
            (None, None) if !open => return self.soft_error("StopIteration", ""),
            _ => Value::Unknown,
        })
    }

    /// The next item of an iterator, which is then gone; `None` where it has none, or is none.
    fn take_next(&mut self, id: ObjId) -> Option<Value> {
        let uncertain = self.doubt.is_unsure_of(id);
        let (Object::List { items, open, row: Row::Iterator(_) }
        | Object::Generator { pending: None, items, open, .. }) = self.heap.object_mut(id)
        else {
            return None;
        };
        let first = *items.first()?;
        if uncertain {
            *open = true;
        } else {
            items.remove(0);
        }
        Some(if *open && uncertain { self.heap.doubt(first) } else { first })
    }

    /// `sum` of whole numbers.
    fn builtin_sum(&mut self, object: Value, start: Option<Value>) -> Run<Value> {
        let (items, open) = self.iterate(object)?;
        let numbers = items.into_iter().chain(start).map(|item| match item {
            Value::Int(number) => Some(number),
            Value::Bool(number) => Some(i64::from(number)),
            _ => None,
        });
        let total = numbers.into_iter().try_fold(0_i64, |total, number| total.checked_add(number?));
        Ok(total.filter(|_| !open).map_or(Value::Unknown, Value::Int))
    }

    /// `max` or `min` of the arguments, or of the only one's items.
    fn builtin_extreme(&mut self, object: Value, args: &Args, greatest: bool) -> Run<Value> {
        let (items, open) =
            if args.positional.len() > 1 { (args.positional.clone(), args.open) } else { self.iterate(object)? };
        let by = self.keyword(args, "key").unwrap_or(Value::None);
        let mut best: Option<(Value, Value)> = None;
        for item in items {
            let key = match by {
                Value::None => item,
                by => self.call(by, Args::one(item))?,
            };
            best = Some(match best {
                None => (key, item),
                // The first of equal ones counts.
                Some((before, kept)) => match self.order(key, before) {
                    Some(order) if if greatest { order.is_gt() } else { order.is_lt() } => (key, item),
                    Some(_) => (before, kept),
                    None => return Ok(Value::Unknown),
                },
            });
        }
        Ok(match (best, self.keyword(args, "default")) {
            _ if open || args.open => Value::Unknown,
            (Some((_, item)), _) => item,
            (None, default) => default.unwrap_or(Value::Unknown),
        })
    }
}
