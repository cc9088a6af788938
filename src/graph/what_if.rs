//! Changes whose effect a second walk shows, and what a first walk tells of where such changes may pay.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{ImportSite, ModuleId};
use crate::span::Span;

/// Changes to a function or its package, as a simulation is asked to take them for done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhatIf {
    /// Modules behind a lazy loader: they run when something asks them for an attribute, or imports them again.
    pub lazy: BTreeSet<String>,
    /// Top-level modules that are not in the package.
    pub absent: BTreeSet<String>,
    /// `from` imports that ask other modules for their names: by the importing module and the place of the statement,
    /// for each name the module.
    pub narrowed: BTreeMap<(String, Span), BTreeMap<String, String>>,
}

/// What is imported in a way that leaves a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Modules that Init loads for one import at the top of a module of another package, and that nothing asks for anything, neither then nor when a
    /// request is handled as far as that is followed, although functions of the module that imports them name them.
    pub idle: Vec<ModuleId>,
    /// `from` imports of own code of which every name is defined in another module than the one that is imported.
    pub handed: Vec<Handed>,
}

/// A `from` import whose names come from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed {
    /// The statement.
    pub site: ImportSite,
    /// The module that it asks.
    pub asked: ModuleId,
    /// Its names, with the modules that define them.
    pub names: Vec<(Arc<str>, ModuleId)>,
}
