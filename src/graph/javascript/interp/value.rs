//! Values, objects and frames of the abstract machine.

use rustc_hash::FxHashMap;

use crate::lang::javascript::ir::{ExprId, FunctionId};

/// A string of the machine.
pub(super) type Atom = u32;
pub(super) type ObjId = u32;
pub(super) type EnvId = u32;
pub(super) type ModuleIx = u32;

/// A value; strings and objects are handles, so that values are cheap to copy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Undefined,
    Null,
    Bool(bool),
    Num(f64),
    Str(Atom),
    /// A whole number of any size, by its digits.
    Big(Atom),
    Sym(Atom),
    Obj(ObjId),
    /// Not known; the atom is its canonical dotted name, or 0.
    Unknown(Atom),
    /// A live import binding, resolved when read.
    Import(u32),
}

impl Value {
    /// Whether it is surely no object.
    pub(super) fn is_primitive(self) -> bool {
        !matches!(self, Self::Obj(_) | Self::Unknown(_) | Self::Import(_))
    }

    /// Whether it is a number that all ways to compare take for the same: NaN is not, nor is zero, of which there are two.
    pub(super) fn is_plain_number(self) -> bool {
        matches!(self, Self::Num(number) if !number.is_nan() && number != 0.0)
    }

    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Str(_))
    }
}

pub(super) const UNKNOWN: Value = Value::Unknown(0);
/// What a variable holds before its declaration has run.
pub(super) const UNSET: Value = Value::Import(u32::MAX - 1);

/// What ended an evaluation early.
#[derive(Clone, Copy, Debug)]
pub(super) enum Abrupt {
    /// A JavaScript exception.
    Throw(Value),
    /// An async function waits; what follows in it runs after the load.
    Suspend,
    /// Who asked a generator for values takes no more: it unwinds.
    Leave,
    /// The budget is used up; everything unwinds.
    Stop,
}

pub(super) type R = Result<Value, Abrupt>;

/// How a statement ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Flow {
    Normal,
    Return(Value),
    Break(Atom),
    Continue(Atom),
}

/// A native function: receiver, arguments, and the data it was made with.
pub(super) struct Call<'c> {
    pub(super) this: Value,
    pub(super) args: &'c [Value],
    pub(super) data: Value,
    pub(super) at: At,
}

impl Call<'_> {
    pub(super) fn arg(&self, at: usize) -> Value {
        self.args.get(at).copied().unwrap_or(Value::Undefined)
    }
}

/// The place of a call: module and expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct At {
    pub(super) module: ModuleIx,
    pub(super) expr: ExprId,
}

pub(super) type Native = fn(&mut super::Machine<'_>, &Call<'_>) -> R;

#[derive(Clone, Copy, Debug)]
pub(super) struct Closure {
    pub(super) module: ModuleIx,
    pub(super) function: FunctionId,
    pub(super) env: EnvId,
    pub(super) this: Value,
    pub(super) home: Value,
    pub(super) new_target: Value,
    /// For classes: field initialisers.
    pub(super) fields: Option<FunctionId>,
    pub(super) is_class: bool,
    pub(super) derived: bool,
    /// Whether there is code to run (`false`: default constructor).
    pub(super) code: bool,
}

#[derive(Clone)]
pub(super) enum Kind {
    Plain,
    Array(Vec<Value>),
    Closure(Closure),
    Native(Native, Value),
    Bound(Value, Value, Vec<Value>),
    Namespace(ModuleIx),
    Promise(Option<Value>),
    Map(Vec<(Value, Value)>),
    /// Pattern and flags.
    Regex(Atom, Atom),
    Proxy(Value, Value),
    /// A moment, in milliseconds since 1970; nothing where it is not known.
    Date(Option<f64>),
    /// Bytes, by their number.
    Bytes(u32),
    /// Bytes as numbers of some kind.
    View(View),
    Generator(Generator),
}

/// A view of bytes: what numbers it sees in them, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    pub(super) class: super::views::Class,
    pub(super) bytes: u32,
    pub(super) offset: u32,
    /// How many numbers; bytes of a `DataView`.
    pub(super) length: u32,
}

/// A generator: its body has run, and what it yielded is asked for one by one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Generator {
    /// An array; nothing when that is not known.
    pub(super) items: Option<ObjId>,
    pub(super) next: u32,
    /// What it returned.
    pub(super) result: Value,
    /// Whether the body ran to its end.
    pub(super) ended: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Slot {
    Value(Value),
    Accessor(Value, Value),
}

/// Properties in insertion order.
#[derive(Clone, Default)]
pub(super) struct Props {
    list: Vec<(Atom, Slot, bool)>,
    index: Option<Box<FxHashMap<Atom, u32>>>,
}

impl Props {
    pub(super) fn get(&self, key: Atom) -> Option<Slot> {
        self.position(key).and_then(|at| self.list.get(at)).map(|entry| entry.1)
    }

    fn position(&self, key: Atom) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(&key).map(|at| *at as usize),
            None => self.list.iter().position(|entry| entry.0 == key),
        }
    }

    pub(super) fn set(&mut self, key: Atom, slot: Slot, enumerable: Option<bool>) {
        if let Some(entry) = self.position(key).and_then(|at| self.list.get_mut(at)) {
            entry.1 = slot;
            if let Some(enumerable) = enumerable {
                entry.2 = enumerable;
            }
            return;
        }
        self.list.push((key, slot, enumerable.unwrap_or(true)));
        if let Some(index) = &mut self.index {
            index.insert(key, self.list.len() as u32 - 1);
        } else if self.list.len() > 12 {
            let index = (0u32..).zip(&self.list).map(|(at, entry)| (entry.0, at)).collect();
            self.index = Some(Box::new(index));
        }
    }

    pub(super) fn is_enumerable(&self, key: Atom) -> bool {
        self.position(key).and_then(|at| self.list.get(at)).is_some_and(|entry| entry.2)
    }

    pub(super) fn remove(&mut self, key: Atom) {
        self.list.retain(|entry| entry.0 != key);
        self.index = None;
        if self.list.len() > 12 {
            let index = (0u32..).zip(&self.list).map(|(at, entry)| (entry.0, at)).collect();
            self.index = Some(Box::new(index));
        }
    }

    pub(super) fn keys(&self, all: bool) -> Vec<Atom> {
        self.list.iter().filter(|entry| all || entry.2).map(|entry| entry.0).collect()
    }
}

pub(super) struct Object {
    pub(super) kind: Kind,
    pub(super) proto: Value,
    pub(super) props: Props,
    /// Whether it may have properties that are not known.
    pub(super) open: bool,
    /// How many undecided branches were open when it was made.
    pub(super) doubt: u16,
    /// Canonical name, for what packages export and return; 0 for none.
    pub(super) name: Atom,
    /// The module during whose load it was made; [`NO_MODULE`] for none.
    pub(super) made_by: ModuleIx,
}

/// No module.
pub(super) const NO_MODULE: ModuleIx = u32::MAX;

pub(super) struct Env {
    pub(super) parent: EnvId,
    pub(super) slots: Vec<Value>,
    /// How many undecided branches were open when it was made.
    pub(super) doubt: u32,
}
