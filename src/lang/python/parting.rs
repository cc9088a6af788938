//! Leaves of a Python module only what some of its routes need: the others go, and then what nothing names any more.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::program::{own, parsed};
use crate::lang::moving::{Refusal, applied, line_start, lines_to_remove, next_line};
use crate::lang::parting::{Chain, Demands, Edits, ROUNDS, Removals};
use crate::span::Span;

/// A module with some of its routes. `gone` and `kept` are the places where routes are registered; `needed` are names
/// that stay whatever names them. Needs a stack of [`PARSE_STACK`](super::PARSE_STACK).
///
/// # Errors
/// When a route cannot be taken out by itself, with the reason.
pub fn part(text: &str, gone: &[u32], kept: &[u32], needed: &[&str]) -> Result<String, Refusal> {
    let (mut parted, before) = {
        let module = parsed(text)?;
        let mut finder = Finder { removals: Removals::new(text, gone, kept) };
        finder.block(module.suite());
        (applied(text, &finder.removals.settled()?), names(module.suite()))
    };
    for _ in 0..ROUNDS {
        let unused = unused(&parted, parsed(&parted)?.suite(), &before, needed);
        if unused.is_empty() {
            break;
        }
        parted = applied(&parted, &unused);
    }
    Ok(parted)
}

/// Looks for the statements that register routes.
struct Finder<'t> {
    removals: Removals<'t>,
}

/// Whether nothing behind a body runs after it.
fn ends(body: &[Stmt]) -> bool {
    match body.last() {
        Some(Stmt::Return(_) | Stmt::Raise(_) | Stmt::Continue(_) | Stmt::Break(_)) => true,
        Some(Stmt::With(with)) => ends(&with.body),
        Some(Stmt::If(branch)) => {
            let clauses = &branch.elif_else_clauses;
            let is_whole = clauses.last().is_some_and(|clause| clause.test.is_none());
            is_whole && ends(&branch.body) && clauses.iter().all(|clause| ends(&clause.body))
        }
        _ => false,
    }
}

/// A condition with the code that it leads to.
fn extent(test: TextRange, body: &[Stmt]) -> TextRange {
    TextRange::new(test.start(), body.last().map_or(test.end(), |last| last.range().end()))
}

impl Finder<'_> {
    fn goes(&mut self, head: TextRange, whole: TextRange) -> bool {
        self.removals.goes(own(head), own(whole))
    }

    fn lines(&mut self, range: TextRange) {
        let lines = lines_to_remove(self.removals.text, &[own(range)]);
        self.removals.edits.extend(lines.into_iter().map(|span| (span, String::new())));
    }

    fn block(&mut self, block: &[Stmt]) {
        let chains: Vec<Chain> = block.iter().filter_map(|stmt| self.chain(stmt.as_if_stmt()?)).collect();
        self.removals.refuse_joint(&chains);
        for stmt in block {
            match stmt {
                Stmt::FunctionDef(function) => self.function(function),
                Stmt::If(branch) => self.branch(branch, block.len() == 1),
                Stmt::Match(choice) => self.choice(choice),
                Stmt::Assign(assign) => self.table(&assign.value),
                Stmt::AnnAssign(assign) => {
                    if let Some(value) = &assign.value {
                        self.table(value);
                    }
                }
                Stmt::Try(attempt) => {
                    self.block(&attempt.body);
                    self.block(&attempt.orelse);
                    self.block(&attempt.finalbody);
                }
                Stmt::With(with) => self.block(&with.body),
                Stmt::For(each) => self.block(&each.body),
                _ => {}
            }
        }
    }

    /// An `if` with its other branches, where it stands for routes.
    fn chain(&self, branch: &ast::StmtIf) -> Option<Chain> {
        let clauses = &branch.elif_else_clauses;
        let bodies = std::iter::once(&branch.body).chain(clauses.iter().map(|clause| &clause.body));
        let goes_on = bodies.into_iter().any(|body| !ends(body));
        let tests = std::iter::once(&*branch.test).chain(clauses.iter().filter_map(|clause| clause.test.as_ref()));
        let tests = tests.map(|test| self.demands(test)).collect();
        Some(Chain { span: own(branch.range()), tests, goes_on })
    }

    fn demands(&self, test: &Expr) -> Demands {
        let text = |expr: &Expr| self.removals.text.get(expr.range().to_std_range()).unwrap_or_default().to_owned();
        match test {
            Expr::BoolOp(all) if all.op == ast::BoolOp::And => {
                all.values.iter().flat_map(|value| self.demands(value)).collect()
            }
            Expr::Compare(compare) => match (&*compare.ops, &*compare.comparators) {
                ([ast::CmpOp::Eq], [right]) if right.is_literal_expr() => vec![(text(&compare.left), text(right))],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn function(&mut self, function: &ast::StmtFunctionDef) {
        let start = function.decorator_list.first().map_or(function.range().start(), |first| first.range().start());
        let header = TextRange::new(start, function.name.range().end());
        if self.removals.gone_in(own(header)).next().is_none() {
            return self.block(&function.body);
        }
        if !self.removals.keeps(own(header)) {
            let whole = TextRange::new(start, function.range().end());
            if self.goes(header, whole) {
                self.lines(whole);
            }
            return;
        }
        for decorator in &function.decorator_list {
            if self.goes(decorator.range(), decorator.range()) {
                self.lines(decorator.range());
            }
        }
    }

    fn branch(&mut self, branch: &ast::StmtIf, is_alone: bool) {
        let first_goes = self.goes(branch.test.range(), extent(branch.test.range(), &branch.body));
        let clauses = &branch.elif_else_clauses;
        let mut gone = Vec::with_capacity(clauses.len());
        for clause in clauses {
            let goes = clause.test.as_ref().is_some_and(|test| self.goes(test.range(), clause.range()));
            gone.push(goes);
        }
        let mut lines_from = 0;
        if first_goes {
            let next = clauses.iter().zip(&gone).position(|(_, gone)| !gone);
            lines_from = match next.and_then(|at| Some((at, clauses.get(at)?))) {
                None if !is_alone => {
                    self.lines(branch.range());
                    clauses.len()
                }
                Some((at, clause)) if clause.test.is_some() => {
                    // `elif` becomes the first `if`.
                    let (start, end) = (branch.range().start().to_u32(), clause.range().start().to_u32() + 2);
                    self.removals.edits.push((Span::new(start, end), String::new()));
                    at
                }
                _ => {
                    self.removals.edits.push((own(branch.test.range()), "False".to_owned()));
                    self.empty(&branch.body);
                    0
                }
            };
        } else {
            self.block(&branch.body);
        }
        for (at, (clause, gone)) in clauses.iter().zip(&gone).enumerate() {
            if !gone {
                self.block(&clause.body);
            } else if at >= lines_from {
                self.lines(clause.range());
            }
        }
    }

    fn empty(&mut self, body: &[Stmt]) {
        let (Some(first), Some(last)) = (body.first(), body.last()) else { return };
        self.removals.edits.push((own(TextRange::new(first.range().start(), last.range().end())), "pass".to_owned()));
    }

    fn choice(&mut self, choice: &ast::StmtMatch) {
        let mut left = choice.cases.len();
        for case in &choice.cases {
            if self.goes(case.pattern.range(), case.range()) {
                left -= 1;
                self.lines(case.range());
            } else {
                self.block(&case.body);
            }
        }
        if left == 0 {
            self.removals.refuse(choice.range().start().to_u32(), "no case would be left");
        }
    }

    /// Entries of a table of routes.
    fn table(&mut self, value: &Expr) {
        let Expr::Dict(dict) = value else { return };
        for item in &dict.items {
            let start = item.key.as_ref().map_or(item.value.range().start(), |key| key.range().start());
            let range = TextRange::new(start, item.value.range().end());
            if self.goes(range, range) {
                let end = range.end().to_usize();
                let rest = self.removals.text.get(end..).unwrap_or_default();
                let comma = rest.len() - rest.trim_start().len();
                let has_comma = rest.trim_start().starts_with(',');
                let (from, to) = (range.start().to_usize(), if has_comma { end + comma + 1 } else { end });
                let own_line = self
                    .removals
                    .text
                    .get(line_start(self.removals.text, from)..from)
                    .is_some_and(|text| text.trim().is_empty())
                    && self
                        .removals
                        .text
                        .get(to..next_line(self.removals.text, to))
                        .is_some_and(|text| text.trim().is_empty());
                if own_line {
                    self.lines(TextRange::new(range.start(), range.end()));
                } else {
                    self.removals.edits.push((Span::new(from as u32, to as u32), String::new()));
                }
            }
        }
    }
}

/// Names that a module reads, anywhere.
fn names(suite: &[Stmt]) -> BTreeSet<String> {
    let mut names = Names(BTreeSet::new());
    names.visit_body(suite);
    names.0
}

struct Names(BTreeSet<String>);

impl<'a> Visitor<'a> for Names {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx != ExprContext::Store => drop(self.0.insert(name.id.to_string())),
            // Annotations and `__all__` may name in quotes.
            Expr::StringLiteral(text) if text.value.to_str().chars().all(|c| c.is_alphanumeric() || c == '_') => {
                self.0.insert(text.value.to_str().to_owned());
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

/// What was named before and is named no more: functions, classes, imports and variables at the top of the module.
fn unused(text: &str, suite: &[Stmt], before: &BTreeSet<String>, needed: &[&str]) -> Edits {
    let now: Vec<BTreeSet<String>> = suite.iter().map(|stmt| names(std::slice::from_ref(stmt))).collect();
    let is_unused = |at: usize, name: &str| {
        let elsewhere = now.iter().enumerate().any(|(other, names)| other != at && names.contains(name));
        before.contains(name) && !needed.contains(&name) && !elsewhere
    };
    let mut edits = Vec::new();
    for (at, stmt) in suite.iter().enumerate() {
        let whole = |edits: &mut Edits, start: u32| {
            // What shares its line with others stays.
            if super::moving::comment(text, stmt).is_err() {
                return;
            }
            let lines = lines_to_remove(text, &[Span::new(start, stmt.range().end().to_u32())]);
            edits.extend(lines.into_iter().map(|span| (span, String::new())));
        };
        match stmt {
            Stmt::FunctionDef(function)
                if function.decorator_list.is_empty() && is_unused(at, function.name.as_str()) =>
            {
                whole(&mut edits, stmt.range().start().to_u32());
            }
            Stmt::ClassDef(class) if class.decorator_list.is_empty() && is_unused(at, class.name.as_str()) => {
                whole(&mut edits, stmt.range().start().to_u32());
            }
            Stmt::Assign(assign) => {
                if let [Expr::Name(name)] = assign.targets.as_slice()
                    && is_unused(at, name.id.as_str())
                {
                    whole(&mut edits, stmt.range().start().to_u32());
                }
            }
            Stmt::Import(ast::StmtImport { names, .. }) | Stmt::ImportFrom(ast::StmtImportFrom { names, .. }) => {
                let bound = |alias: &ast::Alias| super::moving::bound(alias).to_owned();
                let left: Vec<&ast::Alias> = names.iter().filter(|alias| !is_unused(at, &bound(alias))).collect();
                // Names beside them that nobody has ever read hold nothing back: they are parts of the same module.
                let is_of_one = matches!(stmt, Stmt::ImportFrom(_)) && left.len() < names.len();
                let never_read = |alias: &&ast::Alias| {
                    let name = bound(alias);
                    name != "*" && !before.contains(&name) && !needed.contains(&name.as_str())
                };
                if left.is_empty() || is_of_one && left.iter().all(never_read) {
                    whole(&mut edits, stmt.range().start().to_u32());
                } else if left.len() < names.len() {
                    edits.push((own(stmt.range()), super::moving::import_of(text, stmt, &left)));
                }
            }
            _ => {}
        }
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str, of: &[&str]) -> Vec<u32> {
        of.iter().map(|word| text.find(word).unwrap() as u32).collect()
    }

    #[test]
    fn branches_cases_and_what_only_they_need_go() {
        let text = "import a\nimport b, c\n\nPAGE = a.Page()\nKEPT = 1\n\n\ndef fa():\n    return a.x, PAGE\n\n\ndef handler(e):\n    if e == 'a':\n        return fa()\n    elif e == 'b':\n        return b.x\n    match e:\n        case 'c':\n            return c.x\n        case _:\n            return None\n";
        let parted = part(text, &places(text, &["e == 'a'", "'c'"]), &places(text, &["e == 'b'"]), &["handler"]);
        let left = "import b\n\nKEPT = 1\n\n\ndef handler(e):\n    if e == 'b':\n        return b.x\n    match e:\n        case _:\n            return None\n";
        assert_eq!(parted.as_deref(), Ok(left));
        let beside = "from a import one, never\nfrom b import two\n\n\ndef handler(e):\n    if e == 'a':\n        return one()\n    elif e == 'b':\n        return two()\n";
        let parted = part(beside, &places(beside, &["e == 'a'"]), &places(beside, &["e == 'b'"]), &["handler"]);
        let left = "from b import two\n\n\ndef handler(e):\n    if e == 'b':\n        return two()\n";
        assert_eq!(parted.as_deref(), Ok(left));
    }

    #[test]
    fn branches_that_one_request_may_run_through_stay_together() {
        let text = "def handler(e):\n    out = []\n    if e.a == 'a':\n        out.append(1)\n    if e.b == 'b':\n        out.append(2)\n    return out\n";
        let parted = |text: &str, kept: &str| {
            part(text, &places(text, &["e.a == 'a'"]), &places(text, &[kept]), &["handler"])
                .map_err(|refusal| refusal.why)
        };
        assert!(parted(text, "e.b == 'b'").unwrap_err().contains("through both"));
        assert!(parted(&text.replace("out.append(1)", "return 1"), "e.b == 'b'").is_ok());
        assert!(parted(&text.replace("e.b == 'b'", "e.a == 'b' and e.c"), "e.a == 'b'").is_ok());
    }

    #[test]
    fn chains_keep_their_form() {
        let text = "def handler(e):\n    if e == 'a':\n        return 1\n    elif e == 'b':\n        return 2\n    elif e == 'c':\n        return 3\n    elif e == 'd':\n        return 4\n    else:\n        return 5\n";
        let all = ["e == 'a'", "e == 'b'", "e == 'c'", "e == 'd'"];
        let keeping = |kept: &str| {
            let gone: Vec<&str> = all.iter().copied().filter(|one| *one != kept).collect();
            part(text, &places(text, &gone), &places(text, &[kept]), &["handler"]).unwrap()
        };
        let rest = "    else:\n        return 5\n";
        assert_eq!(keeping("e == 'c'"), format!("def handler(e):\n    if e == 'c':\n        return 3\n{rest}"));
        assert_eq!(keeping("e == 'a'"), format!("def handler(e):\n    if e == 'a':\n        return 1\n{rest}"));
        let none = part(text, &places(text, &all), &[], &["handler"]).unwrap();
        assert_eq!(none, format!("def handler(e):\n    if False:\n        pass\n{rest}"));
    }

    #[test]
    fn decorated_routes_and_tables_go() {
        let text = "import a\nimport b\n\n\n@app.get('/a')\ndef one():\n    return a.x\n\n\n@app.get('/b')\n@app.get('/c')\ndef two():\n    return b.x\n\n\nTABLE = {\n    'd': one,\n    'e': two,\n}\n";
        let parted = part(
            text,
            &places(text, &["app.get('/a')", "app.get('/c')", "'d'"]),
            &places(text, &["app.get('/b')", "'e'"]),
            &[],
        );
        let left = "import b\n\n\n@app.get('/b')\ndef two():\n    return b.x\n\n\nTABLE = {\n    'e': two,\n}\n";
        assert_eq!(parted.as_deref(), Ok(left));
    }

    #[test]
    fn a_route_inside_of_another_is_not_dropped_with_it() {
        let branch =
            "def handler(e):\n    if e.a == 'a':\n        if e.b == 'b':\n            return 1\n        return 2\n";
        let function = "def handler(e):\n    return e\n\n\n@app.get('a')\ndef a():\n    @app.get('b')\n    def b():\n        return 1\n    return b\n";
        let case = "def handler(e):\n    match e:\n        case 'a':\n            if e.b == 'b':\n                return 1\n        case _:\n            return 2\n";
        let clause = branch.replace("    if e.a == 'a'", "    if e.a == 'c':\n        return 3\n    elif e.a == 'a'");
        for text in [branch, function, case, &clause] {
            let (outer, inner) = (places(text, &["'a'"]), places(text, &["'b'"]));
            let refused = part(text, &outer, &inner, &["handler"]).unwrap_err();
            assert!(refused.why.contains("inside of the code"), "{text}");
            let both: Vec<u32> = outer.iter().chain(&inner).copied().collect();
            assert!(!part(text, &both, &[], &["handler"]).unwrap().contains("'b'"), "{text}");
            assert!(part(text, &inner, &outer, &["handler"]).unwrap().contains("'a'"), "{text}");
        }
    }

    #[test]
    fn what_stands_for_both_stays_whole() {
        let text = "def handler(e):\n    if e in ('a', 'b'):\n        return 1\n";
        let refused = part(text, &places(text, &["'a'"]), &places(text, &["'b'"]), &["handler"]);
        assert!(refused.unwrap_err().why.contains("several groups"));
        let refused = part("app.add('/a', f)\n", &[0], &[], &[]);
        assert!(refused.unwrap_err().why.contains("cannot be taken out"));
    }
}
