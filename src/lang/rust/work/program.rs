//! The own crates of an executable, indexed by name.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use syn::{Block, Expr, ImplItem, Item, Type};

use super::super::cfg::Cfg;
use super::super::is_too_deep;
use super::super::items::attributes_of;
use super::super::scope::{Scope, plain};

/// File of a module, as in `usage::module_file`.
pub(super) type FindModule<'a> = &'a dyn Fn(&str, bool, &[String], Option<&str>) -> Option<String>;

/// How files are read and modules found.
pub struct ProgramInput<'a> {
    /// Text of a file.
    pub text: &'a dyn Fn(&str) -> Option<Arc<str>>,
    /// File of a module, as in `usage::module_file`.
    pub module: FindModule<'a>,
    /// Bytes of a file named in a source file: the source file and the path as written.
    pub size: &'a dyn Fn(&str, &str, bool) -> Option<u64>,
    /// Features of the package that are on by default.
    pub features: &'a BTreeSet<String>,
}

/// One own crate.
#[derive(Clone, Debug)]
pub struct CrateInput {
    /// Name under which the others know it; the executable itself is `crate`.
    pub name: String,
    /// Its root file.
    pub root: String,
}

/// A module of an own crate.
pub(super) struct Module {
    pub(super) crate_name: String,
    pub(super) path: Vec<String>,
    pub(super) file: Rc<str>,
    pub(super) scope: Scope,
}

/// A function of an own crate.
#[derive(Clone)]
pub(super) struct Function {
    pub(super) id: usize,
    pub(super) module: usize,
    pub(super) owner: Option<String>,
    pub(super) block: Rc<Block>,
    /// Parameters with the name of their type.
    pub(super) parameters: Vec<(String, String)>,
    /// Name of the type it returns.
    pub(super) result: Option<String>,
    /// Names of all its parameters, in order; empty for patterns.
    pub(super) names: Vec<String>,
    /// `(method, path)` of attributes such as `#[get("/x")]`.
    pub(super) routes: Vec<(String, String)>,
}

/// A `static` or `const`.
pub(super) struct Static {
    pub(super) module: usize,
    pub(super) value: Rc<Expr>,
    pub(super) lazy: bool,
}

/// The own crates of one executable.
pub struct Program<'a> {
    pub(super) input: &'a ProgramInput<'a>,
    pub(super) modules: Vec<Module>,
    pub(super) functions: Vec<Function>,
    pub(super) by_path: BTreeMap<String, usize>,
    pub(super) methods: BTreeMap<(String, String), Vec<usize>>,
    pub(super) by_method: BTreeMap<String, Vec<usize>>,
    /// Traits that a type implements.
    pub(super) traits: BTreeMap<String, Vec<String>>,
    pub(super) statics: BTreeMap<String, Static>,
    pub(super) fields: BTreeMap<(String, String), String>,
    pub(super) crates: BTreeSet<String>,
    /// Local names of renamed dependencies.
    pub(super) renames: BTreeMap<String, String>,
}

impl<'a> Program<'a> {
    /// Reads the crates.
    #[must_use]
    pub fn read(crates: &[CrateInput], renames: BTreeMap<String, String>, input: &'a ProgramInput<'a>) -> Self {
        let mut program = Self {
            input,
            modules: Vec::new(),
            functions: Vec::new(),
            by_path: BTreeMap::new(),
            methods: BTreeMap::new(),
            by_method: BTreeMap::new(),
            traits: BTreeMap::new(),
            statics: BTreeMap::new(),
            fields: BTreeMap::new(),
            crates: crates.iter().map(|c| c.name.clone()).collect(),
            renames,
        };
        for one in crates {
            program.file(&one.name, Vec::new(), &one.root, true);
        }
        program
    }

    fn file(&mut self, crate_name: &str, path: Vec<String>, file: &str, is_root: bool) {
        let Some(text) = (self.input.text)(file).filter(|text| !is_too_deep(text)) else { return };
        let Ok(parsed) = syn::parse_file(&text) else { return };
        if path.len() < 64 && self.modules.len() < 5_000 {
            self.module(crate_name, path, &Rc::from(file), is_root, &mut Vec::new(), parsed.items);
        }
    }

    fn is_off(&self, item: &Item) -> bool {
        let cfg = Cfg::of(attributes_of(item));
        let decided = cfg.evaluate(&|name| Some(self.input.features.contains(name)));
        cfg.is_test_only() || decided == Some(false) || matches!(&cfg, Cfg::Other(name) if name == "debug_assertions")
    }

    fn module(
        &mut self,
        crate_name: &str,
        path: Vec<String>,
        file: &Rc<str>,
        is_root: bool,
        inline: &mut Vec<String>,
        items: Vec<Item>,
    ) {
        let id = self.modules.len();
        self.modules.push(Module {
            crate_name: crate_name.to_string(),
            path: path.clone(),
            file: file.clone(),
            scope: Scope::of(&items),
        });
        for item in items {
            if !self.is_off(&item) {
                self.item(id, &path, is_root, inline, item);
            }
        }
    }

    fn key(&self, module: usize, name: &str) -> String {
        let module = &self.modules[module];
        let mut parts = vec![module.crate_name.as_str()];
        parts.extend(module.path.iter().map(String::as_str));
        parts.push(name);
        parts.join("::")
    }

    fn item(&mut self, id: usize, path: &[String], is_root: bool, inline: &mut Vec<String>, item: Item) {
        match item {
            Item::Mod(item) => {
                let name = plain(&item.ident);
                let below = [path.to_vec(), vec![name.clone()]].concat();
                let crate_name = self.modules[id].crate_name.clone();
                let file = self.modules[id].file.clone();
                inline.push(name);
                match item.content {
                    Some((_, items)) => self.module(&crate_name, below, &file, is_root, inline, items),
                    None => {
                        let explicit = path_attribute(&item.attrs);
                        if let Some(found) = (self.input.module)(&file, is_root, inline, explicit.as_deref()) {
                            self.file(&crate_name, below, &found, false);
                        }
                    }
                }
                inline.pop();
            }
            Item::Fn(item) => {
                let name = plain(&item.sig.ident);
                let key = self.key(id, &name);
                let function = self.function(id, None, &item.sig, &item.block, &item.attrs);
                self.by_path.insert(key, function);
            }
            Item::Impl(item) => {
                let Some(owner) = type_name(&item.self_ty) else { return };
                let trait_name =
                    item.trait_.as_ref().and_then(|(path, _)| path.segments.last()).map(|s| plain(&s.ident));
                for member in &item.items {
                    let ImplItem::Fn(method) = member else { continue };
                    let name = plain(&method.sig.ident);
                    let function = self.function(id, Some(owner.clone()), &method.sig, &method.block, &method.attrs);
                    for owner in std::iter::once(&owner).chain(&trait_name) {
                        self.methods.entry((owner.clone(), name.clone())).or_default().push(function);
                    }
                    // Whatever is called behind a dot has a receiver.
                    if method.sig.receiver().is_some() {
                        self.by_method.entry(name).or_default().push(function);
                    }
                }
                self.traits.entry(owner).or_default().extend(trait_name);
            }
            Item::Trait(item) => self.provided(id, item),
            Item::Struct(item) => {
                for field in &item.fields {
                    if let (Some(name), Some(ty)) = (&field.ident, type_name(&field.ty)) {
                        self.fields.insert((plain(&item.ident), plain(name)), ty);
                    }
                }
            }
            Item::Static(item) => self.value(id, &item.ident, &item.ty, *item.expr),
            Item::Const(item) => self.value(id, &item.ident, &item.ty, *item.expr),
            Item::Macro(item) if item.mac.path.segments.last().is_some_and(|s| s.ident == "lazy_static") => {
                // `static ref NAME: T = value;` reads as a static once `ref` is gone.
                let text = item.mac.tokens.clone();
                for (name, value) in lazy_statics(text) {
                    let key = self.key(id, &name);
                    self.statics.insert(key, Static { module: id, value: Rc::new(value), lazy: true });
                }
            }
            _ => {}
        }
    }

    /// Methods that a trait has a body for.
    fn provided(&mut self, id: usize, item: syn::ItemTrait) {
        let owner = plain(&item.ident);
        for member in &item.items {
            let syn::TraitItem::Fn(method) = member else { continue };
            let Some(block) = &method.default else { continue };
            let name = plain(&method.sig.ident);
            let function = self.function(id, Some(owner.clone()), &method.sig, block, &method.attrs);
            self.methods.entry((owner.clone(), name.clone())).or_default().push(function);
            if method.sig.receiver().is_some() {
                self.by_method.entry(name).or_default().push(function);
            }
        }
    }

    /// The method of a type: its own, or one that a trait of it provides.
    pub(super) fn method_of(&self, owner: &str, name: &str) -> Option<&Function> {
        let of = |owner: &str| self.methods.get(&(owner.to_string(), name.to_string()));
        let provided = || self.traits.get(owner).into_iter().flatten().find_map(|name| of(name));
        of(owner).or_else(provided)?.first().and_then(|id| self.functions.get(*id))
    }

    fn value(&mut self, id: usize, name: &proc_macro2::Ident, ty: &Type, value: Expr) {
        let lazy = type_name_outer(ty).is_some_and(|name| matches!(name.as_str(), "LazyLock" | "Lazy" | "LazyCell"));
        let key = self.key(id, &plain(name));
        self.statics.insert(key, Static { module: id, value: Rc::new(value), lazy });
    }

    fn function(
        &mut self,
        module: usize,
        owner: Option<String>,
        signature: &syn::Signature,
        block: &Block,
        attributes: &[syn::Attribute],
    ) -> usize {
        let id = self.functions.len();
        let parameters = signature.inputs.iter().filter_map(|input| match input {
            syn::FnArg::Typed(typed) => match &*typed.pat {
                syn::Pat::Ident(name) => Some((plain(&name.ident), type_name(&typed.ty)?)),
                _ => None,
            },
            syn::FnArg::Receiver(_) => None,
        });
        let result = match &signature.output {
            syn::ReturnType::Type(_, ty) => type_name(ty),
            syn::ReturnType::Default => None,
        };
        let names = signature.inputs.iter().filter_map(|input| match input {
            syn::FnArg::Typed(typed) => Some(match &*typed.pat {
                syn::Pat::Ident(name) => plain(&name.ident),
                _ => String::new(),
            }),
            syn::FnArg::Receiver(_) => None,
        });
        let names = names.collect();
        let routes = attributes.iter().flat_map(routes_of_attribute).collect();
        let parameters = parameters.collect();
        self.functions.push(Function {
            id,
            module,
            owner,
            block: Rc::new(block.clone()),
            parameters,
            result,
            names,
            routes,
        });
        id
    }

    /// The full path of `segments` seen from a module: `name::...` of an own crate (`crate` being
    /// the executable), or the path of something else.
    pub(super) fn resolve(&self, module: usize, segments: &[String]) -> Vec<String> {
        let mut path = segments.to_vec();
        let mut at = module;
        for _ in 0..12 {
            let here = &self.modules[at];
            let Some(head) = path.first().cloned() else { return path };
            let absolute = |rest: &[String], up: usize| {
                let keep = here.path.len().saturating_sub(up);
                [vec![here.crate_name.clone()], here.path[..keep].to_vec(), rest.to_vec()].concat()
            };
            let full = match head.as_str() {
                "crate" => [vec![here.crate_name.clone()], path[1..].to_vec()].concat(),
                "self" => absolute(&path[1..], 0),
                "super" => {
                    let ups = path.iter().take_while(|part| *part == "super").count();
                    absolute(&path[ups..], ups)
                }
                _ if here.scope.items.contains(&head) => absolute(&path, 0),
                _ => match here.scope.imports.get(&head) {
                    Some(import) if import.path.first() != Some(&head) || import.path.len() > 1 => {
                        let next = [import.path.clone(), path[1..].to_vec()].concat();
                        if import.path.first() == Some(&head) {
                            return self.canonical(next);
                        }
                        path = next;
                        continue;
                    }
                    _ if self.by_path.contains_key(&self.key(at, &head))
                        || self.statics.contains_key(&self.key(at, &head)) =>
                    {
                        absolute(&path, 0)
                    }
                    _ => path.clone(),
                },
            };
            // A re-export in the module that the path leads to.
            let Some((last, before)) = full.split_last() else { return full };
            let target = self.modules.iter().position(|m| {
                m.crate_name == before.first().map_or("", String::as_str) && m.path == before[1.min(before.len())..]
            });
            let Some(target) = target.filter(|t| *t != at && !self.by_path.contains_key(&full.join("::"))) else {
                return self.canonical(full);
            };
            if !self.modules[target].scope.imports.contains_key(last) {
                return self.canonical(full);
            }
            at = target;
            path = vec![last.clone()];
        }
        self.canonical(path)
    }

    fn canonical(&self, mut path: Vec<String>) -> Vec<String> {
        if let Some(real) = path.first().and_then(|head| self.renames.get(head)) {
            path[0].clone_from(real);
        }
        path
    }

    /// The function of a resolved path.
    pub(super) fn find(&self, path: &[String]) -> Option<&Function> {
        if let Some(id) = self.by_path.get(&path.join("::")) {
            return self.functions.get(*id);
        }
        if path.first().is_some_and(|head| head != "crate" && !self.crates.contains(head)) && path.len() != 2 {
            return None;
        }
        let [.., owner, name] = path else { return None };
        self.method_of(owner, name)
    }
}

/// The routes of `#[get("/x")]`, `#[route("/x", method = "GET", method = "POST")]`.
fn routes_of_attribute(attribute: &syn::Attribute) -> Vec<(String, String)> {
    let Some(name) = attribute.path().segments.last().map(|last| plain(&last.ident)) else { return Vec::new() };
    let known = matches!(name.as_str(), "get" | "post" | "put" | "delete" | "patch" | "head" | "options" | "route");
    let parsed = attribute.parse_args_with(|input: syn::parse::ParseStream<'_>| {
        let path = input.parse::<syn::LitStr>()?.value();
        let comma = input.parse::<Option<syn::Token![,]>>()?;
        let options = input.fork();
        input.parse::<proc_macro2::TokenStream>()?;
        let options = comma.and_then(|_| {
            syn::punctuated::Punctuated::<syn::MetaNameValue, syn::Token![,]>::parse_terminated(&options).ok()
        });
        let methods = options.into_iter().flatten().filter(|option| option.path.is_ident("method"));
        let methods = methods.filter_map(|option| match option.value {
            Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(method), .. }) => Some(method.value()),
            _ => None,
        });
        Ok((path, methods.collect::<Vec<String>>()))
    });
    match parsed.ok().filter(|_| known) {
        Some((path, methods)) if name == "route" => methods.into_iter().map(|method| (method, path.clone())).collect(),
        Some((path, _)) => vec![(name.to_uppercase(), path)],
        None => Vec::new(),
    }
}

fn path_attribute(attributes: &[syn::Attribute]) -> Option<String> {
    attributes.iter().find(|a| a.path().is_ident("path")).and_then(|a| match &a.meta {
        syn::Meta::NameValue(syn::MetaNameValue {
            value: Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }),
            ..
        }) => Some(text.value()),
        _ => None,
    })
}

fn lazy_statics(stream: proc_macro2::TokenStream) -> Vec<(String, Expr)> {
    use syn::parse::{Parse, ParseStream};
    struct All(Vec<(String, Expr)>);
    impl Parse for All {
        fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
            let mut found = Vec::new();
            while !input.is_empty() {
                let _ = input.call(syn::Attribute::parse_outer)?;
                let _: syn::Visibility = input.parse()?;
                let _: syn::Token![static] = input.parse()?;
                let _: syn::Token![ref] = input.parse()?;
                let name: proc_macro2::Ident = input.parse()?;
                let _: syn::Token![:] = input.parse()?;
                let _: Type = input.parse()?;
                let _: syn::Token![=] = input.parse()?;
                let value: Expr = input.parse()?;
                let _: syn::Token![;] = input.parse()?;
                found.push((plain(&name), value));
            }
            Ok(Self(found))
        }
    }
    syn::parse2::<All>(stream).map(|all| all.0).unwrap_or_default()
}

fn type_name_outer(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    path.path.segments.last().map(|s| plain(&s.ident))
}

/// The name of a type, seen through references, `Arc`, `Result`, `Option`, `impl` and `dyn`.
pub(super) fn type_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Reference(inner) => type_name(&inner.elem),
        Type::Paren(inner) => type_name(&inner.elem),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            let name = plain(&last.ident);
            if let (
                "Arc" | "Rc" | "Box" | "Result" | "Option" | "Mutex" | "RwLock",
                syn::PathArguments::AngleBracketed(list),
            ) = (name.as_str(), &last.arguments)
            {
                let inner =
                    list.args.iter().find_map(|a| if let syn::GenericArgument::Type(ty) = a { Some(ty) } else { None });
                return inner.and_then(type_name);
            }
            Some(name)
        }
        Type::ImplTrait(bounds) => bound_name(&bounds.bounds),
        Type::TraitObject(bounds) => bound_name(&bounds.bounds),
        _ => None,
    }
}

fn bound_name(bounds: &syn::punctuated::Punctuated<syn::TypeParamBound, syn::Token![+]>) -> Option<String> {
    bounds.iter().find_map(|bound| {
        if let syn::TypeParamBound::Trait(bound) = bound {
            bound.path.segments.last().map(|s| plain(&s.ident))
        } else {
            None
        }
    })
}
