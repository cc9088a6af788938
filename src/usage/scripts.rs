//! What Python files say in other forms than statements that run: examples in documentation, code in texts, statements
//! that only a broken or another dialect's parser would read, and the requirements of a script (PEP 723).

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::Loaded;
use crate::artifact::EntryId;
use crate::manifest::python::{import_names, name_of_requirement};

/// Most files that are searched for who else imports something.
const MOST_FILES: usize = 2_000;
/// Larger files, in bytes, are not searched.
const LARGEST: u64 = 1 << 20;

/// The dotted names that lines of a text import, wherever they stand: `import a.b as c`, `>>> from a import b`.
pub(super) fn imports_in(text: &str) -> impl Iterator<Item = String> + '_ {
    text.lines().flat_map(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix(">>> ").or_else(|| line.strip_prefix("... ")).unwrap_or(line).trim_start();
        let (whole, from) = match (keyword(line, &["import ", "cimport "]), keyword(line, &["from "])) {
            (Some(names), _) => (names, None),
            (None, Some(rest)) => ("", rest.split_once(' ').filter(|(_, then)| is_import(then)).map(|(from, _)| from)),
            (None, None) => ("", None),
        };
        let listed = whole.split([',', ';']).map(|name| name.trim().split([' ', '#']).next().unwrap_or_default());
        listed.chain(from).map(bare).filter(|name| is_dotted(name)).map(str::to_owned).collect::<Vec<_>>()
    })
}

fn keyword<'a>(line: &'a str, words: &[&str]) -> Option<&'a str> {
    // Code in a text of one line begins behind its quote: `exec("import a")`.
    let inside = line.find(['"', '\'']).and_then(|at| line.get(at..)).map(|text| text.trim_start_matches(['"', '\'']));
    let mut begun = [Some(line), inside].into_iter().flatten();
    begun.find_map(|text| words.iter().find_map(|word| text.strip_prefix(word)))
}

fn is_import(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("import ") || text.starts_with("cimport ") || text.starts_with("import(")
}

/// A name without what closes the text around it.
fn bare(name: &str) -> &str {
    name.trim_end_matches(['"', '\'', ')', '\\'])
}

fn is_dotted(name: &str) -> bool {
    let is_name = |part: &str| {
        !part.starts_with(|c: char| c.is_ascii_digit()) && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    !name.is_empty() && name.split('.').all(|part| !part.is_empty() && is_name(part))
}

/// The modules that the requirements in a script's own block (PEP 723) bring.
pub(super) fn brought_by_block(text: &str) -> Vec<String> {
    let mut lines = text.lines().skip_while(|line| line.trim_end() != "# /// script").skip(1);
    let block = lines.by_ref().take_while(|line| line.trim_end() != "# ///");
    // A line of nothing but `#` is a comment in TOML, too.
    let block: Vec<&str> = block.map(|line| line.strip_prefix("# ").unwrap_or(line)).collect();
    let Ok(block) = toml::from_str::<toml::Table>(&block.join("\n")) else { return Vec::new() };
    let listed = block.get("dependencies").and_then(toml::Value::as_array).into_iter().flatten();
    listed.filter_map(toml::Value::as_str).flat_map(|text| import_names(&name_of_requirement(text))).collect()
}

/// For each of some distributions, with the modules that it brings, a file of the function's own that imports it and
/// that the handler does not reach.
pub(super) fn unreached_importers(
    facts: &Loaded<'_>,
    reached: &[bool],
    sought: &[(Arc<str>, Vec<String>)],
) -> Vec<(Arc<str>, String)> {
    if sought.is_empty() {
        return Vec::new();
    }
    let own = facts.artifact.entries().filter(|(id, entry)| {
        let is_reached = reached.get(id.0 as usize).copied().unwrap_or_default();
        entry.path.ends_with(".py") && entry.bytes <= LARGEST && !is_reached && facts.packages.owner(*id).is_none()
    });
    let own: Vec<EntryId> = own.map(|(id, _)| id).take(MOST_FILES).collect();
    let of_file = |id: &EntryId| {
        let bytes = facts.artifact.read(*id).ok()?;
        let text = crate::text::lossy((*bytes).as_ref());
        let imports: BTreeSet<String> = imports_in(&text).collect();
        let imported = |modules: &[String]| {
            modules.iter().any(|module| imports.iter().any(|name| super::is_at_or_below(name, module)))
        };
        let names = sought.iter().filter(|(_, modules)| imported(modules)).map(|(name, _)| Arc::clone(name));
        Some((facts.artifact.entry(*id).path.to_string(), names.collect::<Vec<_>>()))
    };
    let files: Vec<_> = own.par_iter().filter_map(of_file).collect();
    let pairs = files.into_iter().flat_map(|(path, names)| names.into_iter().map(move |name| (name, path.clone())));
    let mut first: Vec<(Arc<str>, String)> = Vec::new();
    for (name, path) in pairs {
        if !first.iter().any(|(known, _)| *known == name) {
            first.push((name, path));
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_stand_in_texts_and_in_what_is_broken() {
        let text = "def f(:\nimport one, two.x as y  # no\n    >>> from three import a\nfrom four we take\n\
                    exec(\"import five\")\ncimport numpy as np\n# import six\nimport1\n\"\"\"\nimport seven\n\"\"\"";
        let found: Vec<String> = imports_in(text).collect();
        assert_eq!(found, ["one", "two.x", "three", "five", "numpy", "seven"]);
    }

    #[test]
    fn a_script_lists_what_it_needs() {
        let text = "#!/usr/bin/env python\n# /// script\n# requires-python = \">=3.11\"\n#\n# dependencies = [\n#   \"PyYAML>=6\",\n#   \"rich\",\n# ]\n# ///\nimport yaml\n";
        assert_eq!(brought_by_block(text), ["yaml", "rich"]);
        assert!(brought_by_block("import yaml\n").is_empty());
    }
}
