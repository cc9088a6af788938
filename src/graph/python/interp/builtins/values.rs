//! Built-ins that make plain values of others.

use super::super::super::value::*;
use super::super::*;
use super::Call;

impl Interp<'_> {
    /// Calls of `str`, `int`, `len`, `repr` and their like.
    pub(super) fn call_on_value(&mut self, call: &Call) -> Run<Option<Value>> {
        Ok(Some(match (call.name, call.first) {
            ("int" | "float" | "str" | "bool", _)
                if call.args.positional.len() > 1 || !call.args.keywords.is_empty() =>
            {
                Value::Unknown
            }
            ("len", Some(Value::Str(sym))) => Value::Int(self.heap.text(sym).chars().count() as i64),
            ("len", Some(object)) => {
                let (items, open) = self.items_of(object);
                let vague = items.iter().any(|item| self.heap.is_doubtful(*item));
                if open || vague { Value::Unknown } else { Value::Int(items.len() as i64) }
            }
            ("str" | "os.fspath", Some(object)) => match self.coerce_text(object) {
                Some(text) => self.heap.str(&text),
                None => Value::Unknown,
            },
            ("str", None) => self.heap.str(""),
            ("abs", Some(Value::Int(value))) => value.checked_abs().map_or(Value::Unknown, Value::Int),
            ("abs", Some(Value::Float(bits))) => Value::Float(f64::from_bits(bits).abs().to_bits()),
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
                "repr" | "format" | "hash" | "id" | "ord" | "chr" | "hex" | "round" | "abs" | "pow" | "divmod"
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
            // Numbers that are too large for us, and digits of other scripts, are numbers.
            Err(_) if text.is_ascii() && !text.contains('_') && !is_whole_number(&text) => {
                return self.soft_error("ValueError", "int()");
            }
            Err(_) => Value::Unknown,
        })
    }
}

fn is_whole_number(text: &str) -> bool {
    let digits = text.trim().trim_start_matches(['+', '-']);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}
