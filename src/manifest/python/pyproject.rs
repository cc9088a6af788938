use toml_edit::{Document, Item, TableLike, Value};

use super::{Place, Reader, groups};
use crate::manifest::dependency::Scope;
use crate::manifest::removal;
use crate::span::Span;

const PYPROJECT: &str = "pyproject.toml";

/// Reads `pyproject.toml`: PEP 621, PEP 735, Poetry, PDM and uv.
pub(super) fn read(reader: &mut Reader<'_>) {
    let Some(document) = document(reader, PYPROJECT) else { return };
    let source = document.raw();
    let root = document.as_table();
    if let Some(project) = table(root, "project") {
        requirements(reader, source, project.get("dependencies"), &Scope::Runtime);
        let dynamic = project.get("dynamic").and_then(Item::as_array);
        let is_dynamic = dynamic.into_iter().flatten().any(|key| key.as_str() == Some("dependencies"));
        let is_read = |tool| table(tool, "dynamic").is_some_and(|dynamic| dynamic.contains_key("dependencies"));
        let setuptools = table(root, "tool").and_then(|tool| table(tool, "setuptools"));
        // A plug-in of the build tool says them, or `setup.py`.
        reader.declared.is_open |= is_dynamic && !setuptools.is_some_and(is_read);
        // `name[extra]` in a project's own list asks for its extra.
        if let Some(name) = project.get("name").and_then(Item::as_str) {
            let name = super::normalized(name);
            reader.declared.dependencies.retain(|dependency| *dependency.name != *name);
        }
        for (extra, list) in table(project, "optional-dependencies").into_iter().flat_map(TableLike::iter) {
            requirements(reader, source, Some(list), &Scope::Optional(extra.to_owned()));
        }
    }
    for (group, list) in table(root, "dependency-groups").into_iter().flat_map(TableLike::iter) {
        requirements(reader, source, Some(list), &groups::scope(group));
    }
    let Some(tool) = table(root, "tool") else { return };
    read_dynamic(reader, tool);
    if let Some(uv) = table(tool, "uv") {
        requirements(reader, source, uv.get("dev-dependencies"), &Scope::Development);
    }
    let pdm = table(tool, "pdm").and_then(|pdm| table(pdm, "dev-dependencies"));
    for (_, list) in pdm.into_iter().flat_map(TableLike::iter) {
        requirements(reader, source, Some(list), &Scope::Development);
    }
    let hatch = table(tool, "hatch").and_then(|hatch| table(hatch, "envs"));
    for (_, environment) in hatch.into_iter().flat_map(TableLike::iter) {
        let Some(environment) = environment.as_table_like() else { continue };
        for key in ["dependencies", "extra-dependencies"] {
            requirements(reader, source, environment.get(key), &Scope::Development);
        }
    }
    if let Some(poetry) = table(tool, "poetry") {
        read_poetry(reader, source, poetry);
    }
}

/// Lists that setuptools takes from files: `[tool.setuptools.dynamic]`.
fn read_dynamic(reader: &mut Reader<'_>, tool: &dyn TableLike) {
    let Some(dynamic) = table(tool, "setuptools").and_then(|tool| table(tool, "dynamic")) else { return };
    if let Some(list) = dynamic.get("dependencies") {
        read_files(reader, list, &Scope::Runtime);
    }
    for (extra, list) in table(dynamic, "optional-dependencies").into_iter().flat_map(TableLike::iter) {
        read_files(reader, list, &Scope::Optional(extra.to_owned()));
    }
}

fn read_files(reader: &mut Reader<'_>, list: &Item, scope: &Scope) {
    let Some(files) = list.as_table_like().and_then(|list| list.get("file")) else { return };
    let listed = files.as_array().into_iter().flatten().filter_map(Value::as_str);
    for path in files.as_str().into_iter().chain(listed) {
        // Requirements files by convention are read anyway.
        if !super::lists::is_conventional(path) {
            super::requirements::read(reader, path, scope);
        }
    }
}

/// Reads a `Pipfile`.
pub(super) fn read_pipfile(reader: &mut Reader<'_>) {
    const PIPFILE: &str = "Pipfile";
    let Some(document) = document(reader, PIPFILE) else { return };
    let source = document.raw();
    let root = document.as_table();
    named(reader, (PIPFILE, source), table(root, "packages"), &Scope::Runtime);
    named(reader, (PIPFILE, source), table(root, "dev-packages"), &Scope::Development);
}

fn read_poetry(reader: &mut Reader<'_>, source: &str, poetry: &dyn TableLike) {
    named(reader, (PYPROJECT, source), table(poetry, "dependencies"), &Scope::Runtime);
    named(reader, (PYPROJECT, source), table(poetry, "dev-dependencies"), &Scope::Development);
    for (name, group) in table(poetry, "group").into_iter().flat_map(TableLike::iter) {
        let Some(group) = group.as_table_like() else { continue };
        let scope = match group.get("optional").and_then(Item::as_bool) {
            Some(true) => Scope::Optional(name.to_owned()),
            _ => groups::scope(name),
        };
        named(reader, (PYPROJECT, source), table(group, "dependencies"), &scope);
    }
}

/// A manifest that declares something, parsed; a broken one costs only itself.
fn document(reader: &mut Reader<'_>, path: &str) -> Option<Document<String>> {
    let text = reader.files.text(path)?;
    match Document::parse(text) {
        Ok(document) => Some(document),
        Err(error) => {
            let span = error.span().unwrap_or(0..0);
            let message = error.message().lines().next().unwrap_or("not TOML").to_owned();
            reader.problem(path, Span::new(span.start as u32, span.end as u32), message);
            None
        }
    }
}

fn table<'a>(parent: &'a dyn TableLike, key: &str) -> Option<&'a dyn TableLike> {
    parent.get(key)?.as_table_like()
}

fn span_of(range: Option<std::ops::Range<usize>>) -> Span {
    range.map_or(Span::default(), |range| Span::new(range.start as u32, range.end as u32))
}

/// A list of PEP 508 strings.
fn requirements(reader: &mut Reader<'_>, source: &str, list: Option<&Item>, scope: &Scope) {
    let Some(list) = list.and_then(Item::as_array) else { return };
    reader.declared.any_manifest = true;
    for value in list {
        // Other values are `{include-group = "..."}`, whose group is read on its own.
        if let Some(text) = value.as_str() {
            let span = span_of(value.span());
            let removal = Some(removal::element(source, span));
            reader.add_requirement(text, scope, PYPROJECT, Place { span, removal }, false);
        }
    }
}

/// A table of `name = version` as Poetry and Pipenv write it.
fn named(reader: &mut Reader<'_>, (path, source): (&str, &str), list: Option<&dyn TableLike>, scope: &Scope) {
    let Some(list) = list else { return };
    reader.declared.any_manifest = true;
    for (name, item) in list.iter().filter(|(name, _)| *name != "python") {
        let optional = item.as_table_like().and_then(|entry| entry.get("optional")).and_then(Item::as_bool);
        let scope = if optional == Some(true) { &Scope::Optional(name.to_owned()) } else { scope };
        let key = list.key(name).and_then(toml_edit::Key::span);
        let span = match (key, item.span()) {
            (Some(key), Some(value)) => span_of(Some(key.start..value.end)),
            (key, _) => span_of(key),
        };
        // An entry with a section of its own is more than a range.
        let removal = (!item.is_table()).then(|| removal::lines(source, span));
        reader.add_named(name, scope, path, Place { span, removal });
        if let Some(extras) = item.as_table_like().and_then(|entry| entry.get("extras")).and_then(Item::as_array) {
            let extras = extras.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            if let Some(last) = reader.declared.dependencies.last_mut() {
                last.extras = extras;
            }
        }
    }
}
