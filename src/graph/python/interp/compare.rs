//! Equality, identity, order and membership, as far as they are known.

use super::super::value::*;
use super::*;
use crate::lang::python::ir::CompareOp;

impl Interp<'_> {
    /// Whether two values are equal, if that is known.
    pub(super) fn equal(&mut self, a: Value, b: Value) -> Option<bool> {
        self.within(|interp| interp.equal_here(a, b))
    }

    /// Compares what may hold itself, in several places.
    fn within<T>(&mut self, compare: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let is_deep = self.comparing >= LIMITS.deep_comparison;
        if self.comparing >= LIMITS.deepest_comparison || (is_deep && !self.budget.step()) {
            return None;
        }
        self.comparing += 1;
        let verdict = compare(self);
        self.comparing -= 1;
        verdict
    }

    fn equal_here(&mut self, a: Value, b: Value) -> Option<bool> {
        if a == Value::Unknown || b == Value::Unknown {
            return None;
        }
        if self.heap.is_union(a) || self.heap.is_union(b) {
            return self.unanimous(a, b, Self::equal);
        }
        if self.is_made(a) || self.is_made(b) {
            return self.is_text_against_none(a, b).then_some(false);
        }
        let number = |value| match value {
            Value::Bool(value) => Some(f64::from(u8::from(value))),
            Value::Float(bits) => Some(f64::from_bits(bits)),
            _ => None,
        };
        if let (Some(x), Some(y)) = (number(a), number(b)) {
            // What is no number equals nothing, but the same object is found in lists.
            #[allow(clippy::float_cmp, reason = "as the interpreter compares them")]
            return (!x.is_nan() && !y.is_nan()).then_some(x == y);
        }
        if a == b {
            return Some(true);
        }
        // Ranges, views and iterators equal no lists.
        if [a, b].iter().any(|value| self.heap.stands_for(*value).is_some()) {
            return None;
        }
        match (a, b) {
            (Value::Str(x), Value::Str(y)) if self.has_holes => {
                let has_hole = |text: Sym| self.heap.text(text).contains(text::HOLE);
                (!has_hole(x) && !has_hole(y)).then_some(false)
            }
            (Value::Int(x), Value::Float(y)) | (Value::Float(y), Value::Int(x)) => Some(x as f64 == f64::from_bits(y)),
            (Value::Bool(x), Value::Int(y)) | (Value::Int(y), Value::Bool(x)) => Some(i64::from(x) == y),
            (Value::Obj(x), Value::Obj(y)) => {
                let pair = (self.heap.object(x).clone(), self.heap.object(y).clone());
                match pair {
                    (Object::Tuple(x), Object::Tuple(y)) => self.equal_lists(&x, &y),
                    (Object::List { items: x, open: false, .. }, Object::List { items: y, open: false, .. }) => {
                        self.equal_lists(&x, &y)
                    }
                    (Object::Dict { items: x, open: x_open }, Object::Dict { items: y, open: y_open }) => {
                        self.equal_dicts((&x, x_open), (&y, y_open))
                    }
                    (Object::Class(_), Object::Class(_) | Object::External(_))
                    | (Object::External(_), Object::Class(_)) => Some(false),
                    (Object::External(x), Object::External(y)) => {
                        let (x, y) = (self.heap.text(x), self.heap.text(y));
                        (!x.contains("()")
                            && !y.contains("()")
                            && (names::is_builtin_name(&x, self.input.version)
                                && names::is_builtin_name(&y, self.input.version)
                                || x.starts_with("inspect.Parameter.") && y.starts_with("inspect.Parameter.")))
                        .then_some(false)
                    }
                    (Object::Module(_) | Object::Function(_), Object::Module(_) | Object::Function(_)) => Some(false),
                    _ => None,
                }
            }
            (Value::Obj(x), constant) | (constant, Value::Obj(x)) => match self.heap.object(x) {
                Object::External(_) | Object::Instance { .. } | Object::Super { .. } if constant != Value::None => None,
                Object::External(name) => {
                    let name = self.heap.text(*name);
                    if name.contains("()") { None } else { Some(false) }
                }
                _ => Some(false),
            },
            _ => Some(false),
        }
    }

    fn equal_lists(&mut self, x: &[Value], y: &[Value]) -> Option<bool> {
        if x.len() != y.len() {
            return Some(false);
        }
        let mut verdict = Some(true);
        for (x, y) in x.iter().zip(y) {
            match self.equal(*x, *y) {
                Some(false) => return Some(false),
                None => verdict = None,
                Some(true) => {}
            }
        }
        verdict
    }

    /// Whether two dictionaries are equal; one that is open may hold more.
    fn equal_dicts(&mut self, (x, x_open): (&Dict, bool), (y, y_open): (&Dict, bool)) -> Option<bool> {
        let is_longer = |a: &Dict, b: &Dict, b_open: bool| !b_open && a.len() > b.len();
        if is_longer(x, y, y_open) || is_longer(y, x, x_open) {
            return Some(false);
        }
        let mut verdict = (!x_open && !y_open).then_some(true);
        for (key, value) in x.iter() {
            // Keys that are no constants may be equal without being the same.
            match y.get(key).map(|other| self.equal(value, other)) {
                Some(Some(true)) => {}
                Some(Some(false)) => return Some(false),
                None if !y_open && !matches!(key, Value::Obj(_)) => return Some(false),
                None | Some(None) => verdict = None,
            }
        }
        verdict
    }

    /// What holds for all that two values may be, when it is the same for all.
    fn unanimous(&mut self, a: Value, b: Value, compare: fn(&mut Self, Value, Value) -> Option<bool>) -> Option<bool> {
        let (left, right) = (self.heap.members(a), self.heap.members(b));
        let mut verdict = None;
        for x in left.iter() {
            for y in right.iter() {
                let this = compare(self, *x, *y)?;
                if verdict.is_some_and(|known| known != this) {
                    return None;
                }
                verdict = Some(this);
            }
        }
        verdict
    }

    /// Whether a value stands for what calls of a thing of the runtime give, each of them something else.
    fn is_made(&self, value: Value) -> bool {
        matches!(self.heap.get(value), Some(Object::External(name)) if self.heap.text(*name).contains("()"))
    }

    /// Whether one is a variable that every function has, and the other is nothing.
    fn is_text_against_none(&self, a: Value, b: Value) -> bool {
        let is_given = |value: Value| self.heap.external_name(value).as_deref() == Some(paths::GIVEN);
        a == Value::None && is_given(b) || b == Value::None && is_given(a)
    }

    fn identical(&mut self, a: Value, b: Value) -> Option<bool> {
        if a == Value::Unknown || b == Value::Unknown {
            return None;
        }
        if self.heap.is_union(a) || self.heap.is_union(b) {
            return self.unanimous(a, b, Self::identical);
        }
        if self.is_made(a) || self.is_made(b) {
            return self.is_text_against_none(a, b).then_some(false);
        }
        if a == b {
            return Some(true);
        }
        match (self.heap.external_name(a), self.heap.external_name(b)) {
            // The same thing may have several names.
            (Some(x), Some(y)) if x.contains(".__") || y.contains(".__") => None,
            // What stands for the same thing each time it is asked for.
            _ if [a, b].iter().any(|value| {
                matches!(
                    self.heap.get(*value),
                    Some(Object::Namespace(_) | Object::Method { .. } | Object::Partial { .. })
                )
            }) =>
            {
                None
            }
            _ => Some(false),
        }
    }

    pub(super) fn compare(&mut self, op: CompareOp, a: Value, b: Value) -> Run<Option<bool>> {
        Ok(match op {
            CompareOp::Is => self.identical(a, b),
            CompareOp::IsNot => self.identical(a, b).map(|v| !v),
            CompareOp::Eq => match self.custom_compare("__eq__", a, b)? {
                Some(verdict) => verdict,
                None => self.equal(a, b),
            },
            CompareOp::NotEq => match self.custom_compare("__ne__", a, b)? {
                Some(verdict) => verdict,
                None => self.equal(a, b).map(|v| !v),
            },
            CompareOp::In => self.contains(b, a)?,
            CompareOp::NotIn => self.contains(b, a)?.map(|v| !v),
            CompareOp::Lt | CompareOp::LtE | CompareOp::Gt | CompareOp::GtE => {
                let name = match op {
                    CompareOp::Lt => "__lt__",
                    CompareOp::LtE => "__le__",
                    CompareOp::Gt => "__gt__",
                    _ => "__ge__",
                };
                match self.custom_compare(name, a, b)? {
                    Some(verdict) => verdict,
                    None => self.order(a, b).map(|order| match op {
                        CompareOp::Lt => order.is_lt(),
                        CompareOp::LtE => order.is_le(),
                        CompareOp::Gt => order.is_gt(),
                        _ => order.is_ge(),
                    }),
                }
            }
        })
    }

    /// A comparison method of an instance's known class.
    fn custom_compare(&mut self, name: &str, a: Value, b: Value) -> Run<Option<Option<bool>>> {
        let Some(Object::Instance { class, .. }) = self.heap.get(a) else { return Ok(None) };
        let class = *class;
        let name = self.heap.sym(name);
        let Some(method) = self.class_lookup(class, name) else { return Ok(None) };
        if !matches!(self.heap.get(method), Some(Object::Function(_))) {
            return Ok(None);
        }
        let method = self.bind(method, a, class)?;
        let result = self.call(method, Args::one(b))?;
        Ok(Some(if result == Value::NotImplemented { None } else { self.truth(result)? }))
    }

    pub(super) fn order(&mut self, a: Value, b: Value) -> Option<std::cmp::Ordering> {
        if a == b && matches!(a, Value::Int(_) | Value::Str(_)) {
            return Some(std::cmp::Ordering::Equal);
        }
        let number = |value| match value {
            Value::Bool(value) => Value::Int(i64::from(value)),
            value => value,
        };
        match (number(a), number(b)) {
            (Value::Int(x), Value::Int(y)) => Some(x.cmp(&y)),
            (Value::Str(x), Value::Str(y)) => Some(self.heap.text(x).cmp(&self.heap.text(y))),
            (Value::Float(x), Value::Float(y)) => f64::from_bits(x).partial_cmp(&f64::from_bits(y)),
            (Value::Int(x), Value::Float(y)) => (x as f64).partial_cmp(&f64::from_bits(y)),
            (Value::Float(x), Value::Int(y)) => f64::from_bits(x).partial_cmp(&(y as f64)),
            (Value::Obj(x), Value::Obj(y)) => {
                let (x, y) = (self.version_items(x)?, self.version_items(y)?);
                for (x, y) in x.iter().zip(y.iter()) {
                    // The first that differ decide.
                    if !self.equal(*x, *y)? {
                        return self.within(|interp| interp.order(*x, *y));
                    }
                }
                Some(x.len().cmp(&y.len()))
            }
            _ => None,
        }
    }

    fn version_items(&self, id: ObjId) -> Option<Vec<Value>> {
        match self.heap.object(id) {
            Object::Tuple(items) => Some(items.to_vec()),
            Object::List { items, open: false, row: Row::List } => Some(items.clone()),
            _ => None,
        }
    }

    pub(super) fn contains(&mut self, container: Value, item: Value) -> Run<Option<bool>> {
        if let (Value::Str(hay), Value::Str(needle)) = (container, item) {
            let (hay, needle) = (self.heap.text(hay), self.heap.text(needle));
            let vague = self.has_holes && (hay.contains(text::HOLE) || needle.contains(text::HOLE));
            return Ok((!vague).then(|| hay.contains(&*needle)));
        }
        if let Some(verdict) = self.namespace_contains(container, item) {
            return Ok(verdict);
        }
        if let Some(Object::Instance { class, payload, .. }) = self.heap.get(container) {
            let (class, payload) = (*class, *payload);
            if let Some(method) = self.class_lookup(class, known::CONTAINS)
                && matches!(self.heap.get(method), Some(Object::Function(_)))
            {
                let method = self.bind(method, container, class)?;
                let result = self.call(method, Args::one(item))?;
                return self.truth(result);
            }
            return if payload == Value::Unknown { Ok(None) } else { self.contains(payload, item) };
        }
        let (items, open) = match self.heap.get(container) {
            Some(Object::Dict { items, open }) => {
                if items.get(item).is_some() {
                    return Ok(Some(true));
                }
                (items.iter().map(|(k, _)| k).collect(), *open)
            }
            Some(Object::Tuple(items)) => (items.to_vec(), false),
            Some(Object::List { items, open, .. } | Object::Set { items, open, .. }) => (items.clone(), *open),
            _ => return Ok(None),
        };
        if let (Value::Obj(id), Some(Row::Iterator(_))) = (container, self.heap.stands_for(container)) {
            self.use_up(id);
        }
        let mut verdict = if open { None } else { Some(false) };
        for candidate in items {
            // The same object is found whatever it says to itself.
            let is_one = matches!(item, Value::Obj(_)) && !self.heap.is_union(item) && !self.is_made(item);
            if candidate == item && is_one {
                return Ok(Some(true));
            }
            match self.equal(candidate, item) {
                Some(true) => return Ok(Some(true)),
                None => verdict = None,
                Some(false) => {}
            }
        }
        Ok(verdict)
    }
}
