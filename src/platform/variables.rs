//! Variables of the environment that every function has.

use serde::Deserialize;

use super::Language;
use crate::knowledge;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Variables {
    variable: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    value: Option<String>,
    language: Option<Language>,
}

knowledge::table! {
    static AWS_LAMBDA: Variables = "platform/aws-lambda-variables.toml", tested by the_table_of_variables_reads;
}

/// The variables that a function on AWS Lambda has in any case, with the values that are the same for all functions.
pub fn given(language: Language) -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    let rows = AWS_LAMBDA.variable.iter().filter(move |row| row.language.is_none_or(|own| own == language));
    rows.map(|row| (row.name.as_str(), row.value.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own_and_those_of_all() {
        let of = |language, name| given(language).find(|(known, _)| *known == name);
        assert_eq!(of(Language::Node, "TZ"), Some(("TZ", Some(":UTC"))));
        assert_eq!(of(Language::Python, "_HANDLER"), Some(("_HANDLER", None)));
        assert!(of(Language::Node, "PYTHONPATH").is_none() && of(Language::Python, "NODE_PATH").is_none());
    }
}
