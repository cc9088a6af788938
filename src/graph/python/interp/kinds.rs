//! The built-in types that values of own code surely have, and what operators say to them.

use super::super::value::*;
use super::*;
use crate::lang::python::ir::{BinaryOp, CompareOp};

impl Interp<'_> {
    /// The name of a value's built-in type, and whether it surely is that type and nothing like it.
    pub(super) fn kind_of(&self, value: Value) -> Option<(&'static str, bool)> {
        Some(match value {
            Value::None => ("NoneType", false),
            Value::Bool(_) => ("bool", false),
            Value::Int(_) => ("int", true),
            Value::Float(_) => ("float", true),
            Value::Str(_) => ("str", true),
            Value::Bytes(_) => ("bytes", true),
            _ => match self.heap.get(value)? {
                Object::Tuple(_) => ("tuple", false),
                Object::List { row: Row::List, .. } if self.mistakes.is_written(value) => ("list", true),
                Object::Dict { .. } if self.mistakes.is_written(value) => ("dict", true),
                Object::Set { frozen: false, .. } if self.mistakes.is_written(value) => ("set", true),
                Object::Function(_) if !self.mistakes.is_given(value) => ("function", false),
                Object::Method { function, this } if self.is_method_of_builtin(*function, *this) => {
                    ("builtin_function_or_method", true)
                }
                _ => return None,
            },
        })
    }

    /// Whether a value is a method that an object of a built-in type has for sure.
    fn is_method_of_builtin(&self, function: Value, this: Value) -> bool {
        let Some(name) = self.heap.external_name(function) else { return false };
        let (Some(name), Some((kind, true))) = (name.strip_prefix('.'), self.kind_of(this)) else { return false };
        builtin_attributes::has(kind, name, self.input.version) == Some(true)
    }

    /// The name of the type of what is gone through once, or shows a dictionary: nobody finds an item in it by place.
    pub(super) fn row_kind(&self, value: Value) -> Option<&'static str> {
        match self.heap.stands_for(value)? {
            Row::Iterator("types.GeneratorType") => Some("generator"),
            Row::Iterator(kind @ ("zip" | "map" | "filter" | "enumerate")) => Some(kind),
            Row::View(kind @ ("dict_keys" | "dict_values" | "dict_items")) => Some(kind),
            _ => None,
        }
    }

    /// The name of the class of an object of own code of which all is known, and whose class says nothing by one of
    /// some methods.
    fn silent_instance(&mut self, value: Value, methods: &[&str]) -> Option<Rc<str>> {
        let Some(Object::Instance { class, payload: Value::Unknown, .. }) = self.heap.get(value) else { return None };
        let class = *class;
        if self.mistakes.is_given(value) || self.mistakes.loss.is_before(value) || !self.is_whole_class(class) {
            return None;
        }
        let Some(Object::Class(node)) = self.heap.get(class) else { return None };
        // The methods of data classes are written for them.
        if node.fields.is_some() && methods.contains(&"__lt__") {
            return None;
        }
        let name = node.name;
        let says = methods.iter().any(|method| {
            let method = self.heap.sym(method);
            self.class_lookup(class, method).is_some()
        });
        (!says).then(|| self.heap.text(name))
    }

    /// The name of a value's type as operators see it, where it surely has none of some methods that would answer.
    fn operand(&mut self, value: Value, methods: &[&str]) -> Option<Rc<str>> {
        if self.path_text(value).is_some() {
            return Some("PosixPath".into());
        }
        let is_plain = |kind: &str| !matches!(kind, "function" | "builtin_function_or_method");
        if let Some((kind, _)) = self.kind_of(value).filter(|kind| is_plain(kind.0)) {
            return Some(kind.into());
        }
        self.silent_instance(value, methods)
    }

    /// `a + b` and its like of own code, or `a += b`.
    pub(super) fn check_operands(
        &mut self,
        frame: &Frame,
        expr: ExprId,
        (op, in_place): (BinaryOp, bool),
        (a, b): (Value, Value),
    ) -> Run<()> {
        if !self.is_own(frame) {
            return Ok(());
        }
        let at = self.at(frame, expr);
        if let Some((class, message)) = self.refusal_of_percent(a, op, b) {
            return self.mistake_or_demand(frame, at, class, &message);
        }
        let Some((sign, methods)) = sign_of(op) else { return Ok(()) };
        let (Some(left), Some(right)) = (self.operand(a, &methods), self.operand(b, &methods)) else { return Ok(()) };
        let zero = matches!(b, Value::Int(0) | Value::Bool(false))
            || matches!(b, Value::Float(bits) if f64::from_bits(bits) == 0.0);
        let divides = matches!(op, BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Mod);
        let (class, message) = match () {
            () if divides && zero && is_number(&left) => ("ZeroDivisionError", "division by zero".to_owned()),
            () if in_place && &*left == "list" && op == BinaryOp::Add => {
                match is_number(&right) || &*right == "NoneType" {
                    true => ("TypeError", format!("'{right}' object is not iterable")),
                    false => return Ok(()),
                }
            }
            () if in_place && op == BinaryOp::BitOr && &*left == "dict" => return Ok(()),
            () if fits(op, &left, &right) => return Ok(()),
            () => ("TypeError", words(op, sign, &left, &right)),
        };
        self.mistake_or_demand(frame, at, class, &message)
    }

    /// `a < b`, `a in b` and their like of own code.
    pub(super) fn check_comparison(
        &mut self,
        frame: &Frame,
        expr: ExprId,
        op: CompareOp,
        (a, b): (Value, Value),
    ) -> Run<()> {
        if !self.is_own(frame) {
            return Ok(());
        }
        let message = match op {
            CompareOp::Lt | CompareOp::LtE | CompareOp::Gt | CompareOp::GtE => self.refusal_of_order(op, a, b),
            CompareOp::In | CompareOp::NotIn => self.refusal_of_membership(a, b),
            CompareOp::Eq | CompareOp::NotEq | CompareOp::Is | CompareOp::IsNot => None,
        };
        match message {
            Some(message) => self.mistake_or_demand(frame, self.at(frame, expr), "TypeError", &message),
            None => Ok(()),
        }
    }

    /// Why two values have no order.
    fn refusal_of_order(&mut self, op: CompareOp, a: Value, b: Value) -> Option<String> {
        const ORDER: [&str; 4] = ["__lt__", "__le__", "__gt__", "__ge__"];
        let sign = match op {
            CompareOp::Lt => "<",
            CompareOp::LtE => "<=",
            CompareOp::Gt => ">",
            _ => ">=",
        };
        let (left, right) = (self.operand(a, &ORDER)?, self.operand(b, &ORDER)?);
        let message = format!("'{sign}' not supported between instances of '{left}' and '{right}'");
        (!is_ordered(&left, &right)).then_some(message)
    }

    /// Why nobody can say whether one value is in another.
    fn refusal_of_membership(&mut self, item: Value, container: Value) -> Option<String> {
        let kind = self.operand(container, &["__contains__", "__iter__", "__getitem__"])?;
        match &*kind {
            "str" => {
                let (item, _) = self.kind_of(item).filter(|kind| !matches!(kind.0, "str" | "function"))?;
                Some(format!("'in <string>' requires string as left operand, not {item}"))
            }
            "dict" | "set" => self.unhashable(item).map(|kind| format!("unhashable type: '{kind}'")),
            "list" | "tuple" | "bytes" => None,
            kind => {
                // A data class says nothing of its items, a named tuple does.
                let has_fields = match self.heap.get(container) {
                    Some(Object::Instance { class, .. }) => {
                        matches!(self.heap.get(*class), Some(Object::Class(node)) if node.fields.is_some())
                    }
                    _ => false,
                };
                (!has_fields).then(|| format!("argument of type '{kind}' is not iterable"))
            }
        }
    }

    /// The name of the type of a value that can be no key.
    pub(super) fn unhashable(&self, value: Value) -> Option<&'static str> {
        match self.kind_of(value)?.0 {
            kind @ ("list" | "dict" | "set") => Some(kind),
            _ => None,
        }
    }

    /// `-value` and `~value` of own code.
    pub(super) fn check_sign(&mut self, frame: &Frame, expr: ExprId, value: Value) -> Run<()> {
        if !self.is_own(frame) {
            return Ok(());
        }
        match self.kind_of(value) {
            Some((kind, _)) if !is_number(kind) && !matches!(kind, "function" | "builtin_function_or_method") => {
                let message = format!("bad operand type for unary -: '{kind}'");
                self.mistake_or_demand(frame, self.at(frame, expr), "TypeError", &message)
            }
            _ => Ok(()),
        }
    }

    /// A key that own code puts into a dictionary or a set.
    pub(super) fn check_key(&mut self, frame: &Frame, expr: ExprId, key: Value) -> Run<()> {
        match self.unhashable(key) {
            Some(kind) if self.is_computed(frame) => {
                let message = format!("unhashable type: '{kind}'");
                self.mistake(frame, self.at(frame, expr), "TypeError", &message)
            }
            _ => Ok(()),
        }
    }

    /// What `**value` in a call of own code passes on.
    pub(super) fn check_mapping(&mut self, frame: &Frame, call: ExprId, value: Value) -> Run<()> {
        match self.kind_of(value) {
            Some((kind, _)) if !matches!(kind, "dict" | "function") && self.is_computed(frame) => {
                let message = format!("argument after ** must be a mapping, not {kind}");
                self.mistake(frame, self.at(frame, call), "TypeError", &message)
            }
            _ => Ok(()),
        }
    }

    /// Why a key finds no place in a text or a row of items.
    pub(super) fn refusal_of_place(&self, object: Value, key: Value) -> Option<(&'static str, String)> {
        let kind = match self.row_kind(object) {
            Some(kind) => kind,
            None => self.kind_of(object)?.0,
        };
        match kind {
            "NoneType" | "function" | "dict" => None,
            "builtin_function_or_method" => {
                Some(("TypeError", "'builtin_function_or_method' object is not subscriptable".to_owned()))
            }
            "str" | "list" | "tuple" | "bytes" => {
                if let Some(Object::Tuple(parts)) = self.heap.get(key)
                    && let [Value::Ellipsis, Value::Ellipsis, bounds @ ..] = &**parts
                {
                    let is_odd = |bound: &Value| matches!(bound, Value::Str(_) | Value::Float(_) | Value::Bytes(_));
                    let message = "slice indices must be integers or None or have an __index__ method";
                    return bounds.iter().any(is_odd).then(|| ("TypeError", message.to_owned()));
                }
                if let (Value::Str(text), Value::Int(at)) = (object, key) {
                    let is_there = subscript::index(at, self.heap.text(text).chars().count()).is_some();
                    return (!is_there).then(|| ("IndexError", "string index out of range".to_owned()));
                }
                let (of, _) = self.kind_of(key).filter(|of| !matches!(of.0, "int" | "bool" | "function"))?;
                let what = if kind == "str" { "string" } else { kind };
                Some(("TypeError", format!("{what} indices must be integers or slices, not {of}")))
            }
            kind => Some(("TypeError", format!("'{kind}' object is not subscriptable"))),
        }
    }

    /// Why a value cannot be called at all.
    pub(super) fn no_callable(&mut self, value: Value) -> Option<String> {
        let kind: Rc<str> = match (self.row_kind(value), self.kind_of(value)) {
            (Some(kind), _) => kind.into(),
            (None, Some(("function" | "builtin_function_or_method", _))) => return None,
            (None, Some((kind, _))) => kind.into(),
            (None, None) => self.silent_instance(value, &["__call__"])?,
        };
        Some(format!("'{kind}' object is not callable"))
    }
}

/// The sign of an operator, and the methods that answer for it.
fn sign_of(op: BinaryOp) -> Option<(&'static str, [&'static str; 3])> {
    Some(match op {
        BinaryOp::Add => ("+", ["__add__", "__radd__", "__iadd__"]),
        BinaryOp::Sub => ("-", ["__sub__", "__rsub__", "__isub__"]),
        BinaryOp::Mul => ("*", ["__mul__", "__rmul__", "__imul__"]),
        BinaryOp::Div => ("/", ["__truediv__", "__rtruediv__", "__itruediv__"]),
        BinaryOp::FloorDiv => ("//", ["__floordiv__", "__rfloordiv__", "__ifloordiv__"]),
        BinaryOp::Mod => ("%", ["__mod__", "__rmod__", "__imod__"]),
        BinaryOp::BitOr => ("|", ["__or__", "__ror__", "__ior__"]),
        BinaryOp::BitAnd => ("&", ["__and__", "__rand__", "__iand__"]),
        BinaryOp::BitXor => ("^", ["__xor__", "__rxor__", "__ixor__"]),
        BinaryOp::Pow => ("** or pow()", ["__pow__", "__rpow__", "__ipow__"]),
        BinaryOp::LShift => ("<<", ["__lshift__", "__rlshift__", "__ilshift__"]),
        BinaryOp::RShift => (">>", ["__rshift__", "__rrshift__", "__irshift__"]),
        BinaryOp::Other => return None,
    })
}

pub(super) fn is_number(kind: &str) -> bool {
    matches!(kind, "int" | "float" | "bool")
}

/// Whether an operator takes values of two built-in types, as "Built-in Types" of the Python documentation has it.
fn fits(op: BinaryOp, left: &str, right: &str) -> bool {
    let both = |test: fn(&str) -> bool| test(left) && test(right);
    let is_whole = |kind: &str| matches!(kind, "int" | "bool");
    let is_row = |kind: &str| matches!(kind, "str" | "bytes" | "list" | "tuple");
    match op {
        BinaryOp::Add => both(is_number) || is_row(left) && left == right,
        BinaryOp::Sub => both(is_number) || both(|kind| kind == "set"),
        BinaryOp::Mul => both(is_number) || is_row(left) && is_whole(right) || is_whole(left) && is_row(right),
        BinaryOp::Mod => both(is_number) || matches!(left, "str" | "bytes"),
        BinaryOp::Div if left == "PosixPath" || right == "PosixPath" => {
            both(|kind| matches!(kind, "PosixPath" | "str"))
        }
        BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Pow => both(is_number),
        BinaryOp::BitOr => both(is_whole) || left == right && matches!(left, "set" | "dict"),
        BinaryOp::BitAnd | BinaryOp::BitXor => both(is_whole) || both(|kind| kind == "set"),
        BinaryOp::LShift | BinaryOp::RShift => both(is_whole),
        BinaryOp::Other => true,
    }
}

/// Whether values of two built-in types have an order.
pub(super) fn is_ordered(left: &str, right: &str) -> bool {
    is_number(left) && is_number(right)
        || left == right && matches!(left, "str" | "bytes" | "list" | "tuple" | "set" | "PosixPath")
}

/// What the interpreter says where an operator does not fit.
fn words(op: BinaryOp, sign: &str, left: &str, right: &str) -> String {
    match (op, left, right) {
        (BinaryOp::Add, "str" | "list" | "tuple", _) => {
            format!("can only concatenate {left} (not \"{right}\") to {left}")
        }
        (BinaryOp::Add, "bytes", _) => format!("can't concat {right} to bytes"),
        (BinaryOp::Mul, "str" | "bytes" | "list" | "tuple", other)
        | (BinaryOp::Mul, other, "str" | "bytes" | "list" | "tuple") => {
            format!("can't multiply sequence by non-int of type '{other}'")
        }
        _ => format!("unsupported operand type(s) for {sign}: '{left}' and '{right}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As CPython 3.9 to 3.13 answer.
    #[test]
    fn operators_take_what_fits() {
        for (op, left, right) in [
            (BinaryOp::Add, "bool", "float"),
            (BinaryOp::Mul, "int", "str"),
            (BinaryOp::BitOr, "dict", "dict"),
            (BinaryOp::Div, "str", "PosixPath"),
        ] {
            assert!(fits(op, left, right), "{left} {right}");
        }
        for (op, left, right) in [
            (BinaryOp::Add, "list", "tuple"),
            (BinaryOp::Mul, "str", "float"),
            (BinaryOp::Add, "dict", "dict"),
            (BinaryOp::BitOr, "float", "int"),
            (BinaryOp::Add, "PosixPath", "str"),
        ] {
            assert!(!fits(op, left, right), "{left} {right}");
        }
        assert!(is_ordered("int", "float") && !is_ordered("str", "int") && !is_ordered("dict", "dict"));
    }
}
