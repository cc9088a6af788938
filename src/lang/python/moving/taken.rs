//! Names that a file takes from another module: by imports and attributes, and by text as tests do that put something
//! in their place.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, InterpolatedStringElement, Stmt};
use rustc_hash::FxHashMap;

use super::super::program::parsed;
use super::lookups::{gives_module, is_table_of_modules};
use crate::lang::moving::has_word;

/// Functions that are given an object and the name of an attribute: builtins, `patch.object`, `monkeypatch.setattr`.
const BY_NAME: [&str; 5] = ["getattr", "setattr", "delattr", "hasattr", "object"];
/// Functions that show all attributes of what they are given.
const ALL: [&str; 4] = ["vars", "dir", "getmembers", "create_autospec"];
/// What is given the path of a name as text, or names as keywords.
const PATCHES: [&str; 2] = ["patch", "multiple"];
/// Names of the instance in a method.
const OWN: [&str; 2] = ["self", "cls"];

/// The module that names may be taken from.
pub struct Target<'t> {
    /// Its last name: of a package, the folder's.
    pub name: &'t str,
    /// Whether it is a package.
    pub is_package: bool,
    /// Whether a dotted name that ends in the module's own may be this module.
    pub means: &'t (dyn Fn(&[&str]) -> bool + Sync),
    /// Whether tests may be handed the module without naming it.
    pub is_handed: bool,
}

/// Which of some names a file takes from a module; the text is what stands in the file.
///
/// Needs a stack of [`PARSE_STACK`](super::super::PARSE_STACK). What cannot be parsed is searched for words.
#[must_use]
pub fn taken(text: &str, target: &Target<'_>, names: &[String]) -> Option<String> {
    let is_named = has_word(text, target.name) || target.is_package && text.contains("from .");
    let may_take = |name: &String| has_word(text, name) || text.contains('*');
    let is_handed = || target.is_handed && names.iter().any(|name| has_word(text, name));
    if !(is_named || is_handed()) {
        return None;
    }
    let looks = BY_NAME.iter().chain(&ALL).chain(&PATCHES).any(|word| text.contains(word)) || text.contains("__dict__");
    if !names.iter().any(may_take) && !looks {
        return None;
    }
    let Ok(module) = parsed(text) else {
        return names.iter().find(|name| has_word(text, name)).cloned();
    };
    let mut imports = Imports { target, bound: FxHashMap::default(), is_named: false };
    imports.visit_body(module.suite());
    let is_named = imports.is_named;
    let mut taking = Taking { target, names, imports: imports.bound, is_named, found: None };
    taking.visit_body(module.suite());
    taking.found
}

/// What imports of a file bind, wherever they stand.
struct Imports<'a, 't> {
    target: &'t Target<'t>,
    bound: FxHashMap<&'a str, Vec<Vec<&'a str>>>,
    /// Whether the module is imported, or a text is its dotted name, its file, or begins with its name.
    is_named: bool,
}

impl<'a> Imports<'a, '_> {
    fn bind(&mut self, name: &'a str, path: Vec<&'a str>) {
        self.name(&path);
        self.bound.entry(name).or_default().push(path);
    }

    fn name(&mut self, path: &[&str]) {
        let is_it = |end: usize| path[end - 1] == self.target.name && (self.target.means)(&path[..end]);
        self.is_named |= (1..=path.len()).any(is_it);
    }

    fn text(&mut self, text: &str) {
        let is_word = |part: &&str| !part.is_empty() && !part.contains(char::is_whitespace);
        let path: Vec<&str> = text.split(['.', '/']).take_while(is_word).collect();
        self.name(&path);
        // A file is named with the folders around it, which need not be a package's.
        let file = text.rsplit('/').next().and_then(|file| file.strip_suffix(".py"));
        self.is_named |= file == Some(self.target.name);
    }
}

fn parts(dotted: &str) -> Vec<&str> {
    dotted.split('.').filter(|part| !part.is_empty()).collect()
}

impl<'a> Visitor<'a> for Imports<'a, '_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let whole = parts(alias.name.as_str());
                    self.name(&whole);
                    let path = if alias.asname.is_some() { whole } else { whole.into_iter().take(1).collect() };
                    self.bind(super::bound(alias), path);
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    let mut path = import.module.as_ref().map_or_else(Vec::new, |module| parts(module.as_str()));
                    // `from . import name` of a package's part.
                    self.is_named |= path.is_empty() && self.target.is_package;
                    path.push(alias.name.as_str());
                    self.bind(super::bound(alias), path);
                }
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::StringLiteral(text) => self.text(text.value.to_str()),
            Expr::FString(text) => {
                let literals = text.value.elements().filter_map(InterpolatedStringElement::as_literal);
                literals.for_each(|text| self.text(&text.value));
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

/// What an expression stands for.
enum Stands<'a> {
    /// A module, or something in one, by its dotted name.
    At(Vec<&'a str>),
    /// Something else.
    Other,
    Unknown,
}

struct Taking<'a, 't> {
    target: &'t Target<'t>,
    names: &'t [String],
    imports: FxHashMap<&'a str, Vec<Vec<&'a str>>>,
    /// Whether the file names the module.
    is_named: bool,
    found: Option<String>,
}

/// The last name of what is called.
fn callee(call: &ast::ExprCall) -> &str {
    match &*call.func {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(part) => part.attr.as_str(),
        _ => "",
    }
}

fn constant(expr: &Expr) -> Option<&str> {
    expr.as_string_literal_expr().map(|text| text.value.to_str())
}

impl<'a> Taking<'a, '_> {
    fn means(&self, path: &[&str]) -> bool {
        path.last() == Some(&self.target.name) && (self.target.means)(path)
    }

    fn take(&mut self, name: &str) {
        self.found.get_or_insert_with(|| name.to_owned());
    }

    /// Any of the names may be taken.
    fn take_any(&mut self) {
        if let Some(name) = self.names.first() {
            self.take(name);
        }
    }

    fn stands(&self, expr: &'a Expr, depth: u32) -> Stands<'a> {
        let Some(depth) = depth.checked_sub(1) else { return Stands::Unknown };
        match expr {
            Expr::Name(name) => match self.imports.get(name.id.as_str()) {
                Some(paths) => {
                    let path = paths.iter().find(|path| self.means(path)).or_else(|| paths.first());
                    path.map_or(Stands::Unknown, |path| Stands::At(path.clone()))
                }
                None if OWN.contains(&name.id.as_str()) => Stands::Other,
                None => Stands::Unknown,
            },
            Expr::Attribute(part) => match self.stands(&part.value, depth) {
                Stands::At(mut path) => {
                    path.push(part.attr.as_str());
                    Stands::At(path)
                }
                // `self.app = app`
                Stands::Other if part.attr.as_str() == self.target.name => Stands::At(vec![part.attr.as_str()]),
                other => other,
            },
            Expr::Call(call) if gives_module(&call.func) => self.by_text(call.arguments.args.first()),
            Expr::Subscript(at) if is_table_of_modules(&at.value) => self.by_text(Some(&at.slice)),
            Expr::Call(_) | Expr::Subscript(_) | Expr::Await(_) | Expr::Named(_) | Expr::If(_) | Expr::BoolOp(_) => {
                Stands::Unknown
            }
            _ => Stands::Other,
        }
    }

    fn by_text(&self, expr: Option<&'a Expr>) -> Stands<'a> {
        expr.and_then(constant).map_or(Stands::Unknown, |text| Stands::At(parts(text)))
    }

    /// Whether an expression may be the module.
    fn may_be(&self, expr: &'a Expr) -> bool {
        match self.stands(expr, 16) {
            Stands::At(path) => self.means(&path),
            Stands::Unknown => self.is_named || self.target.is_handed,
            Stands::Other => false,
        }
    }

    /// Whether an expression is the module for sure.
    fn is_it(&self, expr: &'a Expr) -> bool {
        matches!(self.stands(expr, 16), Stands::At(path) if self.means(&path))
    }

    /// A text that names one: `pkg.app.pd`, or `.pd` behind what is put together.
    fn text(&mut self, text: &str) {
        let parts: Vec<&str> = text.split('.').collect();
        for at in 0..parts.len() {
            let Some(name) = self.names.iter().find(|name| name.as_str() == parts[at]).cloned() else { continue };
            let is_meant = match at.checked_sub(1).map(|before| parts[before]) {
                None => false,
                Some("") => self.is_named,
                Some(before) if before.contains(['{', '%', '}']) => self.is_named,
                Some(_) => self.means(&parts[..at]),
            };
            if is_meant {
                self.take(&name);
            }
        }
    }

    /// A path that is put together by what nothing says.
    fn is_computed(&self, expr: &Expr) -> bool {
        match expr {
            Expr::FString(text) => {
                let last = text.value.elements().last();
                matches!(last, Some(InterpolatedStringElement::Interpolation(_)))
            }
            Expr::BinOp(both) => both.op == ast::Operator::Add && constant(&both.right).is_none(),
            _ => false,
        }
    }

    fn call(&mut self, call: &'a ast::ExprCall) {
        let (called, args) = (callee(call), &call.arguments.args);
        let first = args.first();
        if BY_NAME.contains(&called)
            && args.get(1).is_some_and(|name| constant(name).is_none())
            && first.is_some_and(|object| self.is_it(object))
            || ALL.contains(&called) && first.is_some_and(|object| self.is_it(object))
            || PATCHES.contains(&called) && self.is_named && first.is_some_and(|path| self.is_computed(path))
        {
            self.take_any();
        }
        // `monkeypatch.setattr(app, "pd", None)`
        let given = args.iter().filter_map(constant).find(|text| self.names.iter().any(|own| own == text));
        if let Some(name) = given.filter(|_| self.is_named) {
            self.take(name);
        }
        if called == "multiple" && self.is_named {
            let names = call.arguments.keywords.iter().filter_map(|keyword| keyword.arg.as_ref());
            let taken = names.map(ast::Identifier::as_str).find(|name| self.names.iter().any(|own| own == name));
            if let Some(name) = taken {
                self.take(name);
            }
        }
    }
}

impl<'a> Visitor<'a> for Taking<'a, '_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if let Stmt::ImportFrom(import) = stmt {
            let path = import.module.as_ref().map_or_else(Vec::new, |module| parts(module.as_str()));
            let is_meant = if path.is_empty() { self.target.is_package } else { self.means(&path) };
            for alias in import.names.iter().filter(|_| is_meant) {
                let name = alias.name.as_str();
                if name == "*" {
                    self.take_any();
                } else if self.names.iter().any(|own| own == name) {
                    self.take(name);
                }
            }
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Attribute(part) => {
                let name = part.attr.as_str();
                if self.names.iter().any(|own| own == name) && self.may_be(&part.value)
                    || name == "__dict__" && self.is_it(&part.value)
                {
                    self.take(if name == "__dict__" { self.names.first().map_or("", String::as_str) } else { name });
                }
            }
            Expr::StringLiteral(text) => self.text(text.value.to_str()),
            Expr::FString(text) => {
                for element in text.value.elements() {
                    if let InterpolatedStringElement::Literal(text) = element {
                        self.text(&text.value);
                    }
                }
            }
            Expr::Call(call) => self.call(call),
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(text: &str) -> bool {
        let means = |path: &[&str]| path.len() == 1 || path == ["pkg", "app"];
        let target = Target { name: "app", is_package: false, means: &means, is_handed: false };
        taken(text, &target, &["pd".to_owned()]).is_some()
    }

    #[test]
    fn names_are_taken_by_imports_attributes_and_texts() {
        for text in [
            "from app import pd\n",
            "from pkg.app import *\n",
            "import app\napp.pd.DataFrame()\n",
            "import pkg.app as m\nm.pd\n",
            "from pkg import app as q\nq.pd\n",
            "import sys\nsys.modules['pkg.app'].pd\n",
            "import importlib\nimportlib.import_module('app').pd\n",
            "@patch('app.pd.DataFrame')\ndef test(pd):\n    pass\n",
            "import app\nmocker.patch.object(app, 'pd')\n",
            "import app\nmonkeypatch.setattr(app, 'pd', None)\n",
            "patch.multiple('app', pd=1)\n",
            "MOD = 'app'\npatch(MOD + '.pd')\n",
            "MOD = 'app'\npatch(f'{MOD}.pd')\n",
            "import app\ndef test(name):\n    patch.object(app, name)\n",
            "def test(name):\n    patch(f'app.{name}')\n",
            "import app\n@pytest.fixture\ndef module():\n    return app\ndef test(module):\n    module.pd\n",
            "import app\nvars(app)\n",
            "MODULE = 'pkg/app.py'\nmodule = load(MODULE)\nmodule.pd\n",
            "class T:\n    def setUp(self):\n        self.app = load('app')\n    def test(self):\n        self.app.pd\n",
        ] {
            assert!(takes(text), "{text}");
        }
    }

    #[test]
    fn names_of_other_modules_are_not_taken() {
        for text in [
            "import pandas as pd\nfrom app import handler\npd.DataFrame()\nhandler()\n",
            "from other.app import pd\n",
            "import other.app as app\napp.pd\n",
            "@patch('other.app.pd')\ndef test(pd):\n    pass\n",
            "import app\nimport tools\ntools.pd\napp.handler()\n",
            "# pays for the app\nclass T:\n    \"\"\"What an app is.\"\"\"\n    def of(app: 'pd.Frame'):\n        thing().pd\n",
            "MODULE = 'app.'\nshort = {'pd': 1}\n",
            "TEXT = 'an app. of pd'\nitems = {'pd': 1}\nitems().pd\n",
            "import app\nclass T:\n    def test(self):\n        self.pd = 1\n        app.handler()\n",
        ] {
            assert!(!takes(text), "{text}");
        }
    }
}
