//! The form in which Python code is kept: flat arenas of expressions and statements, names as
//! numbers, byte ranges instead of lines. Everything that the import simulation needs, no more.

use crate::span::Span;

/// Index of a name in [`Code::names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub u32);
/// Index of an expression in [`Code::exprs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExprId(pub u32);
/// Index of a statement in [`Code::stmts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StmtId(pub u32);
/// Index of a constant text in [`Code::texts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextId(pub u32);

/// A run of expression ids in [`Code::expr_lists`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exprs {
    start: u32,
    len: u32,
}

impl Exprs {
    /// How many expressions.
    #[must_use]
    pub fn len(self) -> usize {
        self.len as usize
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// A run of statement ids in [`Code::blocks`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Block {
    start: u32,
    len: u32,
}

impl Block {
    /// Whether there is no statement.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Mod,
    BitOr,
    BitAnd,
    BitXor,
    Pow,
    LShift,
    RShift,
    Other,
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum UnaryOp {
    Not,
    Minus,
    Other,
}

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum CompareOp {
    Eq,
    NotEq,
    Lt,
    LtE,
    Gt,
    GtE,
    Is,
    IsNot,
    In,
    NotIn,
}

/// What a comprehension builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ComprehensionKind {
    List,
    Set,
    Dict,
    Generator,
}

/// An expression.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the names are Python's")]
pub enum Expr {
    /// Something that does not matter or could not be read.
    Opaque,
    None,
    Ellipsis,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(TextId),
    /// Bytes; the text holds them as Latin-1.
    Bytes(TextId),
    Name(NameId),
    Attribute(ExprId, NameId),
    Subscript(ExprId, ExprId),
    Slice(Exprs),
    /// Function, and the index of its arguments in [`Code::calls`].
    Call(ExprId, u32),
    And(Exprs),
    Or(Exprs),
    Unary(UnaryOp, ExprId),
    Binary(BinaryOp, ExprId, ExprId),
    /// Index in [`Code::compares`].
    Compare(u32),
    /// Test, value if true, value if false.
    If(ExprId, ExprId, ExprId),
    Tuple(Exprs),
    List(Exprs),
    Set(Exprs),
    /// Keys and values in turn; an `Opaque` key marks `**value`.
    Dict(Exprs),
    /// Index in [`Code::functions`].
    Lambda(u32),
    /// Index in [`Code::comprehensions`].
    Comprehension(u32),
    /// Parts of an f-string: texts and expressions.
    Format(Exprs),
    Await(ExprId),
    Yield(Option<ExprId>),
    YieldFrom(ExprId),
    Starred(ExprId),
    Walrus(ExprId, ExprId),
}

/// Arguments of a call, or bases and keywords of a class.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    /// Positional ones, `Starred` included.
    pub positional: Exprs,
    /// Keyword ones; no name means `**value`.
    pub keywords: Box<[(Option<NameId>, ExprId)]>,
}

/// A chain of comparisons.
#[derive(Clone, Debug)]
pub struct Compare {
    /// First operand.
    pub left: ExprId,
    /// The others.
    pub rest: Box<[(CompareOp, ExprId)]>,
}

/// One `for` clause of a comprehension.
#[derive(Clone, Debug)]
pub struct Generator {
    /// What is assigned.
    pub target: ExprId,
    /// What is iterated.
    pub iter: ExprId,
    /// Conditions.
    pub ifs: Exprs,
}

/// A comprehension or generator expression.
#[derive(Clone, Debug)]
pub struct Comprehension {
    /// What it builds.
    pub kind: ComprehensionKind,
    /// Element, or key of a dictionary.
    pub element: ExprId,
    /// Value of a dictionary.
    pub value: Option<ExprId>,
    /// The clauses.
    pub generators: Box<[Generator]>,
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: NameId,
    /// Its default.
    pub default: Option<ExprId>,
}

/// A function or lambda.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name; `<lambda>` for lambdas.
    pub name: NameId,
    /// Positional parameters, positional-only ones first.
    pub positional: Box<[Parameter]>,
    /// `*args`.
    pub vararg: Option<NameId>,
    /// Keyword-only parameters.
    pub keyword_only: Box<[Parameter]>,
    /// `**kwargs`.
    pub kwarg: Option<NameId>,
    /// Decorators, as written.
    pub decorators: Exprs,
    /// Annotations of parameters and result, which run when the function is defined.
    pub annotations: Exprs,
    /// The body.
    pub body: Block,
    /// The value of a lambda.
    pub value: Option<ExprId>,
    /// Whether it is `async`.
    pub is_async: bool,
    /// Whether it yields.
    pub is_generator: bool,
    /// Names local to it, sorted by id.
    pub locals: Box<[NameId]>,
    /// Names that it declares `global`.
    pub globals: Box<[NameId]>,
    /// Where its name stands.
    pub name_span: Span,
    /// The whole definition.
    pub span: Span,
}

/// A class.
#[derive(Clone, Debug)]
pub struct Class {
    /// Its name.
    pub name: NameId,
    /// Bases and keywords.
    pub arguments: Arguments,
    /// Decorators, as written.
    pub decorators: Exprs,
    /// The body.
    pub body: Block,
    /// Where its name stands.
    pub name_span: Span,
    /// Names of PEP 695 type parameters.
    pub type_params: Box<[NameId]>,
}

/// One name of an import statement.
#[derive(Clone, Copy, Debug)]
pub struct Alias {
    /// The name, dotted in `import a.b`; `*` for a star import.
    pub name: NameId,
    /// After `as`.
    pub rename: Option<NameId>,
    /// The name that the statement binds: `a` in `import a.b`.
    pub bound: NameId,
}

/// An `except` clause.
#[derive(Clone, Debug)]
pub struct Handler {
    /// The class or tuple of classes; `None` for a bare `except`.
    pub kind: Option<ExprId>,
    /// After `as`.
    pub name: Option<NameId>,
    /// The body.
    pub body: Block,
}

/// A `try` statement.
#[derive(Clone, Debug)]
pub struct Try {
    /// What is tried.
    pub body: Block,
    /// The `except` clauses.
    pub handlers: Box<[Handler]>,
    /// After a body that did not raise.
    pub orelse: Block,
    /// In any case.
    pub finally: Block,
    /// Whether the clauses are `except*`.
    pub is_star: bool,
}

/// A pattern of a `match` statement.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// A value to compare with.
    Value(ExprId),
    /// Matches anything and may bind a name.
    Any(Option<NameId>),
    /// One of several.
    Or(Box<[Pattern]>),
    /// The elements of a sequence; a starred name matches anything.
    Sequence(Box<[Pattern]>),
    /// Keys of a mapping with what their values match, and the name of the rest.
    Mapping(Box<[(ExprId, Pattern)]>, Option<NameId>),
    /// A class with attributes, by name or by position.
    Class(ExprId, Box<[(Option<NameId>, Pattern)]>),
    /// A pattern and the name for what it matches.
    Named(Box<Pattern>, NameId),
}

/// A `case`.
#[derive(Clone, Debug)]
pub struct Case {
    /// The pattern.
    pub pattern: Pattern,
    /// After `if`.
    pub guard: Option<ExprId>,
    /// The body.
    pub body: Block,
}

/// A statement.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names are Python's")]
pub enum Stmt {
    Expr(ExprId),
    Assign(Exprs, ExprId),
    AugAssign(ExprId, BinaryOp, ExprId),
    /// Target, annotation, value.
    AnnAssign(ExprId, ExprId, Option<ExprId>),
    Import(Box<[Alias]>),
    ImportFrom {
        module: Option<NameId>,
        level: u32,
        names: Box<[Alias]>,
    },
    /// Index in [`Code::functions`].
    Function(u32),
    /// Index in [`Code::classes`].
    Class(u32),
    /// Tests with their blocks, and the final `else`.
    If(Box<[(ExprId, Block)]>, Block),
    /// Test, body, `else`.
    While(ExprId, Block, Block),
    /// Target, what is iterated, body, `else`.
    For(ExprId, ExprId, Box<(Block, Block)>),
    With(Box<[(ExprId, Option<ExprId>)]>, Block),
    Try(Box<Try>),
    Match(ExprId, Box<[Case]>),
    Raise(Option<ExprId>),
    Return(Option<ExprId>),
    Delete(Exprs),
    /// The test and the message.
    Assert(ExprId, Option<ExprId>),
    Break,
    Continue,
    /// `global`, `nonlocal`, `pass`: what they say is already in [`Function::locals`].
    Nothing,
}

/// The code of one module.
#[derive(Clone, Debug, Default)]
pub struct Code {
    /// All names and attributes.
    pub names: Vec<Box<str>>,
    /// All constant texts.
    pub texts: Vec<Box<str>>,
    /// All expressions.
    pub exprs: Vec<Expr>,
    /// Where they stand.
    pub expr_spans: Vec<Span>,
    /// All statements.
    pub stmts: Vec<Stmt>,
    /// Where they stand.
    pub stmt_spans: Vec<Span>,
    /// Storage of [`Exprs`].
    pub expr_lists: Vec<ExprId>,
    /// Storage of [`Block`].
    pub blocks: Vec<StmtId>,
    /// Arguments of calls.
    pub calls: Vec<Arguments>,
    /// Comparisons.
    pub compares: Vec<Compare>,
    /// Comprehensions.
    pub comprehensions: Vec<Comprehension>,
    /// Functions and lambdas.
    pub functions: Vec<Function>,
    /// Classes.
    pub classes: Vec<Class>,
    /// The module's top level.
    pub body: Block,
    /// `from __future__ import annotations` is in force.
    pub future_annotations: bool,
    /// Names that bodies of classes declare `global`.
    pub class_globals: Vec<NameId>,
}

impl Code {
    /// The text of a name.
    #[must_use]
    pub fn name(&self, id: NameId) -> &str {
        self.names.get(id.0 as usize).map_or("", |name| name)
    }

    /// A constant text.
    #[must_use]
    pub fn text(&self, id: TextId) -> &str {
        self.texts.get(id.0 as usize).map_or("", |text| text)
    }

    /// An expression.
    #[must_use]
    pub fn expr(&self, id: ExprId) -> Expr {
        self.exprs.get(id.0 as usize).copied().unwrap_or(Expr::Opaque)
    }

    /// Where an expression stands.
    #[must_use]
    pub fn expr_span(&self, id: ExprId) -> Span {
        self.expr_spans.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// Where a statement stands.
    #[must_use]
    pub fn stmt_span(&self, id: StmtId) -> Span {
        self.stmt_spans.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// The members of a list of expressions.
    #[must_use]
    pub fn list(&self, list: Exprs) -> &[ExprId] {
        let start = list.start as usize;
        self.expr_lists.get(start..start + list.len as usize).unwrap_or(&[])
    }

    /// The statements of a block.
    #[must_use]
    pub fn block(&self, block: Block) -> &[StmtId] {
        let start = block.start as usize;
        self.blocks.get(start..start + block.len as usize).unwrap_or(&[])
    }

    /// Where a block stands; `None` for one without statements.
    #[must_use]
    pub fn block_span(&self, block: Block) -> Option<Span> {
        let statements = self.block(block);
        let (first, last) = (statements.first()?, statements.last()?);
        Some(Span::new(self.stmt_span(*first).start, self.stmt_span(*last).end))
    }

    /// Whether something in a block may leave it, other than by an error: `return`, or what ends a loop around it.
    #[must_use]
    pub fn may_leave(&self, block: Block) -> bool {
        self.leaves(block, false)
    }

    /// Whether something in a block may leave the function.
    #[must_use]
    pub fn may_return(&self, block: Block) -> bool {
        self.leaves(block, true)
    }

    fn leaves(&self, block: Block, in_loop: bool) -> bool {
        let any = |blocks: &[Block]| blocks.iter().any(|block| self.leaves(*block, in_loop));
        let mut statements = self.block(block).iter().filter_map(|id| self.stmts.get(id.0 as usize));
        statements.any(|stmt| match stmt {
            Stmt::Return(_) => true,
            Stmt::Break | Stmt::Continue => !in_loop,
            Stmt::If(tests, orelse) => tests.iter().any(|(_, block)| any(&[*block])) || any(&[*orelse]),
            Stmt::While(_, body, orelse) => self.leaves(*body, true) || any(&[*orelse]),
            Stmt::For(_, _, blocks) => self.leaves(blocks.0, true) || any(&[blocks.1]),
            Stmt::With(_, body) => any(&[*body]),
            Stmt::Try(node) => {
                any(&[node.body, node.orelse, node.finally]) || node.handlers.iter().any(|handler| any(&[handler.body]))
            }
            Stmt::Match(_, cases) => cases.iter().any(|case| any(&[case.body])),
            _ => false,
        })
    }

    /// The statements in a stretch of code, at any depth.
    pub fn stmts_in(&self, span: Span) -> impl Iterator<Item = &Stmt> {
        let inside = self.stmts.iter().zip(&self.stmt_spans).filter(move |(_, at)| span.holds(**at));
        inside.map(|(stmt, _)| stmt)
    }

    /// The expressions in a stretch of code, at any depth.
    pub fn exprs_in(&self, span: Span) -> impl Iterator<Item = Expr> {
        let inside = self.exprs.iter().zip(&self.expr_spans).filter(move |(_, at)| span.holds(**at));
        inside.map(|(expr, _)| *expr)
    }

    /// Whether assigning to a target gives a name a value.
    #[must_use]
    pub fn target_binds(&self, target: ExprId, name: &str) -> bool {
        match self.expr(target) {
            Expr::Name(id) => self.name(id) == name,
            Expr::Tuple(list) | Expr::List(list) => self.list(list).iter().any(|item| self.target_binds(*item, name)),
            Expr::Starred(inner) => self.target_binds(inner, name),
            _ => false,
        }
    }

    /// Stores a list of expressions.
    pub(super) fn push_list(&mut self, list: &[ExprId]) -> Exprs {
        let start = self.expr_lists.len() as u32;
        self.expr_lists.extend_from_slice(list);
        Exprs { start, len: list.len() as u32 }
    }

    /// Stores a block.
    pub(super) fn push_block(&mut self, block: &[StmtId]) -> Block {
        let start = self.blocks.len() as u32;
        self.blocks.extend_from_slice(block);
        Block { start, len: block.len() as u32 }
    }
}
