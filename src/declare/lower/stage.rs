//! The stage that a deployment is for, where a parameter or variable says it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::model::{Parameter, Setting};

/// Names of parameters that hold the stage.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StageNames {
    names: Vec<String>,
}

crate::knowledge::table! {
    static STAGES: StageNames = "declare/stages.toml", tested by the_names_of_stages_read;
}

/// The stage that a parameter holds, by its name. Its default is what is deployed unless somebody says otherwise, so it
/// is not taken for what a person has written of this deployment.
pub(super) fn stage_of(parameters: &BTreeMap<String, Parameter>) -> Setting<String> {
    let held = holder_of_stage(parameters.keys().map(String::as_str));
    let Some(parameter) = held.and_then(|name| parameters.get(name)) else { return Setting::Unset };
    match (parameter.default.text(), parameter.default.place()) {
        (Some(stage), place) => Setting::derived(stage.to_owned(), place.unwrap_or(parameter.place)),
        (None, _) => parameter.default.clone(),
    }
}

/// Which of some parameters or variables holds the stage, by its name.
pub(in crate::declare) fn holder_of_stage<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let plain = |name: &str| name.to_lowercase().replace(['-', '_'], "");
    STAGES.names.iter().find_map(|wanted| names.clone().find(|name| plain(name) == *wanted))
}

#[cfg(test)]
mod tests {
    use super::super::super::model::Place;
    use super::*;

    fn parameters(named: &[(&str, Option<&str>)]) -> BTreeMap<String, Parameter> {
        let of = |(name, default): &(&str, Option<&str>)| {
            let default = default.map_or(Setting::Unset, |text| Setting::literal(text.to_owned(), Place::default()));
            ((*name).to_owned(), Parameter { place: Place::default(), default, allowed: None })
        };
        named.iter().map(of).collect()
    }

    #[test]
    fn a_parameter_for_the_stage_is_known_by_its_name() {
        let stage = |named: &[(&str, Option<&str>)]| stage_of(&parameters(named)).text().map(str::to_owned);
        assert_eq!(stage(&[("Memory", Some("512")), ("StageName", Some("prod"))]).as_deref(), Some("prod"));
        assert_eq!(stage(&[("env_name", Some("live"))]).as_deref(), Some("live"));
        assert_eq!(stage(&[("Environment", Some("eu")), ("Stage", Some("dev"))]).as_deref(), Some("dev"));
        assert_eq!(stage(&[("EnvironmentColour", Some("prod"))]), None);
        assert_eq!(stage(&[("Stage", None)]), None);
    }

    #[test]
    fn a_default_is_not_what_somebody_deploys() {
        assert!(!stage_of(&parameters(&[("Stage", Some("dev"))])).is_literal());
    }
}
