//! Lowers the parser's tree to [`ir`](super::ir): variables become frames and slots, TypeScript
//! loses its types, and every `require` and `import` is listed.

mod class;
mod evaluated;
mod expr;
mod scope;
mod stmt;
mod ts;

use std::sync::Arc;

use indexmap::IndexSet;
use oxc_ast::ast;
use oxc_span::GetSpan;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::ir::{
    Expr, ExprId, ExprKind, Function, FunctionId, NewerSyntax, PRIVATE, Pattern, PatternId, Program, Stmt, StmtId,
    StmtKind, Text, Var,
};
use super::{Dialect, ParseMode};
use crate::span::Span;

/// Names that the CommonJS wrapper gives to a module, in slot order.
pub(crate) const WRAPPER: [&str; 5] = ["exports", "require", "module", "__filename", "__dirname"];

/// Slots of those with which it exports.
const WRAPPER_EXPORTS: [u32; 2] = [0, 2];

/// Lowers one parsed file.
pub(super) fn lower(program: &ast::Program<'_>, mode: ParseMode) -> Program {
    let mut lowerer = Lowerer::new(mode);
    // Growing would move what is there again and again.
    lowerer.program.exprs.reserve(program.source_text.len() / BYTES_PER_EXPRESSION);
    lowerer.module(program);
    lowerer.program.strings = lowerer.strings.into_iter().collect();
    lowerer.program
}

/// Places of newer syntax that are kept: the first is what the runtime complains about.
const MOST_NEWER: usize = 16;
/// Source bytes for which one expression is expected.
const BYTES_PER_EXPRESSION: usize = 12;

/// A scope while its code is lowered.
#[derive(Default)]
struct Frame {
    names: FxHashMap<Text, u32>,
    slots: u32,
    /// Slots of `let`, `const` and classes.
    lexical: Vec<u32>,
    /// Slots that cannot be assigned to; the flag says that only strict mode minds.
    constants: FxHashMap<u32, bool>,
    /// Whether a frame exists at run time; empty block scopes make none.
    real: bool,
    /// Whether it is the frame of a function that has its own `arguments`.
    own_arguments: bool,
    /// The function whose frame this is, or that it is in.
    function: FunctionId,
}

struct Lowerer {
    program: Program,
    mode: ParseMode,
    /// What becomes [`Program::strings`].
    strings: IndexSet<Arc<str>, FxBuildHasher>,
    frames: Vec<Frame>,
    /// The functions being lowered, innermost last, with whether they run when the module does.
    functions: Vec<(FunctionId, bool)>,
    /// Whether the code being lowered is in strict mode.
    strict: bool,
    /// Nesting of `with` statements, in which any name may be a property.
    withs: u32,
    /// Nesting of `try` blocks in the innermost function.
    guards: Vec<u32>,
    /// Function expressions that run where they stand, by start offset.
    immediate: FxHashSet<u32>,
    /// Whether the code being lowered stands in a constant text.
    in_text: bool,
    /// Where the call starts that is all that the function being lowered does.
    alone: Option<u32>,
    /// Slots in the module frame that hold imports, with whether a value use was seen.
    import_used: FxHashMap<u32, bool>,
}

/// Where the call starts that is all that some statements do.
fn sole_call(body: &[ast::Statement<'_>]) -> Option<u32> {
    let [only] = body else { return None };
    let value = match only {
        ast::Statement::ExpressionStatement(only) => Some(&only.expression),
        ast::Statement::ReturnStatement(only) => only.argument.as_ref(),
        _ => None,
    };
    match value {
        Some(ast::Expression::CallExpression(call)) => Some(call.span.start),
        _ => None,
    }
}

fn span(node: &impl GetSpan) -> Span {
    let span = node.span();
    Span::new(span.start, span.end)
}

impl Lowerer {
    fn new(mode: ParseMode) -> Self {
        Self {
            program: Program::default(),
            mode,
            strings: IndexSet::default(),
            frames: Vec::new(),
            functions: Vec::new(),
            strict: mode.dialect == Dialect::Module,
            withs: 0,
            guards: Vec::new(),
            immediate: FxHashSet::default(),
            in_text: false,
            alone: None,
            import_used: FxHashMap::default(),
        }
    }

    /// The number of a string.
    fn text(&mut self, text: &str) -> Text {
        let at = self.strings.get_index_of(text).unwrap_or_else(|| self.strings.insert_full(text.into()).0);
        at as Text
    }

    fn private(&mut self, name: &str) -> Text {
        self.text(&format!("{PRIVATE}{name}"))
    }

    fn expr_node(&mut self, kind: ExprKind, span: Span) -> ExprId {
        let id = self.program.exprs.len() as ExprId;
        self.program.exprs.push(Expr { kind, span });
        id
    }

    fn stmt_node(&mut self, kind: StmtKind, span: Span) -> StmtId {
        let id = self.program.stmts.len() as StmtId;
        self.program.stmts.push(Stmt { kind, span });
        id
    }

    fn pattern_node(&mut self, pattern: Pattern) -> PatternId {
        let id = self.program.patterns.len() as PatternId;
        self.program.patterns.push(pattern);
        id
    }

    fn new_function(&mut self) -> FunctionId {
        let id = self.program.functions.len() as FunctionId;
        let (parent, strict) = (self.functions.last().map(|(id, _)| *id), self.strict);
        self.program.functions.push(Function { parent, strict, ..Function::default() });
        id
    }

    fn current_function(&self) -> FunctionId {
        self.functions.last().map_or(0, |(id, _)| *id)
    }

    /// Whether the code being lowered runs when the module's top level runs.
    fn runs_at_load(&self) -> bool {
        self.functions.iter().all(|(_, runs)| *runs)
    }

    fn module(&mut self, program: &ast::Program<'_>) {
        self.strict |= program.has_use_strict_directive();
        let id = self.new_function();
        self.functions.push((id, true));
        self.guards.push(0);
        let mut frame = Frame {
            real: true,
            own_arguments: self.mode.dialect == Dialect::CommonJs,
            function: id,
            ..Frame::default()
        };
        if self.mode.dialect == Dialect::CommonJs {
            for name in WRAPPER {
                let text = self.text(name);
                frame.names.insert(text, frame.slots);
                frame.slots += 1;
            }
        }
        self.frames.push(frame);
        self.declare_function_body(&program.body);
        let mut hoisted = Vec::new();
        self.hoist_functions(&program.body, &mut hoisted);
        self.alone = sole_call(&program.body);
        let body = self.statements(&program.body);
        self.drop_type_imports();
        let frame = self.frames.pop().unwrap_or_default();
        let function = &mut self.program.functions[id as usize];
        function.slots = frame.slots;
        function.lexical = frame.lexical.into();
        function.hoisted = hoisted;
        function.body = body;
        function.span = Span::new(program.span.start, program.span.end);
        self.functions.pop();
    }

    /// TypeScript drops imports of which only types are used.
    fn drop_type_imports(&mut self) {
        if !self.mode.typescript || self.mode.keep_unused_imports {
            return;
        }
        let used = &self.import_used;
        let is_used = |slot: &u32| used.get(slot).copied().unwrap_or(true);
        for import in &mut self.program.imports {
            if !import.bindings.is_empty() && !import.bindings.iter().any(|(_, slot)| is_used(slot)) {
                import.bindings.clear();
                import.span = Span::default();
                self.program.type_imports.push(import.request);
            }
        }
    }

    fn newer(&mut self, what: &'static str, since: u32, span: Span) {
        if self.program.newer.len() < MOST_NEWER {
            self.program.newer.push(NewerSyntax { what, since, span });
        }
    }

    fn var_named(&mut self, name: &str) -> Var {
        let text = self.text(name);
        self.resolve(text)
    }
}
