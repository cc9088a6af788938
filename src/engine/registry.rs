use rayon::prelude::*;

use super::{ApplicationContext, FunctionContext, PackageContext, ProjectContext, RuleMeta, Sink};

/// How a rule checks.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// Once per function.
    Function(fn(&FunctionContext<'_>, &mut Sink<'_>)),
    /// Once per deployment package, however many functions ship it.
    Package(PackageCheck),
    /// Once per application: the settings around the code.
    Application(fn(&ApplicationContext<'_>, &mut Sink<'_>)),
    /// Once for the whole project.
    Project(fn(&ProjectContext<'_>, &mut Sink<'_>)),
    /// By the `[match]` table of its `rule.toml`: calls once per function, files once per package.
    Match,
    /// By the comments that silence findings, after all other rules.
    Suppressions,
    /// Only in Cargo workspaces.
    Cargo,
}

/// Checks a deployment package.
pub type PackageCheck = fn(&PackageContext<'_>, &mut Sink<'_>);

/// Checks a Cargo workspace.
pub type CargoCheck = fn(&ProjectContext<'_>, &mut Sink<'_>);

/// A row of the rule table in `rules/mod.rs`.
#[derive(Clone, Copy, Debug)]
pub struct RuleSource {
    /// Text of `rule.toml`.
    pub meta: &'static str,
    /// Text of the rule's `README.md`.
    pub page: &'static str,
    /// How it checks.
    pub check: Check,
    /// How it checks a Cargo workspace, if it does.
    pub cargo: Option<CargoCheck>,
}

/// A rule with its metadata read.
#[derive(Debug)]
pub struct Rule {
    /// Metadata.
    pub meta: RuleMeta,
    /// The rule's name, for findings.
    pub name: &'static str,
    /// The rule's page, Markdown.
    pub page: &'static str,
    /// How it checks.
    pub check: Check,
    /// How it checks a Cargo workspace, if it does.
    pub cargo: Option<CargoCheck>,
}

/// All rules, by category and name.
#[derive(Debug)]
pub struct Registry {
    rules: Vec<Rule>,
}

impl Registry {
    /// Reads the metadata of every row.
    ///
    /// # Errors
    /// When a row's `rule.toml` does not read; a test keeps that from being released.
    pub fn new(rows: &[RuleSource]) -> Result<Self, String> {
        let mut rules = rows.par_iter().map(Rule::read).collect::<Result<Vec<_>, _>>()?;
        rules.sort_by(|a, b| (a.meta.category, a.name).cmp(&(b.meta.category, b.name)));
        Ok(Self { rules })
    }

    /// All rules, by category and name.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.name == name)
    }
}

impl Rule {
    fn read(row: &RuleSource) -> Result<Self, String> {
        let meta: RuleMeta = toml::from_str(row.meta).map_err(|error| format!("{error}\nin\n{}", row.meta))?;
        // The name is part of the embedded text; finding it there gives it the text's lifetime.
        let start = row.meta.find(&meta.name).ok_or("a rule's name is not in its own rule.toml")?;
        let name = &row.meta[start..start + meta.name.len()];
        Ok(Self { meta, name, page: row.page, check: row.check, cargo: row.cargo })
    }
}
