//! What a Chalice application registers: the functions of `app.py` and of its blueprints, by their decorators.

use std::collections::BTreeMap;

use super::super::model::Place;
use super::super::reader::Reader;
use crate::input::files;
use crate::lang::python;
use crate::lang::python::ir::{Alias, Arguments, Block, Code, Expr, ExprId, Stmt};

/// Modules that hand a blueprint on until one makes it.
const LONGEST_CHAIN: u8 = 4;
/// Functions of one application that are read.
const MOST: usize = 500;
/// The module that Chalice loads.
const MAIN: &str = "app";
/// What the name of a package's own module ends with here, so that imports in it are seen from inside.
const PACKAGE: &str = ".__init__";
/// Decorators that register something, `on_...` apart.
const KINDS: [&str; 4] = ["route", "lambda_function", "schedule", "authorizer"];

/// Something that a decorator registers.
#[derive(Clone, Debug)]
pub(super) struct Registered {
    /// The decorator: `route`, `on_sqs_message`.
    pub(super) kind: String,
    /// The function's name in Chalice.
    pub(super) name: String,
    /// The function as the runtime finds it, `module.function`.
    pub(super) handler: String,
    /// Where the function's name stands.
    pub(super) place: Place,
    /// What stands before the paths of its routes.
    pub(super) path_prefix: String,
    arguments: BTreeMap<String, Value>,
    first: Option<Value>,
}

/// What an argument says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Whole(i64),
    Texts(Vec<String>),
    /// Something that only running it tells.
    Open,
}

impl Registered {
    /// An argument by its name, or the first one.
    pub(super) fn argument(&self, name: &str, is_first: bool) -> Option<&Value> {
        self.arguments.get(name).or_else(|| self.first.as_ref().filter(|_| is_first))
    }
}

/// What an application is made of.
#[derive(Debug, Default)]
pub(super) struct Application {
    /// In the order of the text, those of blueprints behind.
    pub(super) functions: Vec<Registered>,
    /// `app_name`, where it is written.
    pub(super) name: Option<String>,
    /// The module binds the name under which Chalice looks for the application.
    pub(super) has_application: bool,
    /// Blueprints whose module is not here.
    pub(super) unread: Vec<(String, Place)>,
}

/// Reads the application whose `app.py` lies in a folder; nothing where there is none.
pub(super) fn application(folder: &str, reader: &mut Reader<'_>) -> Option<Application> {
    let (file, code) = module(&files::join(folder, "app.py"), reader)?;
    let mut found = Application { has_application: binds(&code, MAIN), ..Application::default() };
    let calls = (0..code.exprs.len()).filter_map(|at| called(&code, ExprId(at as u32)));
    for (callee, arguments) in calls.collect::<Vec<_>>() {
        match code.expr(callee) {
            Expr::Name(name) if code.name(name) == "Chalice" => found.name = found.name.or(app_name(&code, arguments)),
            Expr::Attribute(_, method) if code.name(method) == "register_blueprint" => {
                blueprint(folder, file, &code, arguments, reader, &mut found);
            }
            _ => {}
        }
    }
    let blueprints = std::mem::take(&mut found.functions);
    let place = Source { file, code: &code, module: MAIN, name_prefix: "", path_prefix: "" };
    place.decorated(&|_| true, &mut found.functions);
    found.functions.extend(blueprints);
    found.functions.truncate(MOST);
    Some(found)
}

/// A module that is being read.
struct Source<'c> {
    file: u32,
    code: &'c Code,
    /// Its dotted name.
    module: &'c str,
    name_prefix: &'c str,
    path_prefix: &'c str,
}

impl Source<'_> {
    /// What the decorators of a module's functions register with something of a certain name.
    fn decorated(&self, is_receiver: &dyn Fn(&str) -> bool, found: &mut Vec<Registered>) {
        for at in functions_of(self.code, self.code.body) {
            let Some(function) = self.code.functions.get(at as usize) else { continue };
            for decorator in self.code.list(function.decorators) {
                let Some((callee, arguments)) = called(self.code, *decorator) else { continue };
                let Expr::Attribute(receiver, kind) = self.code.expr(callee) else { continue };
                let Expr::Name(receiver) = self.code.expr(receiver) else { continue };
                let kind = self.code.name(kind);
                let registers = KINDS.contains(&kind) || kind.starts_with("on_");
                if registers && is_receiver(self.code.name(receiver)) {
                    found.push(self.registered(kind, self.code.name(function.name), function.name_span, arguments));
                }
            }
        }
    }

    fn registered(&self, kind: &str, function: &str, span: crate::span::Span, arguments: &Arguments) -> Registered {
        let named = arguments.keywords.iter();
        let named = named.filter_map(|(name, value)| Some((self.code.name((*name)?).to_owned(), self.value(*value))));
        let arguments_by_name: BTreeMap<String, Value> = named.collect();
        let first = self.code.list(arguments.positional).first().map(|first| self.value(*first));
        // Chalice calls the functions of websockets by what they are for, whatever they are called in Python.
        let name = match kind {
            "on_ws_connect" => "websocket_connect".to_owned(),
            "on_ws_message" => "websocket_message".to_owned(),
            "on_ws_disconnect" => "websocket_disconnect".to_owned(),
            _ => match arguments_by_name.get("name") {
                Some(Value::Text(name)) => format!("{}{name}", self.name_prefix),
                _ => format!("{}{function}", self.name_prefix),
            },
        };
        Registered {
            kind: kind.to_owned(),
            name,
            handler: format!("{}.{function}", self.module),
            place: Place { file: self.file, span },
            path_prefix: self.path_prefix.to_owned(),
            arguments: arguments_by_name,
            first,
        }
    }

    fn value(&self, expr: ExprId) -> Value {
        match self.code.expr(expr) {
            Expr::Text(text) => Value::Text(self.code.text(text).to_owned()),
            Expr::Int(number) => Value::Whole(number),
            Expr::List(items) | Expr::Tuple(items) => {
                let texts = self.code.list(items).iter().map(|item| match self.value(*item) {
                    Value::Text(text) => Some(text),
                    _ => None,
                });
                texts.collect::<Option<_>>().map_or(Value::Open, Value::Texts)
            }
            _ => Value::Open,
        }
    }
}

/// Reads a Python file of the project.
fn module(path: &str, reader: &mut Reader<'_>) -> Option<(u32, Code)> {
    let (file, text) = reader.open(path).ok()?;
    Some((file, python::parse(text.as_bytes()).code))
}

/// The functions that a block defines when it runs, by their number.
fn functions_of(code: &Code, block: Block) -> Vec<u32> {
    let mut found = Vec::new();
    for stmt in code.block(block) {
        let inner: Vec<Block> = match &code.stmts[stmt.0 as usize] {
            Stmt::Function(at) => {
                found.push(*at);
                continue;
            }
            Stmt::If(tests, otherwise) => tests.iter().map(|(_, block)| *block).chain([*otherwise]).collect(),
            Stmt::Try(tried) => vec![tried.body, tried.orelse, tried.finally],
            Stmt::With(_, block) => vec![*block],
            _ => continue,
        };
        inner.into_iter().for_each(|block| found.extend(functions_of(code, block)));
    }
    found
}

/// What an expression calls, and with what.
fn called(code: &Code, expr: ExprId) -> Option<(ExprId, &Arguments)> {
    match code.expr(expr) {
        Expr::Call(callee, at) => Some((callee, code.calls.get(at as usize)?)),
        _ => None,
    }
}

fn keyword(code: &Code, arguments: &Arguments, name: &str) -> Option<ExprId> {
    let named = arguments.keywords.iter().find(|(key, _)| key.is_some_and(|key| code.name(key) == name));
    named.map(|(_, value)| *value)
}

fn text(code: &Code, expr: ExprId) -> Option<&str> {
    match code.expr(expr) {
        Expr::Text(text) => Some(code.text(text)),
        _ => None,
    }
}

fn app_name(code: &Code, arguments: &Arguments) -> Option<String> {
    let first = code.list(arguments.positional).first().copied();
    text(code, keyword(code, arguments, "app_name").or(first)?).map(str::to_owned)
}

/// Whether a module's statements bind a name, in whatever way.
fn binds(code: &Code, name: &str) -> bool {
    code.stmts.iter().any(|stmt| match stmt {
        Stmt::Assign(targets, _) => code.list(*targets).iter().any(|target| is_name(code, *target, name)),
        Stmt::AnnAssign(target, ..) => is_name(code, *target, name),
        Stmt::Import(aliases) => aliases.iter().any(|alias| code.name(alias.rename.unwrap_or(alias.bound)) == name),
        Stmt::ImportFrom { names, .. } => {
            names.iter().any(|alias| [name, "*"].contains(&code.name(alias.rename.unwrap_or(alias.name))))
        }
        _ => false,
    })
}

fn is_name(code: &Code, expr: ExprId, name: &str) -> bool {
    matches!(code.expr(expr), Expr::Name(own) if code.name(own) == name)
}

/// Reads what a blueprint registers with the application.
fn blueprint(
    folder: &str,
    file: u32,
    code: &Code,
    arguments: &Arguments,
    reader: &mut Reader<'_>,
    found: &mut Application,
) {
    let Some(given) = code.list(arguments.positional).first().copied().or(keyword(code, arguments, "blueprint")) else {
        return;
    };
    let prefix = |name: &str| keyword(code, arguments, name).and_then(|value| text(code, value)).unwrap_or_default();
    let (name_prefix, path_prefix) = (prefix("name_prefix"), prefix("url_prefix"));
    let place = Place { file, span: code.expr_span(given) };
    let made = dotted(code, given).and_then(|path| made(folder, MAIN, (file, code), &path, reader, LONGEST_CHAIN));
    let Some(made) = made else {
        let span = code.expr_span(given);
        let written = reader.app.text_at(Place { file, span }).to_owned();
        found.unread.push((written, place));
        return;
    };
    let source = Source { file: made.file, code: &made.code, module: &made.module, name_prefix, path_prefix };
    source.decorated(&|receiver| receiver == made.variable, &mut found.functions);
}

/// The names of `a.b.c`.
fn dotted(code: &Code, expr: ExprId) -> Option<Vec<String>> {
    match code.expr(expr) {
        Expr::Name(name) => Some(vec![code.name(name).to_owned()]),
        Expr::Attribute(of, name) => {
            let mut names = dotted(code, of)?;
            names.push(code.name(name).to_owned());
            Some(names)
        }
        _ => None,
    }
}

/// A blueprint where it is made.
struct Made {
    file: u32,
    code: Code,
    /// The module's dotted name.
    module: String,
    /// The variable.
    variable: String,
}

/// The module that makes what another calls by some names.
fn made(
    folder: &str,
    own: &str,
    (file, code): (u32, &Code),
    names: &[String],
    reader: &mut Reader<'_>,
    depth: u8,
) -> Option<Made> {
    let depth = depth.checked_sub(1)?;
    if let [variable] = names
        && makes_blueprint(code, variable)
    {
        let module = own.strip_suffix(PACKAGE).unwrap_or(own).to_owned();
        return Some(Made { file, code: code.clone(), module, variable: variable.clone() });
    }
    for (module, rest) in imported(own, code, names) {
        // A name that is imported may be a module itself.
        let within = rest.split_first().filter(|(_, rest)| !rest.is_empty());
        let inner = within.map(|(first, rest)| (format!("{module}.{first}"), rest.to_vec()));
        for (module, rest) in inner.into_iter().chain([(module, rest)]) {
            let path = files::join(folder, &module.replace('.', "/"));
            let files = [(format!("{path}.py"), module.clone()), (format!("{path}/__init__.py"), module + PACKAGE)];
            let Some((path, module)) = files.into_iter().find(|(path, _)| reader.files.is_file(path)) else { continue };
            let Some((file, code)) = self::module(&path, reader) else { continue };
            if let Some(made) = made(folder, &module, (file, &code), &rest, reader, depth) {
                return Some(made);
            }
        }
    }
    None
}

/// The modules that names of a module may stand for by its imports, with what is asked of each.
fn imported(own: &str, code: &Code, names: &[String]) -> Vec<(String, Vec<String>)> {
    let Some((first, rest)) = names.split_first() else { return Vec::new() };
    let mut found = Vec::new();
    for stmt in &code.stmts {
        match stmt {
            Stmt::ImportFrom { module, level, names: aliases } => {
                let around = module_at(own, *level, module.map(|module| code.name(module)));
                let fits = aliases.iter().filter(|alias| code.name(alias.rename.unwrap_or(alias.name)) == first);
                let wanted = |alias: &Alias| {
                    [code.name(alias.name).to_owned()].into_iter().chain(rest.iter().cloned()).collect()
                };
                found.extend(fits.map(|alias| (around.clone(), wanted(alias))));
            }
            Stmt::Import(aliases) => {
                for alias in aliases {
                    let module = code.name(alias.name);
                    if alias.rename.is_some_and(|rename| code.name(rename) == first) {
                        found.push((module.to_owned(), rest.to_vec()));
                    } else if let Some(rest) = names.join(".").strip_prefix(&format!("{module}.")) {
                        found.push((module.to_owned(), rest.split('.').map(str::to_owned).collect()));
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// The dotted name of the module that an import names from another.
fn module_at(own: &str, level: u32, written: Option<&str>) -> String {
    let mut parts: Vec<&str> = own.split('.').collect();
    if level == 0 {
        parts.clear();
    }
    (0..level).for_each(|_| {
        parts.pop();
    });
    parts.extend(written);
    parts.join(".")
}

fn makes_blueprint(code: &Code, variable: &str) -> bool {
    code.stmts.iter().any(|stmt| {
        let Stmt::Assign(targets, value) = stmt else { return false };
        let is_blueprint = called(code, *value).is_some_and(|(callee, _)| match code.expr(callee) {
            Expr::Name(name) | Expr::Attribute(_, name) => code.name(name) == "Blueprint",
            _ => false,
        });
        is_blueprint && code.list(*targets).iter().any(|target| is_name(code, *target, variable))
    })
}
