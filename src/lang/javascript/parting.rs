//! Leaves of a module only what some of its routes need: the others go, and then what nothing names any more.

use std::collections::BTreeSet;

use oxc_ast::ast::{
    ArrayExpression, Expression, ExpressionStatement, FunctionBody, IdentifierReference, IfStatement, JSXIdentifier,
    ModuleExportName, ObjectExpression, Statement, SwitchStatement,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::GetSpan;
use oxc_syntax::operator::{BinaryOperator, LogicalOperator};

use super::program::{own, with_program};
use crate::lang::moving::{Refusal, applied, indent, lines_to_remove, next_line};
use crate::lang::parting::{Chain, Demands, Edits, ROUNDS, Removals};
use crate::span::Span;

/// A module with some of its routes. `gone` and `kept` are the places where routes are registered; `needed` are names
/// that stay whatever names them. Needs a stack as the parser does.
///
/// # Errors
/// When a route cannot be taken out by itself, with the reason.
pub fn part(text: &str, path: &str, gone: &[u32], kept: &[u32], needed: &[&str]) -> Result<String, Refusal> {
    let (mut parted, before) = with_program(text, path, |program| {
        let mut finder = Finder { removals: Removals::new(text, gone, kept) };
        finder.visit_program(program);
        Ok((applied(text, &finder.removals.settled()?), names(&program.body)))
    })?;
    for _ in 0..ROUNDS {
        let unused = with_program(&parted, path, |program| Ok(unused(&parted, &program.body, &before, needed)))?;
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

impl Finder<'_> {
    fn goes(&mut self, head: oxc_span::Span, whole: oxc_span::Span) -> bool {
        self.removals.goes(own(head), own(whole))
    }

    fn remove(&mut self, span: oxc_span::Span) {
        self.removals.edits.extend(taken(self.removals.text, own(span)));
    }

    /// Takes an element out of a list, with the comma behind it or in front of it.
    fn element(&mut self, span: oxc_span::Span) {
        let rest = self.removals.text.get(span.end as usize..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start().len();
        if rest.trim_start().starts_with(',') {
            return self.remove(oxc_span::Span::new(span.start, span.end + blanks as u32 + 1));
        }
        let before = self.removals.text.get(..span.start as usize).unwrap_or_default().trim_end();
        let start = if before.ends_with(',') { before.len() as u32 - 1 } else { span.start };
        self.removals.edits.push((Span::new(start, span.end), String::new()));
    }
}

/// The edit that takes something out: with its lines, where it has them to itself.
fn taken(text: &str, span: Span) -> Edits {
    let (start, end) = (span.start as usize, span.end as usize);
    let behind = text.get(end..next_line(text, end)).unwrap_or_default().trim();
    let has_lines = indent(text, start).is_some() && (behind.is_empty() || behind.starts_with("//"));
    let spans = if has_lines { lines_to_remove(text, &[span]) } else { vec![span] };
    spans.into_iter().map(|span| (span, String::new())).collect()
}

/// The bodies of functions in some code.
#[derive(Default)]
struct Bodies(Vec<oxc_span::Span>);

impl<'a> Visit<'a> for Bodies {
    fn visit_function_body(&mut self, body: &FunctionBody<'a>) {
        self.0.push(body.span);
    }
}

impl Finder<'_> {
    /// An `if` with its other branches.
    fn chain(&self, branch: &IfStatement<'_>) -> Chain {
        let (mut tests, mut goes_on, mut next) = (Vec::new(), false, Some(branch));
        while let Some(one) = next {
            tests.push(self.demands(&one.test));
            goes_on |= !ends(&one.consequent);
            next = match &one.alternate {
                Some(Statement::IfStatement(other)) => Some(other),
                Some(last) => {
                    goes_on |= !ends(last);
                    None
                }
                None => None,
            };
        }
        Chain { span: own(branch.span), tests, goes_on }
    }

    fn demands(&self, test: &Expression<'_>) -> Demands {
        let text = |part: &Expression<'_>| {
            let span = own(part.span());
            self.removals.text.get(span.start as usize..span.end as usize).unwrap_or_default().to_owned()
        };
        match test {
            Expression::ParenthesizedExpression(inner) => self.demands(&inner.expression),
            Expression::LogicalExpression(all) if all.operator == LogicalOperator::And => {
                let mut demands = self.demands(&all.left);
                demands.extend(self.demands(&all.right));
                demands
            }
            Expression::BinaryExpression(compare)
                if matches!(compare.operator, BinaryOperator::StrictEquality | BinaryOperator::Equality)
                    && compare.right.is_literal() =>
            {
                vec![(text(&compare.left), text(&compare.right))]
            }
            _ => Vec::new(),
        }
    }
}

impl<'a> Visit<'a> for Finder<'_> {
    fn visit_statements(&mut self, statements: &oxc_allocator::Vec<'a, Statement<'a>>) {
        let branches = statements.iter().filter_map(|statement| match statement {
            Statement::IfStatement(branch) => Some(self.chain(branch)),
            _ => None,
        });
        let chains: Vec<Chain> = branches.collect();
        self.removals.refuse_joint(&chains);
        walk::walk_statements(self, statements);
    }

    fn visit_expression_statement(&mut self, stmt: &ExpressionStatement<'a>) {
        let is_call = match &stmt.expression {
            Expression::CallExpression(_) => true,
            Expression::AwaitExpression(inner) => matches!(inner.argument, Expression::CallExpression(_)),
            _ => false,
        };
        let mut bodies = Bodies::default();
        bodies.visit_expression_statement(stmt);
        let is_inside = |place: &u32| bodies.0.iter().any(|body| body.start <= *place && *place < body.end);
        let is_here = self.removals.gone_in(own(stmt.span)).any(|place| !is_inside(&place));
        if is_call && is_here {
            if self.goes(stmt.span, stmt.span) {
                self.remove(stmt.span);
            }
            return;
        }
        walk::walk_expression_statement(self, stmt);
    }

    fn visit_if_statement(&mut self, stmt: &IfStatement<'a>) {
        let whole = oxc_span::Span::new(stmt.test.span().start, stmt.consequent.span().end);
        if !self.goes(stmt.test.span(), whole) {
            self.visit_expression(&stmt.test);
            self.visit_statement(&stmt.consequent);
            match &stmt.alternate {
                // `else if` without a branch behind it goes with its `else`.
                Some(Statement::IfStatement(next)) if next.alternate.is_none() => {
                    let whole = oxc_span::Span::new(next.test.span().start, next.span.end);
                    if self.goes(next.test.span(), whole) {
                        let gap = Span::new(stmt.consequent.span().end, next.span.end);
                        self.removals.edits.push((gap, String::new()));
                    } else {
                        self.visit_if_statement(next);
                    }
                }
                Some(next) => self.visit_statement(next),
                None => {}
            }
            return;
        }
        match &stmt.alternate {
            Some(next) => {
                self.removals.edits.push((Span::new(stmt.span.start, next.span().start), String::new()));
                self.visit_statement(next);
            }
            None => self.remove(stmt.span),
        }
    }

    fn visit_switch_statement(&mut self, stmt: &SwitchStatement<'a>) {
        let mut falls_into = false;
        for (at, case) in stmt.cases.iter().enumerate() {
            let ends = case.consequent.last().is_some_and(ends);
            let goes = case.test.as_ref().is_some_and(|test| self.goes(test.span(), case.span));
            if goes {
                let shares = stmt.cases.get(at + 1).is_some() && !case.consequent.is_empty() && !ends;
                if (falls_into && !case.consequent.is_empty()) || shares {
                    self.removals.refuse(case.span.start, "another case goes on in this one");
                }
                self.remove(case.span);
                continue;
            }
            case.consequent.iter().for_each(|stmt| self.visit_statement(stmt));
            falls_into = !ends;
        }
    }

    fn visit_object_expression(&mut self, object: &ObjectExpression<'a>) {
        for property in &object.properties {
            if self.goes(head(self.removals.text, property.span()), property.span()) {
                self.element(property.span());
            } else {
                self.visit_object_property_kind(property);
            }
        }
    }

    fn visit_array_expression(&mut self, array: &ArrayExpression<'a>) {
        for element in &array.elements {
            if !self.removals.keeps(own(element.span()))
                && self.goes(head(self.removals.text, element.span()), element.span())
            {
                self.element(element.span());
            } else {
                self.visit_array_expression_element(element);
            }
        }
    }
}

/// What of an element of a table says which route it is: all but the bodies of functions, of which the first begins here.
fn head(text: &str, span: oxc_span::Span) -> oxc_span::Span {
    let code = text.get(span.start as usize..span.end as usize).unwrap_or_default();
    let end = code.find("=>").or_else(|| code.find("function")).map_or(span.end, |at| span.start + at as u32);
    oxc_span::Span::new(span.start, end)
}

/// Whether what is behind a statement does not run.
fn ends(stmt: &Statement<'_>) -> bool {
    match stmt {
        Statement::BreakStatement(_)
        | Statement::ReturnStatement(_)
        | Statement::ThrowStatement(_)
        | Statement::ContinueStatement(_) => true,
        Statement::BlockStatement(block) => block.body.last().is_some_and(ends),
        _ => false,
    }
}

/// Names that some statements read.
fn names(body: &[Statement<'_>]) -> BTreeSet<String> {
    let mut names = Names(BTreeSet::new());
    body.iter().for_each(|stmt| names.visit_statement(stmt));
    names.0
}

struct Names(BTreeSet<String>);

impl<'a> Visit<'a> for Names {
    fn visit_identifier_reference(&mut self, name: &IdentifierReference<'a>) {
        self.0.insert(name.name.to_string());
    }

    fn visit_jsx_identifier(&mut self, name: &JSXIdentifier<'a>) {
        self.0.insert(name.name.to_string());
    }

    fn visit_module_export_name(&mut self, name: &ModuleExportName<'a>) {
        self.0.insert(name.name().to_string());
    }
}

/// What was named before and is named no more: functions, classes, imports and variables at the top of the module.
fn unused(text: &str, body: &[Statement<'_>], before: &BTreeSet<String>, needed: &[&str]) -> Edits {
    let now: Vec<BTreeSet<String>> = body.iter().map(|stmt| names(std::slice::from_ref(stmt))).collect();
    let is_free = |at: usize, name: &str| {
        let elsewhere = now.iter().enumerate().any(|(other, names)| other != at && names.contains(name));
        !needed.contains(&name) && !elsewhere
    };
    let mut edits = Vec::new();
    for (at, stmt) in body.iter().enumerate() {
        let bound: Vec<&str> = match stmt {
            Statement::FunctionDeclaration(function) => function.id.iter().map(|id| id.name.as_str()).collect(),
            Statement::ClassDeclaration(class) => class.id.iter().map(|id| id.name.as_str()).collect(),
            Statement::VariableDeclaration(declaration) => {
                let bound = declaration.declarations.iter().flat_map(|one| one.id.get_binding_identifiers());
                bound.into_iter().map(|name| name.name.as_str()).collect()
            }
            Statement::ImportDeclaration(import) => {
                import.specifiers.iter().flatten().map(|one| one.local().name.as_str()).collect()
            }
            _ => continue,
        };
        // A name beside it that nobody has ever read holds nothing back.
        if bound.iter().any(|name| before.contains(*name)) && bound.iter().all(|name| is_free(at, name)) {
            edits.extend(taken(text, own(stmt.span())));
        }
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parted(text: &str, gone: &[&str], kept: &[&str]) -> Result<String, String> {
        let places = |words: &[&str]| words.iter().map(|word| text.find(word).unwrap() as u32).collect::<Vec<_>>();
        part(text, "index.mjs", &places(gone), &places(kept), &["handler"]).map_err(|refusal| refusal.why)
    }

    #[test]
    fn routes_of_an_application_go_with_what_only_they_need() {
        let text = "import express from 'express';\nimport { draw } from 'heavy';\nimport { one } from './one.js';\n\nconst app = express();\nconst helper = (x) => draw(x);\n\napp.get('/a', (req, res) => {\n  res.json(helper(1));\n});\n\napp.get('/b', (req, res) => res.json(one()));\n\nexport const handler = wrap(app);\n";
        let left = "import express from 'express';\nimport { one } from './one.js';\n\nconst app = express();\n\napp.get('/b', (req, res) => res.json(one()));\n\nexport const handler = wrap(app);\n";
        assert_eq!(parted(text, &["app.get('/a'"], &["app.get('/b'"]).as_deref(), Ok(left));
        let more = text.replace("{ draw }", "{ draw, never }");
        assert_eq!(parted(&more, &["app.get('/a'"], &["app.get('/b'"]).as_deref(), Ok(left));
        let wrong = text.replace("app.get('/b'", "x();\napp.get('/a2', f).get('/b'");
        assert!(parted(&wrong, &["app.get('/a2'"], &["'/b'"]).unwrap_err().contains("several groups"));
    }

    #[test]
    fn branches_and_cases_go() {
        let text = "exports.handler = async (e) => {\n  if (e.p === 'a') {\n    return a();\n  } else if (e.p === 'b') {\n    return b();\n  } else if (e.p === 'c') {\n    return c();\n  } else {\n    return d();\n  }\n};\n";
        let first = text.replace("if (e.p === 'a') {\n    return a();\n  } else if", "if");
        assert_eq!(parted(text, &["e.p === 'a'"], &["e.p === 'b'"]).as_deref(), Ok(&*first));
        let middle = text.replace("if (e.p === 'b') {\n    return b();\n  } else if", "if");
        assert_eq!(parted(text, &["e.p === 'b'"], &["e.p === 'a'"]).as_deref(), Ok(&*middle));
        let last = "exports.handler = (e) => {\n  if (e.p === 'a') {\n    return a();\n  } else if (e.p === 'b') {\n    return b();\n  }\n};\n";
        let without = "exports.handler = (e) => {\n  if (e.p === 'a') {\n    return a();\n  }\n};\n";
        assert_eq!(parted(last, &["e.p === 'b'"], &["e.p === 'a'"]).as_deref(), Ok(without));
        let cases = "exports.handler = (e) => {\n  switch (e.p) {\n    case 'a':\n      return a();\n    case 'b': {\n      b();\n      break;\n    }\n    default:\n      return c();\n  }\n};\n";
        let left = "exports.handler = (e) => {\n  switch (e.p) {\n    case 'b': {\n      b();\n      break;\n    }\n    default:\n      return c();\n  }\n};\n";
        assert_eq!(parted(cases, &["'a'"], &["'b'"]).as_deref(), Ok(left));
        let through = cases.replace("      return a();\n", "      a();\n");
        assert!(parted(&through, &["'a'"], &["'b'"]).unwrap_err().contains("goes on"));
        assert!(parted(&through, &["'b'"], &["'a'"]).unwrap_err().contains("goes on"));
    }

    #[test]
    fn branches_that_one_request_may_run_through_stay_together() {
        let text = "exports.handler = (e) => {\n  const out = [];\n  if (e.a === 'a') {\n    out.push(1);\n  }\n  if (e.b === 'b') {\n    out.push(2);\n  }\n  return out;\n};\n";
        assert!(parted(text, &["e.a === 'a'"], &["e.b === 'b'"]).unwrap_err().contains("through both"));
        let ends = text.replace("out.push(1)", "return 1");
        assert!(parted(&ends, &["e.a === 'a'"], &["e.b === 'b'"]).is_ok());
        let same = text.replace("e.b === 'b'", "e.a === 'b' && e.c");
        assert!(parted(&same, &["e.a === 'a'"], &["e.a === 'b'"]).is_ok());
    }

    #[test]
    fn tables_go_by_entry_and_what_is_inside_another_route_is_not_dropped() {
        let text = "const routes = {\n  'GET /a': one,\n  'GET /b': (e) => two(e),\n};\nconst list = [['c', one], ['d', two]];\n";
        let left = "const routes = {\n  'GET /b': (e) => two(e),\n};\nconst list = [['c', one]];\n";
        assert_eq!(parted(text, &["'GET /a'", "'d'"], &["'GET /b'", "'c'"]).as_deref(), Ok(left));
        let nested = "export const handler = (e) => {\n  if (e.a === 'a') {\n    if (e.b === 'b') return 1;\n    return 2;\n  }\n};\n";
        assert!(parted(nested, &["e.a"], &["e.b"]).unwrap_err().contains("inside of the code"));
        assert!(parted(nested, &["e.b"], &["e.a"]).unwrap().contains("return 2"));
        assert!(
            parted("const x = f('/a') || g('/b');\n", &["'/a'"], &["'/b'"]).unwrap_err().contains("cannot be taken")
        );
    }
}
