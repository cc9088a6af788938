//! The walk over a syntax tree.

use std::sync::Arc;

use syn::visit::{self, Visit};
use syn::{Attribute, Item};

use super::super::items::{attributes_of, items_in};
use super::super::pieces::pieces_in;
use super::super::scope::{Scope, leaves, plain};
use super::{Include, Reader, add};

impl<'ast> Visit<'ast> for Reader<'_> {
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
                Self::visit_item(self, item);
            } else if let Item::Mod(item) = item {
                self.module_file(item);
            }
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.attributes(&item.attrs);
        for leaf in leaves(item) {
            leaf.path.iter().for_each(|name| add(&mut self.facts.idents, name));
            let mut path: Vec<&str> = leaf.path.iter().map(String::as_str).collect();
            if path.last() == Some(&"*") {
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
        if let Some((tokens, start, end)) = self.lifted.and_then(|lifted| lifted.body(block)) {
            return pieces_in(tokens, start, end, &mut |piece| self.piece(piece));
        }
        let items =
            block.stmts.iter().filter_map(|stmt| if let syn::Stmt::Item(item) = stmt { Some(item) } else { None });
        self.scopes.push(Arc::new(Scope::of(items)));
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
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        if let ([only], None) = (&segments[..], path.leading_colon) {
            self.lone(only);
        }
        self.path(&segments, path.leading_colon.is_some(), false);
        visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        add(&mut self.facts.methods, &plain(&call.method));
        visit::visit_expr_method_call(self, call);
    }

    fn visit_ident(&mut self, ident: &'ast proc_macro2::Ident) {
        add(&mut self.facts.idents, &plain(ident));
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.macro_itself(mac);
        self.tokens(&mac.tokens.to_string());
    }
}

impl Reader<'_> {
    /// The name in front of the `!`.
    fn macro_itself(&mut self, mac: &syn::Macro) {
        let segments: Vec<String> = mac.path.segments.iter().map(|s| plain(&s.ident)).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        if let Some(&last) = segments.last() {
            self.name_macro(last);
            if last == "include"
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
