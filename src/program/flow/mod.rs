//! The code of a function's own modules in one form for all languages: names resolved to
//! variables, calls, tables and branches. Enough to find routes and to follow a route's code
//! through names to imports; everything else is [`Kind::Group`].

pub mod javascript;
pub mod python;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::span::Span;

/// Index of a [`Node`] in [`Flow::nodes`].
pub type NodeId = u32;
/// Index of a [`Var`] in [`Flow::vars`].
pub type VarId = u32;
/// Index of a [`Function`] in [`Flow::functions`].
pub type FuncId = u32;
/// Index of a [`Class`] in [`Flow::classes`].
pub type ClassId = u32;
/// Index of a block in [`Flow::blocks`].
pub type BlockId = u32;

/// How deep blocks are looked into for single statements.
const DEEPEST: u32 = 32;

/// One module.
#[derive(Debug, Default)]
pub struct Flow {
    /// Expressions; may be shared, never circular.
    pub nodes: Vec<Node>,
    /// Variables of all scopes.
    pub vars: Vec<Var>,
    /// Functions.
    pub functions: Vec<Function>,
    /// Classes.
    pub classes: Vec<Class>,
    /// Blocks of statements.
    pub blocks: Vec<Vec<Stmt>>,
    /// Blocks of `except` and `catch`.
    pub handlers: BTreeSet<BlockId>,
    /// What other modules can import, by name; `default` and `*` (all of `module.exports`) too.
    pub exports: Vec<(Arc<str>, Def)>,
    /// `from x import *`, `export * from`.
    pub stars: Vec<Import>,
    /// The module's top level.
    pub top: BlockId,
}

/// An expression.
#[derive(Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Where.
    pub span: Span,
}

/// Kinds of [`Node`].
#[derive(Debug)]
pub enum Kind {
    /// Evaluates its parts; its value is unknown.
    Group(Vec<NodeId>),
    /// A constant string.
    Text(Arc<str>),
    /// A constant regular expression.
    Regex(Arc<str>),
    /// Nothing: `None`, `null`, `undefined`.
    Nothing,
    /// A template, f-string or concatenation.
    Join(Vec<NodeId>),
    /// A variable.
    Var(VarId),
    /// A name that nothing in the module declares.
    Global(Arc<str>),
    /// `this`, with the function around it; `self` is a parameter.
    This(Option<FuncId>),
    /// `object.name`.
    Attr(NodeId, Arc<str>),
    /// `object[key]`.
    Index(NodeId, NodeId),
    /// A call or `new`; a decorated definition is a call of its decorator.
    Call(NodeId, Vec<Arg>),
    /// A position in a list, as unpacking asks for it; a small number; whether something is so.
    Nth(u32),
    /// A list, tuple, set or array.
    List(Vec<NodeId>),
    /// A dictionary or object literal.
    Map(Vec<(NodeId, NodeId)>),
    /// A function.
    Function(FuncId),
    /// A class.
    Class(ClassId),
    /// `require(x)`, `import(x)`, `importlib.import_module(x)`.
    Import(NodeId),
    /// A comparison.
    Compare(Comparison, NodeId, NodeId),
    /// `and`.
    And(Vec<NodeId>),
    /// `or`, `??`.
    Or(Vec<NodeId>),
    /// `not`.
    Not(NodeId),
    /// Test, value if true, value if false.
    Choice(NodeId, NodeId, NodeId),
    /// An assignment inside an expression: what is assigned to, the value.
    Assign(Target, NodeId),
}

impl Kind {
    /// A number that code writes. Positions in lists and status codes of HTTP, which have three digits, are what anybody
    /// asks for.
    fn number(value: f64) -> Self {
        let is_asked_for = value.fract() == 0.0 && (0.0..1000.0).contains(&value);
        if is_asked_for { Self::Nth(value as u32) } else { Self::Group(Vec::new()) }
    }
}

/// What a comparison asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Equality.
    Equal,
    /// Inequality.
    NotEqual,
    /// `left in right`.
    In,
    /// Anything else.
    Other,
}

/// What is assigned to.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// A variable.
    Var(VarId),
    /// An attribute or an element.
    Place(NodeId),
}

/// An argument.
#[derive(Clone, Debug)]
pub struct Arg {
    /// Its keyword.
    pub name: Option<Arc<str>>,
    /// Its value.
    pub value: NodeId,
}

/// A variable.
#[derive(Debug)]
pub struct Var {
    /// Its name, where the language's form keeps it.
    pub name: Arc<str>,
    /// All that is assigned to it.
    pub defs: Vec<Def>,
    /// Whether it belongs to the module's top level.
    pub top: bool,
}

/// What a variable or an export stands for.
#[derive(Clone, Debug)]
pub enum Def {
    /// The value of an expression.
    Node(NodeId),
    /// Another variable.
    Var(VarId),
    /// Something imported.
    Import(Import),
    /// A parameter.
    Parameter(FuncId, u32),
}

/// An import of one name.
#[derive(Clone, Debug)]
pub struct Import {
    /// Absolute dotted name of the module (Python), specifier (JavaScript).
    pub request: Arc<str>,
    /// What of it.
    pub member: Member,
    /// The statement.
    pub span: Span,
}

/// What an import binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Member {
    /// The module.
    Whole,
    /// The first part of its dotted name: `import a.b` binds `a`.
    Root,
    /// A name in it.
    Name(Arc<str>),
}

/// A function.
#[derive(Debug)]
pub struct Function {
    /// Its name; empty when it has none.
    pub name: Arc<str>,
    /// Variables of its parameters, in order.
    pub params: Vec<VarId>,
    /// Its body.
    pub body: BlockId,
    /// The function around it.
    pub parent: Option<FuncId>,
    /// Where it is.
    pub span: Span,
}

/// A class.
#[derive(Debug, Default)]
pub struct Class {
    /// Its name; empty when it has none.
    pub name: Arc<str>,
    /// Bases.
    pub bases: Vec<NodeId>,
    /// What runs when it is defined.
    pub body: BlockId,
    /// Methods by name.
    pub methods: Vec<(Arc<str>, FuncId)>,
    /// Decorators of TypeScript classes, members and parameters, in order.
    pub decorators: Vec<NodeId>,
    /// How many of them, from the first, stand at the class itself.
    pub own_decorators: u32,
    /// What TypeScript says of parameters and fields that a framework may fill in.
    pub slots: Vec<Slot>,
}

/// A parameter of a method or a field, with its type and decorators.
#[derive(Debug)]
pub struct Slot {
    /// The method; nothing for a field.
    pub method: Option<Arc<str>>,
    /// The parameter's position.
    pub at: u32,
    /// The name of the parameter or field.
    pub name: Arc<str>,
    /// Its type, when that is a plain name.
    pub of: Option<Arc<str>>,
    /// Its decorators.
    pub decorators: Vec<NodeId>,
}

/// A case of a [`Stmt::Match`].
#[derive(Debug)]
pub struct Arm {
    /// Constants to compare with; none for the default.
    pub patterns: Vec<NodeId>,
    /// A further condition.
    pub guard: Option<NodeId>,
    /// What runs.
    pub block: BlockId,
}

/// A statement.
#[derive(Debug)]
pub enum Stmt {
    /// An expression.
    Eval(NodeId),
    /// An assignment to a variable.
    Bind(VarId, NodeId),
    /// An assignment to an attribute or element: target, value.
    Store(NodeId, NodeId),
    /// An import; what it binds is in [`Var::defs`]. The flag marks names that something uses.
    Import(Vec<(Option<VarId>, Import)>),
    /// Test, block, otherwise.
    If(NodeId, BlockId, Option<BlockId>),
    /// Subject and cases.
    Match(NodeId, Vec<Arm>),
    /// A loop over something: what is iterated and the body.
    Each(NodeId, BlockId),
    /// Blocks of which each may run.
    Nested(Vec<BlockId>),
    /// A result.
    Return(Option<NodeId>),
}

impl Flow {
    /// The kind of a node; nothing for a node of another module.
    #[must_use]
    pub fn kind(&self, node: NodeId) -> &Kind {
        self.nodes.get(node as usize).map_or(&Kind::Nothing, |node| &node.kind)
    }

    /// Where a node stands.
    #[must_use]
    pub fn span(&self, node: NodeId) -> Span {
        self.nodes.get(node as usize).map_or(Span::default(), |node| node.span)
    }

    /// The statements of a block.
    #[must_use]
    pub fn block(&self, block: BlockId) -> &[Stmt] {
        self.blocks.get(block as usize).map_or(&[], Vec::as_slice)
    }

    /// The statements of a block and of the blocks within it, as deep as people nest them.
    #[must_use]
    pub fn below(&self, block: BlockId) -> Vec<&Stmt> {
        let mut found = Vec::new();
        let mut todo = vec![(block, 0)];
        while let Some((block, depth)) = todo.pop() {
            for stmt in self.block(block).iter().filter(|_| depth < DEEPEST) {
                found.push(stmt);
                match stmt {
                    Stmt::If(_, yes, no) => {
                        todo.extend(std::iter::once(yes).chain(no).map(|block| (*block, depth + 1)))
                    }
                    Stmt::Nested(blocks) => todo.extend(blocks.iter().map(|block| (*block, depth + 1))),
                    Stmt::Each(_, body) => todo.push((*body, depth + 1)),
                    Stmt::Match(_, arms) => todo.extend(arms.iter().map(|arm| (arm.block, depth + 1))),
                    _ => {}
                }
            }
        }
        found
    }

    /// A constant string.
    #[must_use]
    pub fn text(&self, node: NodeId) -> Option<&Arc<str>> {
        match self.kind(node) {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The parts of a node, in order.
    #[must_use]
    pub fn parts(&self, node: NodeId) -> Vec<NodeId> {
        match self.kind(node) {
            Kind::Group(parts) | Kind::Join(parts) | Kind::List(parts) | Kind::And(parts) | Kind::Or(parts) => {
                parts.clone()
            }
            Kind::Attr(object, _) | Kind::Not(object) | Kind::Import(object) => vec![*object],
            Kind::Index(a, b) | Kind::Compare(_, a, b) => vec![*a, *b],
            Kind::Call(callee, args) => std::iter::once(*callee).chain(args.iter().map(|arg| arg.value)).collect(),
            Kind::Map(entries) => entries.iter().flat_map(|(key, value)| [*key, *value]).collect(),
            Kind::Choice(a, b, c) => vec![*a, *b, *c],
            Kind::Assign(Target::Place(place), value) => vec![*place, *value],
            Kind::Assign(Target::Var(_), value) => vec![*value],
            Kind::Text(_)
            | Kind::Regex(_)
            | Kind::Nothing
            | Kind::Nth(_)
            | Kind::Var(_)
            | Kind::Global(_)
            | Kind::This(_)
            | Kind::Function(_)
            | Kind::Class(_) => Vec::new(),
        }
    }

    fn node(&mut self, kind: Kind, span: Span) -> NodeId {
        let id = self.nodes.len() as NodeId;
        self.nodes.push(Node { kind, span });
        id
    }

    fn var(&mut self, name: Arc<str>, top: bool) -> VarId {
        let id = self.vars.len() as VarId;
        self.vars.push(Var { name, defs: Vec::new(), top });
        id
    }

    fn define(&mut self, var: VarId, def: Def) {
        if let Some(var) = self.vars.get_mut(var as usize) {
            var.defs.push(def);
        }
    }

    fn push_block(&mut self, block: Vec<Stmt>) -> BlockId {
        let id = self.blocks.len() as BlockId;
        self.blocks.push(block);
        id
    }

    fn push_function(&mut self, name: Arc<str>, parent: Option<FuncId>, span: Span) -> FuncId {
        let id = self.functions.len() as FuncId;
        self.functions.push(Function { name, params: Vec::new(), body: 0, parent, span });
        id
    }
}

impl Flow {
    /// The function that a definition makes, seen through its decorators.
    #[must_use]
    pub fn defined_function(&self, node: NodeId) -> Option<FuncId> {
        let mut at = node;
        for _ in 0..32 {
            match self.kind(at) {
                Kind::Function(function) => return Some(*function),
                Kind::Call(_, args) => at = args.iter().find(|arg| arg.name.is_none())?.value,
                Kind::Or(parts) => at = *parts.first()?,
                _ => return None,
            }
        }
        None
    }
}
