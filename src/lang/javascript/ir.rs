//! The compact program that the simulation runs: arenas of expressions and statements with
//! variables resolved to frames and slots. No parser type appears here.

use std::sync::Arc;

use crate::span::Span;

/// A string of one [`Program`], by position in [`Program::strings`].
pub type Text = u32;

/// Position of an [`Expr`] in [`Program::exprs`].
pub type ExprId = u32;
/// Position of a [`Stmt`] in [`Program::stmts`].
pub type StmtId = u32;
/// Position of a [`Pattern`] in [`Program::patterns`].
pub type PatternId = u32;
/// Position of a [`Function`] in [`Program::functions`]; 0 is the module itself.
pub type FunctionId = u32;

/// A whole file, lowered.
#[derive(Debug, Default)]
pub struct Program {
    /// Strings used by the file: names, keys and constants.
    pub strings: Vec<Arc<str>>,
    /// Expressions.
    pub exprs: Vec<Expr>,
    /// Statements.
    pub stmts: Vec<Stmt>,
    /// Patterns of declarations, parameters and destructuring assignments.
    pub patterns: Vec<Pattern>,
    /// Functions; the first is the module.
    pub functions: Vec<Function>,
    /// Static imports in source order, the sources of re-exports included.
    pub imports: Vec<StaticImport>,
    /// Modules of which the file imports types only; nothing of that runs.
    pub type_imports: Vec<Text>,
    /// Exports of an ES module.
    pub exports: Vec<Export>,
    /// Every `require(..)`, `require.resolve(..)` and `import(..)` with its place.
    pub sites: Vec<Site>,
    /// Whether the file uses `import`/`export` declarations or `import.meta`.
    pub module_syntax: bool,
    /// Whether it awaits at module level.
    pub top_level_await: bool,
    /// Whether it names what the CommonJS wrapper gives it to export with: `exports`, `module`, or `this` at its top.
    pub exports_used: bool,
    /// Whether texts that it evaluates may declare names where it stands.
    pub declares_in_texts: bool,
    /// Counts for the cost model.
    pub counts: Counts,
    /// Syntax that not every release of Node takes.
    pub newer: Vec<NewerSyntax>,
    /// Syntax that no release of Node takes.
    pub untaken: Option<&'static str>,
    /// A name of the CommonJS wrapper that its top level declares once more.
    pub redeclared: Option<&'static str>,
    /// Problems the parser reported, for people.
    pub errors: Vec<String>,
    /// Slots of the outermost frame of a script; equals the module function's.
    pub source_bytes: u32,
    /// Its size as [`MAX_TOKENS`](super::MAX_TOKENS) counts it.
    pub tokens: usize,
}

/// What the names of private members begin with among other keys; a text of code that begins so is taken for one.
pub const PRIVATE: &str = "@@private #";

/// Syntax that came with a release of Node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewerSyntax {
    /// What it is, for people.
    pub what: &'static str,
    /// The first major release that takes it.
    pub since: u32,
    /// Where.
    pub span: Span,
}

/// Counted things of one file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Function and method definitions of any kind.
    pub functions: u32,
    /// Bytes inside functions that are only pre-parsed until called.
    pub function_bytes: u32,
    /// Class definitions.
    pub classes: u32,
    /// Decorators.
    pub decorators: u32,
    /// Bytes of regular expression literals outside functions.
    pub regex_bytes: u32,
}

/// A `require` or `import()` in the text, whether it runs or not.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// Which kind.
    pub kind: SiteKind,
    /// The request, when it is a constant.
    pub request: Option<Text>,
    /// The call.
    pub span: Span,
    /// The innermost function around it.
    pub function: FunctionId,
    /// Whether a `try` block of that function is around it.
    pub guarded: bool,
    /// Whether it is run when the module's top level runs, functions called on the spot included.
    pub top_level: bool,
    /// The expression, to tell which sites have run.
    pub expr: ExprId,
}

/// Kinds of [`Site`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteKind {
    /// `require(x)`.
    Require,
    /// `require.resolve(x)`.
    Resolve,
    /// `import(x)`.
    Import,
}

/// One static import or re-export source.
#[derive(Clone, Debug)]
pub struct StaticImport {
    /// The specifier.
    pub request: Text,
    /// The declaration.
    pub span: Span,
    /// Bindings it makes, as (imported name, slot in the module frame); `None` is the namespace.
    pub bindings: Vec<(Option<Text>, u32)>,
    /// What it says about the kind of the module.
    pub attributes: Attributes,
}

/// What an import says about the kind of a module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Attributes {
    /// Nothing.
    #[default]
    None,
    /// `with { type: ".." }`; nothing for attributes without a type.
    With(Option<Text>),
    /// `assert { type: ".." }`, as it was written at first.
    Assert(Option<Text>),
}

/// One export of an ES module.
#[derive(Clone, Copy, Debug)]
pub enum Export {
    /// A local variable in the module frame under a public name.
    Local {
        /// Public name.
        name: Text,
        /// Slot in the module frame.
        slot: u32,
    },
    /// A name taken from another module.
    From {
        /// Public name.
        name: Text,
        /// Position in [`Program::imports`].
        import: u32,
        /// Name over there; `None` is its namespace.
        imported: Option<Text>,
    },
    /// `export * from`.
    Star {
        /// Position in [`Program::imports`].
        import: u32,
    },
}

/// A variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Var {
    /// `depth` frames up, in `slot`.
    Local {
        /// Frames to go up.
        depth: u16,
        /// Slot in that frame.
        slot: u32,
    },
    /// A name nobody declares in the file.
    Global(Text),
}

/// An expression with its place.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// A property name.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    /// A constant name.
    Name(Text),
    /// A computed one.
    Computed(ExprId),
}

/// An element of an array literal or an argument.
#[derive(Clone, Copy, Debug)]
pub enum Item {
    /// A value.
    One(ExprId),
    /// `...x`.
    Spread(ExprId),
    /// A hole.
    Hole,
}

/// A member of an object literal.
#[derive(Clone, Copy, Debug)]
pub enum Member {
    /// `key: value` or a method.
    Value(Key, ExprId),
    /// `get key() {}`.
    Get(Key, FunctionId),
    /// `set key(v) {}`.
    Set(Key, FunctionId),
    /// `...x`.
    Spread(ExprId),
}

/// Kinds of [`Expr`].
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `undefined` and what has no value of its own.
    Undefined,
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A whole number of any size, by its digits.
    BigInt(Text),
    /// A string.
    String(Text),
    /// A regular expression: pattern, flags.
    Regex(Text, Text),
    /// A template: texts around values.
    Template(Box<[Text]>, Box<[ExprId]>),
    /// A tagged template: the tag, texts as they are meant and as they are written, values.
    Tagged(ExprId, Box<[(Text, Text)]>, Box<[ExprId]>),
    /// A variable.
    Var(Var),
    /// `[..]`.
    Array(Box<[Item]>),
    /// `{..}`.
    Object(Box<[Member]>),
    /// A function expression, arrow or method.
    Function(FunctionId),
    /// A class.
    Class(Box<Class>),
    /// A unary operator.
    Unary(UnaryOp, ExprId),
    /// `delete x.y`.
    Delete(ExprId),
    /// `typeof x`.
    Typeof(ExprId),
    /// `++x`, `x--`; the number added, whether the new value is the result, the target.
    Update(f64, bool, PatternId),
    /// A binary operator.
    Binary(BinaryOp, ExprId, ExprId),
    /// `&&`.
    And(ExprId, ExprId),
    /// `||`.
    Or(ExprId, ExprId),
    /// `??`.
    Coalesce(ExprId, ExprId),
    /// `a ? b : c`.
    Conditional(ExprId, ExprId, ExprId),
    /// `target = value`.
    Assign(PatternId, ExprId),
    /// `target op= value`.
    AssignOp(BinaryOp, PatternId, ExprId),
    /// `target &&= value`, `||=`, `??=`.
    AssignLogical(LogicalOp, PatternId, ExprId),
    /// `a, b`.
    Sequence(Box<[ExprId]>),
    /// `object.name`; the flag marks `?.`.
    Member(ExprId, Text, bool),
    /// `object[key]`; the flag marks `?.`.
    Index(ExprId, ExprId, bool),
    /// A call; the flag marks `?.()`.
    Call(ExprId, Box<[Item]>, bool),
    /// `new callee(..)`.
    New(ExprId, Box<[Item]>),
    /// The end of a `?.` chain.
    Chain(ExprId),
    /// `this`.
    This,
    /// `super`.
    Super,
    /// `new.target`.
    NewTarget,
    /// `import.meta`.
    ImportMeta,
    /// `import(x)`.
    Import(ExprId),
    /// `await x`.
    Await(ExprId),
    /// `yield x`; the flag marks `yield*`.
    Yield(Option<ExprId>, bool),
    /// Evaluates all and gives something unknown (JSX).
    Opaque(Box<[ExprId]>),
}

/// Operators that may leave their right side alone, by themselves or in an assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogicalOp {
    /// `&&`, `&&=`.
    And,
    /// `||`, `||=`.
    Or,
    /// `??`, `??=`.
    Coalesce,
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `!`.
    Not,
    /// `-`.
    Minus,
    /// `+`.
    Plus,
    /// `~`.
    BitNot,
    /// `void`.
    Void,
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the operators'")]
pub enum BinaryOp {
    Equal,
    NotEqual,
    StrictEqual,
    StrictNotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    ShiftLeft,
    ShiftRight,
    ShiftRightZero,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    BitOr,
    BitXor,
    BitAnd,
    In,
    Instanceof,
}

/// A class.
#[derive(Clone, Debug)]
pub struct Class {
    /// Its name, if any.
    pub name: Option<Text>,
    /// Slot of the inner name binding: the class then has a frame of one slot around it.
    pub inner: bool,
    /// `extends`.
    pub parent: Option<ExprId>,
    /// The constructor.
    pub constructor: Option<FunctionId>,
    /// Everything else, in order.
    pub members: Vec<ClassMember>,
    /// Decorators of the class, its members and parameters, in order.
    pub decorators: Vec<ExprId>,
    /// How many of them, from the first, stand at the class itself.
    pub own_decorators: u32,
    /// Parameters and fields that have a type or decorators.
    pub slots: Vec<ClassSlot>,
    /// Instance field initialisers, one function run with the instance as `this`.
    pub fields: Option<FunctionId>,
    /// Static fields and blocks, one function run with the class as `this`.
    pub statics: Option<FunctionId>,
}

/// A parameter of a method or a field, as TypeScript declares it.
#[derive(Clone, Debug)]
pub struct ClassSlot {
    /// The method; nothing for a field.
    pub method: Option<Text>,
    /// The parameter's position.
    pub at: u32,
    /// The name of the parameter or field.
    pub name: Text,
    /// Its type, when that is a plain name.
    pub of: Option<Text>,
    /// Its decorators, which are among those of the class.
    pub decorators: Vec<ExprId>,
}

/// A method or accessor of a class.
#[derive(Clone, Copy, Debug)]
pub struct ClassMember {
    /// Name.
    pub key: Key,
    /// Whether it is static.
    pub is_static: bool,
    /// What kind.
    pub kind: MethodKind,
    /// The code.
    pub function: FunctionId,
}

/// Kinds of [`ClassMember`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum MethodKind {
    Method,
    Get,
    Set,
}

/// A pattern: what a value is assigned to.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// A variable.
    Var(Var),
    /// A member or other assignable expression.
    Expr(ExprId),
    /// `{a, b: c, ...rest}`.
    Object(Box<[(Key, PatternId)]>, Option<PatternId>),
    /// `[a, , b, ...rest]`.
    Array(Box<[Option<PatternId>]>, Option<PatternId>),
    /// `x = default`.
    Default(PatternId, ExprId),
    /// A variable that cannot be assigned to: what is assigned is evaluated, and then the assignment fails. The flag
    /// says that it is left out instead, as code that is not in strict mode does with a function's own name.
    Constant(Var, bool),
}

/// A function.
#[derive(Clone, Debug, Default)]
pub struct Function {
    /// Its name, if any.
    pub name: Option<Text>,
    /// Where it is.
    pub span: Span,
    /// Slots of its frame.
    pub slots: u32,
    /// Parameters.
    pub params: Vec<PatternId>,
    /// The rest parameter.
    pub rest: Option<PatternId>,
    /// Slot of `arguments`, when used.
    pub arguments: Option<u32>,
    /// Slot of its own name, for named function expressions.
    pub own_name: Option<u32>,
    /// Function declarations to make before the body runs.
    pub hoisted: Vec<(Var, FunctionId)>,
    /// Slots that nothing may read before their declaration has run: `let`, `const`, classes.
    pub lexical: Box<[u32]>,
    /// Whether its code is in strict mode.
    pub strict: bool,
    /// The body.
    pub body: Vec<StmtId>,
    /// The value of an arrow function without a block.
    pub value: Option<ExprId>,
    /// Whether it is an arrow function.
    pub arrow: bool,
    /// Whether it is `async`.
    pub is_async: bool,
    /// Whether it is a generator.
    pub generator: bool,
    /// Whether `new` is impossible (methods, arrows).
    pub method: bool,
    /// The function around it.
    pub parent: Option<FunctionId>,
}

/// A frame of block-scoped variables.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Number of slots; 0 means that no frame is made.
    pub slots: u32,
    /// Function declarations to make when the block is entered.
    pub hoisted: Vec<(Var, FunctionId)>,
    /// Slots that nothing may read before their declaration has run.
    pub lexical: Box<[u32]>,
}

/// A statement with its place.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// Where.
    pub span: Span,
}

/// Kinds of [`Stmt`].
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// Nothing.
    Empty,
    /// An expression.
    Expr(ExprId),
    /// Declarations; the flag says that a missing initialiser means `undefined` (`let`).
    Declare(Box<[(PatternId, Option<ExprId>)]>, bool),
    /// A block.
    Block(Box<Scope>, Box<[StmtId]>),
    /// `if`.
    If(ExprId, StmtId, Option<StmtId>),
    /// `for (;;)`.
    For(Box<ForLoop>),
    /// `for (.. in ..)` and `for (.. of ..)`.
    ForEach(Box<ForEach>),
    /// `while`.
    While(ExprId, StmtId),
    /// `do .. while`.
    DoWhile(StmtId, ExprId),
    /// `return`.
    Return(Option<ExprId>),
    /// `throw`.
    Throw(ExprId),
    /// `break`.
    Break(Option<Text>),
    /// `continue`.
    Continue(Option<Text>),
    /// `label: statement`.
    Labeled(Text, StmtId),
    /// `try`.
    Try(Box<Try>),
    /// `switch`.
    Switch(Box<Switch>),
}

/// A `for (;;)` loop.
#[derive(Clone, Debug)]
pub struct ForLoop {
    /// Its variables.
    pub scope: Scope,
    /// First part.
    pub init: Option<StmtId>,
    /// Second part.
    pub test: Option<ExprId>,
    /// Third part.
    pub update: Option<ExprId>,
    /// Body.
    pub body: StmtId,
}

/// A `for` loop over keys or values.
#[derive(Clone, Debug)]
pub struct ForEach {
    /// Its variables.
    pub scope: Scope,
    /// Whether over values (`of`).
    pub of: bool,
    /// What is assigned.
    pub target: PatternId,
    /// What is walked.
    pub iterated: ExprId,
    /// Body.
    pub body: StmtId,
}

/// A `try` statement.
#[derive(Clone, Debug)]
pub struct Try {
    /// The guarded block.
    pub block: StmtId,
    /// The `catch` clause: its frame, parameter and block.
    pub handler: Option<(Scope, Option<PatternId>, StmtId)>,
    /// `finally`.
    pub finalizer: Option<StmtId>,
}

/// A `switch` statement.
#[derive(Clone, Debug)]
pub struct Switch {
    /// Its variables.
    pub scope: Scope,
    /// What is compared.
    pub discriminant: ExprId,
    /// Tests (`None` is `default`) and bodies.
    pub cases: Vec<(Option<ExprId>, Vec<StmtId>)>,
}
