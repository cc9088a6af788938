//! Items: their attributes, and those that macros wrap.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Attribute, Item, Visibility};

use super::lexer::Kind;
use super::scope::{leaves, plain};
use super::tokens::Tokens;

/// Braces inside a macro's content are looked into down to this depth.
const DEEPEST: usize = 4;

/// The items in the content of an item macro such as `if_wasm! { mod fetch; pub use fetch::get; }`.
#[derive(Default)]
pub(super) struct WrappedItems {
    /// The items.
    pub(super) items: Vec<Item>,
    /// The content is nothing but these items.
    pub(super) whole: bool,
}

/// Items that a macro hands on; `None` for definitions of macros and for content without items.
pub(super) fn items_in(item: &syn::ItemMacro) -> Option<WrappedItems> {
    if item.mac.path.is_ident("macro_rules") || item.ident.is_some() || item.mac.tokens.is_empty() {
        return None;
    }
    if let Some(items) = parsed(&item.mac.tokens) {
        return Some(WrappedItems { items, whole: true });
    }
    let mut found = WrappedItems::default();
    in_braces(&item.mac.tokens, 0, &mut found.items);
    (!found.items.is_empty()).then_some(found)
}

fn parsed(tokens: &TokenStream) -> Option<Vec<Item>> {
    let file = syn::parse2::<syn::File>(tokens.clone()).ok()?;
    let understood = !file.items.is_empty() && !file.items.iter().any(|item| matches!(item, Item::Verbatim(_)));
    understood.then_some(file.items)
}

/// `cfg_if! { if #[cfg(unix)] { mod unix; } else { mod other; } }`
fn in_braces(tokens: &TokenStream, depth: usize, found: &mut Vec<Item>) {
    if depth >= DEEPEST {
        return;
    }
    for tree in tokens.clone() {
        let TokenTree::Group(group) = tree else { continue };
        if group.delimiter() != Delimiter::Brace {
            continue;
        }
        match parsed(&group.stream()) {
            Some(items) => found.extend(items),
            None => in_braces(&group.stream(), depth + 1, found),
        }
    }
}

/// What `use name::*` brings in of an inline module among `items`; `None` when that is not all there.
pub(super) fn glob_names(items: &[Item], path: &[String]) -> Option<Vec<String>> {
    let name = match path {
        [name, last] if last == "*" => name,
        [head, name, last] if head == "self" && last == "*" => name,
        _ => return None,
    };
    let is_it = |item: &&Item| matches!(item, Item::Mod(item) if plain(&item.ident) == *name);
    let Some(Item::Mod(syn::ItemMod { content: Some((_, inner)), .. })) = items.iter().find(is_it) else { return None };
    let mut found = Vec::new();
    for item in inner {
        let (visibility, name) = match item {
            Item::Const(item) => (&item.vis, &item.ident),
            Item::Enum(item) => (&item.vis, &item.ident),
            Item::Fn(item) => (&item.vis, &item.sig.ident),
            Item::Mod(item) => (&item.vis, &item.ident),
            Item::Static(item) => (&item.vis, &item.ident),
            Item::Struct(item) => (&item.vis, &item.ident),
            Item::Trait(item) => (&item.vis, &item.ident),
            Item::Type(item) => (&item.vis, &item.ident),
            Item::Union(item) => (&item.vis, &item.ident),
            Item::Use(item) if matches!(item.vis, Visibility::Public(_)) => {
                let names: Option<Vec<String>> = leaves(item).into_iter().map(|leaf| leaf.name).collect();
                found.extend(names?);
                continue;
            }
            Item::Use(_) | Item::Impl(_) => continue,
            _ => return None,
        };
        if matches!(visibility, Visibility::Public(_)) {
            found.push(plain(name));
        }
    }
    Some(found)
}

/// Names that a text uses as macros or as attributes: `name!`, `#[name`, `#[name(`.
pub(super) fn macro_names(tokens: &Tokens<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for at in 0..tokens.list.len() {
        let is_macro = tokens.punct(at, b'!') && !tokens.punct(at + 1, b'=');
        let is_attribute = tokens.opens(at, b'[')
            && at > 0
            && tokens.punct(at - 1, b'#')
            && matches!(tokens.kind(at + 2), Some(Kind::Close | Kind::Open(b'(')));
        let name = match (is_macro, is_attribute) {
            (true, _) => at.checked_sub(1).map_or("", |before| tokens.word(before)),
            (_, true) => tokens.word(at + 1),
            _ => "",
        };
        if !name.is_empty() && !found.contains(name) {
            found.insert(name.to_string());
        }
    }
    found
}

pub(super) fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(i) => &i.attrs,
        Item::Enum(i) => &i.attrs,
        Item::ExternCrate(i) => &i.attrs,
        Item::Fn(i) => &i.attrs,
        Item::ForeignMod(i) => &i.attrs,
        Item::Impl(i) => &i.attrs,
        Item::Macro(i) => &i.attrs,
        Item::Mod(i) => &i.attrs,
        Item::Static(i) => &i.attrs,
        Item::Struct(i) => &i.attrs,
        Item::Trait(i) => &i.attrs,
        Item::TraitAlias(i) => &i.attrs,
        Item::Type(i) => &i.attrs,
        Item::Union(i) => &i.attrs,
        Item::Use(i) => &i.attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str) -> Option<WrappedItems> {
        items_in(&syn::parse_str(text).expect("a macro"))
    }

    #[test]
    fn items_in_macros_are_found() {
        let found = wrapped("if_hyper! { #[macro_use] mod error; pub use error::E; }").expect("items");
        assert!(found.whole && found.items.len() == 2);
        let found = wrapped("cfg_if! { if #[cfg(unix)] { mod unix; } else { mod other; } }").expect("items");
        assert!(!found.whole && found.items.len() == 2);
        assert!(wrapped("lazy_static! { static ref X: u8 = 1; }").is_none());
        assert!(wrapped("macro_rules! m { () => { mod x; } }").is_none());
    }

    #[test]
    fn names_behind_a_glob_are_those_of_the_module() {
        let of = |text: &str| {
            let items = syn::parse_file(text).expect("items").items;
            glob_names(&items, &["m".to_string(), "*".into()]).map(|names| names.join(" "))
        };
        assert_eq!(
            of("mod m { pub struct A; fn b() {} pub use x::C as D; use y::*; impl A {} }").as_deref(),
            Some("A D")
        );
        for open in ["mod m;", "mod m { pub use x::*; }", "mod m { make! {} }", "mod n {}"] {
            assert_eq!(of(open), None, "{open}");
        }
    }

    #[test]
    fn macros_are_known_by_their_use() {
        let text = "#[quickcheck]\nfn f() { a::json!({}); x != y; }\n#[test_case(1)]\n#[cfg = 1]";
        let found = macro_names(&Tokens::of(text));
        assert_eq!(found.iter().collect::<Vec<_>>(), ["json", "quickcheck", "test_case"]);
    }
}
