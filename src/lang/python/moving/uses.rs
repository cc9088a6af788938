//! Where a module uses names that imports bind.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, Stmt};
use ruff_text_size::Ranged;
use rustc_hash::FxHashSet;

use super::lookups::{Evaluating, LOOKS_UP, gives_module, is_table_of_modules, names};
use crate::lang::moving::{Refusal, has_word};

/// A block that can import for itself: the body of a function, or what runs as a script.
pub(super) struct Place<'a> {
    /// What people call it.
    pub(super) name: String,
    /// Where it begins.
    pub(super) at: u32,
    pub(super) body: &'a [Stmt],
    /// The places around it.
    around: Vec<usize>,
}

impl Place<'_> {
    fn holds(&self, offset: u32) -> bool {
        let end = self.body.last().map(|stmt| stmt.range().end().to_u32());
        self.at <= offset && end.is_some_and(|end| offset < end)
    }
}

/// What one name is used for.
#[derive(Default)]
struct Used {
    /// Where code uses it: the place, the branch in it, and the use itself.
    uses: Vec<(usize, Option<usize>, u32)>,
    /// The places that have to import it.
    places: Vec<usize>,
    /// Where loading the module uses it, and how.
    at_load: Option<(u32, &'static str)>,
    /// Where annotations name it that nothing evaluates.
    typing: Option<u32>,
    /// Where it is bound besides in functions of which it is a local name.
    bound: Vec<u32>,
    /// Where a function declares it global.
    global: Option<u32>,
}

/// A scope around the code at hand.
enum Scope<'a> {
    Class {
        is_plain: bool,
    },
    /// A function with the names that are local to it, of those looked for.
    Function {
        place: usize,
        locals: FxHashSet<&'a str>,
    },
    /// A lambda or comprehension with the names that it binds.
    Inner(FxHashSet<&'a str>),
    /// `if __name__ == "__main__":`
    Script(usize),
    /// A block that runs in some cases only.
    Branch(usize),
}

/// How code that names something runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Runs(&'static str),
    /// In an annotation that is not evaluated.
    Typing,
    /// In an annotation that a decorator or a class may evaluate.
    Evaluated,
}

/// The uses of some names in a module.
pub(super) struct Uses<'a> {
    text: &'a str,
    names: Vec<&'a str>,
    used: Vec<Used>,
    pub(super) places: Vec<Place<'a>>,
    scopes: Vec<Scope<'a>>,
    mode: Mode,
    future_annotations: bool,
    evaluating: Evaluating<'a>,
    /// Where code looks names up by their text.
    dynamic: Option<(u32, String)>,
    /// Names in `__all__`.
    public: Vec<(u32, String)>,
    /// How the module calls `typing.TYPE_CHECKING`, and since where.
    pub(super) type_checking: Option<(u32, &'static str)>,
}

const RUNS: Mode = Mode::Runs("used while the module loads");

impl<'a> Uses<'a> {
    pub(super) fn new(text: &'a str, names: &[&'a str]) -> Self {
        Self {
            text,
            names: names.to_vec(),
            used: names.iter().map(|_| Used::default()).collect(),
            places: Vec::new(),
            scopes: Vec::new(),
            mode: RUNS,
            future_annotations: false,
            evaluating: Evaluating::default(),
            dynamic: None,
            public: Vec::new(),
            type_checking: None,
        }
    }

    /// Reads a module.
    pub(super) fn look(&mut self, suite: &'a [Stmt]) -> Result<(), Refusal> {
        for stmt in suite {
            self.note_module_level(stmt);
        }
        let mut binds = Binds::new(&self.names);
        binds.visit_body(suite);
        for (name, at) in binds.found {
            if let Some(used) = self.of_mut(name) {
                used.bound.push(at);
            }
        }
        self.evaluating = Evaluating::of(suite);
        self.visit_body(suite);
        match &self.dynamic {
            Some((at, what)) => Err(Refusal::at(*at, format!("`{what}` may look the name up"))),
            None => Ok(()),
        }
    }

    /// Finds the places that have to import each name. What others pass, too, does not import by itself: there a branch
    /// does.
    pub(super) fn settle(&mut self, crossroads: &[u32]) -> Result<(), Refusal> {
        for (name, used) in self.names.iter().zip(&mut self.used) {
            for (place, branch, at) in &used.uses {
                let Some(around) = self.places.get(*place) else { continue };
                let is_shared = crossroads.iter().any(|offset| around.holds(*offset));
                let place = match branch.filter(|_| is_shared) {
                    None if is_shared => {
                        return Err(Refusal::at(
                            *at,
                            format!("`{name}` is used in {} whatever the request is", around.name),
                        ));
                    }
                    None => *place,
                    Some(branch) => branch,
                };
                if !used.places.contains(&place) {
                    used.places.push(place);
                }
            }
        }
        Ok(())
    }

    fn note_module_level(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                let names =
                    |name: &str| import.names.iter().any(|alias| alias.name.as_str() == name && alias.asname.is_none());
                self.future_annotations |= module == "__future__" && names("annotations");
                if module == "typing" && names("TYPE_CHECKING") && self.type_checking.is_none() {
                    self.type_checking = Some((stmt.range().end().to_u32(), "TYPE_CHECKING"));
                }
            }
            Stmt::Import(import) => {
                let is_typing = |alias: &ast::Alias| alias.name.as_str() == "typing" && alias.asname.is_none();
                if import.names.iter().any(is_typing) && self.type_checking.is_none() {
                    self.type_checking = Some((stmt.range().end().to_u32(), "typing.TYPE_CHECKING"));
                }
            }
            _ => {
                let range = stmt.range();
                let text = self.text.get(range.start().to_usize()..range.end().to_usize()).unwrap_or_default();
                if text.starts_with("__all__") {
                    self.public.push((range.start().to_u32(), text.to_owned()));
                }
            }
        }
    }

    fn of_mut(&mut self, name: &str) -> Option<&mut Used> {
        let at = self.names.iter().position(|other| *other == name)?;
        self.used.get_mut(at)
    }

    fn of(&self, name: &str) -> Option<&Used> {
        self.used.get(self.names.iter().position(|other| *other == name)?)
    }

    /// Whether a name can be bound by functions alone. `own` is where its import stands.
    pub(super) fn judge(&self, name: &str, own: u32) -> Result<(), Refusal> {
        let Some(used) = self.of(name) else { return Ok(()) };
        if let Some((at, how)) = used.at_load {
            return Err(Refusal::at(at, format!("`{name}` is {how}")));
        }
        if let Some(at) = used.bound.iter().find(|at| **at != own) {
            return Err(Refusal::at(*at, format!("another statement binds `{name}` too")));
        }
        if let Some(at) = used.global {
            return Err(Refusal::at(at, format!("a function declares `{name}` global")));
        }
        if let Some((at, _)) = self.public.iter().find(|(_, text)| has_word(text, name)) {
            return Err(Refusal::at(*at, format!("`__all__` names `{name}`")));
        }
        if used.uses.is_empty() {
            return Err(Refusal::at(
                own,
                format!("no function names `{name}`: it may be there for what loading it does"),
            ));
        }
        Ok(())
    }

    /// The places that have to import a name: those with a use, unless one around them imports it.
    pub(super) fn places_of(&self, name: &str) -> Vec<usize> {
        let Some(used) = self.of(name) else { return Vec::new() };
        let has = |place: &usize| used.places.contains(place);
        let is_outer = |place: &&usize| !self.places.get(**place).is_some_and(|place| place.around.iter().any(has));
        used.places.iter().filter(is_outer).copied().collect()
    }

    /// Whether annotations that nothing evaluates name it.
    pub(super) fn is_for_typing(&self, name: &str) -> bool {
        self.of(name).is_some_and(|used| used.typing.is_some())
    }

    fn use_of(&mut self, name: &str, at: u32) {
        if !self.names.contains(&name) || self.is_local(name) {
            return;
        }
        let mut branch = None;
        let mut place = None;
        for scope in self.scopes.iter().rev() {
            match scope {
                Scope::Branch(at) => branch = branch.or(Some(*at)),
                Scope::Function { place: at, .. } | Scope::Script(at) => {
                    place = Some(*at);
                    break;
                }
                Scope::Class { .. } | Scope::Inner(_) => {}
            }
        }
        let mode = self.mode;
        let Some(used) = self.of_mut(name) else { return };
        match (mode, place) {
            (Mode::Typing, _) => used.typing = used.typing.or(Some(at)),
            (Mode::Evaluated, _) => {
                used.at_load = used.at_load.or(Some((at, "in an annotation that may be evaluated")))
            }
            (Mode::Runs(_), Some(place)) => {
                used.uses.push((place, branch, at));
            }
            (Mode::Runs(how), None) => used.at_load = used.at_load.or(Some((at, how))),
        }
    }

    fn is_local(&self, name: &str) -> bool {
        self.scopes.iter().rev().any(|scope| match scope {
            Scope::Function { locals, .. } | Scope::Inner(locals) => locals.contains(name),
            Scope::Class { .. } | Scope::Script(_) | Scope::Branch(_) => false,
        })
    }

    fn within(&mut self, mode: Mode, look: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.mode, mode);
        look(self);
        self.mode = before;
    }

    fn inside(&mut self, scope: Scope<'a>, look: impl FnOnce(&mut Self)) {
        self.scopes.push(scope);
        look(self);
        self.scopes.pop();
    }

    fn place(&mut self, name: String, at: u32, body: &'a [Stmt]) -> usize {
        let around = self.scopes.iter().filter_map(|scope| match scope {
            Scope::Function { place, .. } | Scope::Script(place) | Scope::Branch(place) => Some(*place),
            _ => None,
        });
        let around = around.collect();
        self.places.push(Place { name, at, body, around });
        self.places.len() - 1
    }

    fn function(&mut self, function: &'a ast::StmtFunctionDef) {
        let when_defined = |how: &'static str, mode: Mode| if mode == RUNS { Mode::Runs(how) } else { mode };
        self.within(when_defined("used in a decorator", self.mode), |this| {
            function.decorator_list.iter().for_each(|decorator| this.visit_decorator(decorator));
        });
        if let Some(params) = &function.type_params {
            self.within(Mode::Evaluated, |this| this.visit_type_params(params));
        }
        let defaults =
            function.parameters.iter_non_variadic_params().filter_map(|parameter| parameter.default.as_deref());
        self.within(when_defined("used for a default value", self.mode), |this| {
            defaults.for_each(|value| this.visit_expr(value));
        });
        let in_class = matches!(self.scopes.last(), Some(Scope::Class { is_plain: false }));
        let may_evaluate =
            in_class || !function.decorator_list.is_empty() || self.evaluating.of_function(function.name.as_str());
        let annotations = function.parameters.iter().filter_map(|parameter| parameter.annotation());
        for annotation in annotations.chain(function.returns.as_deref()) {
            self.annotation(annotation, may_evaluate);
        }
        let mut binds = Binds::new(&self.names);
        binds.visit_body(&function.body);
        let mut locals: FxHashSet<&'a str> = binds.found.into_iter().map(|(name, _)| name).collect();
        for (name, at) in binds.global {
            locals.remove(name);
            if let Some(used) = self.of_mut(name) {
                used.global = Some(at);
            }
        }
        locals.extend(function.parameters.iter().map(|parameter| parameter.name().as_str()));
        let place = self.place(format!("{}()", function.name), function.range().start().to_u32(), &function.body);
        self.inside(Scope::Function { place, locals }, |this| {
            this.within(RUNS, |this| this.visit_body(&function.body));
        });
    }

    /// An annotation of something that is evaluated, unless the module puts that off.
    fn annotation(&mut self, annotation: &'a Expr, may_evaluate: bool) {
        let off = if may_evaluate || self.evaluating.any() { Mode::Evaluated } else { Mode::Typing };
        let mode = if self.future_annotations { off } else { Mode::Runs("used in an annotation") };
        self.within(mode, |this| this.visit_expr(annotation));
        let mut texts = Texts(Vec::new());
        texts.visit_expr(annotation);
        for (at, text) in texts.0 {
            for name in self.names.clone() {
                if has_word(&text, name) {
                    self.within(off, |this| this.use_of(name, at));
                }
            }
        }
    }

    /// Notes code that gets at names of the module by their text.
    fn looks_up(&mut self, at: u32, what: String) {
        self.dynamic.get_or_insert((at, what));
    }

    fn class(&mut self, class: &'a ast::StmtClassDef) {
        class.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
        if let Some(params) = &class.type_params {
            self.within(Mode::Evaluated, |this| this.visit_type_params(params));
        }
        if let Some(arguments) = &class.arguments {
            let mode = if self.mode == RUNS { Mode::Runs("a base of a class") } else { self.mode };
            self.within(mode, |this| this.visit_arguments(arguments));
        }
        // What the body of a class binds in a function, it looks up in the module before: not in the function.
        if self.scopes.iter().any(|scope| matches!(scope, Scope::Function { .. })) {
            let mut binds = Binds::new(&self.names);
            binds.visit_body(&class.body);
            for (name, at) in binds.found {
                if let Some(used) = self.of_mut(name) {
                    used.bound.push(at);
                }
            }
        }
        let bases = class.arguments.as_ref().map_or(0, |arguments| arguments.args.len() + arguments.keywords.len());
        let is_plain = bases == 0 && class.decorator_list.is_empty();
        self.inside(Scope::Class { is_plain }, |this| this.visit_body(&class.body));
    }

    /// A block that runs in some cases only; at module level it is part of the load.
    fn branch(&mut self, body: &'a [Stmt]) {
        let function = self.scopes.iter().rev().find_map(|scope| match scope {
            Scope::Function { place, .. } => self.places.get(*place),
            _ => None,
        });
        let (Some(function), Some(first)) = (function, body.first()) else { return self.visit_body(body) };
        let name = format!("a branch of {}", function.name.trim_start_matches("a branch of "));
        let place = self.place(name, first.range().start().to_u32(), body);
        self.inside(Scope::Branch(place), |this| this.visit_body(body));
    }

    fn comprehension(&mut self, expr: &'a Expr, generators: &'a [ast::Comprehension]) {
        let mut targets = Binds::new(&self.names);
        generators.iter().for_each(|generator| targets.visit_expr(&generator.target));
        let names = targets.found.into_iter().map(|(name, _)| name).collect();
        self.inside(Scope::Inner(names), |this| visitor::walk_expr(this, expr));
    }
}

impl<'a> Visitor<'a> for Uses<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.visit_expr(value);
                }
                match self.scopes.last() {
                    // Annotations of local names are never evaluated.
                    Some(Scope::Function { .. }) if assign.target.is_name_expr() => {
                        self.within(Mode::Typing, |this| this.visit_expr(&assign.annotation));
                    }
                    Some(Scope::Class { .. }) => self.annotation(&assign.annotation, true),
                    _ => self.annotation(&assign.annotation, false),
                }
                self.visit_expr(&assign.target);
            }
            Stmt::If(branch)
                if self.scopes.is_empty() && is_script(&branch.test) && branch.elif_else_clauses.is_empty() =>
            {
                let place =
                    self.place("what runs as a script".to_owned(), branch.range().start().to_u32(), &branch.body);
                self.inside(Scope::Script(place), |this| this.visit_body(&branch.body));
            }
            Stmt::If(branch) => {
                self.visit_expr(&branch.test);
                self.branch(&branch.body);
                branch.elif_else_clauses.iter().for_each(|clause| self.visit_elif_else_clause(clause));
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_elif_else_clause(&mut self, clause: &'a ast::ElifElseClause) {
        if let Some(test) = &clause.test {
            self.visit_expr(test);
        }
        self.branch(&clause.body);
    }

    fn visit_match_case(&mut self, case: &'a ast::MatchCase) {
        self.visit_pattern(&case.pattern);
        if let Some(guard) = &case.guard {
            self.visit_expr(guard);
        }
        self.branch(&case.body);
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(kind) = &inner.type_ {
            let mode =
                if self.mode == RUNS { Mode::Runs("used in an `except` clause at module level") } else { self.mode };
            self.within(mode, |this| this.visit_expr(kind));
        }
        self.branch(&inner.body);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => {
                let at = expr.range().start().to_u32();
                if LOOKS_UP.contains(&name.id.as_str()) {
                    self.looks_up(at, format!("{}()", name.id));
                }
                if name.ctx == ExprContext::Load {
                    self.use_of(name.id.as_str(), at);
                }
            }
            Expr::Lambda(lambda) => {
                let locals = lambda.parameters.iter().flat_map(|parameters| parameters.iter());
                let locals = locals.map(|parameter| parameter.name().as_str()).collect();
                if let Some(parameters) = &lambda.parameters {
                    self.visit_parameters(parameters);
                }
                self.inside(Scope::Inner(locals), |this| this.visit_expr(&lambda.body));
            }
            Expr::Subscript(part) => {
                if is_table_of_modules(&part.value) {
                    let range = expr.range();
                    let text = self.text.get(range.start().to_usize()..range.end().to_usize()).unwrap_or_default();
                    self.looks_up(range.start().to_u32(), text.to_owned());
                }
                visitor::walk_expr(self, expr);
            }
            Expr::Call(call) => {
                if call.arguments.args.iter().any(|argument| names(argument, "__name__")) && gives_module(&call.func) {
                    self.looks_up(expr.range().start().to_u32(), "import_module(__name__)".to_owned());
                }
                visitor::walk_expr(self, expr);
            }
            Expr::ListComp(inner) => self.comprehension(expr, &inner.generators),
            Expr::SetComp(inner) => self.comprehension(expr, &inner.generators),
            Expr::DictComp(inner) => self.comprehension(expr, &inner.generators),
            Expr::Generator(inner) => self.comprehension(expr, &inner.generators),
            _ => visitor::walk_expr(self, expr),
        }
    }
}

/// Whether a condition is `__name__ == "__main__"`.
fn is_script(test: &Expr) -> bool {
    let Expr::Compare(compare) = test else { return false };
    let sides = std::iter::once(&*compare.left).chain(&compare.comparators);
    let is_name = |side: &Expr| matches!(side, Expr::Name(name) if name.id.as_str() == "__name__");
    matches!(&*compare.ops, [ast::CmpOp::Eq]) && sides.into_iter().any(is_name)
}

/// Where a statement begins, its decorators included.
pub(super) fn start_of(stmt: &Stmt) -> usize {
    let decorators = match stmt {
        Stmt::FunctionDef(function) => function.decorator_list.first(),
        Stmt::ClassDef(class) => class.decorator_list.first(),
        _ => None,
    };
    let start = stmt.range().start().to_usize();
    decorators.map_or(start, |decorator| decorator.range().start().to_usize().min(start))
}

/// Constant texts in an annotation.
struct Texts(Vec<(u32, String)>);

impl<'a> Visitor<'a> for Texts {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::StringLiteral(text) = expr {
            self.0.push((expr.range().start().to_u32(), text.value.to_str().to_owned()));
        }
        visitor::walk_expr(self, expr);
    }
}

/// Names that the statements of one scope bind, of those looked for.
struct Binds<'a, 'n> {
    names: &'n [&'a str],
    found: Vec<(&'a str, u32)>,
    global: Vec<(&'a str, u32)>,
}

impl<'a, 'n> Binds<'a, 'n> {
    fn new(names: &'n [&'a str]) -> Self {
        Self { names, found: Vec::new(), global: Vec::new() }
    }

    fn bind(&mut self, name: &str, at: u32) {
        if let Some(name) = self.names.iter().find(|other| **other == name) {
            self.found.push((name, at));
        }
    }
}

impl<'a> Visitor<'a> for Binds<'_, '_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let at = stmt.range().start().to_u32();
        match stmt {
            Stmt::FunctionDef(function) => self.bind(function.name.as_str(), at),
            Stmt::ClassDef(class) => self.bind(class.name.as_str(), at),
            Stmt::Global(global) => {
                for name in &global.names {
                    if let Some(name) = self.names.iter().find(|other| **other == name.as_str()) {
                        self.global.push((name, at));
                    }
                }
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_alias(&mut self, alias: &'a ast::Alias) {
        self.bind(super::bound(alias), alias.range().start().to_u32());
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.bind(name.as_str(), name.range().start().to_u32());
        }
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
        let name = match pattern {
            ast::Pattern::MatchAs(inner) => inner.name.as_ref(),
            ast::Pattern::MatchStar(inner) => inner.name.as_ref(),
            ast::Pattern::MatchMapping(inner) => inner.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bind(name.as_str(), name.range().start().to_u32());
        }
        visitor::walk_pattern(self, pattern);
    }

    fn visit_comprehension(&mut self, comprehension: &'a ast::Comprehension) {
        self.visit_expr(&comprehension.iter);
        comprehension.ifs.iter().for_each(|test| self.visit_expr(test));
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx != ExprContext::Load => {
                self.bind(name.id.as_str(), expr.range().start().to_u32())
            }
            Expr::Lambda(_) => {}
            _ => visitor::walk_expr(self, expr),
        }
    }
}
