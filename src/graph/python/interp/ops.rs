//! Truth, arithmetic on texts and containers, class relations.

use super::super::value::*;
use super::*;
use crate::lang::python::ir::BinaryOp;

impl Interp<'_> {
    /// Whether a value counts as true, if that is known.
    pub(super) fn truth(&mut self, value: Value) -> Run<Option<bool>> {
        Ok(match value {
            Value::Unknown => None,
            Value::None => Some(false),
            Value::Bool(value) => Some(value),
            Value::Int(value) => Some(value != 0),
            Value::Float(bits) => Some(f64::from_bits(bits) != 0.0),
            Value::Str(sym) | Value::Bytes(sym) => Some(!self.heap.text(sym).is_empty()),
            Value::Ellipsis | Value::NotImplemented => Some(true),
            Value::Obj(id) => self.truth_of_object(id)?,
        })
    }

    fn truth_of_object(&mut self, id: ObjId) -> Run<Option<bool>> {
        Ok(match self.heap.object(id) {
            Object::Tuple(items) => Some(!items.is_empty()),
            Object::List { row: Row::Iterator(_), .. } => Some(true),
            Object::List { items, open, .. } | Object::Set { items, open, .. } => {
                let surely_one = items.iter().any(|item| !self.heap.is_doubtful(*item));
                if surely_one { Some(true) } else { (items.is_empty() && !*open).then_some(false) }
            }
            Object::Dict { items, open } => {
                if items.len() > 0 {
                    Some(true)
                } else {
                    (!*open).then_some(false)
                }
            }
            Object::Module(_)
            | Object::Function(_)
            | Object::Class(_)
            | Object::Method { .. }
            | Object::Partial { .. }
            | Object::Property { .. }
            | Object::StaticMethod(_)
            | Object::ClassMethod(_)
            | Object::Generator { .. }
            | Object::Namespace(_) => Some(true),
            Object::Super { .. } => None,
            Object::External(name) => {
                let name = self.heap.text(*name);
                self.truth_of_external(&name)
            }
            Object::Union(members) => {
                let members = members.clone();
                self.truth_of_all(&members)?
            }
            Object::Instance { class, payload, .. } => {
                let (class, payload) = (*class, *payload);
                self.truth_of_instance(id, class, payload)?
            }
        })
    }

    /// What values that one name may hold are, if all of them are the same.
    fn truth_of_all(&mut self, members: &[Value]) -> Run<Option<bool>> {
        let mut verdict: Option<bool> = None;
        for member in members {
            let Some(truth) = self.truth(*member)? else { return Ok(None) };
            if verdict.is_some_and(|v| v != truth) {
                return Ok(None);
            }
            verdict = Some(truth);
        }
        Ok(verdict)
    }

    fn truth_of_instance(&mut self, id: ObjId, class: Value, payload: Value) -> Run<Option<bool>> {
        for name in ["__bool__", "__len__"] {
            let name = self.heap.sym(name);
            let Some(method) = self.class_lookup(class, name) else { continue };
            if self.heap.external_name(method).is_some() {
                break;
            }
            let method = self.bind(method, Value::Obj(id), class)?;
            let result = self.call(method, Args::default())?;
            return if result == Value::Unknown { Ok(None) } else { self.truth(result) };
        }
        if payload != Value::Unknown {
            return self.truth(payload);
        }
        let is_true = match self.heap.get(class) {
            Some(Object::Class(class)) => !class.open || class.fields.as_ref().is_some_and(|fields| !fields.is_empty()),
            Some(Object::External(name)) => matches!(&*self.heap.text(*name), "re.Match" | "re.Pattern"),
            _ => false,
        };
        Ok(is_true.then_some(true))
    }

    pub(super) fn binary(&mut self, op: BinaryOp, a: Value, b: Value, in_place: bool) -> Run<Value> {
        // A truth value is a number: `[folder] * (folder not in sys.path)`.
        let number = |value| match value {
            Value::Bool(value) if op == BinaryOp::Mul => Value::Int(i64::from(value)),
            value => value,
        };
        let (a, b) = (number(a), number(b));
        if let (Value::Int(x), Value::Int(y)) = (a, b)
            && let Some(result) = of_numbers(op, x, y)
        {
            return Ok(result);
        }
        Ok(match (op, a, b) {
            (BinaryOp::Add, Value::Str(x), Value::Str(y)) => {
                let text = format!("{}{}", self.heap.text(x), self.heap.text(y));
                if text.len() > LIMITS.text_bytes { Value::Unknown } else { self.heap.str(&text) }
            }
            (BinaryOp::Add, Value::Str(x), Value::Unknown) => {
                let text = self.heap.text(x);
                match self.hole_behind(&text) {
                    Some(hole) => self.heap.str(&format!("{text}{hole}")),
                    None => Value::Unknown,
                }
            }
            (BinaryOp::Mod, Value::Str(format), value) => self.percent(format, value),
            (BinaryOp::Mul, Value::Obj(_), Value::Int(times)) | (BinaryOp::Mul, Value::Int(times), Value::Obj(_)) => {
                let sequence = if matches!(a, Value::Obj(_)) { a } else { b };
                self.repeat(op, (sequence, times), (a, b), in_place)?
            }
            (BinaryOp::Mul, Value::Str(text), Value::Int(times))
            | (BinaryOp::Mul, Value::Int(times), Value::Str(text)) => {
                let text = self.heap.text(text);
                let times = usize::try_from(times).unwrap_or(0);
                if text.len().saturating_mul(times) > LIMITS.repeated_bytes {
                    Value::Unknown
                } else {
                    self.heap.str(&text.repeat(times))
                }
            }
            (BinaryOp::Add, Value::Obj(_), Value::Obj(_)) if self.is_sequence(a) && self.is_sequence(b) => {
                self.concatenate(a, b, in_place)
            }
            (BinaryOp::Add, Value::Obj(id), _) if in_place && self.is_sequence(a) => {
                if let Object::List { open, .. } = self.heap.object_mut(id) {
                    *open = true;
                    return Ok(a);
                }
                let (items, _) = self.items_of(a);
                self.heap.list(items, true)
            }
            (BinaryOp::Add, Value::Obj(_), _) if self.is_sequence(a) => {
                let (items, _) = self.items_of(a);
                self.heap.list(items, true)
            }
            (BinaryOp::Add, _, Value::Obj(_)) if self.is_sequence(b) => {
                let (items, _) = self.items_of(b);
                self.heap.list(items, true)
            }
            (BinaryOp::BitOr, Value::Obj(_), Value::Obj(_)) => self.unite(a, b, in_place),
            (BinaryOp::Sub | BinaryOp::BitAnd, Value::Obj(_), Value::Obj(_)) if self.is_set(a) && self.is_set(b) => {
                self.sift_into(op, a, b, in_place)
            }
            (BinaryOp::Div, Value::Obj(_), _) => self.join_path(a, b),
            _ => match if in_place { self.custom_in_place(op, a, b)? } else { None } {
                Some(value) => value,
                None => self.custom_binary(op, a, b)?,
            },
        })
    }

    /// `a + b` of sequences, or `a += b`.
    fn concatenate(&mut self, a: Value, b: Value, in_place: bool) -> Value {
        let (mut items, open) = self.items_of(a);
        let (mut more, mut unknown) = self.items_of(b);
        if items.len() + more.len() > LIMITS.joined_items {
            // Doubling a list over and over would fill the memory.
            more.clear();
            unknown = true;
        }
        if in_place
            && let Value::Obj(id) = a
            && let Object::List { items, open, .. } = self.heap.object_mut(id)
        {
            items.extend(more);
            *open |= unknown;
            return a;
        }
        items.extend(more);
        if matches!(self.heap.get(a), Some(Object::Tuple(_))) && !open && !unknown {
            return self.heap.tuple(&items);
        }
        self.heap.list(items, open || unknown)
    }

    /// `a - b` and `a & b` of sets, or `a -= b` and `a &= b`.
    fn sift_into(&mut self, op: BinaryOp, a: Value, b: Value, in_place: bool) -> Value {
        let sifted = self.sift(op, a, b);
        if let (true, Value::Obj(id), Some(Object::Set { frozen: false, .. })) = (in_place, a, self.heap.get(a)) {
            let content = self.items_of(sifted);
            *self.heap.object_mut(id) = Object::Set { items: content.0, open: content.1, frozen: false };
            return a;
        }
        sifted
    }

    /// `sequence * times`.
    fn repeat(
        &mut self,
        op: BinaryOp,
        (sequence, times): (Value, i64),
        operands: (Value, Value),
        in_place: bool,
    ) -> Run<Value> {
        if !self.is_sequence(sequence) {
            return self.custom_binary(op, operands.0, operands.1);
        }
        let (items, open) = self.items_of(sequence);
        let times = usize::try_from(times).unwrap_or(0);
        if items.len().saturating_mul(times) > LIMITS.repeated_items {
            return Ok(self.heap.list(items, true));
        }
        if in_place
            && let Value::Obj(id) = sequence
            && let Object::List { items, .. } = self.heap.object_mut(id)
        {
            *items = items.repeat(times);
            return Ok(sequence);
        }
        let all = items.repeat(times);
        Ok(match self.heap.get(sequence) {
            Some(Object::Tuple(_)) => self.heap.tuple(&all),
            _ => self.heap.list(all, open),
        })
    }

    /// `__iadd__` and its like, of a class that has one.
    fn custom_in_place(&mut self, op: BinaryOp, a: Value, b: Value) -> Run<Option<Value>> {
        let name = match op {
            BinaryOp::Add => "__iadd__",
            BinaryOp::Sub => "__isub__",
            BinaryOp::Mul => "__imul__",
            BinaryOp::Div => "__itruediv__",
            BinaryOp::BitOr => "__ior__",
            BinaryOp::BitAnd => "__iand__",
            BinaryOp::BitXor => "__ixor__",
            BinaryOp::Pow => "__ipow__",
            BinaryOp::LShift => "__ilshift__",
            BinaryOp::RShift => "__irshift__",
            _ => return Ok(None),
        };
        let Some(Object::Instance { class, .. }) = self.heap.get(a) else { return Ok(None) };
        let (class, name) = (*class, self.heap.sym(name));
        let Some(method) = self.class_lookup(class, name) else { return Ok(None) };
        let method = self.bind(method, a, class)?;
        self.call(method, Args::one(b)).map(Some)
    }

    fn custom_binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Run<Value> {
        let (name, reverse) = match op {
            BinaryOp::Add => ("__add__", "__radd__"),
            BinaryOp::Sub => ("__sub__", "__rsub__"),
            BinaryOp::Mul => ("__mul__", "__rmul__"),
            BinaryOp::Div => ("__truediv__", "__rtruediv__"),
            BinaryOp::Mod => ("__mod__", "__rmod__"),
            BinaryOp::BitOr => ("__or__", "__ror__"),
            BinaryOp::BitAnd => ("__and__", "__rand__"),
            BinaryOp::BitXor => ("__xor__", "__rxor__"),
            BinaryOp::Pow => ("__pow__", "__rpow__"),
            BinaryOp::LShift => ("__lshift__", "__rlshift__"),
            BinaryOp::RShift => ("__rshift__", "__rrshift__"),
            _ => return Ok(Value::Unknown),
        };
        for (this, other, name) in [(a, b, name), (b, a, reverse)] {
            let Some(Object::Instance { class, .. }) = self.heap.get(this) else { continue };
            let class = *class;
            let name = self.heap.sym(name);
            if let Some(method) = self.class_lookup(class, name) {
                let method = self.bind(method, this, class)?;
                let result = self.call(method, Args::one(other))?;
                if result != Value::NotImplemented {
                    return Ok(result);
                }
            }
        }
        Ok(Value::Unknown)
    }

    fn unite(&mut self, a: Value, b: Value, in_place: bool) -> Value {
        let is_dict = |this: &Self, v| matches!(this.heap.get(v), Some(Object::Dict { .. }));
        if is_dict(self, a) && is_dict(self, b) {
            let (left, open) = self.dict_items(a);
            let (right, unknown) = self.dict_items(b);
            let mut items = Dict::default();
            for (key, value) in left.into_iter().chain(right) {
                items.set(key, value);
            }
            let object = Object::Dict { items, open: open || unknown };
            if in_place && let Value::Obj(id) = a {
                *self.heap.object_mut(id) = object;
                return a;
            }
            return self.heap.alloc(object);
        }
        if let (Some(Object::Set { items, open, frozen }), Some(Object::Set { items: more, open: unknown, .. })) =
            (self.heap.get(a), self.heap.get(b))
        {
            let (frozen, open) = (*frozen, *open || *unknown);
            let all = items.iter().chain(more).copied().collect();
            let (items, vague) = self.distinct(all);
            if in_place
                && !frozen
                && let Value::Obj(id) = a
            {
                *self.heap.object_mut(id) = Object::Set { items, open: open || vague, frozen };
                return a;
            }
            return self.heap.set(items, open || vague, frozen);
        }
        Value::Unknown
    }

    fn is_set(&self, value: Value) -> bool {
        matches!(self.heap.get(value), Some(Object::Set { .. }))
    }

    /// Set difference and intersection. Without the other side's items nothing is known to go, or
    /// to stay, so the result is as open as that.
    pub(super) fn sift(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        let (items, open) = self.items_of(a);
        let (others, unknown) = self.items_of(b);
        let keep = op == BinaryOp::BitAnd;
        let vague = items.iter().chain(&others).any(|item| !self.is_comparable(*item));
        let mut known = Dict::default();
        for item in others {
            known.set(item, item);
        }
        let items = items.into_iter().filter(|item| known.get(*item).is_some() == keep).collect();
        let frozen = matches!(self.heap.get(a), Some(Object::Set { frozen: true, .. }));
        self.heap.set(items, open || unknown || vague, frozen)
    }

    /// Whether one class is another or comes from it; unknown where bases are.
    pub(super) fn is_subclass(&mut self, class: Value, of: Value) -> Option<bool> {
        if class == Value::Unknown || of == Value::Unknown {
            return None;
        }
        if class == of {
            return Some(true);
        }
        if self.heap.external_name(of).as_deref() == Some("object") {
            return Some(true);
        }
        match self.heap.get(class)? {
            Object::Class(node) => {
                let (mro, open) = (node.mro.clone(), node.open);
                for base in mro.iter().skip(1) {
                    if *base == of {
                        return Some(true);
                    }
                    if self.heap.external_name(*base).is_some() && self.is_subclass(*base, of) == Some(true) {
                        return Some(true);
                    }
                }
                if open && self.heap.external_name(of).is_some() {
                    // What the runtime's own bases come from is known.
                    let is_other = mro.iter().skip(1).all(|base| match self.heap.get(*base) {
                        Some(Object::Class(_)) => true,
                        Some(Object::External(_)) => self.is_subclass(*base, of) == Some(false),
                        _ => false,
                    });
                    return is_other.then_some(false);
                }
                if open && mro.contains(&Value::Unknown) { None } else { Some(false) }
            }
            Object::External(name) => {
                let name = self.heap.text(*name);
                let other = match self.heap.get(of) {
                    Some(Object::External(other)) => self.heap.text(*other),
                    Some(Object::Class(_)) => return if name.contains("()") { None } else { Some(false) },
                    _ => return None,
                };
                names::is_builtin_subclass(&name, &other)
            }
            _ => None,
        }
    }

    /// The class of a raised value, which may be the class itself.
    pub(super) fn class_of_exception(&mut self, value: Value) -> Value {
        match self.heap.get(value) {
            Some(Object::Class(_)) => value,
            Some(Object::Instance { class, .. }) => *class,
            Some(Object::External(name)) => {
                let name = self.heap.text(*name);
                match name.strip_suffix("()") {
                    Some(class) => self.heap.external(class),
                    None => value,
                }
            }
            _ => Value::Unknown,
        }
    }

    /// The classes that `except (A, B)` or `isinstance(x, (A, B))` names.
    pub(super) fn class_list(&mut self, value: Value) -> (Vec<Value>, bool) {
        match self.heap.get(value) {
            Some(Object::Tuple(items)) => {
                let mut all = Vec::new();
                let mut open = false;
                for item in items.clone().iter() {
                    let (inner, unknown) = self.class_list(*item);
                    all.extend(inner);
                    open |= unknown;
                }
                (all, open)
            }
            Some(Object::Union(items)) => (items.to_vec(), true),
            Some(Object::List { items, open, .. }) => (items.clone(), *open),
            Some(Object::Partial { .. }) => (vec![value], true),
            _ => (vec![value], false),
        }
    }
}

/// What an operator makes of two whole numbers; unknown where it does not fit, `None` where the operator is not one of
/// numbers or divides by zero.
fn of_numbers(op: BinaryOp, x: i64, y: i64) -> Option<Value> {
    let result = match op {
        BinaryOp::Add => x.checked_add(y),
        BinaryOp::Sub => x.checked_sub(y),
        BinaryOp::Mul => x.checked_mul(y),
        BinaryOp::FloorDiv if y > 0 => x.checked_div_euclid(y),
        BinaryOp::Mod if y > 0 => x.checked_rem_euclid(y),
        BinaryOp::BitOr => Some(x | y),
        BinaryOp::BitAnd => Some(x & y),
        BinaryOp::BitXor => Some(x ^ y),
        BinaryOp::Pow => u32::try_from(y).ok().and_then(|y| x.checked_pow(y)),
        BinaryOp::LShift => u32::try_from(y).ok().and_then(|y| 2i64.checked_pow(y)).and_then(|y| x.checked_mul(y)),
        BinaryOp::RShift => u32::try_from(y).ok().map(|y| x >> y.min(63)),
        _ => return None,
    };
    Some(result.map_or(Value::Unknown, Value::Int))
}
