use serde_json::{Map, Value, json};

use super::{Level, Written, options};
use crate::engine::Registry;

/// The JSON schema of the configuration, with every rule and its options by name.
#[must_use]
pub fn schema(registry: &Registry) -> Value {
    let mut schema = schemars::schema_for!(Written).to_value();
    schema["title"] = "Configuration of defrost".into();
    let level = schemars::schema_for!(Level).to_value();
    let rules: Map<String, Value> = registry
        .rules()
        .iter()
        .map(|rule| {
            let mut properties = Map::new();
            properties.insert("level".to_owned(), json!({"oneOf": level["oneOf"]}));
            for (name, meta) in &rule.meta.options {
                properties.insert(name.clone(), options::schema(&meta.about, &meta.default));
            }
            let about = format!("{} ({}).", rule.meta.summary, rule.meta.severity.word());
            let table = json!({"type": "object", "properties": properties, "additionalProperties": false});
            let alone = json!({"oneOf": level["oneOf"]});
            (rule.name.to_owned(), json!({"description": about, "anyOf": [alone, table]}))
        })
        .collect();
    schema["properties"]["rules"] = json!({
        "type": "object", "description": "Level and options by rule, or the level alone.", "properties": rules,
        "additionalProperties": false,
    });
    if let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) {
        // Written out by rule above.
        definitions.remove("RuleSettings");
    }
    schema
}
