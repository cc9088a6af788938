//! Texts of a project beside its code, and whether they name a package.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value as Json;

use super::own_code::packages_in;
use super::tools::{Kind, Short};

/// A text of settings, commands, a page or prose.
pub(super) struct Text {
    pub(super) path: Arc<str>,
    pub(super) kind: Kind,
    pub(super) text: String,
    /// A manifest of npm, of which the text is without what it declares.
    pub(super) manifest: Option<Json>,
}

/// Words behind which pages name what they load.
const LOADS: [&str; 9] = ["from", "require", "import", "@use", "@forward", "@plugin", "src=", "href=", "url"];
/// The kind of a script that gives names to modules.
const IMPORT_MAP: &str = "importmap\"";
/// Words of commands that run what follows.
const RUNS: [&str; 14] =
    ["npx", "bunx", "yarn", "pnpm", "bun", "exec", "dlx", "x", "run:", "command:", "-", "RUN", "CMD", "ENTRYPOINT"];

impl Text {
    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    fn ends(&self, endings: &[&str]) -> bool {
        endings.iter().any(|ending| self.name().ends_with(ending))
    }

    fn is_yaml(&self) -> bool {
        let name = self.name();
        let has_no_ending = name.strip_prefix('.').is_some_and(|rest| !rest.contains('.'));
        self.ends(&[".yml", ".yaml"]) || has_no_ending && !self.text.trim_start().starts_with('{')
    }

    /// Whether it is written in JSON.
    pub(super) fn is_json(&self) -> bool {
        self.manifest.is_some() || self.ends(&[".json", ".jsonc", ".json5", ".webmanifest"])
    }

    /// Settings that are written in JSON, with comments or without, or in a page: `<script type="importmap">`.
    pub(super) fn settings(&self) -> Option<Cow<'_, Json>> {
        if let Some(manifest) = &self.manifest {
            return Some(Cow::Borrowed(manifest));
        }
        let is_settings = matches!(self.kind, Kind::Settings) && self.text.trim_start().starts_with(['{', '/']);
        let mut text = match is_settings {
            true => self.text.clone(),
            false => self.text.split_once(IMPORT_MAP)?.1.split_once('>')?.1.split_once("</script")?.0.to_owned(),
        };
        json_strip_comments::strip(&mut text).ok()?;
        serde_json::from_str(&text).ok().map(Cow::Owned)
    }

    /// Whether it says what machines run, where names are those of images, services and steps as well.
    fn is_of_machines(&self) -> bool {
        let folders = [".github/", ".circleci/", ".gitlab", "k8s/", "kubernetes/", "helm/", "charts/"];
        folders.iter().any(|folder| self.path.contains(folder)) || self.name().contains("compose")
    }

    /// Whether it names a package in full. A name that is a word as well counts only where a name is what stands there.
    pub(super) fn names(&self, name: &str) -> bool {
        if !holds(&self.text, name) {
            return false;
        }
        let is_path =
            || [format!("node_modules/{name}"), format!("~{name}/")].iter().any(|path| self.text.contains(path));
        if !is_word(name) || is_path() {
            return true;
        }
        match self.kind {
            Kind::Pages if !self.is_json() => packages_in(&self.text, &LOADS).any(|named| bare(&named) == name),
            Kind::Pages => is_quoted(&self.text, name, false),
            _ => {
                is_quoted(&self.text, name, true)
                    || self.starts(name)
                    || self.is_yaml() && !self.is_of_machines() && is_scalar(&self.text, name)
            }
        }
    }

    /// Whether a word stands where a command or the value of an option does.
    pub(super) fn starts(&self, word: &str) -> bool {
        // In code, commands stand in texts.
        let starts = if self.ends(&CODE) { &QUOTES[..] } else { &STARTS[..] };
        let has_keys = self.is_yaml() && !self.is_of_machines() || self.name().starts_with("Procfile");
        is_started(&self.text, word, starts, has_keys)
    }

    /// Whether settings of a tool name a package by what the tool leaves of its name.
    pub(super) fn names_in_short(&self, row: &Short, words: &[String]) -> bool {
        let is_said = |text: &str| words.iter().any(|word| is_said(text, word, self.is_yaml()));
        match &self.manifest {
            Some(manifest) => {
                let told = row.keys().iter().filter_map(|key| manifest.get(key));
                told.map(ToString::to_string).any(|text| is_said(&text)) || self.is_run_with(words)
            }
            None => row.speaks(&self.path) && row.is_read_in(&self.text) && is_said(&self.text),
        }
    }

    /// Whether scripts of a manifest hold one of some words.
    fn is_run_with(&self, words: &[String]) -> bool {
        let scripts = self.manifest.as_ref().and_then(|manifest| manifest.get("scripts")).and_then(Json::as_object);
        let mut scripts = scripts.into_iter().flat_map(|scripts| scripts.values()).filter_map(Json::as_str);
        scripts.any(|script| words.iter().any(|word| is_given(script, word)))
    }

    /// Whether it is a manifest of a package that is settings of a tool itself.
    pub(super) fn is_of_settings(&self, row: &Short) -> bool {
        let name = self.manifest.as_ref().and_then(|manifest| manifest.get("name")).and_then(Json::as_str);
        name.is_some_and(|name| row.speaks(name))
    }
}

/// Without what asks a bundler for a package: `~bootstrap`.
fn bare(name: &str) -> &str {
    name.trim_start_matches('~')
}

/// Whether a name is nothing but a word.
fn is_word(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn goes_on(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '@')
}

/// What stands before and behind a word, wherever it stands by itself.
fn places<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    text.match_indices(word)
        .map(|(at, _)| (&text[..at], &text[at + word.len()..]))
        .filter(|(before, after)| !before.ends_with(goes_on) && !after.starts_with(|c: char| goes_on(c) && c != '@'))
}

/// Whether a text holds a word that no letter goes on.
pub(super) fn holds(text: &str, word: &str) -> bool {
    places(text, word).next().is_some()
}

const QUOTES: [char; 3] = ['"', '\'', '`'];

/// Whether a quoted text begins with a word that is all of it, or all of a path's first part; `as_key` whether it may be
/// a key.
fn is_quoted(text: &str, word: &str, as_key: bool) -> bool {
    places(text, word).any(|(before, after)| {
        let ends = |c: char| QUOTES.contains(&c) || matches!(c, '/' | '@' | '\\' | '!');
        let is_key = || after.trim_start_matches(QUOTES).trim_start().starts_with(':');
        before.ends_with(QUOTES) && after.starts_with(ends) && (as_key || !is_key())
    })
}

/// Whether a word is all that stands behind a key or a dash.
fn is_scalar(text: &str, word: &str) -> bool {
    places(text, word).any(|(before, after)| {
        let line = before.rsplit('\n').next().unwrap_or(before).trim();
        let rest = after.split('\n').next().unwrap_or(after).trim();
        let is_item = || line.contains('[') && (line.ends_with([',', '[']) && rest.starts_with([',', ']']));
        (line.ends_with(':') || line == "-") && (rest.is_empty() || rest.starts_with('#')) || is_item()
    })
}

/// Endings of code.
const CODE: [&str; 6] = [".js", ".cjs", ".mjs", ".ts", ".cts", ".mts"];
/// What a command may begin behind.
const STARTS: [char; 10] = ['\n', '"', '\'', '`', '&', '|', ';', '(', '[', '@'];
/// What one command is joined to another with.
const JOINS: [&str; 3] = ["&&", "||", ";"];

/// Whether a word stands where a command or the value of an option does; `by_key` whether any key may be before it.
fn is_started(text: &str, word: &str, starts: &[char], by_key: bool) -> bool {
    places(text, word).any(|(before, after)| {
        let line = before.rsplit(starts).next().unwrap_or(before);
        let last = line.split_whitespace().next_back();
        let is_assigned = |last: &str| last.contains('=') && !last.ends_with('=');
        let is_key = |last: &str| by_key && last.ends_with(':');
        let runs = |last: &str| {
            RUNS.contains(&last) || JOINS.contains(&last) || last.starts_with('-') || is_assigned(last) || is_key(last)
        };
        // Where commands lie may be known to a variable: `$(BIN)/x`, `${BIN}/x`, `$BIN/x`.
        let is_variable = last.is_some_and(|last| last.starts_with('$') && before.ends_with('/'));
        let is_there = is_variable || [".bin/", ")/", "}/"].iter().any(|end| line.ends_with(end));
        let is_first = last.is_none_or(runs) || is_there;
        is_first && after.chars().next().is_none_or(|c| c.is_whitespace() || "\"'`)],&|;/@\\".contains(c))
    })
}

/// Whether a word of a command is the value of an option.
fn is_given(script: &str, word: &str) -> bool {
    places(script, word).any(|(before, _)| {
        let last = before.split_whitespace().next_back().unwrap_or_default();
        last.starts_with('-') && (before.ends_with(char::is_whitespace) || last.ends_with(['=', ',', '"', '\'']))
    })
}

/// Words behind which prose tells what to run.
const TELLS: [&str; 7] = ["npx", "bunx", "yarn", "pnpm", "dlx", "exec", "$"];

/// Whether prose tells people to run a command.
pub(super) fn is_told_to_run(text: &str, command: &str) -> bool {
    places(text, command).any(|(before, after)| {
        let line = before.rsplit(['\n', '`', '&', '|', ';']).next().unwrap_or(before);
        let last = line.split_whitespace().next_back();
        let is_behind = || last.is_some_and(|last| TELLS.contains(&last));
        (is_behind() || line.ends_with(".bin/")) && !after.starts_with('/')
    })
}

/// Whether a command that prose tells people to run is given a package's name, on its line or on those that it goes on in.
pub(super) fn is_told_with(text: &str, name: &str) -> bool {
    !is_word(name)
        && places(text, name).any(|(before, _)| {
            let mut lines = before.rsplit('\n');
            let first = lines.next().unwrap_or(before);
            let earlier = lines.take_while(|line| line.trim_end().ends_with('\\'));
            std::iter::once(first).chain(earlier).any(|line| {
                let words = line.split_whitespace().collect::<Vec<_>>();
                line.contains(".bin/") || matches!(words.first(), Some(first) if RUN_BY.contains(first))
            })
        })
}

/// Words that a line begins with which starts a command of a package.
const RUN_BY: [&str; 6] = ["npx", "bunx", "$", "pnpx", "exec", "dlx"];

/// Whether settings say a word where a name may stand: quoted, behind `plugin:`, as a key, or in YAML.
fn is_said(text: &str, word: &str, is_yaml: bool) -> bool {
    places(text, word).any(|(before, after)| {
        let is_key = || after.trim_start().starts_with(':') && before.trim_end().ends_with(['{', ',']);
        is_yaml || before.ends_with(QUOTES) || before.ends_with(':') || is_key() || is_key_of_line(before, after)
    })
}

/// Whether a word is the key that a line begins with.
fn is_key_of_line(before: &str, after: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or(before);
    line.trim().is_empty() && after.trim_start().starts_with(':')
}

#[cfg(test)]
mod tests {
    use super::super::tools;
    use super::*;

    fn kind_of(name: &str) -> Kind {
        if tools::is_of(Kind::Settings, name) { Kind::Settings } else { Kind::Pages }
    }

    fn text(path: &str, text: &str) -> Text {
        let name = path.rsplit('/').next().unwrap_or(path);
        let manifest = if name == "package.json" { serde_json::from_str(text).ok() } else { None };
        Text { path: path.into(), kind: kind_of(name), text: text.into(), manifest }
    }

    #[test]
    fn words_are_names_where_names_stand() {
        for (path, said) in [
            ("babel.config.js", "plugins: ['debug']"),
            (".mocharc.yml", "require:\n  - debug\n"),
            (".eslintrc.yml", "plugins: [debug, x]"),
            ("x.sh", "npx debug -x"),
            ("x.sh", "NODE_ENV=x debug"),
            ("x.sh", "node -r debug/register x"),
            ("Makefile", "\tnode_modules/.bin/debug x"),
            (".github/workflows/x.yml", "      run: debug x"),
            ("a.css", "@import '~debug/x.css';"),
            ("a.vue", "import x from 'debug'"),
            ("a.html", "<script src=\"/node_modules/debug/x.js\">"),
            ("app.json", "{\"plugins\": [\"debug\"]}"),
        ] {
            assert!(text(path, said).names("debug"), "{path}: {said}");
        }
        for (path, said) in [
            ("docker-compose.yml", "services:\n  debug:\n    image: debug\n"),
            ("x.sh", "echo debug"),
            ("a.html", "<p class=\"debug\">how to debug</p>"),
            ("en.json", "{\"debug\": \"Debug it\"}"),
            ("vite.config.js", "const debug = 1; if (debug) {}"),
        ] {
            assert!(!text(path, said).names("debug"), "{path}: {said}");
        }
        assert!(text("a.html", "about left-pad").names("left-pad"));
    }

    #[test]
    fn prose_tells_what_to_run_and_with_what() {
        let told = "    node_modules/.bin/rollup a.js -o b.js \\\n      -p @rollup/plugin-terser\n";
        assert!(is_told_to_run(told, "rollup") && is_told_with(told, "@rollup/plugin-terser"));
        let told = "It is built with @rollup/plugin-terser.\n\n    $ rollup a.js\n";
        assert!(is_told_to_run(told, "rollup") && !is_told_with(told, "@rollup/plugin-terser"));
    }

    #[test]
    fn short_names_stand_in_the_settings_of_their_tool() {
        let says = |path: &str, said: &str, name: &str| {
            tools::short_names(name).iter().any(|(row, words)| text(path, said).names_in_short(row, words))
        };
        let plug_in = "eslint-plugin-import";
        for (path, said) in [
            (".eslintrc.js", "module.exports = { extends: ['plugin:import/x'] }"),
            (".eslintrc", "plugins:\n  - import\n"),
            (".eslintrc.json", "{\"plugins\": [\"import\"]}"),
            ("package.json", "{\"eslintConfig\": {\"plugins\": [\"import\"]}}"),
            ("package.json", "{\"scripts\": {\"lint\": \"eslint --plugin import\"}}"),
        ] {
            assert!(says(path, said, plug_in), "{path}: {said}");
        }
        for (path, said) in [
            ("vite.config.js", "import x from 'import'"),
            ("eslint.config.js", "import x from 'x'"),
            ("package.json", "{\"import\": \"x\"}"),
        ] {
            assert!(!says(path, said, plug_in), "{path}: {said}");
        }
        assert!(says(".eslintrc.js", "'import/resolver': { typescript: {} }", "eslint-import-resolver-typescript"));
    }
}
