//! The difference of two reports: what got larger, slower, or is loaded now and was not before.

mod html;
mod human;
mod markdown;
mod snapshot;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

pub use html::write as write_html;
pub use human::write as write_human;
pub use markdown::write as write_markdown;
use snapshot::{Dependency, Function, Module};
pub use snapshot::{LARGEST, Snapshot};

/// The value of [`Difference::schema`].
pub const SCHEMA: &str = "defrost-diff/1";
/// A change of Init below this many milliseconds is none.
const NOISE_MS: f64 = 0.5;
/// The range of a difference where the report does not say it.
const RANGE: [f64; 2] = [0.7, 1.5];
/// A chain of imports is followed so far.
const DEEPEST: usize = 1000;

/// Everything that differs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Difference {
    /// Always `defrost-diff/1`.
    pub schema: &'static str,
    /// One per function of either side.
    pub functions: Vec<Changed>,
    /// Budgets that the new side breaks, for people.
    pub broken: Vec<String>,
}

/// What became of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Something differs.
    Changed,
    /// Nothing does.
    Same,
}

/// A value on both sides; `null` where a side has no such function or value.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Sides<T> {
    /// In the old report.
    pub before: Option<T>,
    /// In the new one.
    pub after: Option<T>,
}

/// One function on both sides. Times are milliseconds, sizes bytes.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Changed {
    /// Name.
    pub name: String,
    /// What became of it.
    pub status: Status,
    /// Init.
    pub init_ms: Sides<f64>,
    /// The difference of Init, low and high: both estimates lie off alike, so that only the model's spread counts.
    pub change_ms: [f64; 3],
    /// Fetch and unpack.
    pub download_ms: Sides<f64>,
    /// What the first request loads.
    pub first_request_ms: Sides<f64>,
    /// Unpacked bytes.
    pub bytes: Sides<u64>,
    /// Bytes of the archive.
    pub zipped_bytes: Sides<u64>,
    /// Files.
    pub files: Sides<u64>,
    /// Modules loaded during Init.
    pub modules: Sides<u64>,
    /// Grade.
    pub grade: Sides<String>,
    /// Start verdict.
    pub start: Sides<String>,
    /// What ends Init now and did not before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_longer_starts: Option<String>,
    /// Packages that differ, those with most Init first.
    pub packages: Vec<PackageChange>,
    /// What Init loads now and did not, by the import that brings it in.
    pub newly_eager: Vec<Entered>,
    /// What Init loaded and does not now.
    pub no_longer_eager: Vec<Entered>,
    /// Routes that are new.
    pub routes_added: Vec<String>,
    /// Routes that are gone.
    pub routes_removed: Vec<String>,
}

/// A package that differs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PackageChange {
    /// Name.
    pub name: String,
    /// Versions; both `null` where none is known.
    pub version: Sides<String>,
    /// Whether each side has it.
    pub present: [bool; 2],
    /// Bytes.
    pub bytes: Sides<u64>,
    /// Own share of Init.
    pub init_ms: Sides<f64>,
    /// When it is loaded: `init`, `invoke` or `never`.
    pub loaded: Sides<String>,
}

/// Modules that one import brings into Init.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Entered {
    /// The first of them.
    pub module: String,
    /// Its package.
    pub package: Option<String>,
    /// How many there are with it.
    pub modules: u64,
    /// What they cost.
    pub ms: f64,
    /// The imports that lead there, from the function's own module on.
    pub chain: Vec<String>,
}

/// Rounds to microseconds, so that the last bits of a difference do not show.
fn rounded(ms: f64) -> f64 {
    (ms * 1e3).round() / 1e3
}

/// Compares two reports, function by function. Where each has one function these are the same one.
#[must_use]
pub fn compare(old: &Snapshot, new: &Snapshot) -> Difference {
    let mut functions = Vec::new();
    if let ([before], [after]) = (old.functions.as_slice(), new.functions.as_slice()) {
        functions.push(changed(Some(before), Some(after)));
    } else {
        let before: BTreeMap<&str, &Function> = old.functions.iter().map(|f| (&*f.name, f)).collect();
        let after: BTreeMap<&str, &Function> = new.functions.iter().map(|f| (&*f.name, f)).collect();
        let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
        functions.extend(names.into_iter().map(|name| changed(before.get(name).copied(), after.get(name).copied())));
    }
    functions.sort_by(|a, b| b.change_ms[0].total_cmp(&a.change_ms[0]).then_with(|| a.name.cmp(&b.name)));
    Difference { schema: SCHEMA, functions, broken: Vec::new() }
}

fn changed(before: Option<&Function>, after: Option<&Function>) -> Changed {
    fn sides<T>(sides: [Option<&Function>; 2], of: impl Fn(&Function) -> Option<T>) -> Sides<T> {
        let [before, after] = sides.map(|side| side.and_then(&of));
        Sides { before, after }
    }
    let both = [before, after];
    let init_ms = sides(both, |f| Some(f.init.estimated_ms));
    let change = init_ms.after.unwrap_or_default() - init_ms.before.unwrap_or_default();
    let [low, high] = after.or(before).and_then(|f| f.init.model_range).filter(|range| range[1] > 0.0).unwrap_or(RANGE);
    let (low, high) = if change < 0.0 { (change * high, change * low) } else { (change * low, change * high) };
    let routes = |side: Option<&Function>| -> BTreeSet<String> {
        side.into_iter().flat_map(|f| f.routes.iter().map(|route| route.key.clone())).collect()
    };
    let (old_routes, new_routes) = (routes(before), routes(after));
    let (old_modules, new_modules) = (eager(before), eager(after));
    let mut change = Changed {
        name: after.or(before).map_or_else(String::new, |f| f.name.clone()),
        status: Status::Same,
        change_ms: [change, low, high].map(rounded),
        init_ms,
        download_ms: sides(both, |f| Some(f.init.download_ms)),
        first_request_ms: sides(both, |f| Some(f.init.first_request_ms)),
        bytes: sides(both, |f| Some(f.package.bytes)),
        zipped_bytes: sides(both, |f| f.package.zipped_bytes),
        files: sides(both, |f| Some(f.package.files)),
        modules: sides(both, |f| Some(f.modules.iter().filter(|module| module.loaded == "init").count() as u64)),
        grade: sides(both, |f| f.grade.clone()),
        start: sides(both, |f| Some(f.start.as_ref()?.verdict.clone())),
        no_longer_starts: end_of(after).filter(|_| end_of(before).is_none()),
        packages: packages(before, after),
        newly_eager: entered(&new_modules, &old_modules),
        no_longer_eager: entered(&old_modules, &new_modules),
        routes_added: new_routes.difference(&old_routes).cloned().collect(),
        routes_removed: old_routes.difference(&new_routes).cloned().collect(),
    };
    change.status = match (before, after) {
        (None, _) => Status::Added,
        (_, None) => Status::Removed,
        _ if change.differs() => Status::Changed,
        _ => Status::Same,
    };
    change
}

/// What ends a function's Init; nothing where it starts or nobody knows.
fn end_of(function: Option<&Function>) -> Option<String> {
    let start = function?.start.as_ref().filter(|start| start.verdict == "fails")?;
    Some(start.cause.as_ref().map_or_else(|| "its Init fails".to_owned(), |cause| cause.message.clone()))
}

impl Changed {
    fn differs(&self) -> bool {
        self.change_ms[0].abs() >= NOISE_MS
            || self.bytes.before != self.bytes.after
            || self.files.before != self.files.after
            || self.start.before != self.start.after
            || !self.packages.is_empty()
            || !self.newly_eager.is_empty()
            || !self.no_longer_eager.is_empty()
            || !self.routes_added.is_empty()
            || !self.routes_removed.is_empty()
    }

    /// By how many percent Init, unpacked bytes or archive grew, whichever grew most; 0 where nothing did.
    #[must_use]
    pub fn growth_percent(&self) -> f64 {
        let percent = |before: Option<f64>, after: Option<f64>| match (before, after) {
            (Some(before), Some(after)) if before > 0.0 => (after / before - 1.0) * 100.0,
            _ => 0.0,
        };
        let bytes = |sides: &Sides<u64>| percent(sides.before.map(|b| b as f64), sides.after.map(|b| b as f64));
        let init = percent(self.init_ms.before, self.init_ms.after);
        init.max(bytes(&self.bytes)).max(bytes(&self.zipped_bytes)).max(0.0)
    }
}

/// Modules that Init loads, by what they are known as on both sides.
fn eager(side: Option<&Function>) -> BTreeMap<&str, &Module> {
    let modules = side.into_iter().flat_map(|function| &function.modules);
    modules.filter(|module| module.loaded == "init").map(|module| (&*module.name, module)).collect()
}

/// Modules of one side that the other does not load, each group by the one whose importer both sides load.
fn entered(here: &BTreeMap<&str, &Module>, there: &BTreeMap<&str, &Module>) -> Vec<Entered> {
    let is_new = |name: &str| here.contains_key(name) && !there.contains_key(name);
    let mut groups: BTreeMap<&str, (u64, f64)> = BTreeMap::new();
    for (name, module) in here.iter().filter(|(name, _)| is_new(name)) {
        let mut first = *name;
        for _ in 0..DEEPEST {
            let above = here.get(first).and_then(|module| module.imported_by.as_deref()).filter(|above| is_new(above));
            let Some(above) = above else { break };
            first = above;
        }
        let group = groups.entry(first).or_default();
        *group = (group.0 + 1, group.1 + module.self_ms);
    }
    let group = |(name, (modules, ms)): (&str, (u64, f64))| Entered {
        module: name.to_owned(),
        package: here.get(name).and_then(|module| module.package.clone()),
        modules,
        ms: rounded(ms),
        chain: chain(name, here),
    };
    let mut entered: Vec<Entered> = groups.into_iter().map(group).collect();
    entered.sort_by(|a, b| b.ms.total_cmp(&a.ms).then_with(|| a.module.cmp(&b.module)));
    entered
}

/// The imports that lead to a module.
fn chain(name: &str, modules: &BTreeMap<&str, &Module>) -> Vec<String> {
    let mut chain = vec![name.to_owned()];
    let mut at = name;
    while let Some(above) = modules.get(at).and_then(|module| module.imported_by.as_deref()) {
        if chain.len() >= DEEPEST || chain.iter().any(|known| known == above) {
            break;
        }
        chain.push(above.to_owned());
        at = above;
    }
    chain.reverse();
    chain
}

/// Packages that differ in version, size, presence or in when they are loaded.
fn packages(before: Option<&Function>, after: Option<&Function>) -> Vec<PackageChange> {
    let of = |side: Option<&Function>| -> BTreeMap<String, Dependency> {
        let all = side.into_iter().flat_map(|function| &function.packages);
        let mut by_name: BTreeMap<String, Dependency> = BTreeMap::new();
        // Of several copies of one package the sum counts, and their versions in order.
        for package in all {
            match by_name.get_mut(&package.name) {
                Some(known) => {
                    known.bytes += package.bytes;
                    known.init_ms += package.init_ms;
                    let versions = [known.version.take(), package.version.clone()];
                    known.version = Some(versions.into_iter().flatten().collect::<Vec<_>>().join(", "));
                }
                None => {
                    by_name.insert(package.name.clone(), package.clone());
                }
            }
        }
        by_name
    };
    let (old, new) = (of(before), of(after));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut changes = Vec::new();
    for name in names {
        let (a, b) = (old.get(name), new.get(name));
        let same = a.zip(b).is_some_and(|(a, b)| a.version == b.version && a.bytes == b.bytes && a.loaded == b.loaded);
        if same {
            continue;
        }
        changes.push(PackageChange {
            name: name.clone(),
            present: [a.is_some(), b.is_some()],
            version: Sides { before: a.and_then(|a| a.version.clone()), after: b.and_then(|b| b.version.clone()) },
            bytes: Sides { before: a.map(|a| a.bytes), after: b.map(|b| b.bytes) },
            init_ms: Sides { before: a.map(|a| a.init_ms), after: b.map(|b| b.init_ms) },
            loaded: Sides { before: a.map(|a| a.loaded.clone()), after: b.map(|b| b.loaded.clone()) },
        });
    }
    let weight = |change: &PackageChange| {
        (change.init_ms.after.unwrap_or_default() - change.init_ms.before.unwrap_or_default()).abs()
    };
    changes.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then_with(|| a.name.cmp(&b.name)));
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(packages: &str, modules: &str, init: f64) -> Snapshot {
        let text = format!(
            r#"{{"schema": "defrost-report/1", "functions": [{{"name": "f", "package": {{"bytes": 1000, "files": 3}},
            "init": {{"estimated_ms": {init}, "model_range": [0.8, 1.25]}}, "routes": [],
            "packages": [{packages}], "modules": [{modules}]}}]}}"#
        );
        Snapshot::read(&text).unwrap()
    }

    const OWN: &str = r#"{"name": "app", "loaded": "init", "self_ms": 1.0}"#;

    #[test]
    fn newly_eager_modules_are_grouped_by_the_import_that_brings_them() {
        let new = format!(
            r#"{OWN}, {{"name": "pandas", "package": "pandas", "loaded": "init", "self_ms": 5.0, "imported_by": "app"}},
            {{"name": "numpy", "package": "numpy", "loaded": "init", "self_ms": 7.0, "imported_by": "pandas"}}"#
        );
        let package = r#"{"name": "pandas", "version": "2.0", "bytes": 5, "loaded": "init", "init_ms": 5.0}"#;
        let difference = compare(&snapshot("", OWN, 100.0), &snapshot(package, &new, 112.0));
        let function = &difference.functions[0];
        assert_eq!(function.status, Status::Changed);
        assert_eq!(function.change_ms, [12.0, 9.6, 15.0]);
        let [entered] = function.newly_eager.as_slice() else { panic!("{function:?}") };
        assert_eq!(
            (entered.modules, entered.ms, entered.chain.as_slice()),
            (2, 12.0, ["app", "pandas"].map(String::from).as_slice())
        );
        assert_eq!(function.packages[0].present, [false, true]);
        let back = compare(&snapshot(package, &new, 112.0), &snapshot("", OWN, 100.0));
        assert_eq!(back.functions[0].no_longer_eager.len(), 1);
        assert_eq!(back.functions[0].change_ms, [-12.0, -15.0, -9.6]);
    }

    #[test]
    fn what_is_the_same_is_said_to_be() {
        let one = snapshot("", OWN, 100.0);
        assert_eq!(compare(&one, &one).functions[0].status, Status::Same);
        assert!(Snapshot::read("{}").is_err() && Snapshot::read(r#"{"schema": "x", "functions": []}"#).is_err());
    }

    #[test]
    fn circles_of_importers_end() {
        let circle = r#"{"name": "a", "loaded": "init", "imported_by": "b"}, {"name": "b", "loaded": "init", "imported_by": "a"}"#;
        let difference = compare(&snapshot("", "", 1.0), &snapshot("", circle, 1.0));
        assert!(!difference.functions[0].newly_eager.is_empty());
    }
}
