//! The repository as a whole: layering, length of files, and what does not belong into it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::{self, root};

/// Longest source file, in lines.
const LONGEST: usize = 600;
/// Longest function, from its `fn` to its closing brace: those at the bound choose between the kinds of one thing.
const LONGEST_FUNCTION: usize = 80;

/// Text files of the repository, with their texts.
fn texts() -> Vec<(String, String)> {
    let walked = ignore::WalkBuilder::new(root()).hidden(false).require_git(false).build();
    let files = walked.map(Result::unwrap).filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    let relative = files.map(|entry| entry.path().strip_prefix(root()).unwrap().to_path_buf());
    let mut texts: Vec<(String, String)> = relative
        .map(|path| path.to_string_lossy().replace('\\', "/"))
        .filter(|path| path != ".git" && !path.starts_with(".git/"))
        .filter_map(|path| Some((path.clone(), std::fs::read_to_string(root().join(&path)).ok()?)))
        .collect();
    texts.sort();
    texts
}

fn complain(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn no_machine_shows_through() {
    // Written so that this file does not name them itself.
    let folders = ["work", "root", "home", "Users"].map(|name| format!("/{name}/"));
    let hosts = ["registry", "mirror", "proxy", "artifactory", "nexus"].map(|name| format!("//{name}."));
    let mut complaints = Vec::new();
    for (path, text) in texts() {
        for word in folders.iter().chain(&hosts) {
            let lines = (1..).zip(text.lines());
            let found = lines.filter(|(_, line)| begins_in(line, word));
            complaints.extend(found.map(|(line, _)| format!("{path}:{line}: {word}")));
        }
    }
    complain(&complaints);
}

/// Whether a word is in a line, and not as the tail of a longer path.
fn begins_in(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| !line[..at].ends_with(|before: char| before.is_alphanumeric()))
}

#[test]
fn sources_are_short_and_finished() {
    let marks = ["TO", "FIX"].iter().zip(["DO", "ME"]).map(|(a, b)| format!("{a}{b}"));
    let marks: Vec<String> = marks.collect();
    let mut complaints = Vec::new();
    for (path, text) in texts().into_iter().filter(|(path, _)| path.ends_with(".rs")) {
        let lines = text.lines().count();
        if lines > LONGEST {
            complaints.push(format!("{path}: {lines} lines"));
        }
        let long = functions(&text).into_iter().filter(|(_, _, lines)| *lines > LONGEST_FUNCTION);
        complaints.extend(long.map(|(line, name, lines)| format!("{path}:{line}: {name} has {lines} lines")));
        let marked = (1..).zip(text.lines()).filter(|(_, line)| marks.iter().any(|mark| line.contains(mark.as_str())));
        complaints.extend(marked.map(|(line, _)| format!("{path}:{line}: left for later")));
    }
    complain(&complaints);
}

/// The functions of a formatted source that have a body of several lines: first line, name, and number of lines.
fn functions(text: &str) -> Vec<(usize, &str, usize)> {
    let mut open: Vec<(usize, usize, &str)> = Vec::new();
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let code = line.trim_start();
        let indent = line.len() - code.len();
        let begins =
            |word: &str| ["fn ", "const fn ", "unsafe fn ", "async fn "].iter().any(|kind| word.starts_with(kind));
        let plain = code.strip_prefix("pub").map_or(code, |rest| {
            let rest = if rest.starts_with('(') { rest.split_once(") ").map_or("", |(_, rest)| rest) } else { rest };
            rest.trim_start()
        });
        if begins(plain) && !code.ends_with('}') {
            let name =
                plain.split_once("fn ").map_or("", |(_, rest)| rest.split(['(', '<']).next().unwrap_or_default());
            open.retain(|(column, _, _)| *column < indent);
            open.push((indent, number, name));
        } else if code == "}"
            && let Some(at) = open.iter().position(|(column, _, _)| *column == indent)
        {
            let (_, first, name) = open[at];
            open.truncate(at);
            found.push((first, name, number - first + 1));
        }
    }
    found
}

#[test]
fn functions_are_measured_to_their_end() {
    let text = "fn one() {}\n\nimpl A {\n    pub(super) fn two<T>(\n        a: T,\n    ) {\n        fn three() {\n        }\n    }\n}\n\n\
                trait B {\n    fn four();\n}\n";
    assert_eq!(functions(text), [(7, "three", 2), (4, "two", 6)]);
}

/// A table that is read by hand could turn into an empty one; `table!` brings the test that reads it.
#[test]
fn tables_of_knowledge_are_declared_and_tested() {
    let texts = texts();
    let sources: Vec<&(String, String)> = texts.iter().filter(|(path, _)| path.ends_with(".rs")).collect();
    let mut complaints = Vec::new();
    for table in texts.iter().filter_map(|(path, _)| path.strip_prefix("rules/knowledge/")) {
        let declared = format!("= \"{table}\", tested by ");
        let count: usize = sources.iter().map(|(_, text)| text.matches(&declared).count()).sum();
        if table.ends_with(".toml") && count != 1 {
            complaints.push(format!("rules/knowledge/{table}: declared {count} times with table!"));
        }
    }
    for (path, text) in sources {
        let by_hand = (1..).zip(text.lines()).filter(|(_, line)| {
            line.contains(concat!("include", "_str!(")) && line.contains("knowledge/") && line.contains(".toml")
        });
        complaints.extend(by_hand.map(|(line, _)| format!("{path}:{line}: a table read without table!")));
    }
    complain(&complaints);
}

/// A result is kept as long as the disk gives the answers that it was made of: none may be asked for beside that.
#[test]
fn the_disk_is_asked_where_answers_are_remembered() {
    let questions = ["std::fs::", " fs::", "(fs::", "File::open(", ".exists()", ".is_file()", ".is_dir()"];
    // Kinds that are known already, and rooms that write or that keep what is read.
    let known = [
        "file_type()",
        "kind.is_",
        "meta.is_",
        "metadata.is_",
        "use std::fs",
        "Metadata::is_file",
        "fs::FileType",
        "fs::read_link",
    ];
    let free = ["src/cli/", "src/cache/", "src/bin/", "src/slim/", "src/input/seen.rs", "src/lang/rust/"];
    let mut complaints = Vec::new();
    for (path, text) in texts().into_iter().filter(|(path, _)| path.starts_with("src/") && path.ends_with(".rs")) {
        if free.iter().any(|room| path.starts_with(room)) || path.contains("/tests") || path.ends_with("tests.rs") {
            continue;
        }
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for (number, line) in (1..).zip(code.lines()) {
            let asks = questions.iter().any(|question| line.contains(question));
            if asks && !known.iter().any(|word| line.contains(word)) && !line.trim_start().starts_with("//") {
                complaints.push(format!("{path}:{number}: asks the disk: {}", line.trim()));
            }
        }
    }
    complain(&complaints);
}

/// The modules of the library in the order of `lib.rs`: each may use those above it.
fn layers() -> BTreeMap<String, usize> {
    let lib = support::text("src/lib.rs");
    let names = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    names.map(str::to_owned).zip(0..).collect()
}

/// The module of the library that a file belongs to.
fn layer_of(path: &str) -> Option<&str> {
    if path.starts_with("rules/") {
        return Some("rules");
    }
    let inside = path.strip_prefix("src/")?;
    Some(inside.split(['/', '.']).next().unwrap_or(inside))
}

#[test]
fn modules_use_only_what_is_above_them() {
    let layers = layers();
    let mut complaints = Vec::new();
    for (path, text) in texts().into_iter().filter(|(path, _)| path.ends_with(".rs")) {
        let Some(own) = layer_of(&path).and_then(|layer| layers.get(layer)) else { continue };
        // Tests may look down.
        let name = Path::new(&path).file_stem().unwrap().to_string_lossy().into_owned();
        if name == "tests" || name == "sample" || path.contains("/tests/") {
            continue;
        }
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for (number, line) in (1..).zip(code.lines()) {
            for used in line.split("crate::").skip(1) {
                let names = used.strip_prefix('{').map_or_else(|| vec![used], |list| list.split(',').collect());
                for name in names {
                    let name: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    if layers.get(&name).is_some_and(|used| used > own) {
                        complaints.push(format!("{path}:{number}: uses {name}, which is below"));
                    }
                }
            }
        }
    }
    complain(&complaints);
}

/// Parts of the simulators, and what they know nothing of: the two of each other, and neither its values, nor how it
/// finds and reads files, of what runs on them.
const INNER_LAYERS: [(&str, &[&str]); 14] = [
    ("src/graph/python/", &["javascript::"]),
    ("src/graph/javascript/", &["python::"]),
    ("src/graph/ahead.rs", &["python::", "javascript::"]),
    ("src/graph/what_if.rs", &["python::", "javascript::"]),
    ("src/graph/python/limits.rs", &["super::", "interp::"]),
    ("src/graph/python/value.rs", &["interp::", "Interp<"]),
    ("src/graph/python/value/", &["interp::", "Interp<"]),
    ("src/graph/python/finder.rs", &["interp::", "Interp<", "sources::"]),
    ("src/graph/python/sources.rs", &["interp::", "Interp<"]),
    ("src/graph/python/stdlib.rs", &["interp::", "Interp<"]),
    ("src/graph/javascript/limits.rs", &["super::", "interp::"]),
    ("src/graph/javascript/resolve.rs", &["interp::", "Machine", "load::"]),
    ("src/graph/javascript/load.rs", &["interp::", "Machine"]),
    ("src/graph/javascript/bundle/", &["interp::", "Machine"]),
];

#[test]
fn simulators_are_layered_inside() {
    let mut complaints = Vec::new();
    let texts = texts();
    for (room, unknown) in INNER_LAYERS {
        let of_room = texts.iter().filter(|(path, _)| path.starts_with(room) && !path.contains("tests"));
        let mut files = 0;
        for (path, text) in of_room {
            files += 1;
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let lines = (1..).zip(code.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"));
            let uses = lines.filter(|(_, line)| unknown.iter().any(|word| line.contains(word)));
            complaints.extend(uses.map(|(number, line)| format!("{path}:{number}: {}", line.trim())));
        }
        assert!(files > 0, "{room} is not there");
    }
    complain(&complaints);
}
