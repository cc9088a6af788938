//! What a run saw, and how sure it is that it ran.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::value::*;
use crate::artifact::EntryId;
use crate::graph::{GraphProblem, Phase};
use crate::span::Span;

/// A place in a module's code.
pub(in super::super) type Site = (ModIdx, Span);

/// An import that ran.
#[derive(Clone)]
pub(in super::super) struct SeenImport {
    pub(in super::super) importer: ModIdx,
    pub(in super::super) span: Span,
    pub(in super::super) target: ModIdx,
    pub(in super::super) phase: Phase,
    pub(in super::super) function: Option<Sym>,
    pub(in super::super) guarded: bool,
}

/// An import that failed.
#[derive(Clone)]
pub(in super::super) struct SeenUnresolved {
    pub(in super::super) importer: ModIdx,
    pub(in super::super) span: Span,
    pub(in super::super) name: Sym,
    pub(in super::super) phase: Phase,
    pub(in super::super) guarded: bool,
}

/// A call of a named thing while own code runs.
#[derive(Clone)]
pub(in super::super) struct SeenCall {
    pub(in super::super) module: ModIdx,
    pub(in super::super) span: Span,
    pub(in super::super) callee: Sym,
    pub(in super::super) args: Args,
    pub(in super::super) via: Vec<Site>,
    pub(in super::super) repeats: u64,
}

/// An error that the runtime raises for sure, wherever it goes from there.
#[derive(Clone, Debug)]
pub(in super::super) struct Fault {
    /// The rule that reports it if nothing catches it.
    pub(in super::super) rule: &'static str,
    /// What it is about.
    pub(in super::super) subject: String,
    /// The error in the runtime's words.
    pub(in super::super) message: String,
    /// What to do, where more is known than the rule says.
    pub(in super::super) help: Option<String>,
    /// Where it is raised; `None` for the handler setting.
    pub(in super::super) site: Option<Site>,
    /// Modules that had begun to load by then.
    pub(in super::super) after: u32,
    /// The top-level module whose presence would prevent it.
    pub(in super::super) cure: Option<String>,
}

/// The number of a [`Fault`] in its [`Trace`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct FaultId(u32);

/// What a run saw.
#[derive(Clone, Default)]
pub(in super::super) struct Trace {
    pub(in super::super) imports: Vec<SeenImport>,
    pub(super) seen_imports: FxHashSet<(ModIdx, u32, ModIdx)>,
    pub(in super::super) unresolved: Vec<SeenUnresolved>,
    pub(in super::super) calls: Vec<SeenCall>,
    /// Where a call is in `calls`, by module, place and callee.
    pub(super) seen_calls: FxHashMap<(ModIdx, u32, Sym), usize>,
    /// Modules that own code or a library gives to `importlib.util.LazyLoader`.
    pub(super) lazily: Vec<Sym>,
    /// Files that were unpickled.
    pub(super) unpickled: FxHashSet<EntryId>,
    /// Calls of functions and classes by their sites, with their numbers if they matter.
    pub(super) known_calls: FxHashMap<(ModIdx, u32, Value), Option<usize>>,
    pub(in super::super) data_files: Vec<(EntryId, ModIdx, Span)>,
    pub(in super::super) problems: Vec<GraphProblem>,
    /// Errors that something waits for.
    faults: Vec<Fault>,
    /// Errors that end Init.
    pub(in super::super) causes: Vec<Fault>,
    /// Own files that hide a module which the standard library imports: the file, the module, who imports it.
    pub(in super::super) hidden: Vec<(EntryId, String, String)>,
    /// What keeps the end of Init from being known, in words.
    pub(in super::super) doubts: BTreeSet<String>,
    /// Environment variables that own code cannot do without, with the module that asks.
    pub(in super::super) demanded: BTreeSet<(String, String)>,
}

impl Trace {
    /// Keeps an error that something may catch.
    pub(super) fn keep(&mut self, fault: Fault) -> FaultId {
        self.faults.push(fault);
        FaultId(self.faults.len() as u32 - 1)
    }

    /// All of them.
    pub(super) fn kept(&self) -> impl Iterator<Item = &Fault> {
        self.faults.iter()
    }

    pub(super) fn fault(&self, id: FaultId) -> Option<&Fault> {
        self.faults.get(id.0 as usize)
    }
}

/// How sure it is that what runs now runs at all.
#[derive(Clone, Default)]
pub(super) struct Doubt {
    /// Undecided conditions around what runs, in the module whose top level runs or in a function that it calls.
    pub(super) branches: u32,
    /// How many objects there were when the innermost of them was entered: younger ones are there only where it runs,
    /// and what happens to them inside is certain.
    since: u32,
    /// That module was itself imported where that may not happen.
    pub(super) inherited: bool,
    /// Code around it that may have been left before, or whose callers may keep errors to themselves: the walk goes
    /// on as if it ran, but nothing that it raises is certain.
    pub(super) shields: u32,
    /// Branches around it that were chosen by what the environment may say otherwise.
    choices: u32,
    /// How often something was read that depends on the environment, which is known in part.
    reads: u64,
    /// The variable of the environment on which what was read last depends, where it is one.
    variable: Option<Sym>,
    /// Names of variables and attributes that were given such a value, wherever they are, and what it depends on.
    names: FxHashMap<Sym, Option<Sym>>,
    /// How often own code read what code of others made, of which the walk knows less than it seems.
    foreign: u64,
    /// Names that hold such a value.
    foreign_names: FxHashSet<Sym>,
    /// Branches around it that were chosen by such a value.
    foreign_choices: u32,
    /// Calls of code of others around it.
    callers: u32,
}

/// A point in what has been read, for [`Doubt::has_read`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mark {
    reads: u64,
    foreign: u64,
}

/// A branch that was chosen, for [`Doubt::leave_choice`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    environment: bool,
    foreign: bool,
}

/// How deep in branches code is, for [`Doubt::return_to`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Depth {
    shields: u32,
    choices: u32,
    foreign: u32,
}

impl Doubt {
    /// Enters code that may not run, where so many objects exist; gives what [`Doubt::leave_branch`] goes back to.
    pub(super) fn enter_branch(&mut self, objects: u32) -> u32 {
        self.branches += 1;
        std::mem::replace(&mut self.since, objects)
    }

    pub(super) fn leave_branch(&mut self, since: u32) {
        self.branches -= 1;
        self.since = since;
    }

    /// Whether a change of an object may not happen although the object exists.
    pub(super) fn is_unsure_of(&self, object: ObjId) -> bool {
        self.branches > 0 && object.0 < self.since
    }

    /// Whether what runs may not run at all, here or because its module may not be imported.
    pub(super) fn is_doubted(&self) -> bool {
        self.branches > 0 || self.inherited
    }

    /// Whether what runs may not run at all, or runs behind what may have left.
    pub(super) fn may_not_run(&self) -> bool {
        !self.is_certain_by_default()
    }

    /// Notes that an environment variable was read that may be set.
    pub(super) fn read_environment(&mut self, variable: Sym) {
        self.reads += 1;
        self.variable = Some(variable);
    }

    /// The variable on which what was read last depends.
    pub(super) fn variable(&self) -> Option<Sym> {
        self.variable
    }

    /// Notes that a variable or an attribute was read.
    pub(super) fn read_name(&mut self, name: Sym) {
        if let Some(variable) = self.names.get(&name) {
            self.reads += 1;
            self.variable = *variable;
        }
        if !self.foreign_names.is_empty() && self.foreign_names.contains(&name) {
            self.foreign += 1;
        }
    }

    /// Notes that own code got a value that code of others made.
    pub(super) fn read_foreign(&mut self) {
        self.foreign += 1;
    }

    /// Whether what was computed since a mark rests on code of others, or runs only because of it.
    pub(super) fn has_foreign(&self, mark: Mark) -> bool {
        self.foreign != mark.foreign || self.foreign_choices > 0
    }

    /// Whether what runs now, or runs now at all, rests on code of others in more ways than some.
    pub(super) fn rests_on_others(&self, ways: u32) -> bool {
        self.foreign_choices > ways
    }

    /// Whether code of others calls what runs now, when it likes and as often as it likes.
    pub(super) fn is_called_by_others(&self) -> bool {
        self.callers > 0
    }

    /// Enters (1) or leaves (-1) a call of code of others, which may call own code with what it likes.
    pub(super) fn in_foreign(&mut self, enters: bool, step: i32) {
        if enters {
            self.callers = self.callers.saturating_add_signed(step);
            self.foreign_choices = self.foreign_choices.saturating_add_signed(step);
        }
    }

    /// Notes that the block that runs may have been left before, until it ends.
    pub(super) fn may_have_left(&mut self) {
        self.foreign_choices += 1;
    }

    /// Notes that a name holds what code of others made.
    pub(super) fn taint_foreign(&mut self, name: Sym) {
        self.foreign_names.insert(name);
    }

    /// Where reading stands, for [`Self::has_read`].
    pub(super) fn mark(&self) -> Mark {
        Mark { reads: self.reads, foreign: self.foreign }
    }

    /// Whether what was computed since a mark depends on the environment, or runs only because of it.
    pub(super) fn has_read(&self, mark: Mark) -> bool {
        self.reads != mark.reads || self.choices > 0
    }

    /// Notes that a name holds what depends on the environment.
    pub(super) fn taint(&mut self, name: Sym) {
        self.names.insert(name, self.variable);
    }

    /// Begins a branch that was chosen by what was computed since a mark; gives what [`Self::leave_choice`] takes.
    pub(super) fn enter_choice(&mut self, mark: Mark) -> Choice {
        let choice = Choice { environment: self.reads != mark.reads, foreign: self.foreign != mark.foreign };
        self.shields += u32::from(choice.environment);
        self.choices += u32::from(choice.environment);
        self.foreign_choices += u32::from(choice.foreign);
        choice
    }

    /// Ends such a branch.
    pub(super) fn leave_choice(&mut self, choice: Choice) {
        self.shields -= u32::from(choice.environment);
        self.choices -= u32::from(choice.environment);
        self.foreign_choices -= u32::from(choice.foreign);
    }

    /// The same as [`Self::is_certain`] as long as no variable of the environment is set that is not known.
    pub(super) fn is_certain_by_default(&self) -> bool {
        !self.is_doubted() && self.shields == self.choices
    }

    /// Goes on behind a part of a condition that was decided by what was computed since a mark.
    pub(super) fn pass_choice(&mut self, mark: Mark) {
        self.foreign_choices += u32::from(self.has_foreign(mark));
        let depends = u32::from(self.has_read(mark));
        self.shields += depends;
        self.choices += depends;
    }

    /// How many shields and choices there are, for [`Self::return_to`].
    pub(super) fn depth(&self) -> Depth {
        Depth { shields: self.shields, choices: self.choices, foreign: self.foreign_choices }
    }

    /// Ends all that began since.
    pub(super) fn return_to(&mut self, depth: Depth) {
        (self.shields, self.choices, self.foreign_choices) = (depth.shields, depth.choices, depth.foreign);
    }

    /// Whether an error that is raised now is raised for sure, and leaves the code around.
    pub(super) fn is_certain(&self) -> bool {
        !self.is_doubted() && self.shields == 0
    }
}
