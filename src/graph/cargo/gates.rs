//! What the features of other crates switch on, read once for each crate.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::expansion::Source;
use super::usage;
use crate::input::files;
use crate::lang::rust::crates::{CrateFiles, Gates};

/// A crate's gates, once somebody has asked for them.
type Slot = Arc<OnceLock<Arc<Gates>>>;

/// Package name, version, and the features that were asked about.
type Question = (String, String, BTreeSet<String>);

/// Gates by what was asked.
#[derive(Debug, Default)]
pub(crate) struct KnownGates(Mutex<BTreeMap<Question, Slot>>);

impl KnownGates {
    pub(super) fn of(&self, source: &Source<'_>, features: &BTreeSet<String>) -> Arc<Gates> {
        let manifest = source.manifest();
        let version = manifest.package.as_ref().and_then(|package| package.version.clone());
        let Some(version) = version else { return Arc::new(read(source, features)) };
        let key = (manifest.name().to_string(), version, features.clone());
        let slot = Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default());
        Arc::clone(slot.get_or_init(|| Arc::new(read(source, features))))
    }
}

fn read(source: &Source<'_>, features: &BTreeSet<String>) -> Gates {
    let (folder, tree) = match source {
        Source::Member(manifest, _) => (manifest.folder.clone(), source.files()),
        Source::Registry(_) => (String::new(), source.files()),
    };
    let lib = source.manifest().lib.as_ref().and_then(|lib| lib.path.clone()).unwrap_or_else(|| "src/lib.rs".into());
    let texts = source.texts();
    let by_path: BTreeMap<&str, &Arc<str>> = texts.iter().map(|(path, text)| (path.as_str(), text)).collect();
    let text = |path: &str| by_path.get(path).map(|text| Arc::clone(text)).or_else(|| tree.text(path).ok());
    let module = |file: &str, is_root: bool, path: &[String], explicit: Option<&str>| {
        usage::module_file(tree, file, is_root, path, explicit)
    };
    Gates::read(&files::join(&folder, &lib), &CrateFiles { text: &text, module: &module }, &texts, features)
}
