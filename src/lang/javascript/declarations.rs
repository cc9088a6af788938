//! What a file with declarations of types gives to others, and which modules it asks for. It is read by lines, as people and
//! compilers write such files: what does not add up is said to be not whole.

use std::collections::BTreeSet;

/// What one file declares for others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Modules that it declares or adds to.
    pub modules: BTreeSet<String>,
    /// Names that all files may use without an import.
    pub globals: BTreeSet<String>,
    /// Modules and packages of types that it asks for.
    pub asked: BTreeSet<String>,
    /// Whether all that it gives is known.
    pub is_whole: bool,
}

/// Words before a name that is declared.
const KINDS: [&str; 11] =
    ["const", "let", "var", "function", "class", "interface", "type", "enum", "namespace", "module", "import"];
/// Words before these.
const MARKS: [&str; 4] = ["declare", "export", "abstract", "default"];

/// Reads declarations of types.
#[must_use]
pub fn given(text: &str) -> Given {
    let mut found = Given { asked: asked(text), is_whole: true, ..Given::default() };
    if is_plain_module(text) {
        return found;
    }
    let lines: Vec<String> = without_comments(text);
    // A file that imports or exports at its top is a module, and gives no names but those that it says are for all.
    let is_module = at_top(&lines).any(|line| ["import", "export"].iter().any(|word| rest_of(line, word).is_some()));
    let mut depth = 0_i32;
    let mut in_global = false;
    for line in &lines {
        if depth == 0 {
            in_global = rest_of(line, "declare").is_some_and(|rest| rest_of(rest, "global").is_some());
        }
        if let Some(module) = module_of(line).filter(|_| depth == 0) {
            found.modules.insert(module.to_owned());
        } else if !in_global && depth == 0 && !is_module || in_global && depth == 1 {
            found.globals.extend(names_of(line));
        }
        let Some(change) = change(line) else {
            found.is_whole = false;
            return found;
        };
        depth += change;
        found.is_whole &= depth >= 0;
    }
    found.is_whole &= depth == 0;
    found
}

/// Whether a text is a module at first sight, and says nothing of other modules or of names for all.
fn is_plain_module(text: &str) -> bool {
    let exports = text.lines().any(|line| ["import ", "export "].iter().any(|word| line.starts_with(word)));
    exports && !["global", "declare module"].iter().any(|word| text.contains(word))
}

/// The lines that stand in no braces.
fn at_top(lines: &[String]) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    lines.iter().filter_map(move |line| {
        let before = depth;
        depth += change(line).unwrap_or_default();
        (before == 0).then_some(&**line)
    })
}

/// What follows a word at the beginning.
fn rest_of<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(word)?;
    (!rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$'))).then(|| rest.trim_start())
}

/// The module of `declare module "x"`.
fn module_of(line: &str) -> Option<&str> {
    let rest = rest_of(rest_of(line, "declare").unwrap_or(line), "module")?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest.get(1..)?.split(quote).next()
}

/// The names that a line declares.
fn names_of(line: &str) -> Vec<String> {
    let mut rest = line;
    while let Some(next) = MARKS.iter().find_map(|mark| rest_of(rest, mark)) {
        rest = next;
    }
    let Some((kind, mut named)) = KINDS.iter().find_map(|kind| Some((*kind, rest_of(rest, kind)?))) else {
        return Vec::new();
    };
    if let Some(next) = rest_of(named, "enum").filter(|_| kind == "const") {
        named = next;
    }
    let is_variable = matches!(kind, "const" | "let" | "var");
    let declared = named.split(',').take(if is_variable { usize::MAX } else { 1 });
    let name = |part: &str| {
        let end = part.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$'));
        part.get(..end.unwrap_or(part.len())).filter(|name| !name.is_empty()).map(str::to_owned)
    };
    declared.filter_map(|part| name(part.trim_start())).collect()
}

/// By how many braces a line goes deeper, without those in texts; nothing where a text does not end on it.
fn change(line: &str) -> Option<i32> {
    let (mut depth, mut quote) = (0, None);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => drop(chars.next()),
            (Some(open), _) if open == c => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => depth -= 1,
            _ => {}
        }
    }
    quote.is_none().then_some(depth)
}

/// The lines of a text without comments, trimmed.
fn without_comments(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut in_comment = false;
    for line in text.lines() {
        let mut kept = String::new();
        let mut rest = line;
        let mut quote: Option<char> = None;
        while let Some(c) = rest.chars().next() {
            if in_comment {
                let Some((_, after)) = rest.split_once("*/") else { break };
                (rest, in_comment) = (after, false);
                continue;
            }
            if quote.is_none() && rest.starts_with("/*") {
                (rest, in_comment) = (&rest[2..], true);
                continue;
            }
            if quote.is_none() && rest.starts_with("//") {
                break;
            }
            match quote {
                Some(open) if open == c => quote = None,
                None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
                _ => {}
            }
            kept.push(c);
            rest = &rest[c.len_utf8()..];
        }
        lines.push(kept.trim().to_owned());
    }
    lines
}

/// Whatever stands like a request for a module or for a package of types.
fn asked(text: &str) -> BTreeSet<String> {
    let words = ["from", "require(", "import(", "import", "types=", "module"];
    let found = words.iter().flat_map(|word| {
        text.match_indices(word).filter_map(|(at, _)| {
            let rest = text.get(at + word.len()..)?.trim_start();
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            Some(rest.get(1..)?.split_once(quote)?.0.to_owned())
        })
    });
    found.filter(|request| !request.starts_with('.') && !request.contains('\n')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(found: &BTreeSet<String>) -> Vec<&str> {
        found.iter().map(String::as_str).collect()
    }

    #[test]
    fn scripts_give_names_to_all() {
        let text = "/// <reference types=\"node\" />\n/* declare const no: 1 */\ndeclare const a: {\n  b: 1;\n}, c: 2;\ninterface D {\n  e: '{';\n}\n\
                    declare namespace F.G {\n  const h: 1;\n}\ndeclare module \"x/y\" {\n  import z from 'z';\n  interface I {}\n}\nconst enum J {}";
        let found = given(text);
        assert_eq!(names(&found.globals), ["D", "F", "J", "a"]);
        assert_eq!(names(&found.modules), ["x/y"]);
        assert_eq!(names(&found.asked), ["node", "x/y", "z"]);
        assert!(found.is_whole);
    }

    #[test]
    fn modules_give_what_they_say_is_for_all() {
        let text = "import a from 'a';\ndeclare global {\n  namespace B {\n    interface C {}\n  }\n  var d: 1, e: 2\n}\n\
                    export interface F {}\ndeclare module 'g' {\n  interface H {}\n}\nexport as namespace I;";
        let found = given(text);
        assert_eq!(names(&found.globals), ["B", "d", "e"]);
        assert_eq!(names(&found.modules), ["g"]);
        assert!(
            found.is_whole && !given("declare namespace X {\n").is_whole && !given("declare const a: '\n").is_whole
        );
    }
}
