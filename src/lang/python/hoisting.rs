//! Moves what a function makes anew at every call to where it is made once: to module level, or behind a cache.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, Stmt};
use ruff_text_size::Ranged;

use super::moving::lookups::LOOKS_UP;
use super::moving::{bound, comment};
use super::program::{is_doc, is_future, own, parsed};
use crate::lang::moving::{Moved, Refusal, line, line_end, line_start, lines_to_remove, refuse_mark};
use crate::span::Span;

/// Makes a value once that a function makes at every call: what the handler makes for every request while the module
/// loads, what others make when it is asked for first. `at` is a place in the call that makes it, `handler` the name of
/// the function that every request calls, `version` Python's. Needs a stack of [`PARSE_STACK`](super::PARSE_STACK).
///
/// # Errors
/// When what runs today could run differently by more than when the value is made, with the reason.
pub fn hoist(text: &str, at: u32, handler: &str, version: (u16, u16)) -> Result<Moved, Refusal> {
    refuse_mark(text)?;
    let module = parsed(text)?;
    let suite = module.suite();
    let all = Names::of(suite);
    if let Some(name) = LOOKS_UP.iter().find(|name| all.read.contains(**name)) {
        return Err(Refusal::new(format!("`{name}()` may look names up")));
    }
    let outer = suite.iter().position(|stmt| holds(stmt, at));
    let outer = outer.and_then(|at| Some((at, suite.get(at)?)));
    let Some((place, Stmt::FunctionDef(function))) = outer else {
        return Err(Refusal::at(at, "it is not made in a function of the module itself"));
    };
    let made = function.body.iter().find(|stmt| holds(stmt, at));
    let made = made.ok_or_else(|| Refusal::at(at, "it is not made in the body of the function"))?;
    let before = suite.get(..place).unwrap_or_default();
    let module = Module { text, suite, before, version };
    match made {
        Stmt::Assign(assign) if function.name.as_str() == handler => module.assigned(function, made, assign),
        Stmt::Assign(assign) => module.behind_cache(function, assign),
        Stmt::Return(ast::StmtReturn { value: Some(value), .. }) => module.cached(function, value),
        _ => Err(Refusal::at(at, "it is made inside another statement")),
    }
}

/// A module with the function of which something is taken.
struct Module<'a> {
    text: &'a str,
    suite: &'a [Stmt],
    /// What stands above the function.
    before: &'a [Stmt],
    version: (u16, u16),
}

fn holds(stmt: &Stmt, at: u32) -> bool {
    stmt.range().start().to_u32() <= at && at < stmt.range().end().to_u32()
}

impl Module<'_> {
    /// `client = make()` in a function, as a variable of the module above it.
    fn assigned(
        &self,
        function: &ast::StmtFunctionDef,
        made: &Stmt,
        assign: &ast::StmtAssign,
    ) -> Result<Moved, Refusal> {
        let at = made.range().start().to_u32();
        let name = name_of(assign)?;
        is_constant(&assign.value, self.before)?;
        if function.body.len() < 2 {
            return Err(Refusal::at(at, "nothing else is in the function"));
        }
        let inside = Names::of(&function.body);
        let is_parameter = function.parameters.iter().any(|parameter| parameter.name().as_str() == name);
        if inside.bound.iter().filter(|bound| *bound == name).count() > 1 || is_parameter {
            return Err(Refusal::at(at, format!("`{name}` is bound more than once")));
        }
        let mut elsewhere = self.suite.iter().filter(|stmt| !holds(stmt, at));
        if let Some(stmt) = elsewhere.find(|stmt| has_own(stmt, name)) {
            return Err(Refusal::at(stmt.range().start().to_u32(), format!("the module has a `{name}` of its own")));
        }
        let behind = comment(self.text, made)?;
        let written = self.on_one_line(own(made.range()))?;
        let newline = line_end(self.text);
        let behind = if behind.is_empty() { String::new() } else { format!("  {behind}") };
        let above = above(self.text, function);
        let mut edits = vec![(Span::new(above, above), format!("{written}{behind}{newline}{newline}{newline}"))];
        let gone = lines_to_remove(self.text, &[own(made.range())]);
        edits.extend(gone.into_iter().map(|span| (span, String::new())));
        let into = vec!["the module's level".to_owned()];
        Ok(Moved { edits, statements: vec![written.to_owned()], names: vec![name.to_owned()], into })
    }

    /// `client = make()` in a function, made by another one that keeps it.
    fn behind_cache(&self, function: &ast::StmtFunctionDef, assign: &ast::StmtAssign) -> Result<Moved, Refusal> {
        let at = assign.range().start().to_u32();
        let maker = format!("make_{}", name_of(assign)?);
        is_constant(&assign.value, self.before)?;
        let all = Names::of(self.suite);
        if all.read.contains(&maker) || all.bound.contains(&maker) {
            return Err(Refusal::at(at, format!("the module has a `{maker}` of its own")));
        }
        let value = own(assign.value.range());
        let written = self.on_one_line(value)?.to_owned();
        let (above, newline, cache) = (above(self.text, function), line_end(self.text), self.cache());
        let made = format!("@{cache}{newline}def {maker}():{newline}    return {written}{newline}{newline}{newline}");
        let mut edits: Vec<(Span, String)> = self.functools(at)?.into_iter().collect();
        edits.push((Span::new(above, above), made));
        edits.push((value, format!("{maker}()")));
        Ok(Moved { edits, statements: vec![written], names: vec![maker.clone()], into: vec![format!("{maker}()")] })
    }

    /// A function without parameters that gives what it makes, behind a cache.
    fn cached(&self, function: &ast::StmtFunctionDef, value: &Expr) -> Result<Moved, Refusal> {
        let at = function.range().start().to_u32();
        let rest = function.body.iter().filter(|stmt| !is_doc(stmt)).count();
        let is_plain = function.decorator_list.is_empty() && function.parameters.is_empty() && !function.is_async;
        if rest != 1 || !is_plain {
            return Err(Refusal::at(at, format!("{}() does more than to give it", function.name)));
        }
        is_constant(value, self.before)?;
        let cache = self.cache();
        let start = line_start(self.text, at as usize) as u32;
        let mut edits: Vec<(Span, String)> = self.functools(at)?.into_iter().collect();
        edits.push((Span::new(start, start), format!("@{cache}{}", line_end(self.text))));
        let (names, into) = (vec![function.name.to_string()], vec![format!("{}()", function.name)]);
        Ok(Moved { edits, statements: vec![format!("@{cache}")], names, into })
    }

    fn cache(&self) -> &'static str {
        if self.version >= (3, 9) { "functools.cache" } else { "functools.lru_cache(maxsize=None)" }
    }

    /// The import of `functools`, where it has to be made.
    fn functools(&self, at: u32) -> Result<Option<(Span, String)>, Refusal> {
        let is_it = |alias: &ast::Alias| alias.name.as_str() == "functools" && alias.asname.is_none();
        let imports = |stmt: &Stmt| matches!(stmt, Stmt::Import(import) if import.names.iter().any(is_it));
        if self.before.iter().any(imports) {
            return Ok(None);
        }
        if Names::of(self.suite).bound.iter().any(|name| name == "functools") {
            return Err(Refusal::at(at, "the module has a `functools` of its own"));
        }
        let first = self.suite.iter().find(|stmt| !is_doc(stmt) && !is_future(stmt));
        let first = first.filter(|stmt| matches!(stmt, Stmt::Import(_) | Stmt::ImportFrom(_)));
        let first = first.ok_or_else(|| Refusal::at(at, "the module does not begin with its imports"))?;
        let place = line_start(self.text, first.range().start().to_usize()) as u32;
        Ok(Some((Span::new(place, place), format!("import functools{}", line_end(self.text)))))
    }

    fn on_one_line(&self, span: Span) -> Result<&str, Refusal> {
        let written = self.text.get(span.range_in(self.text.len())).unwrap_or_default();
        if written.contains('\n') {
            Err(Refusal::at(span.start, "it is written over several lines"))
        } else {
            Ok(written)
        }
    }
}

/// The one name that an assignment binds.
fn name_of(assign: &ast::StmtAssign) -> Result<&str, Refusal> {
    match assign.targets.as_slice() {
        [Expr::Name(name)] => Ok(name.id.as_str()),
        _ => Err(Refusal::at(assign.range().start().to_u32(), "what is made gets more than a name")),
    }
}

/// Whether a statement of the module binds a name there, or reads it from there.
fn has_own(stmt: &Stmt, name: &str) -> bool {
    let names = Names::of(std::slice::from_ref(stmt));
    let binds = names.bound.iter().any(|bound| bound == name);
    match stmt {
        Stmt::FunctionDef(function) => {
            function.name.as_str() == name || names.global.contains(name) || (names.read.contains(name) && !binds)
        }
        _ => binds || names.read.contains(name),
    }
}

/// Where something goes that is to stand above a function: over its decorators and the comments that belong to it.
fn above(text: &str, function: &ast::StmtFunctionDef) -> u32 {
    let first = function.decorator_list.first().map_or(function.range().start(), |decorator| decorator.range().start());
    let mut at = line_start(text, first.to_usize());
    while at > 0 && line(text, at - 1).starts_with('#') {
        at = line_start(text, at - 1);
    }
    at as u32
}

/// Whether an expression gives the same wherever it runs: calls and attributes of what the module has imported or made
/// above, with constants.
fn is_constant(value: &Expr, before: &[Stmt]) -> Result<(), Refusal> {
    let above = Names::of_top(before);
    let refused = |expr: &Expr, why: &str| Err(Refusal::at(expr.range().start().to_u32(), why.to_owned()));
    match value {
        Expr::StringLiteral(_) | Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) | Expr::NoneLiteral(_) => Ok(()),
        Expr::Name(name) if above.contains(name.id.as_str()) => Ok(()),
        Expr::Name(_) => refused(value, "it is made of what the function has"),
        Expr::Attribute(part) => is_constant(&part.value, before),
        Expr::Call(call) => {
            is_constant(&call.func, before)?;
            call.arguments.args.iter().try_for_each(|argument| is_constant(argument, before))?;
            call.arguments.keywords.iter().try_for_each(|keyword| is_constant(&keyword.value, before))
        }
        _ => refused(value, "what it is made of may differ between requests"),
    }
}

/// Names of some code.
#[derive(Default)]
struct Names {
    read: BTreeSet<String>,
    /// Each as often as it is bound.
    bound: Vec<String>,
    global: BTreeSet<String>,
}

impl Names {
    fn of(body: &[Stmt]) -> Self {
        let mut names = Self::default();
        names.visit_body(body);
        names
    }

    /// What statements at module level bind there.
    fn of_top(suite: &[Stmt]) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for stmt in suite {
            match stmt {
                Stmt::Import(import) => names.extend(import.names.iter().map(|alias| bound(alias).to_owned())),
                Stmt::ImportFrom(import) => names.extend(import.names.iter().map(|alias| bound(alias).to_owned())),
                Stmt::FunctionDef(function) => drop(names.insert(function.name.to_string())),
                Stmt::ClassDef(class) => drop(names.insert(class.name.to_string())),
                Stmt::Assign(assign) => names.extend(assign.targets.iter().filter_map(|target| match target {
                    Expr::Name(name) => Some(name.id.to_string()),
                    _ => None,
                })),
                _ => {}
            }
        }
        names
    }
}

impl<'a> Visitor<'a> for Names {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Global(ast::StmtGlobal { names, .. }) | Stmt::Nonlocal(ast::StmtNonlocal { names, .. }) => {
                self.global.extend(names.iter().map(|name| name.to_string()));
            }
            Stmt::FunctionDef(function) => self.bound.push(function.name.to_string()),
            Stmt::ClassDef(class) => self.bound.push(class.name.to_string()),
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr {
            match name.ctx {
                ExprContext::Load => drop(self.read.insert(name.id.to_string())),
                _ => self.bound.push(name.id.to_string()),
            }
        }
        visitor::walk_expr(self, expr);
    }

    fn visit_alias(&mut self, alias: &'a ast::Alias) {
        self.bound.push(bound(alias).to_owned());
    }

    fn visit_parameter(&mut self, parameter: &'a ast::Parameter) {
        self.bound.push(parameter.name.to_string());
        visitor::walk_parameter(self, parameter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::moving::applied;

    fn hoisted(text: &str) -> Result<String, String> {
        let at = text.find("boto3.client").or_else(|| text.find("boto3.resource")).unwrap() as u32;
        let moved = hoist(text, at, "handler", (3, 12)).map_err(|refusal| refusal.why)?;
        Ok(applied(text, &moved.edits))
    }

    #[test]
    fn a_client_goes_above_its_function() {
        let text = "import boto3\n\nTABLE = 't'\n\n\n# answers\n@traced\ndef handler(event, context):\n    s3 = boto3.client('s3', config=TABLE)  # big\n    return s3.get(event)\n";
        let after = "import boto3\n\nTABLE = 't'\n\n\ns3 = boto3.client('s3', config=TABLE)  # big\n\n\n# answers\n@traced\ndef handler(event, context):\n    return s3.get(event)\n";
        assert_eq!(hoisted(text).as_deref(), Ok(after));
        assert!(hoisted(after).unwrap_err().contains("not made in a function"));
    }

    #[test]
    fn a_function_that_gives_it_is_cached() {
        let text = "\"\"\"Doc.\"\"\"\nfrom __future__ import annotations\nimport boto3\n\n\ndef table():\n    \"\"\"It.\"\"\"\n    return boto3.resource('dynamodb').Table('t')\n";
        let after = "\"\"\"Doc.\"\"\"\nfrom __future__ import annotations\nimport functools\nimport boto3\n\n\n@functools.cache\ndef table():\n    \"\"\"It.\"\"\"\n    return boto3.resource('dynamodb').Table('t')\n";
        assert_eq!(hoisted(text).as_deref(), Ok(after));
        assert!(hoisted(after).unwrap_err().contains("does more"));
        let old = hoist(text, text.find("boto3.resource").unwrap() as u32, "handler", (3, 8)).unwrap();
        assert!(old.edits.iter().any(|(_, text)| text == "@functools.lru_cache(maxsize=None)\n"));
    }

    #[test]
    fn what_may_differ_stays() {
        for (text, why) in [
            (
                "import boto3\ndef handler(e):\n    c = boto3.client('s3', region_name=e)\n    return c\n",
                "what the function has",
            ),
            (
                "import boto3\ndef handler(e):\n    c = boto3.client('s3', region_name=e['r'])\n    return c\n",
                "may differ",
            ),
            ("import boto3\nc = 1\ndef handler(e):\n    c = boto3.client('s3')\n    return c\n", "a `c` of its own"),
            (
                "import boto3\ndef handler(e):\n    c = boto3.client('s3')\n    return c\ndef g():\n    return c\n",
                "a `c` of its own",
            ),
            (
                "import boto3\ndef handler(e):\n    c = boto3.client('s3')\n    c = c.x\n    return c\n",
                "more than once",
            ),
            (
                "import boto3\ndef handler(e):\n    if e:\n        c = boto3.client('s3')\n    return c\n",
                "another statement",
            ),
            (
                "import boto3\nclass A:\n    def f(self):\n        c = boto3.client('s3')\n        return c\n",
                "of the module itself",
            ),
            ("import boto3\ndef handler(e):\n    c = boto3.client('s3')\n    return locals()\n", "look names up"),
            ("def handler(e):\n    import boto3\n    c = boto3.client('s3')\n    return c\n", "what the function has"),
            ("import boto3\ndef handler(e):\n    return boto3.client('s3').get(e)\n", "does more"),
        ] {
            let refused = hoisted(text).unwrap_err();
            assert!(refused.contains(why), "{refused}: {text}");
        }
        let helper = "import boto3\ndef f(e):\n    c = boto3.client('s3')\n    return c.get(e)\n";
        let after = "import functools\nimport boto3\n@functools.cache\ndef make_c():\n    return boto3.client('s3')\n\n\ndef f(e):\n    c = make_c()\n    return c.get(e)\n";
        assert_eq!(hoisted(helper).as_deref(), Ok(after));
        assert!(hoisted(after).unwrap_err().contains("does more"));
        let local =
            "import boto3\ndef handler(e):\n    c = boto3.client('s3')\n    return c\ndef g(c):\n    return c\n";
        assert!(hoisted(local).is_ok(), "a name of another function");
    }
}
