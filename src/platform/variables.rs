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
    /// The functions that may lack it, if there are any.
    but: Option<But>,
}

/// Functions that do not have what others have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum But {
    /// Those deployed as container images.
    Images,
    /// Those that start from a snapshot, which settings decide that code does not show.
    Snapshots,
}

/// A variable that functions have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// Its name.
    pub name: &'static str,
    /// Its value, where that is the same for all functions.
    pub value: Option<&'static str>,
    /// Whether this function has it for certain.
    pub is_certain: bool,
}

knowledge::table! {
    static AWS_LAMBDA: Variables = "platform/aws-lambda-variables.toml", tested by the_table_of_variables_reads;
}

/// The variables that a function on AWS Lambda has, of an image or not.
pub fn given(language: Language, is_image: bool) -> impl Iterator<Item = Given> {
    let rows = AWS_LAMBDA.variable.iter().filter(move |row| row.language.is_none_or(|own| own == language));
    rows.map(move |row| Given {
        name: &row.name,
        value: row.value.as_deref(),
        is_certain: match row.but {
            None => true,
            Some(But::Images) => !is_image,
            // No release of Node.js starts from one.
            Some(But::Snapshots) => language == Language::Node,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own_and_those_of_all() {
        let of = |language, name| given(language, false).find(|given| given.name == name);
        let certain = |name, value| Some(Given { name, value, is_certain: true });
        assert_eq!(of(Language::Node, "TZ"), certain("TZ", Some(":UTC")));
        assert_eq!(of(Language::Python, "_HANDLER"), certain("_HANDLER", None));
        assert!(of(Language::Node, "PYTHONPATH").is_none() && of(Language::Python, "NODE_PATH").is_none());
    }

    #[test]
    fn some_functions_lack_some() {
        let is_certain =
            |name, is_image| given(Language::Python, is_image).find(|given| given.name == name).unwrap().is_certain;
        assert!(is_certain("AWS_EXECUTION_ENV", false) && !is_certain("AWS_EXECUTION_ENV", true));
        assert!(!is_certain("AWS_ACCESS_KEY_ID", false) && is_certain("AWS_REGION", true));
    }
}
