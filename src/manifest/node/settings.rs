//! Files beside `package.json` whose settings name packages.

use super::{Reader, in_folder, package_of_request};
use crate::manifest::dependency::MentionedBy;
use crate::manifest::yaml::{self, Node};

/// Most configurations that extend each other.
const MOST_PARENTS: usize = 16;

/// Reads what the settings in a folder name.
pub(super) fn read(reader: &mut Reader<'_>, folder: &str) {
    typescript(reader, folder);
    for name in [".swcrc", ".babelrc", "babel.config.json"] {
        if let Some(text) = reader.files.text(&in_folder(folder, name)) {
            compilers(reader, &text);
        }
    }
    for name in ["serverless.yml", "serverless.yaml"] {
        let text = reader.files.text(&in_folder(folder, name));
        if let Some(Ok(Some(root))) = text.map(|text| yaml::parse(&text)) {
            plugins(reader, &root);
        }
    }
    for name in ["serverless.ts", "serverless.js", "serverless.cjs", "serverless.mjs"] {
        plugins_in_code(reader, in_folder(folder, name));
    }
}

/// What compilers write into code: by a file of their own, by their part of the manifest, or by a
/// plug-in of theirs that is installed for nothing else.
pub(super) fn compilers(reader: &mut Reader<'_>, text: &str) {
    if text.contains("externalHelpers") {
        reader.mention("@swc/helpers", MentionedBy::Setting);
    }
    if text.contains("transform-runtime") {
        reader.mention("@babel/runtime", MentionedBy::Setting);
    }
}

/// The plug-ins of the Serverless Framework, as a list or below `modules`.
fn plugins(reader: &mut Reader<'_>, root: &Node) {
    let Some(plugins) = root.get("plugins") else { return };
    let listed = plugins.get("modules").unwrap_or(plugins);
    for plugin in listed.items().filter_map(Node::text) {
        if let Some(name) = package_of_request(plugin) {
            reader.mention(name, MentionedBy::Plugin);
        }
    }
}

/// The plug-ins that a configuration in code lists, or a file that it imports by a relative path.
fn plugins_in_code(reader: &mut Reader<'_>, path: String) {
    let mut open = vec![path];
    let mut seen: Vec<String> = Vec::new();
    while let Some(path) = open.pop() {
        if seen.len() >= MOST_PARENTS || seen.contains(&path) {
            continue;
        }
        let Some(text) = reader.files.text(&path) else { continue };
        for plugin in listed_plugins(&text) {
            if let Some(name) = package_of_request(plugin) {
                reader.mention(name, MentionedBy::Plugin);
            }
        }
        let requests = text.split("from").skip(1).filter_map(|rest| quoted(rest.trim_start()));
        let beside = requests.filter_map(|request| joined(&path, request));
        open.extend(beside.flat_map(|file| CODE.map(|ending| format!("{file}{ending}"))));
        seen.push(path);
    }
}

/// What a relative request may lack of the name of a file.
const CODE: [&str; 5] = ["", ".ts", ".js", "/index.ts", "/index.js"];

/// What the list of plug-ins says that a text of code has, each a text in quotes.
fn listed_plugins(text: &str) -> impl Iterator<Item = &str> {
    let lists = text.match_indices("plugins").filter_map(|(at, word)| {
        let rest = text.get(at + word.len()..)?.trim_start().strip_prefix([':', '='])?;
        rest.trim_start().strip_prefix('[')?.split(']').next()
    });
    lists.flat_map(|list| list.split(',').filter_map(|item| quoted(item.trim_start())))
}

/// The text in quotes that a text begins with.
fn quoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    text.get(1..)?.split_once(quote).map(|(inside, _)| inside)
}

/// What the compiler makes of TypeScript can import helpers that no source names.
fn typescript(reader: &mut Reader<'_>, folder: &str) {
    let mut path = in_folder(folder, "tsconfig.json");
    for _ in 0..MOST_PARENTS {
        // Comments and trailing commas are allowed there: YAML takes the commas, not the comments.
        let Some(text) = reader.files.text(&path) else { return };
        let Ok(Some(root)) = yaml::parse(&without_comments(&text)) else { return };
        let options = root.get("compilerOptions");
        let option = |name: &str| options.and_then(|options| options.get(name)).and_then(Node::text);
        if option("importHelpers") == Some("true") {
            reader.mention("tslib", MentionedBy::Setting);
        }
        if let Some(source) = option("jsxImportSource").and_then(package_of_request) {
            reader.mention(source, MentionedBy::Setting);
        } else if option("jsx").is_some_and(|jsx| jsx.starts_with("react")) {
            reader.mention("react", MentionedBy::Setting);
        }
        let Some(parent) = root.get("extends").and_then(Node::text) else { return };
        let Some(next) = beside(&path, parent) else { return };
        path = next;
    }
}

/// The path of a configuration that another one extends by a relative path.
fn beside(path: &str, parent: &str) -> Option<String> {
    let joined = joined(path, parent)?;
    Some(if joined.ends_with(".json") { joined } else { format!("{joined}.json") })
}

/// The path that a file names by a relative one.
fn joined(path: &str, parent: &str) -> Option<String> {
    if !parent.starts_with('.') {
        return None;
    }
    let mut parts: Vec<&str> = path.rsplit_once('/').map_or(Vec::new(), |(folder, _)| folder.split('/').collect());
    for part in parent.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The text with `//` and `/* */` comments outside strings as blanks.
pub(super) fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.find(['"', '/']) {
        let (before, at) = rest.split_at(next);
        plain.push_str(before);
        let length = if at.starts_with("//") {
            at.find('\n').unwrap_or(at.len())
        } else if at.starts_with("/*") {
            at.find("*/").map_or(at.len(), |end| end + 2)
        } else {
            let length = if at.starts_with('"') { string_length(at) } else { 1 };
            plain.push_str(at.get(..length).unwrap_or(at));
            length
        };
        rest = at.get(length..).unwrap_or_default();
    }
    plain.push_str(rest);
    plain
}

/// Bytes of the string that a text starts with, quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return at + 1,
            _ => escaped = byte == b'\\' && !escaped,
        }
    }
    text.len()
}
