//! Names that a module or block defines, so that `time::x` is known to be the local `time`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use syn::{Item, UseTree};

/// Names in one module or block.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    /// Modules and items.
    pub(super) items: BTreeSet<String>,
    /// Imports: name to full path as written.
    pub(super) imports: BTreeMap<String, Import>,
    /// The module around it, where `use super::*` brings in its names.
    pub(super) outer: Option<Arc<Scope>>,
}

/// The names of the module that declares a file.
#[derive(Clone, Debug, Default)]
pub struct Around(pub(super) Option<Arc<Scope>>);

/// One imported name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) path: Vec<String>,
    pub(super) absolute: bool,
}

/// One leaf of a `use` tree.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) path: Vec<String>,
    /// The name it binds; `None` for a glob.
    pub(super) name: Option<String>,
    pub(super) absolute: bool,
}

impl Scope {
    /// Whether a module or item has the name.
    pub(super) fn has_item(&self, name: &str) -> bool {
        self.chain().any(|scope| scope.items.contains(name))
    }

    /// What is imported under the name.
    pub(super) fn import(&self, name: &str) -> Option<&Import> {
        self.chain().find_map(|scope| scope.imports.get(name))
    }

    fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |scope| scope.outer.as_deref())
    }

    /// The names that `items` define.
    pub(super) fn of<'a>(items: impl IntoIterator<Item = &'a Item>) -> Self {
        let mut scope = Self::default();
        for item in items {
            let name = match item {
                Item::Mod(item) => &item.ident,
                Item::Struct(item) => &item.ident,
                Item::Enum(item) => &item.ident,
                Item::Union(item) => &item.ident,
                Item::Trait(item) => &item.ident,
                Item::Type(item) => &item.ident,
                Item::Use(item) => {
                    for leaf in leaves(item) {
                        if let Some(name) = leaf.name {
                            scope.imports.insert(name, Import { path: leaf.path, absolute: leaf.absolute });
                        }
                    }
                    continue;
                }
                Item::ExternCrate(item) => {
                    let name = item.rename.as_ref().map_or(&item.ident, |(_, name)| name);
                    let path = vec![plain(&item.ident)];
                    scope.imports.insert(plain(name), Import { path, absolute: true });
                    continue;
                }
                _ => continue,
            };
            scope.items.insert(plain(name));
        }
        scope
    }
}

/// An identifier without `r#`.
pub(super) fn plain(ident: &proc_macro2::Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_string).unwrap_or(text)
}

/// The leaves of a `use` item.
pub(super) fn leaves(item: &syn::ItemUse) -> Vec<Leaf> {
    let mut found = Vec::new();
    collect(&item.tree, &mut Vec::new(), item.leading_colon.is_some(), &mut found);
    found
}

fn collect(tree: &UseTree, path: &mut Vec<String>, absolute: bool, found: &mut Vec<Leaf>) {
    match tree {
        UseTree::Path(part) => {
            path.push(plain(&part.ident));
            collect(&part.tree, path, absolute, found);
            path.pop();
        }
        UseTree::Name(part) => {
            let name = plain(&part.ident);
            push(path, &name, Some(&name), absolute, found);
        }
        UseTree::Rename(part) => {
            let alias = plain(&part.rename);
            push(path, &plain(&part.ident), (alias != "_").then_some(&alias), absolute, found);
        }
        UseTree::Glob(_) => found.push(Leaf { path: [path.clone(), vec!["*".into()]].concat(), name: None, absolute }),
        UseTree::Group(group) => group.items.iter().for_each(|tree| collect(tree, path, absolute, found)),
    }
}

fn push(path: &[String], last: &str, name: Option<&String>, absolute: bool, found: &mut Vec<Leaf>) {
    let mut full = path.to_vec();
    let mut name = name.cloned();
    if last == "self" && !full.is_empty() {
        if name.as_deref() == Some("self") {
            name = full.last().cloned();
        }
    } else {
        full.push(last.to_string());
    }
    found.push(Leaf { path: full, name, absolute });
}
