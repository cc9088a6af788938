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
    /// Imports that ask other modules for their names: by the importing module and the place of the import, for each
    /// name where it is had from.
    pub narrowed: BTreeMap<(String, Span), BTreeMap<String, Home>>,
}

/// Where a name is had from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Home {
    /// The module, as [`Module::name`](super::Module::name) has it.
    pub module: String,
    /// What of it.
    pub taken: Taken,
}

/// What of a module a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Taken {
    /// All that it exports: `module.exports`.
    Whole,
    /// Its default export.
    Default,
    /// What it exports under that name.
    Member,
}

/// What is imported in a way that leaves a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Modules that Init loads for one import at the top of a module of another package, and that nothing asks for anything, neither then nor when a
    /// request is handled as far as that is followed, although functions of the module that imports them name them.
    pub idle: Vec<ModuleId>,
    /// `from` imports of own code of which every name is defined in another module than the one that is imported.
    pub handed: Vec<Handed>,
    /// Imports of own code through a module of a package that hands on what others of the package can be asked for.
    pub offered: Vec<Offered>,
    /// Modules of the packages of those that change, while they are loaded, what another one has made; without them,
    /// that is not what it was.
    pub touched: BTreeSet<(ModuleId, ModuleId)>,
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

/// An import through a module of an npm package, and which of its names can be had from other files of the package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// The import.
    pub site: ImportSite,
    /// The module that it asks.
    pub asked: ModuleId,
    /// Whether the importer's default import is all that the module exports.
    pub default_is_all: bool,
    /// Names with the files that offer them.
    pub names: BTreeMap<Arc<str>, Offer>,
}

/// A file that offers a name, and that code may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The file.
    pub home: Home,
    /// The module, where Init has loaded it.
    pub module: Option<ModuleId>,
    /// The request that leads to it.
    pub request: Arc<str>,
}
