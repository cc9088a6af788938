//! The order in which things happen, where the walk does not follow the runtime's.
//!
//! A call of something that is not seen may throw: then the rest of a `try` does not happen, and its `catch` does. Bodies
//! of generators run when something asks for what they yield, and what follows an `await` runs when all else has: the
//! walk runs both at once. What such code changes around it may be otherwise, and so may what it gives, once something
//! has changed that it may have read.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use rustc_hash::FxHashSet;

use super::value::{At, EnvId, Kind, ObjId, UNSET, Value};
use super::{Frame, Machine};
use crate::lang::javascript::ir::{ExprId, ExprKind, Pattern, PatternId, Program, StmtId, StmtKind, Var};

/// Changes that are kept while something may have been made too early; after that many nothing of it is judged.
const MOST_CHANGES: usize = 20_000;

/// Most places of one array that are known to hold nothing: tables that are filled by and by have more.
const MOST_HOLES: usize = 64;

/// No frame, or no object.
const NONE: u32 = u32::MAX;

/// What was there when code began: frames and objects of lower numbers are not its own.
pub(super) type Floor = (EnvId, ObjId);

/// What is known of the order so far.
#[derive(Default)]
pub(super) struct Order {
    /// How often something was called that may throw, as far as anybody knows.
    perils: u64,
    /// That number where the outermost running `try` began.
    guard: Option<u64>,
    /// What is not the own of code that runs earlier than in the runtime.
    outside: Option<Floor>,
    /// Whether that code runs behind an `await`, while its caller goes on.
    late: bool,
    /// Calls whose promises their callers wait for at once.
    awaited: Vec<At>,
    /// What was made earlier than in the runtime, and what there was then.
    stamps: FxHashMap<ObjId, (Floor, usize)>,
    /// What has changed since the first of them: a frame or an object.
    changes: Vec<Floor>,
    /// The `arguments` of functions, which share the values of parameters.
    shared: FxHashMap<EnvId, ObjId>,
    /// All `arguments` of functions.
    arguments: FxHashSet<ObjId>,
    /// The same `arguments`, to be known again.
    lists: FxHashSet<ObjId>,
    /// Arrays with places that hold nothing, not even `undefined`: these places, where they are known.
    holey: FxHashMap<ObjId, Option<BTreeSet<usize>>>,
    /// Functions of the runtime that throw nothing but what is modelled.
    exact: FxHashSet<ObjId>,
    /// Classes of the language that only `new` calls.
    classes: FxHashSet<ObjId>,
    /// Weak maps and sets.
    weak: FxHashSet<ObjId>,
    /// `Symbol`, which `new` does not call.
    symbol: Option<ObjId>,
}

/// Functions of the language that refuse more than is modelled here.
const REFUSING: &[(&str, &[&str])] = &[
    ("String", &["matchAll", "replaceAll"]),
    ("Object", &["defineProperty", "defineProperties", "setPrototypeOf", "getPrototypeOf"]),
    ("Reflect", &["set", "apply", "construct", "defineProperty"]),
];

/// Classes of the language that only `new` calls.
const CLASSES: &[&str] = &["Map", "Set", "WeakMap", "WeakSet", "Promise", "Proxy"];

/// Constructors that do.
const REFUSING_CLASSES: &[&str] = &["Function", "Promise"];

impl Machine<'_> {
    /// Notes a call of something that may throw.
    pub(super) fn may_throw(&mut self) {
        self.order.perils += u64::from(self.order.guard.is_some());
    }

    /// Notes that the functions which are there so far throw what is modelled, but for some.
    pub(super) fn throws_as_modelled(&mut self) {
        self.order.exact =
            (0..self.objects.len() as ObjId).filter(|id| matches!(self.object(*id).kind, Kind::Native(..))).collect();
        for (holder, names) in REFUSING {
            let class = self.atom(holder);
            let holders = [self.globals.get(&class).copied(), Some(self.proto(holder))];
            for holder in holders.into_iter().flatten() {
                for name in *names {
                    let key = self.atom(name);
                    if let Value::Obj(id) = self.get_quiet(holder, key) {
                        self.order.exact.remove(&id);
                    }
                }
            }
        }
        let symbol = self.atom("Symbol");
        if let Some(Value::Obj(id)) = self.globals.get(&symbol) {
            self.order.symbol = Some(*id);
        }
        for name in CLASSES {
            let class = self.atom(name);
            if let Some(Value::Obj(id)) = self.globals.get(&class) {
                self.order.classes.insert(*id);
            }
        }
        for name in REFUSING_CLASSES {
            let class = self.atom(name);
            if let Some(Value::Obj(id)) = self.globals.get(&class) {
                self.order.exact.remove(id);
            }
        }
    }

    /// Whether only `new` calls a function of the runtime.
    pub(super) fn is_class_of_language(&self, id: ObjId) -> bool {
        self.order.classes.contains(&id)
    }

    /// Whether a function of the runtime is `Symbol`.
    pub(super) fn is_symbol_maker(&self, id: ObjId) -> bool {
        self.order.symbol == Some(id)
    }

    /// Notes that a function of the runtime has given something: it may have thrown, unless all that it throws is known.
    pub(super) fn gave(&mut self, function: ObjId, given: Value) {
        let is_made = match given {
            // What `require` gives of Node's own modules is there.
            Value::Unknown(name) => crate::graph::javascript::resolve::is_builtin(&self.str(name)),
            _ => self.order.exact.contains(&function),
        };
        if !is_made {
            self.may_throw();
        }
    }

    /// Notes that a function throws nothing but what is modelled.
    pub(super) fn is_exact(&mut self, function: Value) {
        if let Value::Obj(id) = function {
            self.order.exact.insert(id);
        }
    }

    /// Runs what a `try` guards; answers whether it may have ended earlier.
    pub(super) fn guarded<T>(&mut self, guards: bool, body: impl FnOnce(&mut Self) -> T) -> (T, bool) {
        let (before, outer) = (self.order.perils, self.order.guard);
        if guards {
            self.order.guard = outer.or(Some(before));
        }
        let result = body(self);
        self.order.guard = outer;
        (result, guards && self.order.perils != before)
    }

    /// How many calls there have been that may throw.
    pub(super) fn perils(&self) -> u64 {
        self.order.perils
    }

    /// Takes back what was noted since: it surely throws.
    pub(super) fn surely_throws(&mut self, perils: u64) {
        self.order.perils = perils;
    }

    /// What there had been of calls that may throw where the outermost running `try` began.
    pub(super) fn guard(&self) -> Option<u64> {
        self.order.guard
    }

    pub(super) fn set_guard(&mut self, guard: Option<u64>) {
        self.order.guard = guard;
    }

    /// Whether what is written now may not be, as something before it may have thrown.
    pub(super) fn in_peril(&self) -> bool {
        self.order.guard.is_some_and(|guard| guard != self.order.perils)
    }

    /// Whether code runs earlier than in the runtime, and reads what may change until then.
    pub(super) fn is_late(&self) -> bool {
        self.order.late
    }

    /// What there is now.
    pub(super) fn floor(&self) -> Floor {
        (self.envs.len() as EnvId, self.objects.len() as ObjId)
    }

    /// Runs code whose order is its own: what it begins ends with it.
    pub(super) fn in_order<T>(&mut self, body: impl FnOnce(&mut Self) -> T) -> T {
        let (outside, late) = (self.order.outside, self.order.late);
        let result = body(self);
        (self.order.outside, self.order.late) = (outside, late);
        result
    }

    /// From here on code runs earlier than in the runtime; what is older is not its own.
    pub(super) fn runs_early(&mut self, floor: Floor) {
        // Code within such code has less of its own.
        let outer = self.order.outside.unwrap_or(floor);
        self.order.outside = Some((outer.0.max(floor.0), outer.1.max(floor.1)));
    }

    /// Goes on behind an `await` of a function.
    pub(super) fn goes_on_late(&mut self, f: &Frame) {
        if f.function != 0 && !f.awaited {
            self.runs_early(f.floor);
            self.order.late = true;
        }
    }

    /// Whether the caller of what is called now waits for it at once.
    pub(super) fn is_awaited(&self) -> bool {
        matches!((self.order.awaited.last(), self.stack.last()), (Some(awaited), Some(at)) if awaited == at)
    }

    /// Evaluates what is awaited.
    pub(super) fn awaiting<T>(&mut self, at: At, body: impl FnOnce(&mut Self) -> T) -> T {
        self.order.awaited.push(at);
        let result = body(self);
        self.order.awaited.pop();
        result
    }

    /// Notes a change of a variable; answers whether code makes it that runs earlier than in the runtime.
    pub(super) fn changes_slot(&mut self, env: EnvId, slot: u32) -> bool {
        let old = self.envs.get(env as usize).and_then(|env| env.slots.get(slot as usize));
        if old != Some(&UNSET) {
            self.note_change((env, NONE));
        }
        if let Some(list) = self.order.shared.get(&env).copied() {
            self.doubt_object(list);
        }
        self.order.outside.is_some_and(|(floor, _)| env < floor)
    }

    /// Likewise of an object.
    pub(super) fn changes_object(&mut self, id: ObjId) -> bool {
        self.note_change((NONE, id));
        self.order.outside.is_some_and(|(_, floor)| id < floor)
    }

    fn note_change(&mut self, change: Floor) {
        if !self.order.stamps.is_empty() && self.order.changes.len() <= MOST_CHANGES {
            self.order.changes.push(change);
        }
    }

    /// Notes that a value was made earlier than in the runtime.
    pub(super) fn made_early(&mut self, value: Value) {
        if let Value::Obj(id) = value {
            let (floor, changes) = (self.floor(), self.order.changes.len());
            self.order.stamps.insert(id, (floor, changes));
        }
    }

    /// Takes what was made earlier than in the runtime, which may be otherwise by now.
    pub(super) fn takes_early(&mut self, value: Value) {
        let Value::Obj(id) = value else { return };
        let Some((floor, changes)) = self.order.stamps.get(&id).copied() else { return };
        let older = |change: &Floor| change.0 < floor.0 || change.1 < floor.1;
        let since = self.order.changes.get(changes..).unwrap_or_default();
        if since.iter().any(older) || self.order.changes.len() > MOST_CHANGES {
            self.read_doubtful();
        }
    }

    /// Notes a weak map or set.
    pub(super) fn is_weak(&mut self, id: ObjId) {
        self.order.weak.insert(id);
    }

    /// Whether a map or set takes nothing but objects and symbols as keys.
    pub(super) fn takes_objects_only(&self, map: Value) -> bool {
        matches!(map, Value::Obj(id) if self.order.weak.contains(&id))
    }

    /// Makes a list the `arguments` of a function: no array, but one can go through them.
    pub(super) fn is_no_array(&mut self, list: Value) {
        let (Value::Obj(id), Value::Obj(array)) = (list, self.proto("Array")) else { return };
        self.order.arguments.insert(id);
        let proto = self.proto("Object");
        self.object_mut(id).proto = proto;
        let walks = self.atom("@@iterator");
        if let Some(slot) = self.object(array).props.get(walks) {
            self.object_mut(id).props.set(walks, slot, Some(false));
        }
    }

    /// Whether an object is the `arguments` of a function.
    pub(super) fn are_arguments(&self, id: ObjId) -> bool {
        self.order.arguments.contains(&id)
    }

    /// Notes the `arguments` of a function that share the values of its parameters.
    pub(super) fn shares(&mut self, env: EnvId, list: Value) {
        if let Value::Obj(id) = list {
            self.order.shared.insert(env, id);
            self.order.lists.insert(id);
        }
    }

    /// Changes `arguments`, and with them the parameters that they share.
    pub(super) fn changes_arguments(&mut self, id: ObjId) {
        if self.order.lists.contains(&id) {
            self.go_astray();
        }
    }

    /// Notes places of an array that hold nothing.
    pub(super) fn has_holes(&mut self, array: Value, places: impl IntoIterator<Item = usize>) {
        let Value::Obj(id) = array else { return };
        let entry = self.order.holey.entry(id).or_insert_with(|| Some(BTreeSet::new()));
        if let Some(known) = entry {
            known.extend(places.into_iter().take(MOST_HOLES + 1));
            if known.len() > MOST_HOLES {
                *entry = None;
            }
        }
    }

    /// Notes that a place of an array holds something.
    pub(super) fn fills_hole(&mut self, id: ObjId, place: usize) {
        if !self.order.holey.is_empty()
            && let Some(Some(known)) = self.order.holey.get_mut(&id)
        {
            known.remove(&place);
        }
    }

    /// Notes that the places of an array have changed, so that it is not known any more which hold nothing.
    pub(super) fn moves_holes(&mut self, id: ObjId) {
        if let Some(known) = self.order.holey.get_mut(&id)
            && known.as_ref().is_none_or(|known| !known.is_empty())
        {
            *known = None;
        }
    }

    /// Notes that all places of an array hold something.
    pub(super) fn is_filled(&mut self, id: ObjId) {
        self.order.holey.remove(&id);
    }

    /// Whether a place of an array holds nothing; not known where that of its places is not.
    pub(super) fn is_hole(&self, id: ObjId, place: usize) -> Option<bool> {
        match self.order.holey.get(&id) {
            None => Some(false),
            Some(known) => known.as_ref().map(|known| known.contains(&place)),
        }
    }

    /// Places of an array that are left out by what goes through it.
    pub(super) fn holes_of(&mut self, array: Value) -> BTreeSet<usize> {
        let Value::Obj(id) = array else { return BTreeSet::new() };
        match self.order.holey.get(&id) {
            None => BTreeSet::new(),
            Some(Some(known)) => known.clone(),
            Some(None) => {
                self.read_doubtful();
                BTreeSet::new()
            }
        }
    }

    /// Goes through an array in a way that leaves places out which hold nothing.
    pub(super) fn leaves_holes_out(&mut self, array: Value) {
        if matches!(array, Value::Obj(id) if self.order.holey.get(&id).is_some_and(|known| known.as_ref().is_none_or(|known| !known.is_empty())))
        {
            self.read_doubtful();
        }
    }

    /// Leaves something before its end that gives one value after the other: what it has left is not followed.
    pub(super) fn left_early(&mut self, value: Value) {
        if let Value::Obj(id) = value
            && !matches!(self.object(id).kind, Kind::Array(_) | Kind::Map(_))
        {
            self.doubt_object(id);
        }
    }

    /// A `catch` that may have run, although the walk has not met what it catches: what it changes may be otherwise.
    pub(super) fn perhaps_handled(&mut self, f: &Frame, p: &Program, body: StmtId) {
        self.read_doubtful();
        let Some(span) = p.stmts.get(body as usize).map(|body| body.span) else { return };
        let inside = |other: crate::span::Span| span.start <= other.start && other.end <= span.end;
        let leaves = |kind: &StmtKind| matches!(kind, StmtKind::Return(_) | StmtKind::Break(_) | StmtKind::Continue(_));
        if p.stmts.iter().any(|stmt| inside(stmt.span) && leaves(&stmt.kind)) {
            self.conditions += 1;
        }
        for expr in p.exprs.iter().filter(|expr| inside(expr.span)) {
            match &expr.kind {
                ExprKind::Assign(target, _)
                | ExprKind::AssignOp(_, target, _)
                | ExprKind::AssignLogical(_, target, _)
                | ExprKind::Update(_, _, target) => self.perhaps_assigned(f, p, *target),
                ExprKind::Delete(target) => self.perhaps_changed(f, p, *target),
                ExprKind::Call(callee, ..) => self.perhaps_called(f, p, *callee),
                _ => {}
            }
        }
    }

    fn perhaps_assigned(&mut self, f: &Frame, p: &Program, target: PatternId) {
        match p.patterns.get(target as usize) {
            Some(Pattern::Var(Var::Local { depth, slot })) => {
                for env in self.frames_around(f, *depth) {
                    self.doubt_slot(env, *slot);
                }
            }
            Some(Pattern::Expr(expr)) => self.perhaps_changed(f, p, *expr),
            Some(Pattern::Default(inner, _)) => self.perhaps_assigned(f, p, *inner),
            Some(Pattern::Object(members, rest)) => {
                for target in members.iter().map(|(_, target)| *target).chain(*rest) {
                    self.perhaps_assigned(f, p, target);
                }
            }
            Some(Pattern::Array(items, rest)) => {
                for target in items.iter().flatten().copied().chain(*rest) {
                    self.perhaps_assigned(f, p, target);
                }
            }
            _ => {}
        }
    }

    /// Frames that a variable of a block may be in, which has perhaps some of its own.
    fn frames_around(&self, f: &Frame, depth: u16) -> Vec<EnvId> {
        let mut frames = vec![f.env];
        for _ in 0..depth {
            let last = frames.last().copied().unwrap_or(0);
            frames.push(self.envs.get(last as usize).map_or(0, |env| env.parent));
        }
        frames
    }

    /// What variables of a block may hold.
    fn perhaps_held(&self, f: &Frame, p: &Program, expr: ExprId) -> Vec<Value> {
        match p.exprs.get(expr as usize).map(|expr| &expr.kind) {
            Some(ExprKind::This) => vec![f.this],
            Some(ExprKind::Var(Var::Local { depth, slot })) => {
                let frames = self.frames_around(f, *depth).into_iter();
                frames.filter_map(|env| self.envs.get(env as usize)?.slots.get(*slot as usize).copied()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Changes the object whose member is named.
    fn perhaps_changed(&mut self, f: &Frame, p: &Program, member: ExprId) {
        let mut at = member;
        while let Some(ExprKind::Member(object, ..) | ExprKind::Index(object, ..)) =
            p.exprs.get(at as usize).map(|expr| &expr.kind)
        {
            at = *object;
        }
        for value in self.perhaps_held(f, p, at) {
            if let Value::Obj(id) = value {
                self.doubt_object(id);
            }
        }
    }

    fn perhaps_called(&mut self, f: &Frame, p: &Program, callee: ExprId) {
        let held = self.perhaps_held(f, p, callee);
        if held.is_empty() {
            self.perhaps_changed(f, p, callee);
        } else {
            self.note_handed(&held);
        }
    }
}
