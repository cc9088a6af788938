//! Names in requests that stand for no package of npm: those that settings of bundlers, compilers and test runners give to
//! something else, those that frameworks answer themselves, and modules that the project declares.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::knowledge;
use crate::lang::javascript::ir::{ExprId, ExprKind, Item, Key, Member, Pattern, Program, Text};
use crate::manifest::dependency::Declared;
use crate::text::matches;

knowledge::table! {
    static ALIASES: Table = "node/aliases.toml", tested by the_aliases_read;
}

/// `aliases.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    keys: Vec<String>,
    names: Vec<String>,
    outside: Vec<String>,
    open: Vec<String>,
    given: Vec<Given>,
}

/// Names that a tool answers for itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    names: Vec<String>,
    #[serde(default)]
    tools: Vec<String>,
    #[serde(default)]
    files: Vec<String>,
}

/// So deep settings are looked into.
const DEEPEST: usize = 12;

fn is_table(key: &str) -> bool {
    ALIASES.keys.iter().any(|known| known == key)
}

fn is_outside(key: &str) -> bool {
    ALIASES.outside.iter().any(|known| known == key)
}

fn may_be_open(key: &str) -> bool {
    ALIASES.open.iter().any(|known| known == key)
}

fn is_name_of_entry(key: &str) -> bool {
    ALIASES.names.iter().any(|known| known == key)
}

/// What a name is given to stand for something else by: the name itself, or how it begins and a star.
fn given_by(key: &str) -> Option<String> {
    let key = key.replace("\\/", "/");
    let begin = key.trim_start_matches('^');
    let end = begin.find(|c: char| "*$(){}[]^|?+\\".contains(c)).unwrap_or(begin.len());
    let (plain, rest) = begin.split_at(end);
    let is_whole = rest.is_empty() || rest == "$" || plain.ends_with('/');
    let name = plain.trim_end_matches('/');
    let is_relative = name.is_empty() || name.starts_with('.') || name.starts_with('/');
    (!is_relative).then(|| if is_whole { name.to_owned() } else { format!("{name}*") })
}

/// Whether one of some aliases stands for a package's name, or for something that is asked for as if it was in it.
pub(in crate::usage) fn stand_for(aliases: &BTreeSet<String>, name: &str) -> bool {
    aliases.iter().any(|alias| {
        let is_below = |one: &str, other: &str| one.strip_prefix(other).is_some_and(|rest| rest.starts_with('/'));
        matches(alias, name) || is_below(name, alias) || is_below(alias, name)
    })
}

/// Whether a file's code gives names in a table that is put together elsewhere or when it runs: `alias: aliases`.
pub(in crate::usage) fn is_open(program: &Program) -> bool {
    let code = Code { program };
    let tables = program.exprs.iter().filter_map(|expr| match &expr.kind {
        ExprKind::Object(members) => Some(members),
        _ => None,
    });
    let given = tables.flatten().filter_map(|member| match member {
        Member::Value(Key::Name(key), value) if may_be_open(code.text(*key)) => Some(*value),
        _ => None,
    });
    let assigned = program.exprs.iter().filter_map(|expr| match &expr.kind {
        ExprKind::Assign(target, value) => match program.patterns.get(*target as usize) {
            Some(Pattern::Expr(target)) => code.key_of(*target).filter(|key| may_be_open(key)).map(|_| *value),
            _ => None,
        },
        _ => None,
    });
    given.chain(assigned).any(|value| !code.is_whole(value, DEEPEST))
}

/// The names that a file's code gives in tables of settings: `alias: { app: "./src" }`, `config.resolve.alias.app = ..`,
/// `alias.set("app", ..)`, `externals: ["app"]`.
pub(in crate::usage) fn in_code(program: &Program) -> BTreeSet<String> {
    let code = Code { program };
    let mut found = BTreeSet::new();
    for expr in &program.exprs {
        match &expr.kind {
            ExprKind::Object(members) => {
                for member in members {
                    let Member::Value(Key::Name(key), value) = member else { continue };
                    if is_table(code.text(*key)) {
                        code.names_in(*value, DEEPEST, &mut found);
                    }
                    if is_outside(code.text(*key)) {
                        code.listed_in(*value, DEEPEST, &mut found);
                    }
                }
            }
            ExprKind::Assign(target, value) => match program.patterns.get(*target as usize) {
                Some(Pattern::Expr(target)) if code.is_table(*target) => code.names_in(*value, DEEPEST, &mut found),
                Some(Pattern::Expr(target)) => found.extend(code.key_of_table(*target).and_then(given_by)),
                _ => {}
            },
            ExprKind::Call(callee, items, _) => {
                if let Some(ExprKind::Member(object, method, _)) = code.kind(*callee)
                    && code.text(*method) == "set"
                    && code.is_table(*object)
                    && let Some(Item::One(name)) = items.first()
                {
                    found.extend(code.constant(*name).and_then(given_by));
                }
            }
            _ => {}
        }
    }
    found
}

/// A file's code, asked for names.
struct Code<'a> {
    program: &'a Program,
}

impl<'a> Code<'a> {
    fn text(&self, text: Text) -> &'a str {
        self.program.strings.get(text as usize).map_or("", |text| &**text)
    }

    fn kind(&self, expr: ExprId) -> Option<&'a ExprKind> {
        self.program.exprs.get(expr as usize).map(|expr| &expr.kind)
    }

    /// A text, or the pattern of a regular expression.
    fn constant(&self, expr: ExprId) -> Option<&'a str> {
        match self.kind(expr)? {
            ExprKind::String(text) | ExprKind::Regex(text, _) => Some(self.text(*text)),
            _ => None,
        }
    }

    /// The key that an expression asks something for: `x.alias`, `x["alias"]`.
    fn key_of(&self, expr: ExprId) -> Option<&'a str> {
        match self.kind(expr)? {
            ExprKind::Member(_, key, _) => Some(self.text(*key)),
            ExprKind::Index(_, key, _) => self.constant(*key),
            _ => None,
        }
    }

    /// Whether an expression is `x.alias` or the like.
    fn is_table(&self, expr: ExprId) -> bool {
        self.key_of(expr).is_some_and(is_table)
    }

    /// Whether all names of a table are written in it: what it keeps of the one that was there is.
    fn is_whole(&self, expr: ExprId, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let is_item = |item: &Item| matches!(item, Item::One(item) | Item::Spread(item) if self.is_whole(*item, depth));
        match self.kind(expr) {
            Some(ExprKind::Object(members)) => members.iter().all(|member| match member {
                Member::Value(key, _) => matches!(key, Key::Name(_)),
                Member::Spread(value) => self.is_whole(*value, depth),
                _ => true,
            }),
            Some(ExprKind::Array(items)) => items.iter().all(is_item),
            Some(ExprKind::Call(callee, items, _)) => {
                self.key_of(*callee) == Some("assign") && items.iter().all(is_item)
            }
            Some(ExprKind::Conditional(_, yes, no)) => self.is_whole(*yes, depth) && self.is_whole(*no, depth),
            Some(ExprKind::Member(..) | ExprKind::Index(..)) => self.is_table(expr),
            Some(
                ExprKind::String(_) | ExprKind::Regex(..) | ExprKind::Bool(_) | ExprKind::Null | ExprKind::Undefined,
            ) => true,
            _ => false,
        }
    }

    /// The names in a list of what is left outside.
    fn listed_in(&self, expr: ExprId, depth: usize, found: &mut BTreeSet<String>) {
        let Some(depth) = depth.checked_sub(1) else { return };
        found.extend(self.constant(expr).and_then(given_by));
        match self.kind(expr) {
            Some(ExprKind::Array(items) | ExprKind::Call(_, items, _)) => {
                for item in items {
                    if let Item::One(item) | Item::Spread(item) = item {
                        self.listed_in(*item, depth, found);
                    }
                }
            }
            Some(ExprKind::Conditional(_, yes, no)) => {
                [*yes, *no].into_iter().for_each(|expr| self.listed_in(expr, depth, found));
            }
            _ => {}
        }
    }

    /// The key in `x.alias.key` or `x.alias["key"]`.
    fn key_of_table(&self, expr: ExprId) -> Option<&'a str> {
        match self.kind(expr)? {
            ExprKind::Member(object, key, _) if self.is_table(*object) => Some(self.text(*key)),
            ExprKind::Index(object, key, _) if self.is_table(*object) => self.constant(*key),
            _ => None,
        }
    }

    /// The names that a table, a list of entries or what a call makes of one gives.
    fn names_in(&self, expr: ExprId, depth: usize, found: &mut BTreeSet<String>) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match self.kind(expr) {
            Some(ExprKind::Object(members)) => match self.name_of_entry(members) {
                Some(name) => found.extend(given_by(name)),
                None => members.iter().for_each(|member| self.member(member, depth, found)),
            },
            Some(ExprKind::Array(items) | ExprKind::Call(_, items, _)) => {
                for item in items {
                    if let Item::One(item) | Item::Spread(item) = item {
                        self.names_in(*item, depth, found);
                    }
                }
            }
            Some(ExprKind::Conditional(_, yes, no)) => {
                [*yes, *no].into_iter().for_each(|expr| self.names_in(expr, depth, found));
            }
            _ => {}
        }
    }

    /// The name in an entry of a list: `{ find: "app", replacement: "./src" }`.
    fn name_of_entry(&self, members: &[Member]) -> Option<&'a str> {
        members.iter().find_map(|member| match member {
            Member::Value(Key::Name(key), value) if is_name_of_entry(self.text(*key)) => self.constant(*value),
            _ => None,
        })
    }

    fn member(&self, member: &Member, depth: usize, found: &mut BTreeSet<String>) {
        match member {
            Member::Value(Key::Name(key), _) => found.extend(given_by(self.text(*key))),
            Member::Spread(value) => self.names_in(*value, depth, found),
            _ => {}
        }
    }
}

/// The names that settings in JSON give.
pub(in crate::usage) fn in_json(settings: &Json) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    search(settings, DEEPEST, &mut found);
    found
}

fn search(settings: &Json, depth: usize, found: &mut BTreeSet<String>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match settings {
        Json::Object(table) => {
            for (key, value) in table {
                if is_table(key) {
                    found.extend(
                        value.as_object().into_iter().flat_map(|names| names.keys()).filter_map(|key| given_by(key)),
                    );
                }
                if is_outside(key) {
                    let listed = value.as_array().into_iter().flatten().chain([value]);
                    found.extend(listed.filter_map(Json::as_str).filter_map(given_by));
                }
                search(value, depth, found);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| search(item, depth, found)),
        _ => {}
    }
}

/// Whether a framework that a project declares, or whose files it has, answers for a name itself.
pub(in crate::usage) fn is_given(declared: &Declared, has_file: &dyn Fn(&str) -> bool, name: &str) -> bool {
    let is_declared = |tool: &String| declared.dependencies.iter().any(|dependency| matches(tool, &dependency.name));
    ALIASES.given.iter().any(|row| {
        row.names.iter().any(|pattern| matches(pattern, name))
            && (row.tools.is_empty() || row.tools.iter().any(is_declared))
            && (row.files.is_empty() || row.files.iter().any(|file| has_file(file)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::javascript::{Dialect, ParseMode, parse};

    fn of(text: &str) -> Vec<String> {
        let program = parse(text, ParseMode::javascript(Dialect::Module)).unwrap();
        in_code(&program).into_iter().collect()
    }

    #[test]
    fn tables_of_settings_give_names() {
        assert_eq!(
            of("export default { resolve: { alias: { App: 'src', 'config$': x(), '@lib/*': '' } } }"),
            ["@lib", "App", "config"]
        );
        assert_eq!(
            of("alias({ entries: [{ find: 'shared', replacement: '' }, { find: /^ui\\/(.*)/, replacement: '' }] })"),
            ["shared", "ui"]
        );
        assert_eq!(of("config.resolve.alias = Object.assign({}, { one: 1 }, x ? { two: 2 } : {})"), ["one", "two"]);
        assert_eq!(
            of("c.resolve.alias.one = 1; c.resolve.alias['two$'] = 2; c.resolve.alias.set('three', 3)"),
            ["one", "three", "two"]
        );
        assert_eq!(of("webpack({ externals: { jquery: 'jQuery' } }); ({ other: { lodash: 1 } })"), ["jquery"]);
        assert_eq!(
            of("({ externals: [/^@own\\/(.*)/, 'electron'], external: 'x', plugins: ['y'] })"),
            ["@own", "electron", "x"]
        );
    }

    #[test]
    fn tables_may_be_put_together_elsewhere() {
        let is_open = |text: &str| is_open(&parse(text, ParseMode::javascript(Dialect::Module)).unwrap());
        for text in [
            "({ alias: aliases })",
            "({ alias: { ...shared, a: 1 } })",
            "({ alias: { [name]: 1 } })",
            "({ moduleNameMapper: names(paths) })",
            "config.resolve.alias = read()",
        ] {
            assert!(is_open(text), "{text}");
        }
        for text in [
            "({ alias: { a: there } })",
            "config.resolve.alias = { ...config.resolve.alias, a: 1 }",
            "x.alias = Object.assign({}, x.alias, { a: 1 })",
            "({ alias: [{ find: 'a', replacement: there }] })",
            "option({ alias: 'h' }); ({ paths: there })",
        ] {
            assert!(!is_open(text), "{text}");
        }
    }

    #[test]
    fn aliases_stand_for_names_and_what_is_below() {
        let aliases: BTreeSet<String> = ["@root", "deep/x", "icon-*", "App"].map(str::to_owned).into();
        for name in ["@root/b", "deep", "icon-home", "App"] {
            assert!(stand_for(&aliases, name), "{name}");
        }
        for name in ["@rooted/b", "deeper", "icon", "app"] {
            assert!(!stand_for(&aliases, name), "{name}");
        }
    }

    #[test]
    fn settings_in_json_give_names() {
        let settings = serde_json::json!({
            "_moduleAliases": { "@root": "." }, "jest": { "moduleNameMapper": { "^zlib2$": "x", "\\.css$": "y", "^ui/(.*)": "z" } },
            "dependencies": { "lodash": "4" },
        });
        assert_eq!(in_json(&settings).into_iter().collect::<Vec<_>>(), ["@root", "ui", "zlib2"]);
    }
}
