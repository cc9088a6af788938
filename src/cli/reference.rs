use std::io::Write;
use std::path::Path;

use clap::CommandFactory;

use super::args::{Args, SchemaOf};
use super::{CLEAN, output};
use crate::engine::{Category, Registry};
use crate::report::model::Report;
use crate::run::UserError;
use crate::{config, rules, text};

/// The rules of this version; an error here is a bug of ours and says so.
pub(super) fn registry() -> Result<Registry, UserError> {
    rules::registry().map_err(|error| UserError(format!("the bundled rule table does not read: {error}")))
}

/// The guide: pages that are no rule's.
const GUIDE: [(&str, &str); 5] = [
    ("concurrency", include_str!("../../rules/knowledge/guide/concurrency.md")),
    ("scaling", include_str!("../../rules/knowledge/guide/scaling.md")),
    ("provisioned-concurrency", include_str!("../../rules/knowledge/guide/provisioned-concurrency.md")),
    ("traffic-shifting", include_str!("../../rules/knowledge/guide/traffic-shifting.md")),
    ("alarms", include_str!("../../rules/knowledge/guide/alarms.md")),
];

/// Prints a page of the guide, with the numbers of an application where a path is given.
fn guide(page: &str, path: Option<&Path>) -> Result<u8, UserError> {
    write!(output::stdout(), "{page}")?;
    let Some(path) = path else { return Ok(CLEAN) };
    println!("\n## Here\n");
    super::scale::shown(path)
}

/// How many names are offered for one that is none.
const OFFERED: usize = 3;

/// The known name that is nearest to a word, or those that hold it.
fn near<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> Vec<&'a str> {
    match text::similar(word, known.clone()) {
        Some(near) => vec![near],
        None => known.filter(|name| name.contains(word)).take(OFFERED).collect(),
    }
}

/// Prints a rule's page.
pub(super) fn explain(name: &str, path: Option<&Path>) -> Result<u8, UserError> {
    if let Some((_, page)) = GUIDE.iter().find(|(known, _)| *known == name) {
        return guide(page, path);
    }
    let registry = registry()?;
    let Some(rule) = registry.find(name) else {
        let known = registry.rules().iter().map(|rule| rule.name).chain(GUIDE.map(|(name, _)| name));
        let hint = match near(name, known).as_slice() {
            [] => ";".to_owned(),
            near => format!("; did you mean `{}`?", near.join("` or `")),
        };
        return Err(UserError(format!("there is no rule `{name}`{hint} `defrost rules` lists them all")));
    };
    let mut out = output::stdout();
    write!(out, "{}", rule.page)?;
    let meta = &rule.meta;
    writeln!(out, "\n{} · {} by default · since {}", meta.category.word(), meta.severity.word(), meta.since)?;
    for (option, about) in &meta.options {
        writeln!(out, "option `{option}` (default {}): {}", about.default, about.about)?;
    }
    Ok(CLEAN)
}

/// Lists all rules by category.
pub(super) fn rules() -> Result<u8, UserError> {
    let registry = registry()?;
    let mut out = output::stdout();
    for category in Category::ALL {
        let rules: Vec<_> = registry.rules().iter().filter(|rule| rule.meta.category == category).collect();
        if rules.is_empty() {
            continue;
        }
        writeln!(out, "{}", category.word())?;
        for rule in rules {
            writeln!(out, "  {:<28} {:<8} {}", rule.name, rule.meta.severity.word(), rule.meta.summary)?;
        }
    }
    Ok(CLEAN)
}

/// Prints the JSON schema of the report or of the configuration.
pub(super) fn schema(of: SchemaOf) -> Result<u8, UserError> {
    let schema = match of {
        SchemaOf::Report => schemars::schema_for!(Report).to_value(),
        SchemaOf::Config => config::schema(&registry()?),
    };
    let mut out = output::stdout();
    serde_json::to_writer_pretty(&mut out, &schema)?;
    writeln!(out)?;
    Ok(CLEAN)
}

/// Prints a completion script.
pub(super) fn completions(shell: clap_complete::Shell) -> Result<u8, UserError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "defrost", &mut script);
    output::stdout().write_all(&script)?;
    Ok(CLEAN)
}

/// Prints the manual page.
pub(super) fn man() -> Result<u8, UserError> {
    clap_mangen::Man::new(Args::command()).render(&mut output::stdout())?;
    Ok(CLEAN)
}
