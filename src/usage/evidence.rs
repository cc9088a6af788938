//! Uses of dependencies that no import shows: drivers, plug-ins, extras, commands.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Loaded;
use super::names::Names;
use super::need::{self, Need, Needs};
use crate::knowledge;
use crate::manifest::dependency::Declared;
use crate::manifest::python::{entry_points, normalized};
use crate::package::owners::{Package, Requires, python};

/// Metadata files larger than this are not read.
const LARGEST: u64 = 4 << 20;

/// Dialects that SQLAlchemy has itself: of their drivers one is told (its documentation, "Included Dialects").
const OWN_DIALECTS: [&str; 7] = ["mariadb", "mssql", "mysql", "oracle", "postgres", "postgresql", "sqlite"];

knowledge::table! {
    static DRIVERS: FxHashMap<String, Vec<String>> = "python/drivers.toml", tested by the_drivers_read;
}

/// Looks for the names of dependencies that are used although nothing imports them.
pub(super) struct Evidence<'a> {
    pub(super) facts: &'a Loaded<'a>,
    pub(super) declared: &'a Declared,
    pub(super) names: &'a Names,
}

impl Evidence<'_> {
    /// What something asks for beside what the import graph reaches.
    pub(super) fn asked_for(&self, is_reached: &dyn Fn(&str) -> bool) -> Needs {
        let mut needs = Needs::new();
        for name in self.names.distributions().filter(|name| !is_reached(name)) {
            let need = self.selected_by(name).map(Need::Selected);
            let plug_in = || self.is_plug_in(name).then_some(Need::PlugIn);
            let need = need.or_else(plug_in).or_else(|| self.is_named(name).then_some(Need::Named(None)));
            needs.extend(need.map(|need| (Arc::clone(name), need)));
        }
        need::note(&mut needs, self.imported_somewhere().cloned(), &Need::Optional);
        need::note(&mut needs, self.started_by_image(), &Need::Image);
        needs
    }

    /// Own code imports it where the simulation did not come, or a package's code that own code
    /// names does.
    fn imported_somewhere(&self) -> impl Iterator<Item = &Arc<str>> {
        let mentions = &self.facts.graph.mentions;
        let imports = mentions.imports.iter().filter(|import| !self.is_own(import));
        // What an installed distribution was asked for in vain, it does not provide.
        let missing: FxHashSet<String> =
            self.facts.graph.unresolved.iter().map(|missing| missing.import.to_ascii_lowercase()).collect();
        let is_missing = move |import: &str| {
            let import = import.to_ascii_lowercase();
            std::iter::once(import.len())
                .chain(import.match_indices('.').map(|(dot, _)| dot))
                .any(|end| missing.contains(&import[..end]))
        };
        let provided = imports.chain(&mentions.optional).map(move |import| (is_missing(import), import));
        provided.flat_map(move |(missing, import)| {
            self.names.providers(import).filter(move |name| !missing || !self.is_installed(name))
        })
    }

    /// Whether a module of the function itself answers to an import, and so hides a distribution.
    fn is_own(&self, import: &str) -> bool {
        let facts = self.facts;
        let top = import.split('.').next().unwrap_or_default();
        let files = [format!("{top}.py"), format!("{top}/__init__.py")];
        files.iter().filter_map(|file| facts.artifact.find(file)).any(|id| facts.packages.owner(id).is_none())
    }

    /// The setting or URL that selects it.
    fn selected_by(&self, name: &str) -> Option<Arc<str>> {
        let mentions = &self.facts.graph.mentions;
        let by_table = |key: &str| DRIVERS.get(key).is_some_and(|drivers| drivers.iter().any(|driver| driver == name));
        let by_url = |url: &str| {
            let scheme = url.split("://").next().unwrap_or_default();
            match scheme.split_once('+') {
                // What brings a dialect of its own is needed whatever driver it is told to take.
                Some((dialect, driver)) => {
                    let is_driver = |import: &String| import.eq_ignore_ascii_case(driver);
                    self.names.imports(name).iter().any(is_driver)
                        || by_table(scheme)
                        || (!OWN_DIALECTS.contains(&dialect) && by_table(dialect))
                }
                None => by_table(scheme),
            }
        };
        // Of a URL the scheme decides, and what follows may be secret.
        let scheme = |url: &Arc<str>| Arc::from(url.split_inclusive("://").next().unwrap_or_default());
        let url = mentions.urls.iter().find(|url| by_url(url)).map(scheme);
        url.or_else(|| mentions.words.iter().find(|word| by_table(word)).cloned())
    }

    /// A text names something in it, as the standard library's logging and many frameworks take it, or settings of a
    /// framework name it.
    fn is_named(&self, name: &str) -> bool {
        let mut dotted = self.facts.graph.mentions.words.iter().filter(|word| word.contains('.'));
        let is_in = |word: &str, module: &String| word.len() > module.len() && super::is_at_or_below(word, module);
        let imports = self.names.imports(name);
        dotted.any(|word| imports.iter().any(|module| is_in(word, module))) || self.is_in_settings(name)
    }

    /// Settings of a framework name it. Where it is installed, the framework's code tells more.
    fn is_in_settings(&self, name: &str) -> bool {
        let settings = &self.facts.graph.mentions.settings;
        let is_named = |import: &String| import.split('.').next().is_some_and(|root| settings.contains(root));
        !self.is_installed(name) && self.names.imports(name).iter().any(is_named)
    }

    fn is_installed(&self, name: &str) -> bool {
        self.facts.packages.packages.iter().any(|package| *package.name == *name)
    }

    /// Loaded code asks for a group of entry points that it has one in.
    fn is_plug_in(&self, name: &str) -> bool {
        let Some(text) = self.metadata(name, "entry_points.txt") else { return false };
        let scripts = ["console_scripts", "gui_scripts"];
        let asked = &self.facts.graph.mentions.groups;
        entry_points(&text)
            .iter()
            .any(|entry| !scripts.contains(&&*entry.group) && asked.contains(entry.group.as_str()))
    }

    /// The commands of a container image name it.
    fn started_by_image(&self) -> BTreeSet<Arc<str>> {
        let artifact = self.facts.artifact;
        let bytes = artifact.find("Dockerfile").filter(|id| artifact.entry(*id).bytes <= LARGEST);
        let Some(bytes) = bytes.and_then(|id| artifact.read(id).ok()) else { return BTreeSet::new() };
        let text = crate::text::lossy((*bytes).as_ref()).replace("\\\n", " ");
        let mut words: BTreeSet<String> = BTreeSet::new();
        for line in text.lines().map(str::trim_start) {
            let command = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
            if matches!(command.as_str(), "CMD" | "ENTRYPOINT") {
                let parts = line.split(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_' | '.'));
                words.extend(parts.filter(|part| !part.is_empty()).map(str::to_owned));
            }
        }
        let is_named = |name: &&Arc<str>| {
            let imports = self.names.imports(name);
            words.iter().any(|word| normalized(word) == ***name || imports.iter().any(|import| import == word))
        };
        self.names.distributions().filter(is_named).cloned().collect()
    }

    /// What used distributions need beside themselves, always or for an extra that is asked for, with who needs it.
    pub(super) fn needed_by(&self, mut used: BTreeSet<Arc<str>>) -> Needs {
        let mut open: Vec<Arc<str>> = used.iter().cloned().collect();
        let mut needs = Needs::new();
        while let Some(name) = open.pop() {
            let requires = self.requires(&name);
            let wanted: Vec<&Arc<str>> = self
                .names
                .distributions()
                .filter(|other| !used.contains(*other) && self.asks(&name, &requires, other))
                .collect();
            for other in wanted {
                used.insert(other.clone());
                open.push(other.clone());
                needs.insert(other.clone(), Need::Required(name.clone()));
            }
        }
        needs
    }

    fn asks(&self, name: &str, requires: &Requires, other: &str) -> bool {
        let mentions = &self.facts.graph.mentions;
        if requires.always.contains(other) {
            return true;
        }
        if !self.is_installed(name) {
            let switched_on = |extra: &str| DRIVERS.get(&format!("{name}[{extra}]"));
            let mut extras = mentions.keywords.iter().filter_map(|keyword| switched_on(keyword));
            return extras.any(|others| others.iter().any(|needed| needed == other));
        }
        let requested: BTreeSet<String> = self
            .declared
            .dependencies
            .iter()
            .filter(|dependency| *dependency.name == *name)
            .flat_map(|dependency| dependency.extras.iter().map(|extra| normalized(extra)))
            .collect();
        let imports = self.names.imports(other);
        let named = || {
            let known = |set: &BTreeSet<Arc<str>>| imports.iter().any(|import| set.contains(import.as_str()));
            known(&mentions.words) || known(&mentions.documented) || mentions.words.contains(other)
        };
        requires.extras.iter().filter(|(_, needed)| needed.contains(other)).any(|(extra, _)| {
            let is_asked = requested.contains(extra) || mentions.keywords.contains(extra.as_str());
            is_asked || self.imports_part(name, extra) || named()
        })
    }

    /// Whether own code imports the part of a distribution that an extra is called after: `sqlalchemy.ext.asyncio`.
    fn imports_part(&self, name: &str, extra: &str) -> bool {
        let modules = self.names.imports(name);
        let is_its = |import: &str| modules.iter().any(|module| super::is_at_or_below(import, module));
        let mut imports = self.facts.graph.mentions.imports.iter();
        imports.any(|import| is_its(import) && import.split('.').skip(1).any(|part| part == extra))
    }

    /// What the declared dependencies bring for the extras that are asked of them.
    pub(super) fn granted(&self) -> BTreeSet<Arc<str>> {
        let mut granted = BTreeSet::new();
        for dependency in self.declared.dependencies.iter().filter(|dependency| !dependency.extras.is_empty()) {
            let requires = self.requires(&dependency.name);
            let asked = dependency.extras.iter().filter_map(|extra| requires.extras.get(&normalized(extra)));
            granted.extend(asked.flatten().map(|name| Arc::from(name.as_str())));
        }
        granted
    }

    /// Entries of lists of all that was installed that other distributions require, or may require.
    pub(super) fn for_others(&self, installed: &BTreeSet<Arc<str>>) -> BTreeSet<Arc<str>> {
        let frozen = self.declared.dependencies.iter().filter(|dependency| dependency.frozen);
        let frozen: BTreeSet<&Arc<str>> = frozen.map(|dependency| &dependency.name).collect();
        if frozen.is_empty() {
            return BTreeSet::new();
        }
        let mut required: BTreeSet<String> = BTreeSet::new();
        for name in installed {
            let Requires { always, extras } = self.requires(name);
            required.extend(always);
            required.extend(extras.into_values().flatten());
        }
        let may_be = |name: &&Arc<str>| required.contains(&***name) || !installed.contains(*name);
        frozen.into_iter().filter(may_be).cloned().collect()
    }

    fn requires(&self, name: &str) -> Requires {
        match self.metadata(name, "METADATA") {
            Some(text) => Requires::in_metadata(&text),
            // Not installed here: the lock file knows.
            None => {
                let locked = self.declared.locked.iter().filter(|locked| *locked.name == *name);
                let always = locked.flat_map(|locked| &locked.requires).map(ToString::to_string).collect();
                Requires { always, ..Requires::default() }
            }
        }
    }

    fn metadata(&self, name: &str, file: &str) -> Option<String> {
        let facts = self.facts;
        let package: &Package = facts.packages.packages.iter().find(|package| *package.name == *name)?;
        let bytes =
            python::metadata(facts.artifact, package, file).filter(|id| facts.artifact.entry(*id).bytes <= LARGEST);
        let bytes = facts.artifact.read(bytes?).ok()?;
        Some(crate::text::lossy((*bytes).as_ref()).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_drivers_read() {
        assert!(DRIVERS.get("postgresql").is_some_and(|drivers| drivers.iter().any(|driver| driver == "psycopg2")));
    }
}
