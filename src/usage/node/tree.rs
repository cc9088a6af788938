//! Use of npm dependencies in a project: every file counts, whoever loads it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::need::Need;
use super::super::own_code::{self, OwnFile};
use super::super::tree::Part;
use super::super::{Elsewhere, Loaded, Undeclared, Usage, brought, development, loaders, undeclared, wanted};
use super::apart::Apart;
use super::manifests::Manifests;
use super::production::Production;
use super::{elsewhere, mentioned, named_by_code, types};
use crate::manifest::dependency::{Declared, Dependency, MentionedBy, Scope};
use crate::platform::Language;

/// The files of a project that say what it needs, read once for all its parts.
pub(in crate::usage) struct Sources {
    files: Vec<OwnFile>,
    texts: development::Texts,
}

impl Sources {
    /// Reads them.
    pub(in crate::usage) fn of(facts: &Loaded<'_>) -> Self {
        let files = own_code::read(facts, &vec![true; facts.artifact.entries().len()]);
        Self { files, texts: development::Texts::of_tree(facts) }
    }
}

/// What is found of a part of a project.
pub(in crate::usage) struct Found {
    /// What it uses.
    pub(in crate::usage) usage: Usage,
    /// What it imports without declaring it.
    pub(in crate::usage) undeclared: Vec<Undeclared>,
    /// What its code imports in production and it declares for development alone.
    pub(in crate::usage) misplaced: Vec<Undeclared>,
    /// What it declares for run time and only tests need, with the first of them.
    pub(in crate::usage) only_tests: BTreeMap<Arc<str>, String>,
    /// Whether none of its files imports any of what it declares: the code that does is elsewhere.
    pub(in crate::usage) is_elsewhere: bool,
}

/// Looks at a part of a project.
pub(in crate::usage) fn of_tree(facts: &Loaded<'_>, declared: &Declared, sources: &Sources, part: &Part) -> Found {
    let packages = Manifests::new(facts, declared);
    let all: Vec<&OwnFile> = sources.files.iter().filter(|file| part.sees(&file.path)).collect();
    let usage = used(facts, declared, (sources, &all), &packages, part);
    let aliases = sources.texts.aliases(part);
    let undeclared = undeclared_in(facts, declared, (&all, aliases, part), &packages, &usage);
    let production = Production::of(facts, declared, &all, part);
    let misplaced = production.as_ref().map(|own| own.only_for_development(facts, declared, &all, &packages));
    let only_tests =
        production.map(|own| only_tests(facts, declared, (sources, &all), (&packages, &own, &usage), part));
    Found {
        is_elsewhere: !is_any_imported(declared, all.iter().copied()),
        usage,
        undeclared,
        misplaced: misplaced.unwrap_or_default(),
        only_tests: only_tests.unwrap_or_default(),
    }
}

/// What is declared for run time, imported by tests alone, and needed by nothing else.
fn only_tests(
    facts: &Loaded<'_>,
    declared: &Declared,
    (sources, all): (&Sources, &[&OwnFile]),
    (packages, production, usage): (&Manifests, &Production<'_>, &Usage),
    part: &Part,
) -> BTreeMap<Arc<str>, String> {
    let importer = |name: &Arc<str>| match usage.needs.get(name) {
        Some(Need::Imported(path)) if production.is_test(path) => Some(path.to_string()),
        _ => None,
    };
    let judged = declared.dependencies.iter().filter(|dependency| {
        let is_stub = brought::is_stub(Language::Node, &dependency.name);
        dependency.scope == Scope::Runtime && !dependency.shared && !is_stub
    });
    let mut found: BTreeMap<Arc<str>, String> =
        judged.filter_map(|dependency| Some((dependency.name.clone(), importer(&dependency.name)?))).collect();
    if found.is_empty() || !production.is_told_by(declared, all) {
        return BTreeMap::new();
    }
    let others: Vec<&OwnFile> = all.iter().copied().filter(|file| !production.is_test(&file.path)).collect();
    let without = used(facts, declared, (sources, &others), packages, part);
    found.retain(|name, _| !without.uses(name) && without.elsewhere(name).is_none());
    found
}

/// What some files of a part use, with all that speaks for it beside them.
fn used(
    facts: &Loaded<'_>,
    declared: &Declared,
    (sources, all): (&Sources, &[&OwnFile]),
    packages: &Manifests,
    part: &Part,
) -> Usage {
    let mut usage = Usage::default();
    let paths = all.iter().map(|file| &*file.path).chain(sources.texts.paths());
    let apart = Apart::of(facts, part, paths);
    let files: Vec<Cow<'_, OwnFile>> = all.iter().map(|file| apart.rest(file)).collect();
    let files: Vec<&OwnFile> = files.iter().map(|file| &**file).collect();
    ask(&files, &mut usage, &|file| file.imports.iter().collect(), &Need::Imported);
    named_by_code(&files, declared, packages, &BTreeSet::new(), &mut usage);
    mentioned(declared, &mut usage);
    let tellers = development::Tellers {
        part,
        files: &files,
        is_apart: &|path, name| apart.has(path, name),
        commands_of: &|name| packages.possible_commands(name).iter().map(|command| command.to_string()).collect(),
        alone: &|name| packages.brought_alone(declared, name),
        is_known: &|name| usage.needs.contains_key(name),
    };
    let told = development::told_in_tree(facts, declared, &sources.texts, &tellers);
    add(&mut usage, told.needs);
    let run = run_by_scripts(declared, packages).into_iter().map(|name| (name, Need::Script));
    add(&mut usage, run);
    // Types that nothing uses as values are asked for all the same: whoever takes a package away has to know.
    ask(&files, &mut usage, &|file| file.types.iter().chain(&file.told).collect(), &Need::Typed);
    // Where none of the packages is asked for, the code that needs them is elsewhere.
    if own_code::is_cut(&sources.files) || !is_any_imported(declared, files.iter().copied()) {
        add(&mut usage, declared.dependencies.iter().map(|dependency| (dependency.name.clone(), Need::Open)));
    }
    let is_installed = |name: &str| facts.packages.packages.iter().any(|package| *package.name == *name);
    let uses = |name: &str| usage.reached.contains(name);
    let known = loaders::Known { uses: &uses, is_installed: &is_installed, is_decided: &|_| false };
    let loaded = loaders::may_load(loaders::Of::Node, declared, &known);
    add(&mut usage, loaded);
    let hosts = packages.hosts_of(declared, &usage.reached);
    add(&mut usage, hosts);
    packages.add_all_peers(&mut usage.reached, &mut usage.needs);
    want(facts, declared, packages, &told.idle, &mut usage);
    elsewhere(&files, declared, packages, &mut usage);
    types::forget(facts, declared, &files, packages, &mut usage);
    let carriers = packages.carriers(declared, &usage.reached);
    add(&mut usage, carriers);
    let installing = packages.installing(facts, declared);
    add(&mut usage, installing.into_iter().map(|name| (name, Need::Installs)));
    // Of what is declared for development peers are most of it.
    usage.configured = packages.tells_peers.then(BTreeSet::new);
    usage
}

/// Whether some files import something that the manifest itself declares.
fn is_any_imported<'f>(declared: &Declared, mut files: impl Iterator<Item = &'f OwnFile>) -> bool {
    let own: Vec<&Dependency> = declared.dependencies.iter().filter(|dependency| !dependency.shared).collect();
    files.any(|file| own.iter().any(|dependency| file.imports.contains(&*dependency.name)))
}

/// What files import and scripts run that nothing declares, unless a library answers for it.
fn undeclared_in(
    facts: &Loaded<'_>,
    declared: &Declared,
    (files, aliases, part): (&[&OwnFile], BTreeSet<String>, &Part),
    packages: &Manifests,
    usage: &Usage,
) -> Vec<Undeclared> {
    let mut undeclared = undeclared::of_node(facts, declared, (files, aliases), part);
    let served = wanted::served(
        facts,
        &usage.reached,
        &packages.may_use(&usage.reached),
        undeclared.iter().map(|import| &import.name),
    );
    undeclared.retain(|import| !served.contains_key(&import.name));
    let run = undeclared::of_scripts(facts, declared, &packages.owners_of_commands(), part);
    let is_new = |one: &Undeclared| !undeclared.iter().any(|other| other.name == one.name);
    let run: Vec<Undeclared> = run.into_iter().filter(is_new).collect();
    undeclared.extend(run);
    undeclared
}

/// Notes what each of some files asks for.
fn ask(
    files: &[&OwnFile],
    usage: &mut Usage,
    of: &dyn for<'f> Fn(&'f OwnFile) -> Vec<&'f String>,
    need: &dyn Fn(Arc<str>) -> Need,
) {
    for file in files {
        let need = need(file.path.as_str().into());
        add(usage, of(file).into_iter().map(|name| (Arc::from(name.as_str()), need.clone())));
    }
}

/// Adds what libraries that are used load where it is there, with what that wants beside itself.
fn want(facts: &Loaded<'_>, declared: &Declared, packages: &Manifests, idle: &BTreeSet<Arc<str>>, usage: &mut Usage) {
    for of in [wanted::by_packages, wanted::by_scopes] {
        let wanted = of(
            facts,
            declared,
            &usage.reached,
            &wanted::Among {
                brings: &|owner, name| packages.is_brought_by(owner, name),
                may_use: &packages.may_use(&usage.reached),
                idle,
            },
        );
        add(usage, wanted);
        packages.add_all_peers(&mut usage.reached, &mut usage.needs);
    }
}

fn add(usage: &mut Usage, needs: impl IntoIterator<Item = (Arc<str>, Need)>) {
    for (name, need) in needs {
        usage.reached.insert(name.clone());
        usage.needs.entry(name).or_insert(need);
    }
}

/// What is used by nothing but types or scripts, told as a need.
pub(in crate::usage) fn told(where_else: Elsewhere) -> Need {
    match where_else {
        Elsewhere::Scripts => Need::Script,
        Elsewhere::Deployment | Elsewhere::Types => Need::Found,
    }
}

/// Declared packages of which scripts of the manifest run a command.
fn run_by_scripts(declared: &Declared, manifests: &Manifests) -> BTreeSet<Arc<str>> {
    let scripts = declared.mentions.iter().filter(|mention| mention.by == MentionedBy::Script);
    let words: BTreeSet<&str> = scripts.map(|mention| &*mention.word).collect();
    let is_run = |name: &&Arc<str>| {
        let mut commands = manifests.commands_of(name).into_iter();
        let mut possible = manifests.possible_commands(name).into_iter();
        words.contains(&***name)
            || commands.any(|command| words.contains(command))
            || possible.any(|command| words.contains(&*command))
    };
    declared.dependencies.iter().map(|dependency| &dependency.name).filter(is_run).cloned().collect()
}
