//! Types of rule options: those of their defaults in `rule.toml`.

use toml::Value;

/// Whether a value fits an option with this default.
pub(super) fn fits(default: &Value, value: &Value) -> bool {
    match (default, value) {
        (Value::Integer(_) | Value::Float(_), Value::Integer(_) | Value::Float(_)) => true,
        (Value::Array(_), Value::Array(items)) => items.iter().all(Value::is_str),
        _ => default.same_type(value),
    }
}

/// The type of an option, for people.
pub(super) fn noun(default: &Value) -> &'static str {
    match default {
        Value::Integer(_) | Value::Float(_) => "a number",
        Value::Array(_) => "a list of strings",
        Value::Boolean(_) => "true or false",
        _ => "a string",
    }
}

/// The JSON schema of an option.
pub(super) fn schema(about: &str, default: &Value) -> serde_json::Value {
    let mut schema = match default {
        Value::Integer(_) | Value::Float(_) => serde_json::json!({"type": "number"}),
        Value::Array(_) => serde_json::json!({"type": "array", "items": {"type": "string"}}),
        Value::Boolean(_) => serde_json::json!({"type": "boolean"}),
        _ => serde_json::json!({"type": "string"}),
    };
    schema["description"] = about.into();
    schema["default"] = serde_json::to_value(default).unwrap_or_default();
    schema
}
