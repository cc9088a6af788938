//! Code in constant texts that is given to `eval` where it stands: webpack's builds for development keep each module in
//! one. It is lowered in place of the call, as a function that runs there, so that names mean what they mean in it.

use oxc_allocator::Allocator;
use oxc_ast::ast::{self, Expression, Statement};
use oxc_parser::{ParseOptions, Parser};
use oxc_span::SourceType;

use super::{Frame, Lowerer, span};
use crate::lang::javascript::ir::{ExprId, ExprKind, Var};
use crate::lang::javascript::{early, nesting};
use crate::span::Span;

/// What stands before a text that is strict because the code around it is.
const STRICT: &str = "'use strict';";

/// How much of a program there was before a text was lowered.
struct Before {
    exprs: usize,
    stmts: usize,
    functions: usize,
    sites: usize,
    newer: usize,
    untaken: Option<&'static str>,
}

impl Lowerer {
    /// What `eval("..")` runs, in place of the call; nothing where that would not be the same.
    pub(super) fn evaluated(&mut self, call: &ast::CallExpression<'_>) -> Option<ExprId> {
        let Expression::Identifier(callee) = &call.callee else { return None };
        if callee.name != "eval" || call.optional {
            return None;
        }
        let code = self.lowered(call);
        if code.is_none() {
            self.program.declares_in_texts |= !self.strict;
            self.program.exports_used = true;
        }
        code
    }

    fn lowered(&mut self, call: &ast::CallExpression<'_>) -> Option<ExprId> {
        if self.in_text || self.withs > 0 {
            return None;
        }
        let [argument] = call.arguments.as_slice() else { return None };
        let Some(Expression::StringLiteral(text)) = argument.as_expression() else { return None };
        if !matches!(self.var_named("eval"), Var::Global(_)) {
            return None;
        }
        let text = text.value.as_str();
        let tokens = nesting::measure(text)?;
        // It is strict where the code around it is.
        let text = if self.strict { format!("{STRICT}{text}") } else { text.to_owned() };
        let arena = Allocator::default();
        let options = ParseOptions { parse_regular_expression: true, ..ParseOptions::default() };
        let parsed = Parser::new(&arena, &text, SourceType::script()).with_options(options).parse();
        // What is no script is refused by the call, when it runs.
        if parsed.panicked || early::error(&parsed).is_some() || !self.keeps_its_names(&parsed.program, span(call)) {
            return None;
        }
        self.program.tokens += tokens;
        Some(self.run_text(&parsed.program, span(call)))
    }

    /// Whether nothing outside of a text that a call evaluates sees what it declares.
    fn keeps_its_names(&mut self, program: &ast::Program<'_>, call: Span) -> bool {
        if self.strict || self.alone == Some(call.start) || program.has_use_strict_directive() {
            return true;
        }
        self.frames.push(Frame::default());
        self.declare_variables_of(&program.body);
        self.frames.pop().is_some_and(|frame| frame.slots == 0)
    }

    fn run_text(&mut self, program: &ast::Program<'_>, at: Span) -> ExprId {
        let before = self.so_far();
        let immediate = std::mem::take(&mut self.immediate);
        let (strict, alone) = (self.strict, self.alone);
        let is_bare = program.directives.len() == usize::from(self.strict);
        self.strict |= program.has_use_strict_directive();
        self.in_text = true;
        let value = match program.body.as_slice() {
            [Statement::ExpressionStatement(only)] if is_bare => Some(&only.expression),
            _ => None,
        };
        let function = self.in_function(false, true, at, |this, id| {
            let entry = &mut this.program.functions[id as usize];
            (entry.arrow, entry.method) = (true, true);
            match value {
                Some(value) => {
                    let value = this.expr(value);
                    this.program.functions[id as usize].value = Some(value);
                }
                None => this.function_body(id, &program.body),
            }
        });
        self.program.counts.functions -= 1;
        self.in_text = false;
        (self.strict, self.alone, self.immediate) = (strict, alone, immediate);
        let function = self.expr_node(ExprKind::Function(function), at);
        let run = self.expr_node(ExprKind::Call(function, Box::default(), false), at);
        self.place(&before, at);
        // What statements give is not known.
        if value.is_some() { run } else { self.expr_node(ExprKind::Opaque(Box::new([run])), at) }
    }

    fn so_far(&self) -> Before {
        let program = &self.program;
        Before {
            exprs: program.exprs.len(),
            stmts: program.stmts.len(),
            functions: program.functions.len(),
            sites: program.sites.len(),
            newer: program.newer.len(),
            untaken: program.untaken,
        }
    }

    /// Puts what was lowered where the text stands. Its inner functions have no place in the file.
    fn place(&mut self, before: &Before, at: Span) {
        let program = &mut self.program;
        let exprs = program.exprs.iter_mut().skip(before.exprs).map(|expr| &mut expr.span);
        let stmts = program.stmts.iter_mut().skip(before.stmts).map(|stmt| &mut stmt.span);
        let sites = program.sites.iter_mut().skip(before.sites).map(|site| &mut site.span);
        for span in exprs.chain(stmts).chain(sites) {
            *span = at;
        }
        for function in program.functions.iter_mut().skip(before.functions + 1) {
            function.span = Span::new(at.start, at.start);
        }
        // What a release does not take in it, it refuses when the text is run.
        program.newer.truncate(before.newer);
        program.untaken = before.untaken;
    }
}
