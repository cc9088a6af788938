//! `Cargo.toml` text to facts.

use std::sync::Arc;

use toml_edit::{Document, Item, Table, TableLike};

use super::dependency::{self, span_of};
use super::{
    BuildScript, CargoManifest, DeclaredTarget, DependencyKind, Feature, Memory, Package, Problem, Profile, TargetKind,
    Workspace,
};
use crate::input::files;

pub(super) fn manifest(path: &str, text: Arc<str>) -> (CargoManifest, Vec<Problem>) {
    let folder = files::parent(path).to_string();
    let mut found = CargoManifest { path: path.to_string(), folder, text: text.clone(), ..CargoManifest::default() };
    let document = match Document::parse(text.as_ref()) {
        Ok(document) => document,
        Err(error) => {
            let span = error.span().map(|range| span_of(&range));
            let message = error.message().trim().to_string();
            return (found, vec![Problem { path: path.to_string(), span, message }]);
        }
    };
    let root = document.as_table();
    found.package = root.get("package").or_else(|| root.get("project")).and_then(Item::as_table_like).map(package);
    found.workspace =
        root.get("workspace").and_then(Item::as_table_like).map(|table| workspace(table, &found.folder, &text));
    found.dependencies = dependency::all(root, &found.folder, &text);
    found.features = features(root);
    found.lib = root.get("lib").and_then(|item| item.as_table_like().map(|table| target(table, item)));
    for (section, kind) in [
        ("bin", TargetKind::Bin),
        ("example", TargetKind::Example),
        ("test", TargetKind::Test),
        ("bench", TargetKind::Bench),
    ] {
        let list = root.get(section).and_then(Item::as_array_of_tables);
        for table in list.into_iter().flatten() {
            found.declared.push((kind, target(table, &Item::Table(table.clone()))));
        }
    }
    found.profiles = profiles(root);
    found.ignored = ignored(root);
    let mut problems = Vec::new();
    if found.package.as_ref().is_some_and(|package| package.name.is_empty()) {
        problems.push(Problem { path: path.to_string(), span: None, message: "`package.name` is missing".to_string() });
    }
    (found, problems)
}

fn string(table: &dyn TableLike, key: &str) -> Option<String> {
    table.get(key).and_then(Item::as_str).map(str::to_string)
}

fn strings(item: Option<&Item>) -> Vec<String> {
    let array = item.and_then(Item::as_array);
    array.into_iter().flatten().filter_map(|value| value.as_str().map(str::to_string)).collect()
}

fn package(table: &dyn TableLike) -> Package {
    let off = |key: &str| table.get(key).and_then(Item::as_bool) == Some(false);
    let build = match table.get("build") {
        Some(item) if item.as_bool() == Some(false) => BuildScript::Off,
        Some(item) => item.as_str().map_or(BuildScript::Auto, |path| BuildScript::Path(path.to_string())),
        None => BuildScript::Auto,
    };
    let kinds = [
        ("autobins", TargetKind::Bin),
        ("autotests", TargetKind::Test),
        ("autoexamples", TargetKind::Example),
        ("autobenches", TargetKind::Bench),
    ];
    let metadata = table.get("metadata").and_then(Item::as_table_like);
    Package {
        name: string(table, "name").unwrap_or_default(),
        span: table.get("name").and_then(Item::span).map(|range| span_of(&range)),
        version: string(table, "version"),
        edition: string(table, "edition"),
        build,
        auto_off: kinds.iter().filter(|(key, _)| off(key)).map(|(_, kind)| *kind).collect(),
        resolver: string(table, "resolver"),
        workspace: string(table, "workspace"),
        lambda_metadata: metadata.is_some_and(|metadata| metadata.contains_key("lambda")),
        memory: metadata.and_then(|metadata| inner(metadata, "lambda")).map(memory).unwrap_or_default(),
    }
}

fn inner<'a>(table: &'a dyn TableLike, key: &str) -> Option<&'a dyn TableLike> {
    table.get(key).and_then(Item::as_table_like)
}

/// What cargo-lambda would deploy with.
fn memory(lambda: &dyn TableLike) -> Memory {
    let deployed = |table: &dyn TableLike| {
        let memory = inner(table, "deploy")?.get("memory")?.as_integer()?;
        u32::try_from(memory).ok()
    };
    let binaries = inner(lambda, "bin").into_iter().flat_map(TableLike::iter);
    let of_binary = binaries.filter_map(|(name, item)| Some((name.to_string(), deployed(item.as_table_like()?)?)));
    Memory { all: deployed(lambda), of_binary: of_binary.collect() }
}

fn workspace(table: &dyn TableLike, folder: &str, text: &str) -> Workspace {
    let dependencies = table.get("dependencies").and_then(Item::as_table_like);
    Workspace {
        members: strings(table.get("members")),
        exclude: strings(table.get("exclude")),
        dependencies: dependencies.map_or_else(Vec::new, |table| {
            dependency::table_entries(table, DependencyKind::Normal, None, folder, text)
        }),
        resolver: string(table, "resolver"),
        edition: inner(table, "package").and_then(|package| string(package, "edition")),
    }
}

fn features(root: &Table) -> Vec<Feature> {
    let Some(table) = root.get("features").and_then(Item::as_table_like) else { return Vec::new() };
    table
        .iter()
        .map(|(name, item)| Feature {
            name: name.to_string(),
            enables: strings(Some(item)),
            span: table.key(name).and_then(toml_edit::Key::span).map(|range| span_of(&range)).unwrap_or_default(),
        })
        .collect()
}

fn target(table: &dyn TableLike, item: &Item) -> DeclaredTarget {
    let flag = |key: &str| table.get(key).and_then(Item::as_bool);
    DeclaredTarget {
        name: string(table, "name"),
        path: string(table, "path"),
        proc_macro: flag("proc-macro").or_else(|| flag("proc_macro")).unwrap_or(false),
        doctest_off: flag("doctest") == Some(false),
        span: item.span().map(|range| span_of(&range)),
    }
}

fn profiles(root: &Table) -> Vec<Profile> {
    let Some(table) = root.get("profile").and_then(Item::as_table_like) else { return Vec::new() };
    table
        .iter()
        .filter_map(|(name, item)| {
            let settings = item.as_table_like()?;
            let rows = settings.iter().filter_map(|(key, value)| {
                let span = value.span().map(|range| span_of(&range))?;
                let value = value.as_value()?;
                let shown = value.as_str().map_or_else(|| value.to_string().trim().to_string(), str::to_string);
                Some((key.to_string(), shown, span))
            });
            Some(Profile {
                name: name.to_string(),
                span: item.span().map(|range| span_of(&range)),
                settings: rows.collect(),
            })
        })
        .collect()
}

/// What the project already tells the peers to ignore holds for us as well.
fn ignored(root: &Table) -> Vec<String> {
    let mut found = Vec::new();
    for owner in ["package", "workspace"] {
        let metadata = root.get(owner).and_then(Item::as_table_like).and_then(|table| table.get("metadata"));
        let Some(metadata) = metadata.and_then(Item::as_table_like) else { continue };
        for tool in ["cargo-machete", "cargo-shear", "cargo-udeps"] {
            let Some(table) = metadata.get(tool).and_then(Item::as_table_like) else { continue };
            found.extend(strings(table.get("ignored")));
            let nested = table.get("ignore").and_then(Item::as_table_like);
            found.extend(
                nested
                    .into_iter()
                    .flat_map(|lists| ["normal", "development", "build"].map(|key| strings(lists.get(key))))
                    .flatten(),
            );
        }
    }
    found
}
