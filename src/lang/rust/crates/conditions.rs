//! Conditions that stand elsewhere than before an item.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::Attribute;
use syn::visit::Visit;

use super::super::cfg::{Cfg, Wrapper};

/// Conditions of `#[cfg_attr(condition, inline)]`: they change what is there, and not only in the
/// documentation.
pub(super) fn conditional_attributes(file: &syn::File) -> Vec<Cfg> {
    struct Found(Vec<Cfg>);
    impl<'ast> Visit<'ast> for Found {
        fn visit_attribute(&mut self, attribute: &'ast Attribute) {
            if !attribute.path().is_ident("cfg_attr") {
                return;
            }
            let parts = syn::punctuated::Punctuated::<syn::Meta, syn::Token![,]>::parse_terminated;
            let Ok(parts) = attribute.parse_args_with(parts) else { return };
            let documents =
                |meta: &syn::Meta| ["doc", "allow", "warn", "deny"].iter().any(|name| meta.path().is_ident(name));
            if let Some(condition) = parts.first().filter(|_| !parts.iter().skip(1).all(documents)) {
                self.0.push(Cfg::of_meta(condition));
            }
        }
    }
    let mut found = Found(Vec::new());
    found.visit_file(file);
    found.0
}

/// The arms of a `cfg_if!` with their conditions; that of the last one is always met.
pub(super) fn cfg_if_arms(stream: &TokenStream) -> Vec<(Cfg, TokenStream)> {
    let mut found = Vec::new();
    let mut condition = Cfg::TRUE;
    for tree in stream.clone() {
        let TokenTree::Group(group) = tree else { continue };
        match group.delimiter() {
            Delimiter::Bracket => {
                let text: String = group.stream().to_string();
                let inner = text
                    .trim()
                    .strip_prefix("cfg")
                    .map(str::trim)
                    .and_then(|rest| rest.strip_prefix('('))
                    .and_then(|rest| rest.strip_suffix(')'));
                condition = inner
                    .and_then(|inner| syn::parse_str::<Wrapper>(inner).ok())
                    .map_or(Cfg::TRUE, |wrapper| wrapper.0);
            }
            Delimiter::Brace => {
                found.push((std::mem::replace(&mut condition, Cfg::TRUE), group.stream()));
            }
            _ => {}
        }
    }
    found
}

/// The conditions inside of code: `cfg!(..)` and attributes.
#[derive(Default)]
pub(super) struct Conditions(pub(super) Vec<Cfg>);

impl<'ast> Visit<'ast> for Conditions {
    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if attribute.path().is_ident("cfg") {
            self.0.push(Cfg::of(std::slice::from_ref(attribute)));
        }
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        if mac.path.segments.last().is_some_and(|last| last.ident == "cfg") {
            self.0.extend(mac.parse_body::<Wrapper>().map(|Wrapper(cfg)| cfg));
        } else {
            self.tokens(&mac.tokens);
        }
    }
}

impl Conditions {
    /// `cfg!(..)` in what another macro is given.
    fn tokens(&mut self, stream: &TokenStream) {
        let trees: Vec<TokenTree> = stream.clone().into_iter().collect();
        for (at, tree) in trees.iter().enumerate() {
            let TokenTree::Group(group) = tree else { continue };
            let is = |back: usize, want: &str| {
                at.checked_sub(back).and_then(|at| trees.get(at)).is_some_and(|tree| tree.to_string() == want)
            };
            if is(1, "!") && is(2, "cfg") {
                self.0.extend(syn::parse2::<Wrapper>(group.stream()).map(|Wrapper(cfg)| cfg));
            } else {
                self.tokens(&group.stream());
            }
        }
    }
}
