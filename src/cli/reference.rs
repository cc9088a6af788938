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

/// A page of the guide, which is no rule's.
struct Page {
    name: &'static str,
    text: &'static str,
    /// Whether the numbers of an application belong to it, beside what its rules find.
    numbers: bool,
}

macro_rules! page {
    ($name:literal, $numbers:literal) => {
        Page {
            name: $name,
            text: include_str!(concat!("../../rules/knowledge/guide/", $name, ".md")),
            numbers: $numbers,
        }
    };
}

/// The guide.
const GUIDE: [Page; 5] = [
    page!("concurrency", true),
    page!("scaling", true),
    page!("provisioned-concurrency", true),
    page!("traffic-shifting", false),
    page!("alarms", false),
];

impl Page {
    /// The rules that it names at its end.
    fn rules(&self, registry: &Registry) -> Vec<String> {
        let named = self.text.split_once("## Rules").map_or("", |(_, rules)| rules).split('`').skip(1).step_by(2);
        named.filter(|name| registry.find(name).is_some()).map(str::to_owned).collect()
    }
}

/// Prints a page of the guide, with the numbers of an application and what is found there where a path is given.
fn guide(page: &Page, path: Option<&Path>) -> Result<u8, UserError> {
    write!(output::stdout(), "{}", page.text)?;
    let Some(path) = path else { return Ok(CLEAN) };
    writeln!(output::stdout(), "\n## Here\n")?;
    super::scale::here(path, &page.rules(&registry()?), page.numbers)
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
    if let Some(page) = GUIDE.iter().find(|page| page.name == name) {
        return guide(page, path);
    }
    let registry = registry()?;
    let Some(rule) = registry.find(name) else {
        let known = registry.rules().iter().map(|rule| rule.name).chain(GUIDE.map(|page| page.name));
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
