//! What a crate's features switch on, read from the `cfg` conditions in its source.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use proc_macro2::TokenStream;
use syn::visit::{self, Visit};
use syn::{ImplItem, Item, Type, Visibility};

use super::super::cfg::Cfg;
use super::super::is_too_deep;
use super::super::items::{attributes_of, glob_names};
use super::super::pieces::{Piece, pieces, string_value};
use super::super::scope::{Leaf, leaves, plain};
use super::super::tokens::Tokens;
use super::condense::condense;
use super::conditions::{Conditions, cfg_if_arms, conditional_attributes};
use super::skim::{Skimmed, skim};
use super::split::{is_conditional, split};
use super::wrappers::{self, Wrapping};

/// Something that exists only with a feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// Features that its condition names.
    pub features: Vec<String>,
    /// The condition.
    pub condition: Cfg,
    /// What it is.
    pub kind: GateKind,
}

/// Kinds of [`Gate`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GateKind {
    /// A public module, type, function, macro or re-export.
    Item(String),
    /// A public method or associated function of a type.
    Method {
        /// Its name.
        name: String,
        /// The type's name.
        owner: String,
    },
    /// An implementation of a trait.
    Impl {
        /// The trait's name; empty when a macro writes it.
        trait_name: String,
        /// Types in the header, generics left out.
        types: Vec<String>,
    },
}

/// What some features of a crate gate.
#[derive(Clone, Debug, Default)]
pub struct Gates {
    /// The gated things.
    pub gates: Vec<Gate>,
    /// Features that some condition names which matters on a Lambda target.
    pub mentioned: BTreeSet<String>,
    /// Features that change what ungated code does.
    pub behaviour: BTreeSet<String>,
    /// Features that choose between two definitions of one name: without them the code compiles and does something else.
    pub switched: BTreeSet<String>,
    /// Features behind which something is re-exported with `*`.
    pub opaque: BTreeSet<String>,
    /// Crates re-exported.
    pub reexports: BTreeSet<String>,
    /// Types of the files that were parsed.
    types: Types,
    /// Files in which nothing depends on the features, for when their types are asked for.
    unread: Vec<(Arc<str>, Vec<String>)>,
    all_types: OnceLock<Types>,
}

/// What a crate's types are, and what leads to them.
#[derive(Clone, Debug, Default)]
pub struct Types {
    /// Types that the crate defines, and the features of each of their definitions.
    pub defined: BTreeMap<String, Vec<Vec<String>>>,
    /// Types in the results of functions and in public fields, by name, with the type that has
    /// them.
    pub returns: BTreeMap<String, BTreeSet<(Option<String>, String)>>,
}

impl Types {
    /// `features` are those behind which all of it lies.
    fn add(&mut self, skimmed: Skimmed, features: &[String]) {
        for name in skimmed.types {
            self.defined.entry(name).or_default().push(features.to_vec());
        }
        for (name, owner, ty) in skimmed.returns {
            self.returns.entry(name).or_default().insert((owner, ty));
        }
    }
}

/// File of a module: the declaring file, whether it is the root, the path, `#[path]`.
pub(super) type FindModule<'a> = &'a dyn Fn(&str, bool, &[String], Option<&str>) -> Option<String>;

/// Files of a crate by path, and how modules in other files are found.
pub struct CrateFiles<'a> {
    /// Text of a file.
    pub text: &'a dyn Fn(&str) -> Option<Arc<str>>,
    /// File of a module: the declaring file, whether it is the root, the path, `#[path]`.
    pub module: FindModule<'a>,
}

impl Gates {
    /// Reads what some features of a crate gate, from its root file. `all` are its source texts, for
    /// macros that add a condition to whatever they are given.
    #[must_use]
    pub fn read(root: &str, files: &CrateFiles<'_>, all: &[(String, Arc<str>)], features: &BTreeSet<String>) -> Self {
        let mut reader = Reader {
            files,
            features,
            literals: features.iter().map(|name| format!("\"{name}\"")).collect(),
            found: Self::default(),
            wrappers: BTreeMap::new(),
            todo: Vec::new(),
            choices: BTreeMap::new(),
            file: String::new(),
            is_root: true,
            depth: 0,
        };
        reader.wrappers.extend(all.iter().flat_map(|(_, text)| wrappers::of_file(text)));
        reader.todo.push((root.to_string(), true, Cfg::TRUE, true));
        let mut seen = BTreeSet::new();
        while let Some((path, is_root, cfg, public)) = reader.todo.pop() {
            if !seen.insert(path.clone()) || seen.len() > 3_000 {
                continue;
            }
            let Some(text) = (files.text)(&path) else { continue };
            if !reader.concerns(&cfg) && reader.is_plain(&text) {
                let features = reader.features(&cfg);
                reader.found.unread.push((text, features));
                continue;
            }
            reader.file = path;
            reader.is_root = is_root;
            reader.read(&Tokens::of(&text), &cfg, public);
        }
        let both =
            reader.choices.into_values().map(|choice| choice.with.intersection(&choice.without).cloned().collect());
        reader.found.switched = both.flat_map(|both: Vec<String>| both).collect();
        reader.found
    }

    /// All types of the crate.
    pub fn types(&self) -> &Types {
        // One thread after the other: rayon would start tasks in here that wait for this one.
        self.all_types.get_or_init(|| {
            let mut all = self.types.clone();
            let skimmed = self.unread.iter().map(|(text, features)| (skim(&Tokens::of(text)), features));
            skimmed.for_each(|(skimmed, features)| all.add(skimmed, features));
            all
        })
    }
}

fn parse(text: &str) -> Option<syn::File> {
    if is_too_deep(text) { None } else { syn::parse_file(text).ok() }
}

fn has(text: &str, part: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some()
}

struct Reader<'a> {
    files: &'a CrateFiles<'a>,
    /// Features that were asked about.
    features: &'a BTreeSet<String>,
    /// The same as conditions name them.
    literals: BTreeSet<String>,
    found: Gates,
    wrappers: BTreeMap<String, Wrapping>,
    todo: Vec<(String, bool, Cfg, bool)>,
    /// Conditions of definitions, by file, modules around them and name.
    choices: BTreeMap<(String, Vec<String>, String), Choice>,
    file: String,
    is_root: bool,
    depth: usize,
}

/// Features with which a name is defined in one way and without which in another.
#[derive(Default)]
struct Choice {
    with: BTreeSet<String>,
    without: BTreeSet<String>,
}

impl Reader<'_> {
    /// Whether a condition depends on a feature that was asked about.
    fn concerns(&self, cfg: &Cfg) -> bool {
        let mut names = Vec::new();
        cfg.features(&mut names);
        names.iter().any(|name| self.features.contains(name))
    }

    /// Whether a file holds nothing but types and code that no feature asked about has to do with.
    fn is_plain(&self, text: &str) -> bool {
        let is_marked = |mark: &str| has(text, mark);
        let is_conditional = || is_marked("cfg") && self.literals.iter().any(|name| is_marked(name));
        let wraps = || self.wrappers.keys().any(|name| is_marked(name));
        !(["mod ", "pub use"].into_iter().any(is_marked) || wraps() || is_conditional())
    }

    /// Reads a file: what the features have to do with by the parser, the rest from tokens.
    fn read(&mut self, tokens: &Tokens<'_>, cfg: &Cfg, public: bool) {
        let decided = !self.concerns(cfg);
        if decided {
            let wraps = |name: &str| self.wrappers.contains_key(name);
            if !is_conditional(tokens, 0, tokens.list.len(), &self.literals, &wraps) {
                return self.unconditional(skim(tokens), cfg);
            }
        }
        let text = condense(tokens);
        if decided {
            let parts = split(&text, &self.literals, |name| self.wrappers.contains_key(name));
            if let Some(file) = parse(&parts.conditional) {
                self.unconditional(skim(&Tokens::of(&parts.plain)), cfg);
                return self.parsed(&file, cfg, public);
            }
        }
        if let Some(file) = parse(&text) {
            self.parsed(&file, cfg, public);
        }
    }

    fn parsed(&mut self, file: &syn::File, around: &Cfg, public: bool) {
        let cfg = around.and(Cfg::of(&file.attrs));
        for condition in conditional_attributes(file) {
            let names = self.features(&condition);
            self.found.behaviour.extend(names);
        }
        self.items(&file.items, &cfg, &Cfg::TRUE, public, &mut Vec::new());
    }

    /// What depends on none of the features.
    fn unconditional(&mut self, skimmed: Skimmed, cfg: &Cfg) {
        for path in &skimmed.modules {
            if let Some(file) = (self.files.module)(&self.file, self.is_root, path, None) {
                self.todo.push((file, false, cfg.clone(), true));
            }
        }
        self.found.reexports.extend(skimmed.reexports.iter().cloned());
        let features = self.features(cfg);
        self.found.types.add(skimmed, &features);
    }

    /// `given` is the condition that a macro around the items puts on each of them.
    fn items(&mut self, items: &[Item], cfg: &Cfg, given: &Cfg, public: bool, inline: &mut Vec<String>) {
        self.depth += 1;
        if self.depth < 64 {
            for item in items {
                self.item(item, items, cfg, given, public, inline);
            }
        }
        self.depth -= 1;
    }

    fn features(&mut self, cfg: &Cfg) -> Vec<String> {
        let mut names = Vec::new();
        cfg.features(&mut names);
        names.sort();
        names.dedup();
        self.found.mentioned.extend(names.iter().cloned());
        names
    }

    fn gate(&mut self, cfg: &Cfg, kind: GateKind) {
        let features = self.features(cfg);
        if !features.is_empty() && cfg.evaluate(&|_| None) != Some(false) {
            self.found.gates.push(Gate { features, condition: cfg.clone(), kind });
        }
    }

    fn item(&mut self, item: &Item, beside: &[Item], outer: &Cfg, given: &Cfg, public: bool, inline: &mut Vec<String>) {
        let own = given.and(Cfg::of(attributes_of(item)));
        if own.is_test_only() || own.evaluate(&|_| None) == Some(false) {
            return;
        }
        // Only the outermost condition's own things are reached by name.
        let mut replaced = Vec::new();
        own.negated(&mut replaced);
        self.choice(item, &own, &replaced, inline);
        self.found.behaviour.extend(replaced);
        let outermost = outer.evaluate(&|_| None).is_some() || own != Cfg::TRUE;
        let cfg = outer.and(own);
        let named = |visibility: &Visibility| {
            outermost && (public || *outer == Cfg::TRUE) && matches!(visibility, Visibility::Public(_))
        };
        match item {
            Item::Mod(item) => {
                let visible = matches!(item.vis, Visibility::Public(_));
                if named(&item.vis) {
                    self.gate(&cfg, GateKind::Item(plain(&item.ident)));
                } else {
                    self.features(&cfg);
                }
                self.module(item, &cfg, visible, inline);
            }
            Item::Use(item) => {
                let public = leaves(item).into_iter().filter(|_| matches!(item.vis, Visibility::Public(_)));
                public.for_each(|leaf| self.reexport(leaf, beside, &cfg, outermost));
            }
            Item::Impl(item) => self.implementation(item, &cfg),
            Item::Macro(item) => self.invocation(item, &cfg, public, inline),
            Item::Fn(item) => {
                if named(&item.vis) {
                    self.gate(&cfg, GateKind::Item(plain(&item.sig.ident)));
                }
                self.signature(&item.sig, None);
                self.body(&item.block, &cfg);
            }
            Item::Struct(item) => {
                self.named_type(&item.ident, &item.vis, &cfg, named(&item.vis));
                self.fields(item);
            }
            Item::Enum(item) => {
                self.named_type(&item.ident, &item.vis, &cfg, named(&item.vis));
                for variant in &item.variants {
                    let own = Cfg::of(&variant.attrs);
                    let names = self.features(&own);
                    self.found.behaviour.extend(names);
                }
            }
            Item::Trait(item) => {
                self.named_type(&item.ident, &item.vis, &cfg, named(&item.vis));
                self.members(item, &cfg);
            }
            Item::Type(item) => self.named_type(&item.ident, &item.vis, &cfg, named(&item.vis)),
            Item::Const(item) => self.value(&item.ident, &item.expr, &cfg, named(&item.vis)),
            Item::Static(item) => self.value(&item.ident, &item.expr, &cfg, named(&item.vis)),
            _ => {
                self.features(&cfg);
            }
        }
    }

    /// `pub use`, of one name or of all that a module beside has.
    fn reexport(&mut self, leaf: Leaf, beside: &[Item], cfg: &Cfg, outermost: bool) {
        if let Some(head) = leaf.path.first() {
            self.found.reexports.insert(head.clone());
        }
        match leaf.name {
            Some(name) if outermost => self.gate(cfg, GateKind::Item(name)),
            Some(_) => {}
            None => {
                let features = self.features(cfg);
                match glob_names(beside, &leaf.path).filter(|_| outermost) {
                    Some(names) => names.into_iter().for_each(|name| self.gate(cfg, GateKind::Item(name))),
                    None if outermost => self.found.opaque.extend(features),
                    None => {}
                }
            }
        }
    }

    /// The types that public fields give.
    fn fields(&mut self, item: &syn::ItemStruct) {
        for field in &item.fields {
            if let (Some(name), Visibility::Public(_)) = (&field.ident, &field.vis) {
                let owner = Some(plain(&item.ident));
                let types = type_names(&field.ty).into_iter().map(|ty| (owner.clone(), ty));
                self.found.types.returns.entry(plain(name)).or_default().extend(types);
            }
        }
    }

    /// The methods that a trait brings.
    fn members(&mut self, item: &syn::ItemTrait, cfg: &Cfg) {
        let owner = plain(&item.ident);
        for member in &item.items {
            if let syn::TraitItem::Fn(method) = member {
                let cfg = cfg.and(Cfg::of(&method.attrs));
                self.gate(&cfg, GateKind::Method { name: plain(&method.sig.ident), owner: owner.clone() });
                self.signature(&method.sig, Some(&owner));
                if let Some(block) = &method.default {
                    self.body(block, &cfg);
                }
            }
        }
    }

    /// Notes under which features a name is defined.
    fn choice(&mut self, item: &Item, own: &Cfg, without: &[String], inline: &[String]) {
        let name = match item {
            Item::Macro(item) => item.ident.as_ref(),
            Item::Fn(item) => Some(&item.sig.ident),
            Item::Struct(item) => Some(&item.ident),
            Item::Enum(item) => Some(&item.ident),
            Item::Type(item) => Some(&item.ident),
            Item::Const(item) => Some(&item.ident),
            Item::Static(item) => Some(&item.ident),
            Item::Mod(item) => Some(&item.ident),
            _ => None,
        };
        let Some(name) = name.filter(|_| *own != Cfg::TRUE) else { return };
        let mut with = Vec::new();
        own.features(&mut with);
        // A macro's name is the crate's, wherever it stands.
        let (file, around) = match item {
            Item::Macro(_) => (String::new(), Vec::new()),
            _ => (self.file.clone(), inline.to_vec()),
        };
        let choice = self.choices.entry((file, around, plain(name))).or_default();
        choice.with.extend(with.into_iter().filter(|feature| !without.contains(feature)));
        choice.without.extend(without.iter().cloned());
    }

    fn named_type(&mut self, name: &proc_macro2::Ident, visibility: &Visibility, cfg: &Cfg, named: bool) {
        let features = self.features(cfg);
        let name = plain(name);
        if named && matches!(visibility, Visibility::Public(_)) {
            self.gate(cfg, GateKind::Item(name.clone()));
        }
        self.found.types.defined.entry(name).or_default().push(features);
    }

    fn module(&mut self, item: &syn::ItemMod, cfg: &Cfg, public: bool, inline: &mut Vec<String>) {
        inline.push(plain(&item.ident));
        match &item.content {
            Some((_, items)) => self.items(items, cfg, &Cfg::TRUE, public, inline),
            None => {
                let explicit = item.attrs.iter().find(|a| a.path().is_ident("path")).and_then(|a| match &a.meta {
                    syn::Meta::NameValue(syn::MetaNameValue {
                        value: syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }),
                        ..
                    }) => Some(text.value()),
                    _ => None,
                });
                if let Some(file) = (self.files.module)(&self.file, self.is_root, inline, explicit.as_deref()) {
                    self.todo.push((file, false, cfg.clone(), public));
                }
            }
        }
        inline.pop();
    }

    fn implementation(&mut self, item: &syn::ItemImpl, cfg: &Cfg) {
        let owner = type_names(&item.self_ty).into_iter().next().unwrap_or_default();
        if let Some((path, _)) = &item.trait_ {
            let mut types: Vec<String> = type_names(&item.self_ty);
            let generics: BTreeSet<String> = item.generics.type_params().map(|p| plain(&p.ident)).collect();
            let last = path.segments.last();
            types.extend(last.into_iter().flat_map(|segment| argument_names(&segment.arguments)));
            types.retain(|name| !generics.contains(name));
            let trait_name = last.map(|segment| plain(&segment.ident)).unwrap_or_default();
            self.gate(cfg, GateKind::Impl { trait_name, types });
        }
        for member in &item.items {
            if let ImplItem::Const(item) = member {
                self.conditions(|inner| inner.visit_expr(&item.expr), &cfg.and(Cfg::of(&item.attrs)));
            }
            let ImplItem::Fn(method) = member else { continue };
            let own = Cfg::of(&method.attrs);
            if own.is_test_only() || own.evaluate(&|_| None) == Some(false) {
                continue;
            }
            let cfg = cfg.and(own);
            if item.trait_.is_none() && matches!(method.vis, Visibility::Public(_)) {
                self.gate(&cfg, GateKind::Method { name: plain(&method.sig.ident), owner: owner.clone() });
            }
            self.signature(&method.sig, Some(&owner));
            self.body(&method.block, &cfg);
        }
    }

    fn signature(&mut self, signature: &syn::Signature, owner: Option<&str>) {
        if let syn::ReturnType::Type(_, ty) = &signature.output {
            let names = type_names(ty).into_iter().filter(|name| name != "Self" && Some(name.as_str()) != owner);
            let names = names.map(|name| (owner.map(str::to_string), name));
            self.found.types.returns.entry(plain(&signature.ident)).or_default().extend(names);
        }
    }

    /// A constant, and what decides about its value.
    fn value(&mut self, name: &proc_macro2::Ident, value: &syn::Expr, cfg: &Cfg, named: bool) {
        if named {
            self.gate(cfg, GateKind::Item(plain(name)));
        }
        self.conditions(|inner| inner.visit_expr(value), cfg);
    }

    fn body(&mut self, block: &syn::Block, cfg: &Cfg) {
        self.conditions(|inner| inner.visit_block(block), cfg);
    }

    /// Conditions inside something ungated change what it does or is.
    fn conditions(&mut self, visit: impl FnOnce(&mut Conditions), cfg: &Cfg) {
        let mut inner = Conditions::default();
        visit(&mut inner);
        let outer = self.features(cfg);
        for cfg in inner.0 {
            let names = self.features(&cfg);
            if outer.is_empty() {
                self.found.behaviour.extend(names);
            }
        }
    }

    /// Any text in a macro's content may be a feature on which something in it depends.
    fn undecided(&mut self, content: &TokenStream) {
        pieces(&content.to_string(), &mut |piece| {
            if let Piece::Text { literal, .. } = piece {
                self.found.opaque.extend(string_value(literal));
            }
        });
    }

    fn invocation(&mut self, item: &syn::ItemMacro, cfg: &Cfg, public: bool, inline: &mut Vec<String>) {
        let name = item.mac.path.segments.last().map(|s| plain(&s.ident)).unwrap_or_default();
        if name == "macro_rules" {
            let exported = item.attrs.iter().any(|a| a.path().is_ident("macro_export"));
            if let Some(name) = item.ident.as_ref().filter(|_| exported) {
                self.gate(cfg, GateKind::Item(plain(name)));
            }
            return;
        }
        if name == "cfg_if" {
            for (condition, stream) in cfg_if_arms(&item.mac.tokens) {
                if let Ok(file) = syn::parse2::<syn::File>(stream) {
                    self.items(&file.items, cfg, &condition, public, inline);
                }
            }
            return;
        }
        let parsed = syn::parse2::<syn::File>(item.mac.tokens.clone());
        let inner = match self.wrappers.get(&name) {
            None => Cfg::TRUE,
            Some(Wrapping::Fixed(cfg)) => cfg.clone(),
            Some(Wrapping::Given) => match parsed.as_ref().map(|file| Cfg::of_metas(&file.attrs)) {
                Ok(given) if given != Cfg::TRUE => given,
                _ => return self.undecided(&item.mac.tokens),
            },
        };
        match parsed {
            Ok(file) => self.items(&file.items, cfg, &inner, public, inline),
            Err(_) => {
                let mut types = Vec::new();
                pieces(&item.mac.tokens.to_string(), &mut |piece| {
                    if let Piece::Ident(name) = piece
                        && name.len() > 1
                        && name.starts_with(|c: char| c.is_ascii_uppercase())
                    {
                        types.push(name.to_string());
                    }
                });
                self.gate(&cfg.and(inner), GateKind::Impl { trait_name: String::new(), types });
            }
        }
    }
}

/// Names of types in a type, outermost first.
fn type_names(ty: &Type) -> Vec<String> {
    struct Names(Vec<String>);
    impl<'ast> Visit<'ast> for Names {
        fn visit_path(&mut self, path: &'ast syn::Path) {
            if let Some(last) = path.segments.last() {
                self.0.push(plain(&last.ident));
            }
            visit::visit_path(self, path);
        }
    }
    let mut names = Names(Vec::new());
    names.visit_type(ty);
    names.0
}

fn argument_names(arguments: &syn::PathArguments) -> Vec<String> {
    let syn::PathArguments::AngleBracketed(list) = arguments else { return Vec::new() };
    list.args
        .iter()
        .flat_map(|argument| if let syn::GenericArgument::Type(ty) = argument { type_names(ty) } else { Vec::new() })
        .collect()
}
