//! Which names a file uses, where, and under which condition.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashSet;
use syn::visit::Visit;
use syn::{Attribute, Expr, Item, Lit, Meta};

use super::bodies::{self, Lifted};
use super::cfg::Cfg;
use super::doctest;
use super::is_too_deep;
use super::items::{items_in, macro_names};
use super::pieces::{Piece, pieces};
pub use super::scope::Around;
use super::scope::{Import, Scope, leaves, plain};
use super::tokens::Tokens;

mod attributes;
mod visit;

/// What one file says.
#[derive(Clone, Debug, Default)]
pub struct FileFacts {
    /// Crates named by the code.
    pub crates: BTreeSet<String>,
    /// Crates named only by code that tests compile.
    pub test_crates: BTreeSet<String>,
    /// Crates named by compiled documentation examples.
    pub doc_crates: BTreeSet<String>,
    /// Crates that links in documentation lead to, as far as their texts say.
    pub doc_links: BTreeSet<String>,
    /// Names of macros, derives and attributes used.
    pub macros: BTreeSet<String>,
    /// Those used only by tests.
    pub test_macros: BTreeSet<String>,
    /// Paths into other crates, `crate::a::b`, imports resolved.
    pub paths: BTreeSet<String>,
    /// Names behind a dot, and last segments of paths.
    pub methods: FxHashSet<String>,
    /// Every identifier.
    pub idents: FxHashSet<String>,
    /// Crates of which something is imported with `*`.
    pub globs: BTreeSet<String>,
    /// Modules in other files.
    pub modules: Vec<ModuleFile>,
    /// Files included as source, or as documentation.
    pub includes: Vec<Include>,
    /// Includes source that the build script writes.
    pub includes_generated: bool,
    /// Why it could not be read.
    pub problem: Option<String>,
}

/// `mod name;`
#[derive(Clone, Debug)]
pub struct ModuleFile {
    /// Inline modules around it, then its name.
    pub path: Vec<String>,
    /// `#[path = "..."]`.
    pub file: Option<String>,
    /// Only compiled for tests.
    pub test: bool,
    /// Names of the modules and items around it, for `use super::*`.
    pub around: Around,
}

/// `include!("...")` or `#![doc = include_str!("...")]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// Path relative to the file.
    pub path: String,
    /// Whether it is documentation.
    pub doc: bool,
    /// Only compiled for tests.
    pub test: bool,
}

/// Reads one file. `test` says that only tests compile it, `around` which names its parent module
/// defines.
#[must_use]
pub fn read(text: &str, test: bool, around: &Around) -> FileFacts {
    let mut reader = Reader { test, ..Reader::default() };
    reader.facts.doc_links = doctest::links_of_comments(text).map(str::to_owned).collect();
    reader.parents.extend(around.0.clone());
    let tokens = Tokens::of(text);
    if tokens.are_too_deep() {
        reader.facts.problem = Some("nested too deeply to parse".into());
        return reader.facts;
    }
    let lifted = bodies::lift(&tokens);
    reader.macro_names = macro_names(&tokens);
    let whole = |error| if is_too_deep(text) { Err(error) } else { syn::parse_file(text) };
    let parsed = syn::parse_file(&lifted.text).map(|file| (file, Some(&lifted)));
    match parsed.or_else(|error| whole(error).map(|file| (file, None))) {
        Ok((file, lifted)) => {
            reader.docs.extend(lifted.map(|lifted| lifted.docs.as_str()));
            reader.lifted = lifted;
            reader.attributes(&file.attrs);
            reader.module(&file.items);
            reader.finish_docs();
        }
        Err(error) => {
            reader.facts.problem = Some(error.to_string());
            // Not valid as a file (a template, an `include!`d expression): names still count.
            reader.scopes.push(Arc::default());
            reader.tokens(text);
        }
    }
    reader.facts
}

/// Crates named by the examples of a Markdown text.
#[must_use]
pub fn read_doc(text: &str) -> BTreeSet<String> {
    let mut reader = Reader::default();
    reader.docs.push_str(text);
    reader.finish_docs();
    reader.facts.doc_crates
}

pub(super) const NOT_CRATES: [&str; 8] = ["crate", "self", "super", "Self", "std", "core", "alloc", "$crate"];
/// Adds a name that is mostly there already.
fn add(set: &mut FxHashSet<String>, name: &str) {
    if !set.contains(name) {
        set.insert(name.to_string());
    }
}

#[derive(Default)]
struct Reader<'a> {
    facts: FileFacts,
    test: bool,
    scopes: Vec<Arc<Scope>>,
    parents: Vec<Arc<Scope>>,
    inline: Vec<String>,
    docs: String,
    in_doc: bool,
    /// Names that the file uses as macros or attributes.
    macro_names: BTreeSet<String>,
    /// Bodies that are only tokens.
    lifted: Option<&'a Lifted<'a>>,
}

impl Reader<'_> {
    fn name_crate(&mut self, name: &str) {
        if NOT_CRATES.contains(&name) || name.is_empty() {
            return;
        }
        let set = match (self.in_doc, self.test) {
            (true, _) => &mut self.facts.doc_crates,
            (_, true) => &mut self.facts.test_crates,
            _ => &mut self.facts.crates,
        };
        if !set.contains(name) {
            set.insert(name.to_string());
        }
    }

    fn name_macro(&mut self, name: &str) {
        let set = if self.test { &mut self.facts.test_macros } else { &mut self.facts.macros };
        if !set.contains(name) {
            set.insert(name.to_string());
        }
    }

    /// A path as written; `import` says that it stands in a `use`.
    fn path(&mut self, segments: &[&str], absolute: bool, import: bool) {
        let Some(&head) = segments.first() else { return };
        if let Some(last) = segments.last().filter(|_| segments.len() > 1) {
            add(&mut self.facts.methods, last);
        }
        let Some(full) = self.resolve(segments, absolute, import) else { return };
        if full.len() > 1 || import || absolute {
            let name = &full[0];
            // An alias was counted where it was imported, unless that was another file's glob.
            if absolute || import || name == head || segments.len() > 1 {
                self.name_crate(name);
            }
            if !NOT_CRATES.contains(&name.as_str()) {
                self.facts.paths.insert(full.join("::"));
            }
        }
    }

    /// The path with imports followed; `None` when it is the crate's own.
    fn resolve(&self, segments: &[&str], absolute: bool, import: bool) -> Option<Vec<String>> {
        let owned = |segments: &[&str]| segments.iter().map(|name| (*name).to_string()).collect::<Vec<_>>();
        if absolute {
            return Some(owned(segments));
        }
        let (mut head, mut path): (String, Option<Vec<String>>) = ((*segments.first()?).to_string(), None);
        for _ in 0..8 {
            if matches!(head.as_str(), "crate" | "self" | "super" | "Self") {
                return None;
            }
            let so_far = || path.clone().unwrap_or_else(|| owned(segments));
            let mut found: Option<&Import> = None;
            for scope in self.scopes.iter().rev() {
                if scope.has_item(&head) {
                    return None;
                }
                if let Some(import_of) = scope.import(&head) {
                    // `use time;` and the statement itself: the name is the crate.
                    let itself = import_of.path.first() == Some(&head) && (import || import_of.path.len() == 1);
                    // No path leads through a macro: `quickcheck_macros::quickcheck` hides no crate.
                    let is_macro = so_far().len() > 1 && self.macro_names.contains(&head);
                    if itself || is_macro || import_of.path == so_far() {
                        return Some(so_far());
                    }
                    found = Some(import_of);
                    break;
                }
            }
            let Some(import_of) = found else { return Some(so_far()) };
            let next = [import_of.path.as_slice(), &so_far()[1..]].concat();
            if import_of.absolute || import_of.path.first() == Some(&head) {
                return Some(next);
            }
            head = next.first()?.clone();
            path = Some(next);
        }
        path
    }

    fn module(&mut self, items: &[Item]) {
        let mut scope = Scope::of(items);
        // Names that macros wrap still hide crates of the same name.
        let wrapped = items.iter().filter_map(|item| if let Item::Macro(item) = item { items_in(item) } else { None });
        for inner in wrapped {
            let inner = Scope::of(&inner.items);
            scope.items.extend(inner.items);
            inner.imports.into_iter().for_each(|(name, import)| {
                scope.imports.entry(name).or_insert(import);
            });
        }
        let glob_parent = items
            .iter()
            .any(|item| matches!(item, Item::Use(item) if leaves(item).iter().any(|leaf| leaf.path == ["super", "*"])));
        scope.outer = self.parents.last().filter(|_| glob_parent).cloned();
        let outer = std::mem::take(&mut self.scopes);
        self.scopes.push(Arc::new(scope));
        for item in items {
            self.visit_item(item);
        }
        self.scopes = outer;
    }

    /// `mod name;`
    fn module_file(&mut self, item: &syn::ItemMod) {
        let file = item.attrs.iter().find(|a| a.path().is_ident("path")).and_then(|a| match &a.meta {
            Meta::NameValue(syn::MetaNameValue {
                value: Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }), ..
            }) => Some(text.value()),
            _ => None,
        });
        let path = [self.inline.clone(), vec![plain(&item.ident)]].concat();
        let around = Around(self.scopes.last().cloned());
        self.facts.modules.push(ModuleFile { path, file, test: self.test, around });
    }

    fn under<R>(&mut self, attributes: &[Attribute], task: impl FnOnce(&mut Self) -> R) -> R {
        let before = self.test;
        self.test |= Cfg::of(attributes).is_test_only();
        let result = task(self);
        self.test = before;
        result
    }

    fn tokens(&mut self, text: &str) {
        pieces(text, &mut |piece| self.piece(piece));
    }

    fn piece(&mut self, piece: Piece<'_, '_>) {
        match piece {
            Piece::Path { segments, absolute } => {
                segments.iter().for_each(|name| add(&mut self.facts.idents, name));
                self.path(segments, absolute, false);
            }
            Piece::Macro(name) => self.name_macro(name),
            Piece::Method(name) | Piece::Member(name) => {
                add(&mut self.facts.idents, name);
                add(&mut self.facts.methods, name);
            }
            Piece::Field(name) => add(&mut self.facts.idents, name),
            Piece::Import(name) => {
                self.path(&[name], false, true);
                add(&mut self.facts.idents, name);
            }
            Piece::Ident(name) => {
                self.lone(name);
                add(&mut self.facts.idents, name);
            }
            Piece::Text { .. } => {}
        }
    }

    /// A lone name says something about another crate only through an import.
    fn lone(&mut self, name: &str) {
        let import = self.scopes.iter().rev().find_map(|scope| scope.import(name));
        if let Some(import) = import.filter(|import| import.path.len() > 1) {
            let import = import.clone();
            let segments: Vec<&str> = import.path.iter().map(String::as_str).collect();
            self.path(&segments, import.absolute, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crates(text: &str) -> Vec<String> {
        read(text, false, &Around::default()).crates.into_iter().collect()
    }

    #[test]
    fn local_modules_shadow_crates() {
        assert_eq!(crates("mod regex;\nuse regex::Regex;\nfn f() { hex::encode(1) }"), ["hex"]);
        assert!(crates("use std::time;\nfn f() { time::Duration::ZERO; }").is_empty());
        assert_eq!(crates("use mimalloc as _;\nextern crate log as l;"), ["log", "mimalloc"]);
        assert_eq!(crates("use ::time::Date;"), ["time"]);
    }

    #[test]
    fn macros_do_not_hide_crates() {
        let text = "use quickcheck::Arbitrary;\nuse quickcheck_macros::quickcheck;\n#[quickcheck]\nfn f(g: &mut quickcheck::Gen) {}";
        assert_eq!(crates(text), ["quickcheck", "quickcheck_macros"]);
    }

    #[test]
    fn items_in_macros_count() {
        let text = "if_x! { use bytes::Bytes; mod time; pub fn f() -> time::T { hex::encode(1) } mod inner; }";
        assert_eq!(crates(text), ["bytes", "hex"]);
        let facts = read(text, false, &Around::default());
        assert_eq!(facts.modules.iter().map(|m| m.path.join("::")).collect::<Vec<_>>(), ["time", "inner"]);
    }

    #[test]
    fn crates_in_what_macros_are_given_count_by_name_alone() {
        let text = "cfg_if! { if #[cfg(unix)] { use nix_like as _; use itoa; extern crate fnv; } else { use {log, time as t}; } }\n\
                    mod own; m! { use own; x.use_it }";
        assert_eq!(crates(text), ["fnv", "itoa", "log", "nix_like", "time"]);
    }

    #[test]
    fn attribute_strings_name_crates() {
        let text = "#[derive(serde::Serialize)]\nstruct A { #[serde(with = \"humantime_serde\", rename = \"time\")] a: u8, #[serde(with = \"chrono::serde::ts\")] b: u8 }";
        assert_eq!(crates(text), ["chrono", "humantime_serde", "serde"]);
        let text = "#[derive(Template)]\n#[template(source = \"{{ humantime::format_duration(*wait) }}\", ext = \"txt\")]\nstruct A;\n\
                    #[error(\"{}\", hex::encode(.0))]\n#[check(\"itoa::Buffer::new().len() > 0\")]\nstruct B;";
        assert_eq!(crates(text), ["hex", "humantime", "itoa", "txt"]);
    }

    #[test]
    fn tests_and_examples_are_kept_apart() {
        let facts = read(
            "/// ```\n/// use itertools::Itertools;\n/// ```\nfn f() {}\n#[cfg(test)]\nmod tests { #[test] fn t() { hex::encode(1); } }",
            false,
            &Around::default(),
        );
        assert!(facts.crates.is_empty());
        assert!(facts.test_crates.contains("hex"));
        assert!(facts.doc_crates.contains("itertools"));
    }
}
