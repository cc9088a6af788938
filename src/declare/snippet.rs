//! Text to put into a template, in the language that its author writes: the output of CDK is changed in TypeScript, a
//! plan in Terraform.

use std::collections::BTreeMap;

use super::model::Dialect;
use crate::knowledge;

type Snippets = BTreeMap<String, BTreeMap<String, String>>;

knowledge::table! {
    static SNIPPETS: Snippets = "scaling/snippets.toml", tested by the_table_of_snippets_reads;
}

/// The snippet of this name with its `{placeholders}` filled in; `None` where the table has none for the language.
#[must_use]
pub fn text(dialect: Dialect, name: &str, values: &[(&str, &str)]) -> Option<String> {
    let keys: &[&str] = match dialect {
        Dialect::Sam => &["sam", "cloudformation"],
        Dialect::CloudFormation => &["cloudformation"],
        Dialect::Cdk => &["cdk"],
        Dialect::Serverless => &["serverless", "cloudformation"],
        Dialect::Terraform | Dialect::TerraformPlan => &["terraform"],
        Dialect::Chalice | Dialect::Zappa => &[],
    };
    let texts = SNIPPETS.get(name)?;
    let text = keys.iter().find_map(|key| texts.get(*key))?;
    let filled = values.iter().fold(text.trim_end().to_owned(), |text, (key, value)| {
        // What stands in a template is one line there.
        let value: String = value.chars().filter(|c| !c.is_control()).collect();
        text.replace(&format!("{{{key}}}"), &value)
    });
    Some(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snippets_have_every_language() {
        for (name, texts) in SNIPPETS.iter() {
            assert!(texts.contains_key("cdk") && texts.contains_key("terraform"), "{name}");
            assert!(texts.contains_key("cloudformation") || texts.contains_key("sam"), "{name}");
        }
    }

    #[test]
    fn each_language_has_its_own_words() {
        let reserved = |dialect| text(dialect, "reserved", &[("n", "20")]).unwrap_or_default();
        assert_eq!(reserved(Dialect::Sam), "ReservedConcurrentExecutions: 20");
        assert_eq!(reserved(Dialect::Serverless), "reservedConcurrency: 20");
        assert_eq!(reserved(Dialect::TerraformPlan), "reserved_concurrent_executions = 20");
        assert_eq!(reserved(Dialect::Zappa), "");
    }
}
