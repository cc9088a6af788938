//! Built-ins that make plain values of others.

use super::super::super::value::*;
use super::super::*;
use super::Call;

impl Interp<'_> {
    /// Calls of `str`, `int`, `len`, `repr` and their like.
    pub(super) fn call_on_value(&mut self, call: &Call) -> Run<Option<Value>> {
        Ok(Some(match (call.name, call.first) {
            ("len", Some(Value::Str(sym))) => Value::Int(self.heap.text(sym).chars().count() as i64),
            ("len", Some(object)) => {
                let (items, open) = self.items_of(object);
                if open { Value::Unknown } else { Value::Int(items.len() as i64) }
            }
            ("str" | "os.fspath", Some(object)) => match self.coerce_text(object) {
                Some(text) => self.heap.str(&text),
                None => Value::Unknown,
            },
            ("str", None) => self.heap.str(""),
            ("int", None) => Value::Int(0),
            ("int", Some(Value::Int(value))) => Value::Int(value),
            ("int", Some(Value::Bool(value))) => Value::Int(i64::from(value)),
            ("int", Some(Value::Str(text))) => self.int_of_text(text)?,
            ("float", Some(Value::Int(value))) => Value::Float((value as f64).to_bits()),
            ("float", Some(Value::Str(text))) => {
                self.heap.text(text).trim().parse::<f64>().map_or(Value::Unknown, |v| Value::Float(v.to_bits()))
            }
            ("bool", Some(object)) => self.truth(object)?.map_or(Value::Unknown, Value::Bool),
            ("bool", None) => Value::Bool(false),
            ("compile", Some(text)) if matches!(text, Value::Str(_)) => text,
            ("repr", Some(object)) => match self.repr_text(object, 0) {
                Some(text) => self.heap.str(&text),
                None => Value::Unknown,
            },
            ("print", _) => Value::None,
            (
                "repr" | "format" | "hash" | "id" | "ord" | "chr" | "hex" | "round" | "abs" | "sum" | "pow" | "divmod"
                | "bytes" | "bytearray" | "memoryview" | "slice" | "input" | "compile",
                _,
            ) => Value::Unknown,
            _ => return Ok(None),
        }))
    }

    fn int_of_text(&mut self, text: Sym) -> Run<Value> {
        let text = self.heap.text(text);
        Ok(match text.trim().parse() {
            Ok(value) => Value::Int(value),
            Err(_) if !text.contains(['_', text::HOLE]) => return self.soft_error("ValueError", "int()"),
            Err(_) => Value::Unknown,
        })
    }
}
