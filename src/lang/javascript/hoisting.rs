//! Moves what a handler makes anew for every request to the level of its module, where it is made once.

use std::collections::BTreeMap;

use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, BindingIdentifier, Declaration, Expression, FunctionBody, IdentifierReference, ObjectPropertyKind,
    Program, Statement, VariableDeclaration, VariableDeclarator,
};
use oxc_ast_visit::Visit;
use oxc_span::GetSpan;

use super::program::{own, with_program};
use crate::lang::moving::{
    Moved, Refusal, has_word, indent, line, line_end, line_start, lines_to_remove, next_line, refuse_mark,
};
use crate::span::Span;

/// How deep arguments may be.
const DEPTH: u32 = 8;

/// Makes a value once that the handler makes at every call. `at` is a place in the expression that makes it, `handler`
/// the name of the function that every request calls. Needs a stack as the parser does.
///
/// # Errors
/// When what runs today could run differently by more than when the value is made, with the reason.
pub fn hoist(text: &str, path: &str, at: u32, handler: &str) -> Result<Moved, Refusal> {
    refuse_mark(text)?;
    with_program(text, path, |program| hoisted(text, program, at, handler))
}

fn hoisted(text: &str, program: &Program<'_>, at: u32, handler: &str) -> Result<Moved, Refusal> {
    let refused = |why: &str| Refusal::at(at, why);
    let place = program.body.iter().position(|stmt| holds(stmt.span(), at));
    let (place, outer) =
        place.and_then(|at| Some((at, program.body.get(at)?))).ok_or_else(|| refused("it is not in a function"))?;
    let mut finder = Finder { at, bodies: Vec::new() };
    finder.visit_statement(outer);
    let nested = || refused("it is not made in a function of the module itself");
    let [body] = finder.bodies.as_slice() else { return Err(nested()) };
    let head = text.get(outer.span().start as usize..body.start as usize).unwrap_or_default();
    // Arrow functions around it whose body is an expression have no statements of their own.
    if head.matches("=>").count() + head.matches("function").count() > 1 {
        return Err(nested());
    }
    if handler.is_empty() || !has_word(head, handler) {
        return Err(refused("it is not made in the handler, and not every request may need it"));
    }
    let Some(declaration) = body.declaration else {
        return Err(refused("it is made inside another statement than a declaration"));
    };
    let (name, init) = declared(declaration).ok_or_else(|| refused("what is made gets more than a name"))?;
    let mut names = Names::default();
    names.visit_program(program);
    if names.bound.get(name).is_none_or(|times| *times != 1) {
        return Err(refused("the file has another variable of that name"));
    }
    if names.read.get(name).into_iter().flatten().any(|read| !holds(outer.span(), *read)) {
        return Err(refused("other code reads a variable of that name"));
    }
    let known = top_names(program.body.get(..place).unwrap_or_default());
    is_constant(init, &known, DEPTH)?;
    let span = declaration.span;
    let written = text.get(span.start as usize..span.end as usize).unwrap_or_default();
    let behind = text.get(span.end as usize..next_line(text, span.end as usize)).unwrap_or_default().trim();
    let own_lines = indent(text, span.start as usize).is_some() && (behind.is_empty() || behind.starts_with("//"));
    if !own_lines || written.contains('`') || !(written.ends_with(';') || behind.is_empty()) {
        return Err(refused("it shares its lines with something else"));
    }
    let newline = line_end(text);
    let inner = indent(text, span.start as usize).unwrap_or_default();
    let lines = written.lines().map(|line| line.strip_prefix(inner).unwrap_or(line));
    let moved: String = lines.collect::<Vec<_>>().join(newline);
    let comment = if behind.is_empty() { String::new() } else { format!(" {behind}") };
    let above = above(text, outer.span().start);
    let mut edits = vec![(Span::new(above, above), format!("{moved}{comment}{newline}{newline}"))];
    let gone = lines_to_remove(text, &[own(span)]);
    edits.extend(gone.into_iter().map(|span| (span, String::new())));
    let first = written.lines().next().unwrap_or_default().to_owned();
    Ok(Moved {
        edits,
        statements: vec![first],
        names: vec![name.to_owned()],
        into: vec!["the module's level".to_owned()],
    })
}

fn holds(span: oxc_span::Span, at: u32) -> bool {
    span.start <= at && at < span.end
}

/// The function bodies around a place, and what stands directly in the innermost one.
struct Finder<'p> {
    at: u32,
    bodies: Vec<Body<'p>>,
}

struct Body<'p> {
    start: u32,
    declaration: Option<&'p VariableDeclaration<'p>>,
}

impl<'p> Visit<'p> for Finder<'p> {
    fn enter_node(&mut self, kind: AstKind<'p>) {
        if let AstKind::FunctionBody(body) = kind
            && holds(body.span, self.at)
        {
            let body: &'p FunctionBody<'p> = body;
            let direct = body.statements.iter().find(|stmt| holds(stmt.span(), self.at));
            let declaration = match direct {
                Some(Statement::VariableDeclaration(declaration)) => Some(&**declaration),
                _ => None,
            };
            self.bodies.push(Body { start: body.span.start, declaration });
        }
    }
}

/// The one variable that a statement declares, and what it gets.
fn declared<'p>(declaration: &'p VariableDeclaration<'p>) -> Option<(&'p str, &'p Expression<'p>)> {
    let [one] = declaration.declarations.as_slice() else { return None };
    let one: &VariableDeclarator<'p> = one;
    Some((one.id.get_binding_identifier()?.name.as_str(), one.init.as_ref()?))
}

/// Names that statements at the top of a module bind.
fn top_names<'p>(body: &'p [Statement<'p>]) -> Vec<&'p str> {
    let mut names = Vec::new();
    for stmt in body {
        match stmt {
            Statement::ImportDeclaration(import) => {
                names.extend(import.specifiers.iter().flatten().map(|one| one.local().name.as_str()));
            }
            Statement::VariableDeclaration(declaration) => constants(declaration, &mut names),
            Statement::ExportDeclaration(export) => {
                if let Declaration::VariableDeclaration(declaration) = &export.declaration {
                    constants(declaration, &mut names);
                }
            }
            _ => {}
        }
    }
    names
}

/// What a declaration binds for good.
fn constants<'p>(declaration: &'p VariableDeclaration<'p>, names: &mut Vec<&'p str>) {
    if declaration.kind.is_const() || declaration.kind.is_var() {
        let bound = declaration.declarations.iter().flat_map(|one| one.id.get_binding_identifiers());
        names.extend(bound.into_iter().map(|name| name.name.as_str()));
    }
}

/// Whether an expression gives the same wherever it runs: calls and properties of what the module has imported or made
/// above and of the environment, with constants.
fn is_constant(value: &Expression<'_>, known: &[&str], depth: u32) -> Result<(), Refusal> {
    let at = value.span().start;
    let Some(depth) = depth.checked_sub(1) else { return Err(Refusal::at(at, "it nests too deep")) };
    let arguments = |arguments: &[Argument<'_>]| {
        arguments.iter().try_for_each(|argument| match argument.as_expression() {
            Some(argument) => is_constant(argument, known, depth),
            None => Err(Refusal::at(at, "it is made of a list of arguments")),
        })
    };
    match value {
        Expression::StringLiteral(_)
        | Expression::NumericLiteral(_)
        | Expression::BooleanLiteral(_)
        | Expression::NullLiteral(_) => Ok(()),
        Expression::Identifier(name) if known.contains(&name.name.as_str()) || name.name == "process" => Ok(()),
        Expression::Identifier(_) => Err(Refusal::at(at, "it is made of what the function has")),
        Expression::StaticMemberExpression(member) => is_constant(&member.object, known, depth),
        Expression::NewExpression(call) => {
            is_constant(&call.callee, known, depth)?;
            arguments(&call.arguments)
        }
        Expression::CallExpression(call) => {
            is_constant(&call.callee, known, depth)?;
            arguments(&call.arguments)
        }
        Expression::ObjectExpression(object) => object.properties.iter().try_for_each(|property| match property {
            ObjectPropertyKind::ObjectProperty(one) if !one.computed => is_constant(&one.value, known, depth),
            _ => Err(Refusal::at(at, "what it is made of is computed")),
        }),
        Expression::LogicalExpression(both) => {
            is_constant(&both.left, known, depth)?;
            is_constant(&both.right, known, depth)
        }
        _ => Err(Refusal::at(at, "what it is made of may differ between requests")),
    }
}

/// Where something goes that is to stand above a statement: over the comments that belong to it.
fn above(text: &str, start: u32) -> u32 {
    let mut at = line_start(text, start as usize);
    while at > 0 && line(text, at - 1).trim_start().starts_with(['/', '*']) {
        at = line_start(text, at - 1);
    }
    at as u32
}

/// How often names are bound in a file, and where they are read.
#[derive(Default)]
struct Names {
    bound: BTreeMap<String, u32>,
    read: BTreeMap<String, Vec<u32>>,
}

impl<'p> Visit<'p> for Names {
    fn visit_binding_identifier(&mut self, name: &BindingIdentifier<'p>) {
        *self.bound.entry(name.name.to_string()).or_default() += 1;
    }

    fn visit_identifier_reference(&mut self, name: &IdentifierReference<'p>) {
        self.read.entry(name.name.to_string()).or_default().push(name.span.start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::moving::applied;

    fn hoisted(text: &str) -> Result<String, String> {
        let at = text.find("new ").unwrap() as u32;
        let moved = hoist(text, "index.mjs", at, "handler").map_err(|refusal| refusal.why)?;
        Ok(applied(text, &moved.edits))
    }

    #[test]
    fn a_client_goes_above_the_handler() {
        let text = "import { S3Client } from '@aws-sdk/client-s3';\n\n// answers\nexport const handler = async (event) => {\n  const s3 = new S3Client({\n    region: process.env.AWS_REGION,\n  });\n  return s3.send(event);\n};\n";
        let after = "import { S3Client } from '@aws-sdk/client-s3';\n\nconst s3 = new S3Client({\n  region: process.env.AWS_REGION,\n});\n\n// answers\nexport const handler = async (event) => {\n  return s3.send(event);\n};\n";
        assert_eq!(hoisted(text).as_deref(), Ok(after));
        assert!(hoisted(after).is_err());
        let required = "const { S3 } = require('aws-sdk')\nexports.handler = async function (event) {\n  const s3 = new S3()\n  return s3\n}\n";
        assert!(
            hoisted(required).unwrap().starts_with("const { S3 } = require('aws-sdk')\nconst s3 = new S3()\n\nexports")
        );
    }

    #[test]
    fn what_may_differ_stays() {
        let import = "import { A } from 'a';\n";
        for (code, why) in [
            (
                "export const handler = (event) => {\n  const a = new A(event.x);\n  return a;\n};\n",
                "what the function has",
            ),
            ("export const handler = (event) => {\n  const a = new A({ ...x });\n  return a;\n};\n", "computed"),
            (
                "export const handler = (event) => {\n  if (event) {\n    const a = new A();\n    return a;\n  }\n};\n",
                "another statement",
            ),
            (
                "export const handler = (event) => {\n  const a = new A();\n  return a;\n};\nfunction f(a) {\n  return a;\n}\n",
                "another variable",
            ),
            (
                "export const handler = (event) => {\n  const a = new A();\n  return a;\n};\nconsole.log(a);\n",
                "other code reads",
            ),
            (
                "function other() {\n  const a = new A();\n  return a;\n}\nexport const handler = other;\n",
                "not made in the handler",
            ),
            (
                "export const handler = (event) => [1].map(() => {\n  const a = new A();\n  return a;\n});\n",
                "of the module itself",
            ),
        ] {
            let refused = hoisted(&format!("{import}{code}")).unwrap_err();
            assert!(refused.contains(why), "{refused}: {code}");
        }
    }
}
