//! Which names a file uses, where, and under which condition.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, Item, Lit, Meta};

use super::cfg::Cfg;
use super::items::{attributes_of, items_in, macro_names};
use super::scope::{Import, Scope, leaves, plain};
use super::tokens::{Piece, pieces};
use super::{doctest, is_too_deep};

/// What one file says.
#[derive(Clone, Debug, Default)]
pub struct FileFacts {
    /// Crates named by the code.
    pub crates: BTreeSet<String>,
    /// Crates named only by code that tests compile.
    pub test_crates: BTreeSet<String>,
    /// Crates named by compiled documentation examples.
    pub doc_crates: BTreeSet<String>,
    /// Names of macros, derives and attributes used.
    pub macros: BTreeSet<String>,
    /// Those used only by tests.
    pub test_macros: BTreeSet<String>,
    /// Paths into other crates, `crate::a::b`, imports resolved.
    pub paths: BTreeSet<String>,
    /// Names behind a dot, and last segments of paths.
    pub methods: BTreeSet<String>,
    /// Every identifier.
    pub idents: BTreeSet<String>,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleFile {
    /// Inline modules around it, then its name.
    pub path: Vec<String>,
    /// `#[path = "..."]`.
    pub file: Option<String>,
    /// Only compiled for tests.
    pub test: bool,
    /// Names of the modules and items around it, for `use super::*`.
    pub around: BTreeSet<String>,
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
pub fn read(text: &str, test: bool, around: &BTreeSet<String>) -> FileFacts {
    let mut reader = Reader { test, macro_names: macro_names(text), ..Reader::default() };
    reader.parents.push(Scope { items: around.clone(), ..Scope::default() });
    if is_too_deep(text) {
        reader.facts.problem = Some("nested too deeply to parse".into());
        return reader.facts;
    }
    match syn::parse_file(text) {
        Ok(file) => {
            reader.attributes(&file.attrs);
            reader.module(&file.items);
            reader.finish_docs();
        }
        Err(error) => {
            reader.facts.problem = Some(error.to_string());
            // Not valid as a file (a template, an `include!`d expression): names still count.
            if let Ok(stream) = text.parse::<TokenStream>() {
                reader.scopes.push(Scope::default());
                reader.tokens(&stream);
            }
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
/// Keys of attribute strings that hold names for people or for the wire, never paths.
const NAME_KEYS: [&str; 22] = [
    "rename",
    "rename_all",
    "rename_all_fields",
    "alias",
    "tag",
    "content",
    "doc",
    "feature",
    "name",
    "note",
    "since",
    "reason",
    "message",
    "help",
    "about",
    "expecting",
    "target_os",
    "target_arch",
    "description",
    "title",
    "example",
    "value",
];

#[derive(Default)]
struct Reader {
    facts: FileFacts,
    test: bool,
    scopes: Vec<Scope>,
    parents: Vec<Scope>,
    inline: Vec<String>,
    docs: String,
    in_doc: bool,
    /// Names that the file uses as macros or attributes.
    macro_names: BTreeSet<String>,
}

impl Reader {
    fn name_crate(&mut self, name: &str) {
        if NOT_CRATES.contains(&name) || name.is_empty() {
            return;
        }
        let set = match (self.in_doc, self.test) {
            (true, _) => &mut self.facts.doc_crates,
            (_, true) => &mut self.facts.test_crates,
            _ => &mut self.facts.crates,
        };
        set.insert(name.to_string());
    }

    fn name_macro(&mut self, name: &str) {
        let set = if self.test { &mut self.facts.test_macros } else { &mut self.facts.macros };
        set.insert(name.to_string());
    }

    /// A path as written; `import` says that it stands in a `use`.
    fn path(&mut self, segments: &[String], absolute: bool, import: bool) {
        let Some(head) = segments.first() else { return };
        if let Some(last) = segments.last().filter(|_| segments.len() > 1) {
            self.facts.methods.insert(last.clone());
        }
        let Some(full) = self.resolve(segments, absolute, import) else { return };
        if full.len() > 1 || import || absolute {
            let name = full[0].clone();
            // An alias was counted where it was imported, unless that was another file's glob.
            if absolute || import || &name == head || segments.len() > 1 {
                self.name_crate(&name);
            }
            if !NOT_CRATES.contains(&name.as_str()) {
                self.facts.paths.insert(full.join("::"));
            }
        }
    }

    /// The path with imports followed; `None` when it is the crate's own.
    fn resolve(&self, segments: &[String], absolute: bool, import: bool) -> Option<Vec<String>> {
        let mut path = segments.to_vec();
        if absolute {
            return Some(path);
        }
        for _ in 0..8 {
            let head = path.first()?.clone();
            if matches!(head.as_str(), "crate" | "self" | "super" | "Self") {
                return None;
            }
            let mut found: Option<Import> = None;
            for scope in self.scopes.iter().rev() {
                if scope.items.contains(&head) {
                    return None;
                }
                if let Some(import_of) = scope.imports.get(&head) {
                    // `use time;` and the statement itself: the name is the crate.
                    let itself = import_of.path.first() == Some(&head) && (import || import_of.path.len() == 1);
                    // No path leads through a macro: `quickcheck_macros::quickcheck` hides no crate.
                    let is_macro = path.len() > 1 && self.macro_names.contains(&head);
                    if itself || is_macro || import_of.path == path {
                        return Some(path);
                    }
                    found = Some(import_of.clone());
                    break;
                }
            }
            let Some(import_of) = found else { return Some(path) };
            path = [import_of.path.clone(), path[1..].to_vec()].concat();
            if import_of.absolute || import_of.path.first() == Some(&head) {
                return Some(path);
            }
        }
        Some(path)
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
        if glob_parent && let Some(parent) = self.parents.last() {
            scope.items.extend(parent.items.iter().cloned());
            for (name, import) in &parent.imports {
                scope.imports.entry(name.clone()).or_insert_with(|| import.clone());
            }
        }
        let outer = std::mem::take(&mut self.scopes);
        self.scopes.push(scope);
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
        let around = self.scopes.last().map(|scope| scope.items.clone()).unwrap_or_default();
        self.facts.modules.push(ModuleFile { path, file, test: self.test, around });
    }

    fn under<R>(&mut self, attributes: &[Attribute], task: impl FnOnce(&mut Self) -> R) -> R {
        let before = self.test;
        self.test |= Cfg::of(attributes).is_test_only();
        let result = task(self);
        self.test = before;
        result
    }

    fn attributes(&mut self, attributes: &[Attribute]) {
        let mut doc = String::new();
        for attribute in attributes {
            self.attribute(attribute, &mut doc);
        }
        if !doc.is_empty() {
            self.docs.push_str(&doc);
            // A fence that never closes ends with its comment.
            self.docs.push('\u{0}');
        }
    }

    fn attribute(&mut self, attribute: &Attribute, doc: &mut String) {
        if attribute.path().is_ident("doc") {
            if let Meta::NameValue(pair) = &attribute.meta {
                match &pair.value {
                    Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) => {
                        let text = text.value();
                        doc.push_str(text.strip_prefix(' ').unwrap_or(&text));
                        doc.push('\n');
                    }
                    Expr::Macro(call) if call.mac.path.is_ident("include_str") => {
                        if let Ok(path) = call.mac.parse_body::<syn::LitStr>() {
                            self.facts.includes.push(Include { path: path.value(), doc: true, test: self.test });
                        }
                    }
                    _ => {}
                }
            }
            return;
        }
        let segments: Vec<String> = attribute.path().segments.iter().map(|s| plain(&s.ident)).collect();
        if let Some(last) = segments.last() {
            self.name_macro(last);
        }
        self.path(&segments, attribute.path().leading_colon.is_some(), false);
        match &attribute.meta {
            Meta::Path(_) => {}
            Meta::List(list) => self.attribute_tokens(&segments, &list.tokens),
            Meta::NameValue(pair) => self.visit_expr(&pair.value),
        }
    }

    fn attribute_tokens(&mut self, name: &[String], stream: &TokenStream) {
        if name == ["cfg"] {
            return;
        }
        let derives = name.last().is_some_and(|name| name == "derive" || name == "cfg_attr");
        let mut found = Vec::new();
        pieces(stream, &mut |piece| found.push(piece));
        for piece in found {
            match piece {
                Piece::Text { key: Some(key), value } => self.attribute_text(&key, &value),
                Piece::Ident(name) if derives => self.name_macro(&name),
                Piece::Path { segments, absolute } => {
                    if derives && let Some(last) = segments.last() {
                        self.name_macro(last);
                    }
                    self.path(&segments, absolute, false);
                }
                other => self.piece(other),
            }
        }
    }

    /// `with = "humantime_serde"`, `crate = "rt"`, `as = "serde_with::base64::Base64"`.
    fn attribute_text(&mut self, key: &str, value: &str) {
        if NAME_KEYS.contains(&key) {
            return;
        }
        let is_path =
            |part: &str| part.chars().all(|c| c.is_ascii_alphanumeric() || "_:<>, &'".contains(c)) && !part.is_empty();
        if !is_path(value) {
            return;
        }
        if value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            self.path(&[value.to_string()], false, true);
        } else if let Ok(stream) = value.parse::<TokenStream>() {
            self.tokens(&stream);
        }
    }

    fn tokens(&mut self, stream: &TokenStream) {
        pieces(stream, &mut |piece| self.piece(piece));
    }

    fn piece(&mut self, piece: Piece) {
        match piece {
            Piece::Path { segments, absolute } => {
                self.facts.idents.extend(segments.iter().cloned());
                self.path(&segments, absolute, false);
            }
            Piece::Macro(name) => self.name_macro(&name),
            Piece::Method(name) => {
                self.facts.idents.insert(name.clone());
                self.facts.methods.insert(name);
            }
            Piece::Ident(name) => {
                self.lone(&name);
                self.facts.idents.insert(name);
            }
            Piece::Text { .. } => {}
        }
    }

    /// A lone name says something about another crate only through an import.
    fn lone(&mut self, name: &str) {
        let import = self.scopes.iter().rev().find_map(|scope| scope.imports.get(name));
        if let Some(import) = import.filter(|import| import.path.len() > 1) {
            let segments = import.path.clone();
            let absolute = import.absolute;
            self.path(&segments, absolute, true);
        }
    }

    fn finish_docs(&mut self) {
        let docs = std::mem::take(&mut self.docs);
        for code in docs.split('\u{0}').flat_map(doctest::blocks) {
            if is_too_deep(&code) {
                continue;
            }
            let file = syn::parse_file(&code).or_else(|_| syn::parse_file(&format!("fn main() {{\n{code}\n}}")));
            let mut inner = Self { in_doc: true, test: true, ..Self::default() };
            match file {
                Ok(file) => inner.module(&file.items),
                Err(_) => {
                    if let Ok(stream) = code.parse::<TokenStream>() {
                        inner.scopes.push(Scope::default());
                        inner.tokens(&stream);
                    }
                }
            }
            self.facts.doc_crates.extend(inner.facts.doc_crates);
            self.facts.test_macros.extend(inner.facts.test_macros);
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = attributes_of(item);
        self.under(attributes, |this| visit::visit_item(this, item));
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.attributes(&item.attrs);
        let name = plain(&item.ident);
        match &item.content {
            Some((_, items)) => {
                self.inline.push(name);
                if let Some(scope) = self.scopes.last().cloned() {
                    self.parents.push(scope);
                    self.module(items);
                    self.parents.pop();
                }
                self.inline.pop();
            }
            None => self.module_file(item),
        }
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        let Some(items) = items_in(item) else { return visit::visit_item_macro(self, item) };
        self.attributes(&item.attrs);
        if !items.whole {
            self.visit_macro(&item.mac);
        } else {
            self.macro_itself(&item.mac);
        }
        for item in &items.items {
            if items.whole {
                // What the syntax tree keeps of the macro's content lives only in this call.
                Reader::visit_item(self, item);
            } else if let Item::Mod(item) = item {
                self.module_file(item);
            }
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.attributes(&item.attrs);
        for leaf in leaves(item) {
            self.facts.idents.extend(leaf.path.iter().cloned());
            let mut path = leaf.path;
            if path.last().is_some_and(|last| last == "*") {
                path.pop();
                if let Some(head) = self.resolve(&path, leaf.absolute, true).and_then(|full| full.first().cloned()) {
                    self.facts.globs.insert(head);
                }
            }
            self.path(&path, leaf.absolute, true);
        }
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        self.attributes(&item.attrs);
        let name = plain(&item.ident);
        self.name_crate(&name);
        if item.attrs.iter().any(|a| a.path().is_ident("macro_use")) {
            self.facts.globs.insert(name);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        // `#[test]` and its kin are compiled for tests only; the attribute's own name is not.
        let is_test = item.attrs.iter().any(|a| {
            a.path().segments.last().is_some_and(|s| matches!(plain(&s.ident).as_str(), "test" | "bench" | "rstest"))
        });
        self.attributes(&item.attrs);
        let before = self.test;
        self.test |= is_test;
        self.visit_signature(&item.sig);
        self.visit_block(&item.block);
        self.test = before;
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        let items =
            block.stmts.iter().filter_map(|stmt| if let syn::Stmt::Item(item) = stmt { Some(item) } else { None });
        self.scopes.push(Scope::of(items));
        visit::visit_block(self, block);
        self.scopes.pop();
    }

    fn visit_stmt(&mut self, stmt: &'ast syn::Stmt) {
        let attributes = if let syn::Stmt::Local(local) = stmt { &local.attrs[..] } else { &[] };
        self.under(attributes, |this| visit::visit_stmt(this, stmt));
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let mut doc = String::new();
        self.attribute(attribute, &mut doc);
        if !doc.is_empty() {
            self.docs.push_str(&doc);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|s| plain(&s.ident)).collect();
        if segments.len() == 1 && path.leading_colon.is_none() {
            self.lone(&segments[0]);
        }
        self.path(&segments, path.leading_colon.is_some(), false);
        visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.facts.methods.insert(plain(&call.method));
        visit::visit_expr_method_call(self, call);
    }

    fn visit_ident(&mut self, ident: &'ast proc_macro2::Ident) {
        self.facts.idents.insert(plain(ident));
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.macro_itself(mac);
        self.tokens(&mac.tokens);
    }
}

impl Reader {
    /// The name in front of the `!`.
    fn macro_itself(&mut self, mac: &syn::Macro) {
        let segments: Vec<String> = mac.path.segments.iter().map(|s| plain(&s.ident)).collect();
        if let Some(last) = segments.last() {
            self.name_macro(last);
            if matches!(last.as_str(), "include")
                && let Ok(path) = mac.parse_body::<syn::LitStr>()
            {
                self.facts.includes.push(Include { path: path.value(), doc: false, test: self.test });
            }
            if last == "include" && mac.tokens.to_string().contains("OUT_DIR") || last == "include_proto" {
                self.facts.includes_generated = true;
            }
            if segments.len() == 1 {
                self.lone(last);
            }
        }
        self.path(&segments, mac.path.leading_colon.is_some(), false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crates(text: &str) -> Vec<String> {
        read(text, false, &BTreeSet::new()).crates.into_iter().collect()
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
        let facts = read(text, false, &BTreeSet::new());
        assert_eq!(facts.modules.iter().map(|m| m.path.join("::")).collect::<Vec<_>>(), ["time", "inner"]);
    }

    #[test]
    fn attribute_strings_name_crates() {
        let text = "#[derive(serde::Serialize)]\nstruct A { #[serde(with = \"humantime_serde\", rename = \"time\")] a: u8, #[serde(with = \"chrono::serde::ts\")] b: u8 }";
        assert_eq!(crates(text), ["chrono", "humantime_serde", "serde"]);
    }

    #[test]
    fn tests_and_examples_are_kept_apart() {
        let facts = read(
            "/// ```\n/// use itertools::Itertools;\n/// ```\nfn f() {}\n#[cfg(test)]\nmod tests { #[test] fn t() { hex::encode(1); } }",
            false,
            &BTreeSet::new(),
        );
        assert!(facts.crates.is_empty());
        assert!(facts.test_crates.contains("hex"));
        assert!(facts.doc_crates.contains("itertools"));
    }
}
