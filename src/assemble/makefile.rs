//! What the makefile of a `sam build` copies into a package for sure. Nothing of it is run; what else its commands
//! bring is open.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use globset::Glob;

use crate::input::files::{below, join, normalize};
use crate::input::{Part, read_text_file, seen};
use crate::text::shell_words;

/// Larger ones are read by nobody.
const LARGEST: u64 = 1 << 20;
/// Rules that lead to each other.
const DEEPEST: u8 = 8;
/// Commands of one build.
const MOST_COMMANDS: usize = 500;
/// Files that one command names by a pattern.
const MOST_FITTING: usize = 1_000;
/// What stands for the folder of the package, which no path begins with.
const PACKAGE: &str = "\u{1}";
/// Endings of what runtimes load as the module of a handler.
const MODULES: [&str; 6] = [".py", "/__init__.py", ".js", ".mjs", ".cjs", "/index.js"];

/// What a build puts into the package for sure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Copied {
    /// Files and folders, later ones over earlier ones.
    pub(super) parts: Vec<Part>,
    /// It installs what `requirements.txt` declares.
    pub(super) installs_requirements: bool,
}

impl Copied {
    /// Whether the module of a handler is among the files.
    pub(super) fn holds(&self, handler: &str) -> bool {
        let Some((module, _)) = handler.rsplit_once('.') else { return false };
        let modules = [module.to_owned(), module.replace('.', "/")];
        let files = modules.iter().flat_map(|module| MODULES.iter().map(move |ending| format!("{module}{ending}")));
        let mut files = files.map(|file| normalize(&file));
        files.any(|file| self.parts.iter().any(|part| below(&file, &part.to).is_some_and(|rest| is_file(part, rest))))
    }
}

fn is_file(part: &Part, rest: &str) -> bool {
    seen::is_file(&if rest.is_empty() { part.from.clone() } else { part.from.join(rest) })
}

/// What the makefile in a folder copies for a resource; `sam build` asks it for `build-` and the logical id.
pub(super) fn copied(folder: &str, id: &str) -> Copied {
    let Ok(text) = read_text_file(&Path::new(folder).join("Makefile"), LARGEST) else { return Copied::default() };
    let makefile = Makefile::read(&text);
    let mut commands = Vec::new();
    makefile.commands(&format!("build-{id}"), &mut BTreeSet::new(), &mut commands, DEEPEST);
    let mut build = Build { folder, made: BTreeSet::new(), copied: Copied::default() };
    commands.iter().take(MOST_COMMANDS).for_each(|line| build.line(line));
    build.copied
}

/// The rules of a makefile, as far as they are written out.
#[derive(Debug, Default)]
struct Makefile {
    variables: BTreeMap<String, String>,
    rules: Vec<Rule>,
}

#[derive(Debug, Default)]
struct Rule {
    targets: Vec<String>,
    needs: Vec<String>,
    recipe: Vec<String>,
}

impl Makefile {
    fn read(text: &str) -> Self {
        let mut found = Self::default();
        let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
        for line in joined.lines() {
            if let Some(command) = line.strip_prefix('\t') {
                if let Some(rule) = found.rules.last_mut() {
                    rule.recipe.push(command.trim().to_owned());
                }
                continue;
            }
            let line = line.split('#').next().unwrap_or_default().trim();
            if let Some((name, value)) = assignment(line) {
                found.variables.insert(name.to_owned(), value.to_owned());
            } else if let Some((targets, needs)) = line.split_once(':') {
                let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
                found.rules.push(Rule { targets: words(targets), needs: words(needs), recipe: Vec::new() });
            }
        }
        found
    }

    /// The commands that make a target, those of what it needs first.
    fn commands(&self, target: &str, known: &mut BTreeSet<String>, found: &mut Vec<String>, depth: u8) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if !known.insert(target.to_owned()) {
            return;
        }
        let named = || self.rules.iter().filter(|rule| rule.targets.iter().any(|own| own == target));
        // A rule for all targets of a kind counts where none names this one.
        let general = self.rules.iter().find(|rule| rule.targets.iter().any(|own| fits(own, target)));
        let rules = named().chain(general.filter(|_| named().next().is_none()));
        for rule in rules {
            rule.needs.iter().for_each(|need| self.commands(need, known, found, depth));
            found.extend(rule.recipe.iter().map(|line| self.expanded(line, target, DEEPEST)));
        }
    }

    /// A line with its variables; what is not known stays as it is written.
    fn expanded(&self, line: &str, target: &str, depth: u8) -> String {
        let Some(depth) = depth.checked_sub(1) else { return line.to_owned() };
        let mut text = String::new();
        let mut rest = line;
        while let Some((before, after)) = rest.split_once('$') {
            text.push_str(before);
            let close = match after.chars().next() {
                Some('(') => after.find(')'),
                Some('{') => after.find('}'),
                Some('@') => {
                    text.push_str(target);
                    rest = &after[1..];
                    continue;
                }
                _ => None,
            };
            let Some(close) = close else {
                text.push('$');
                rest = after;
                continue;
            };
            let name = &after[1..close];
            match self.variables.get(name) {
                _ if name == "ARTIFACTS_DIR" => text.push_str(PACKAGE),
                Some(value) => text.push_str(&self.expanded(value, target, depth)),
                None => text.push_str(&format!("${}", &after[..=close])),
            }
            rest = &after[close + 1..];
        }
        text + rest
    }
}

/// Name and value of a line that sets a variable.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let (before, value) = line.split_once('=')?;
    let name = before.trim_end_matches([':', '?', '+']).trim();
    let name = name.strip_prefix("export ").unwrap_or(name).trim();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    is_name.then_some((name, value.trim()))
}

/// Whether a target with `%` is meant for another.
fn fits(pattern: &str, target: &str) -> bool {
    pattern.split_once('%').is_some_and(|(start, end)| {
        target.len() >= start.len() + end.len() && target.starts_with(start) && target.ends_with(end)
    })
}

/// A build while its commands are read.
struct Build<'a> {
    folder: &'a str,
    /// Folders of the package that are there.
    made: BTreeSet<String>,
    copied: Copied,
}

impl Build<'_> {
    /// One line of a recipe, which has a shell of its own.
    fn line(&mut self, line: &str) {
        let line = line.trim_start_matches(['@', '-', '+', ' ']);
        let mut inside = String::new();
        for command in line.split("&&").flat_map(|part| part.split(';')) {
            // What stands behind `||` runs where the first has failed.
            let words = shell_words(command.split("||").next().unwrap_or(command));
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            match words.as_slice() {
                ["cd", folder] => inside = join(&inside, folder),
                ["mkdir", arguments @ ..] => {
                    let folders = arguments.iter().filter_map(|folder| in_package(folder));
                    self.made.extend(folders);
                }
                ["cp", arguments @ ..] => self.copy(arguments, &inside),
                words if words.contains(&"pip") || words.contains(&"pip3") => self.install(words, &inside),
                _ => {}
            }
        }
    }

    fn copy(&mut self, arguments: &[&str], inside: &str) {
        let (flags, paths): (Vec<&str>, Vec<&str>) = arguments.iter().copied().partition(|word| word.starts_with('-'));
        let is_plain = flags.iter().all(|flag| flag[1..].chars().all(|flag| "rRapfvLHPdu".contains(flag)));
        let is_deep = flags.iter().any(|flag| flag.contains(['r', 'R', 'a']));
        let Some((target, sources)) = paths.split_last().filter(|_| is_plain) else { return };
        let Some(to) = in_package(target) else { return };
        let sources: Vec<String> = sources.iter().flat_map(|source| self.named(source, inside)).collect();
        let is_folder = to.is_empty() || target.ends_with(['/', '.']) || sources.len() > 1 || self.made.contains(&to);
        for source in sources {
            let content = source.strip_suffix("/.").or_else(|| (source == ".").then_some(""));
            let path = normalize(content.unwrap_or(&source));
            let from = self.disk(&path);
            let is_dir = seen::is_dir(&from);
            // With `/` at its end a folder is copied on some systems, and on others what it holds.
            let is_open = content.is_none() && source.ends_with('/') || path.split('/').next() == Some("..");
            if is_open || is_dir && !is_deep || !seen::exists(&from) {
                continue;
            }
            let name = path.rsplit('/').next().unwrap_or(&path);
            let to = if is_folder && content.is_none() { join(&to, name) } else { to.clone() };
            if is_dir {
                self.made.insert(to.clone());
            }
            self.copied.parts.push(Part { from, to, ..Part::default() });
        }
    }

    /// The paths that a word names in the folder of the sources.
    fn named(&self, word: &str, inside: &str) -> Vec<String> {
        if word.starts_with(PACKAGE) || word.starts_with('/') || word.contains(['$', '`', '~']) {
            return Vec::new();
        }
        let word = if inside.is_empty() { word.to_owned() } else { format!("{inside}/{word}") };
        let (folder, pattern) = word.rsplit_once('/').unwrap_or(("", &word));
        if !pattern.contains(['*', '?', '[']) {
            return vec![word];
        }
        let Ok(glob) = Glob::new(pattern).map(|glob| glob.compile_matcher()) else { return Vec::new() };
        let children = seen::read_dir(&self.disk(&normalize(folder))).into_iter().flatten().flatten();
        let names = children.filter_map(|child| child.file_name().into_string().ok());
        // A pattern of a shell does not name what is hidden.
        let names = names.filter(|name| !name.starts_with('.') && glob.is_match(name)).take(MOST_FITTING);
        let mut names: Vec<String> = names.map(|name| join(folder, &name)).collect();
        names.sort();
        names
    }

    fn install(&mut self, words: &[&str], inside: &str) {
        let behind = |names: &[&str]| {
            let at = words.iter().position(|word| names.contains(word))?;
            words.get(at + 1).copied()
        };
        let file = behind(&["-r", "--requirement"]).map(|file| normalize(&join(inside, file)));
        let target = behind(&["-t", "--target"]).and_then(in_package);
        self.copied.installs_requirements |=
            file.as_deref() == Some("requirements.txt") && target.as_deref() == Some("");
    }

    fn disk(&self, path: &str) -> PathBuf {
        if path.is_empty() { PathBuf::from(self.folder) } else { Path::new(self.folder).join(path) }
    }
}

/// A path in the package; nothing for any other.
fn in_package(word: &str) -> Option<String> {
    let rest = word.strip_prefix(PACKAGE)?;
    let inside = normalize(rest);
    let is_known = !rest.contains(['$', '*', '`']) && !inside.starts_with("..");
    is_known.then_some(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(makefile: &str, id: &str) -> (Vec<(String, String)>, Copied) {
        let folder = tempfile::tempdir().unwrap();
        for name in ["src/app.py", "src/own/util.py", "lib/a.py", "lib/b.txt", "requirements.txt", ".hidden.py"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        std::fs::write(folder.path().join("Makefile"), makefile).unwrap();
        let copied = copied(&folder.path().to_string_lossy(), id);
        let shown = |part: &Part| {
            let from = part.from.strip_prefix(folder.path()).unwrap().to_string_lossy().into_owned();
            (from, part.to.clone())
        };
        (copied.parts.iter().map(shown).collect(), copied.clone())
    }

    fn parts(recipe: &str) -> Vec<(String, String)> {
        of(&format!("build-F:\n\t{}\n", recipe.replace('\n', "\n\t")), "F").0
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect()
    }

    #[test]
    fn files_and_folders_lie_where_cp_puts_them() {
        let dir = "$(ARTIFACTS_DIR)";
        for (recipe, expected) in [
            (format!("cp src/app.py {dir}"), &[("src/app.py", "app.py")][..]),
            (format!("cp src/app.py \"{dir}/main.py\""), &[("src/app.py", "main.py")]),
            (format!("@cp -r src {dir}/"), &[("src", "src")]),
            (format!("cp -r src {dir}/code"), &[("src", "code")]),
            (format!("mkdir -p {dir}/code\ncp -r src {dir}/code"), &[("src", "code/src")]),
            (format!("cp -R src/. {dir}"), &[("src", "")]),
            (format!("cp -a . {dir}"), &[("", "")]),
            ("cp -r src/* ${ARTIFACTS_DIR}".to_owned(), &[("src/app.py", "app.py"), ("src/own", "own")]),
            (format!("cd lib && cp *.py {dir}"), &[("lib/a.py", "a.py")]),
            (format!("cp -r src lib {dir}/code"), &[("src", "code/src"), ("lib", "code/lib")]),
            (format!("cp -r absent {dir} || true; cp lib/a.py {dir}"), &[("lib/a.py", "a.py")]),
        ] {
            assert_eq!(parts(&recipe), pairs(expected), "{recipe}");
        }
    }

    #[test]
    fn what_is_not_sure_is_left_out() {
        for recipe in [
            "cp -r src/ $(ARTIFACTS_DIR)",
            "cp src $(ARTIFACTS_DIR)",
            "cp -r ../shared $(ARTIFACTS_DIR)",
            "cp -r $(UNKNOWN) $(ARTIFACTS_DIR)",
            "cp -r src $(OTHER)/",
            "cp -r src $(ARTIFACTS_DIR)/$(NAME)",
            "cp -t $(ARTIFACTS_DIR) src/app.py",
            "false || cp src/app.py $(ARTIFACTS_DIR)",
            "esbuild src/app.ts --outdir=$(ARTIFACTS_DIR)",
        ] {
            assert_eq!(parts(recipe), [], "{recipe}");
        }
    }

    #[test]
    fn rules_are_found_by_name_pattern_and_need() {
        let makefile = "SRC := src\nOUT = $(ARTIFACTS_DIR)/code\nbuild-%: common\n\tcp -r $(SRC) $(OUT)\n.PHONY: common\ncommon:\n\tcp lib/a.py \\\n\t  $(ARTIFACTS_DIR)\nbuild-Named:\n\tcp lib/b.txt $(ARTIFACTS_DIR)/$@.txt\n\tpip install -r requirements.txt -t $(ARTIFACTS_DIR)\n";
        assert_eq!(of(makefile, "Other").0, pairs(&[("lib/a.py", "a.py"), ("src", "code")]));
        let (found, copied) = of(makefile, "Named");
        assert_eq!(found, pairs(&[("lib/b.txt", "build-Named.txt")]));
        assert!(copied.installs_requirements && !of(makefile, "Other").1.installs_requirements);
        assert_eq!(of("build-Loop: build-Loop\n\tcp src/app.py $(ARTIFACTS_DIR)\n", "Loop").0.len(), 1);
    }
}
