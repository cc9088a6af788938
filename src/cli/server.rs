//! `defrost server`: answers an editor over standard input and output.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::judge::{Choice, Chosen};
use super::reference;
use crate::engine::{Budgets, Registry};
use crate::run::{self, Given, Inputs, Listener, UserError};
use crate::server::{self, Analysed, Analyst};

/// Speaks until the editor says that it is over.
pub(super) fn run() -> Result<u8, UserError> {
    let analyst: Arc<dyn Analyst> = Arc::new(AsChecked { registry: reference::registry()? });
    server::serve(&analyst).map_err(UserError)
}

/// Analyses as `check` does without arguments.
struct AsChecked {
    registry: Registry,
}

/// Nobody reads standard error of a language server while it works.
struct Quiet;

impl Listener for Quiet {
    fn step(&self, _: &str) {}
    fn note(&self, _: &str) {}
    fn warn(&self, _: &str) {}
    fn is_last(&self) -> bool {
        false
    }
}

impl Analyst for AsChecked {
    fn analyse(&self, folder: &Path) -> Result<Analysed, String> {
        self.pooled(folder).map_err(|UserError(why)| why)
    }

    fn registry(&self) -> &Registry {
        &self.registry
    }
}

impl AsChecked {
    fn pooled(&self, folder: &Path) -> Result<Analysed, UserError> {
        run::with_threads(0, || self.analysed(folder))?
    }

    fn analysed(&self, folder: &Path) -> Result<Analysed, UserError> {
        let here = std::env::current_dir().unwrap_or_default();
        let is_here = folder == here || std::fs::canonicalize(folder).is_ok_and(|folder| folder == here);
        let paths = [if is_here { PathBuf::from(".") } else { folder.to_owned() }];
        let settings = run::find_settings(&paths, None, &self.registry, &Quiet)?;
        let given = Given::default();
        let inputs = Inputs { given: &given, settings: &settings, budgets: Budgets::default(), listener: &Quiet };
        let project = run::project(&paths, &inputs)?;
        let policy = settings.policy(&[], &[], &self.registry)?;
        let choice =
            Choice { registry: &self.registry, policy: &policy, overrides: &settings.resolved.overrides, path: None };
        let (Chosen { findings, .. }, faults) = choice.findings(&project);
        let failed = project.functions.iter().flat_map(|facts| &facts.faults).chain(&project.faults);
        let faults = failed.chain(faults.iter().map(|(_, fault)| fault)).map(|fault| fault.message.clone()).collect();
        Ok(Analysed { project, findings, faults })
    }
}
