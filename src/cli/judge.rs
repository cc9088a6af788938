//! What the rules say of a project, and what of it is said: by selection, severities, comments and levels by path.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::suppress::{self, Commented};
use super::{CLEAN, FAILED};
use crate::config::Overrides;
use crate::engine::{self, FunctionFacts, Policy, ProjectFacts, Registry};
use crate::fault::Fault;
use crate::finding::Finding;
use crate::report::model::{Budgets, Report, RuleInfo, Summary};
use crate::report::{self, Sources};
use crate::run::{self, ProjectSources, UserError};

/// Where nothing is analysed: no exit code by itself, since findings may still be there.
pub(super) const NOTHING: u8 = u8::MAX;

/// What holds whatever is selected: enough to report any selection of the rules that ran.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Judgement {
    /// A report without findings.
    report: Report,
    /// What the rules found, before anything is left out.
    pub(super) findings: Vec<Finding>,
    /// The files whose comments count.
    commented: Vec<Commented>,
    is_nothing: bool,
    /// What failed by a fault of ours; of that nothing is kept.
    #[serde(skip)]
    failed: Vec<String>,
}

/// Rules that failed, each with the function that it looked at.
pub(super) type Faults = Vec<(Option<String>, Fault)>;

/// What is said of a project's findings.
pub(super) struct Chosen {
    pub(super) findings: Vec<Finding>,
    /// How many comments silence.
    pub(super) suppressed: usize,
}

/// What a run wants to hear.
#[derive(Clone, Copy)]
pub(super) struct Choice<'a> {
    pub(super) registry: &'a Registry,
    pub(super) policy: &'a Policy,
    pub(super) overrides: &'a Overrides,
    /// Where the package is taken to be, if not where it was judged.
    pub(super) path: Option<&'a str>,
}

impl Choice<'_> {
    /// What is said of findings.
    fn of(self, mut findings: Vec<Finding>, commented: &[Commented], sources: &dyn Sources) -> Chosen {
        engine::choose(&mut findings, self.registry, self.policy);
        let suppressed = suppress::apply(&mut findings, commented, sources, self.registry, self.policy);
        let findings = self.overrides.apply(findings, &std::env::current_dir().unwrap_or_default());
        Chosen { findings, suppressed }
    }

    /// Runs the selected rules over a project: what is said, and which rules failed.
    pub(super) fn findings(self, project: &ProjectFacts) -> (Chosen, Faults) {
        let (found, commented, faults) = asked(self.registry, self.policy, project);
        (self.of(found, &commented, &ProjectSources { project }), faults)
    }
}

/// What the rules that a policy selects find, and the files whose comments count.
fn asked(registry: &Registry, policy: &Policy, project: &ProjectFacts) -> (Vec<Finding>, Vec<Commented>, Faults) {
    let engine::Checked { mut findings, faults } = engine::run(registry, policy, project);
    run::at_sources(&mut findings, project);
    let commented = suppress::commented(&findings, project);
    (findings, commented, faults)
}

impl Judgement {
    /// Runs the rules that a policy selects over a project.
    pub(super) fn of(registry: &Registry, policy: &Policy, project: &ProjectFacts) -> Self {
        let (findings, commented, faults) = asked(registry, policy, project);
        let budgets = Budgets::from(project.budgets);
        let summary = Summary { functions: project.functions.len(), budgets, ..Summary::default() };
        let mut report = report::build(project, summary, &ProjectSources { project });
        report.tell(&faults);
        let has_failed = |facts: &FunctionFacts| !facts.faults.is_empty();
        if !faults.is_empty() || !project.faults.is_empty() || project.functions.iter().any(has_failed) {
            report.summary.exit_code = FAILED;
        }
        let failed = project.functions.iter().flat_map(|facts| &facts.faults).chain(&project.faults);
        let failed = failed.chain(faults.iter().map(|(_, fault)| fault)).map(|fault| fault.message.clone()).collect();
        let judged = !project.functions.is_empty() || !project.workspaces.is_empty() || !project.trees.is_empty();
        Self { report, findings, commented, is_nothing: !judged && !project.problems.is_empty(), failed }
    }

    /// Tells on standard error what failed by a fault of ours.
    pub(super) fn complain(&self) {
        self.failed.iter().for_each(|message| super::complain(message));
    }

    /// Gives the functions what their owners call them by.
    pub(super) fn tag(&mut self, tags: &BTreeMap<String, String>) {
        self.report.functions.iter_mut().for_each(|function| function.tags.clone_from(tags));
    }

    /// # Errors
    /// Where nothing was analysed: why.
    pub(super) fn says_something(&self) -> Result<(), UserError> {
        let Report { functions, applications, projects, problems, .. } = &self.report;
        let is_empty = functions.is_empty() && applications.is_empty() && projects.is_empty();
        if !is_empty || problems.is_empty() || !self.findings.is_empty() {
            return Ok(());
        }
        let problems: Vec<&str> = problems.iter().map(|problem| &*problem.message).collect();
        Err(UserError(problems.join("; ")))
    }

    /// Whether the analysis failed.
    pub(super) fn has_failed(&self) -> bool {
        self.report.summary.exit_code == FAILED
    }

    /// The report of what a run wants to hear, with the findings that it was made of, before anything is mended or left
    /// out because it is known. The exit code says only whether the analysis failed.
    pub(super) fn reported(self, choice: Choice<'_>, sources: &dyn Sources) -> (Report, Vec<Finding>) {
        let judged = self.report.functions.first().map(|function| function.package.path.as_str());
        let overrides = judged.zip(choice.path).map(|(from, to)| choice.overrides.moved(from, to));
        let choice = Choice { overrides: overrides.as_ref().unwrap_or(choice.overrides), ..choice };
        let Chosen { findings, suppressed } = choice.of(self.findings, &self.commented, sources);
        let mut report = Report { rules: RuleInfo::table(choice.registry), ..self.report };
        report.summary.suppressed = suppressed;
        report::add(&mut report, &findings, sources);
        if report.summary.exit_code == CLEAN && self.is_nothing && findings.is_empty() {
            report.summary.exit_code = NOTHING;
        }
        (report, findings)
    }
}
