//! How much of the code is followed. Budgets make the simulation end, and end soon: what a function of a library
//! imports shows in its first runs, and the thousandth run of a parser or a schema builder shows nothing new.

use rustc_hash::FxHashMap;

use super::super::limits::LIMITS;
use super::super::value::{ModIdx, Sym};
use crate::graph::Phase;

/// A function: its module and its index there.
pub(super) type FunctionKey = (ModIdx, u32);

/// How far a function has been followed.
#[derive(Clone, Copy, Default)]
struct Followed {
    /// Runs in this phase.
    runs: u32,
    /// Runs that have begun and not ended.
    active: u32,
    /// Whether it has run in any phase.
    has_run: bool,
    /// Steps in its own code, in all runs of this phase together.
    steps: u64,
}

/// Functions by module and by index there: a call looks here several times.
#[derive(Clone, Default)]
struct Functions(Vec<Vec<Followed>>);

impl Functions {
    fn get(&self, (module, index): FunctionKey) -> Followed {
        let functions = self.0.get(module.0 as usize);
        functions.and_then(|functions| functions.get(index as usize)).copied().unwrap_or_default()
    }

    fn entry(&mut self, (module, index): FunctionKey) -> &mut Followed {
        let (module, index) = (module.0 as usize, index as usize);
        if self.0.len() <= module {
            self.0.resize_with(module + 1, Vec::new);
        }
        let functions = &mut self.0[module];
        if functions.len() <= index {
            functions.resize(index + 1, Followed::default());
        }
        &mut functions[index]
    }
}

/// What is known about a call when its run is asked for.
pub(super) struct Occasion {
    /// The top-level name of the function's module, for code of packages and of the standard library.
    pub(super) library: Option<Sym>,
    /// Conditions within each other that cannot be decided and that the call depends on; none when it surely happens.
    pub(super) doubt: u32,
    pub(super) phase: Phase,
    /// Whether the function is its module's `__getattr__`: what it is asked for decides what is imported, for the
    /// hundredth name as for the first.
    pub(super) answers_for_module: bool,
}

/// Where a run began, to be given back at its end.
#[derive(Clone, Copy)]
pub(super) struct Outer {
    started: u64,
    inner: u64,
}

/// Steps taken and left.
#[derive(Clone)]
pub(super) struct Budget {
    steps: u64,
    /// Where `steps` ends the following of calls, in this phase.
    limit: u64,
    /// Where `steps` was when the running function or module began.
    started: u64,
    /// Steps since then that belong to functions and modules it called and imported.
    inner: u64,
    followed: Functions,
    /// Steps beyond [`Limits::steps_per_function`], by top-level name.
    overtime: FxHashMap<Sym, u64>,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self {
            steps: 0,
            limit: LIMITS.steps,
            started: 0,
            inner: 0,
            followed: Functions::default(),
            overtime: FxHashMap::default(),
        }
    }

    /// Starts afresh for what runs once the handler can be called.
    pub(super) fn renew(&mut self) {
        let mut followed = std::mem::take(&mut self.followed);
        for function in followed.0.iter_mut().flatten() {
            (function.runs, function.steps) = (0, 0);
        }
        let overtime = std::mem::take(&mut self.overtime);
        *self = Self { limit: LIMITS.steps_later, followed, overtime, ..Self::new() };
    }

    /// Counts a step; false once the budget is spent.
    pub(super) fn step(&mut self) -> bool {
        self.steps += 1;
        !self.is_spent()
    }

    /// Counts work that is done in one go.
    pub(super) fn take(&mut self, steps: u64) {
        self.steps += steps;
    }

    pub(super) fn is_spent(&self) -> bool {
        self.steps >= self.limit
    }

    /// Whether a run of a function would only cost time: what it imports was seen in the first ones.
    pub(super) fn is_enough(&self, key: FunctionKey, occasion: &Occasion) -> bool {
        if occasion.phase == Phase::Init && occasion.doubt > LIMITS.deepest_doubt {
            return true;
        }
        let followed = self.followed.get(key);
        if followed.runs < LIMITS.runs_anyway {
            return false;
        }
        let Some(package) = occasion.library else { return followed.runs >= LIMITS.runs_at_most };
        let rested =
            occasion.answers_for_module || self.overtime.get(&package).is_none_or(|taken| *taken < LIMITS.overtime);
        // What a handler surely does is followed like Init: what it registers decides what it loads. The rest is a
        // multitude of routes, each of which would take as long.
        if occasion.phase == Phase::Invoke && occasion.doubt > 0 {
            return true;
        }
        let (runs, steps) = match (occasion.doubt == 0, rested) {
            (true, true) => (LIMITS.runs_at_most, LIMITS.overtime_per_function),
            (true, false) => (LIMITS.runs_per_function, LIMITS.steps_per_function),
            (false, _) => (LIMITS.runs_per_function, LIMITS.steps_if_unsure),
        };
        followed.runs >= runs || followed.steps >= steps
    }

    /// Counts a run of a function.
    pub(super) fn count_run(&mut self, key: FunctionKey) {
        self.followed.entry(key).runs += 1;
    }

    /// Runs of a function that have begun and not ended.
    pub(super) fn active(&self, key: FunctionKey) -> u32 {
        self.followed.get(key).active
    }

    /// Whether a function has run at all.
    pub(super) fn has_run(&self, key: FunctionKey) -> bool {
        self.followed.get(key).has_run
    }

    /// Notes that a function's body begins to run.
    pub(super) fn enter(&mut self, key: FunctionKey) {
        let followed = self.followed.entry(key);
        followed.has_run = true;
        followed.active += 1;
    }

    /// Begins a function's or a module's run.
    pub(super) fn begin(&mut self) -> Outer {
        let outer = Outer { started: self.started, inner: self.inner };
        (self.started, self.inner) = (self.steps, 0);
        outer
    }

    /// Ends the run; gives the steps of its own code.
    pub(super) fn end(&mut self, outer: Outer) -> u64 {
        let (total, own) = (self.steps.saturating_sub(self.started), self.own_steps());
        (self.started, self.inner) = (outer.started, outer.inner + total);
        own
    }

    /// Notes that a function's body has run, and books its steps.
    pub(super) fn leave(&mut self, key: FunctionKey, own: u64, library: Option<Sym>) {
        let followed = self.followed.entry(key);
        followed.active = followed.active.saturating_sub(1);
        followed.steps += own;
        if let Some(package) = library
            && followed.steps > LIMITS.steps_per_function
        {
            *self.overtime.entry(package).or_default() += own;
        }
    }

    /// Whether the running function has computed for so long that its loops are left.
    pub(super) fn is_long(&self) -> bool {
        self.own_steps() > LIMITS.steps_per_run
    }

    fn own_steps(&self) -> u64 {
        self.steps.saturating_sub(self.started + self.inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: FunctionKey = (ModIdx(0), 0);
    const PACKAGE: Sym = Sym(7);

    fn run(budget: &mut Budget, key: FunctionKey, steps: u64, package: Sym) {
        budget.count_run(key);
        budget.enter(key);
        let outer = budget.begin();
        budget.take(steps);
        let own = budget.end(outer);
        budget.leave(key, own, Some(package));
    }

    fn library(doubt: u32, phase: Phase) -> Occasion {
        Occasion { library: Some(PACKAGE), doubt, phase, answers_for_module: false }
    }

    #[test]
    fn what_a_run_calls_is_not_its_own_time() {
        let mut budget = Budget::new();
        let outer = budget.begin();
        budget.take(5);
        let inner = budget.begin();
        budget.take(100);
        assert_eq!(budget.end(inner), 100);
        budget.take(2);
        assert_eq!(budget.end(outer), 7);
    }

    #[test]
    fn unsure_runs_are_followed_for_less_long() {
        let mut budget = Budget::new();
        for _ in 0..LIMITS.runs_anyway {
            run(&mut budget, KEY, LIMITS.steps_if_unsure, PACKAGE);
        }
        assert!(budget.is_enough(KEY, &library(1, Phase::Init)));
        assert!(!budget.is_enough(KEY, &library(0, Phase::Init)));
        assert!(budget.is_enough(KEY, &library(1, Phase::Invoke)));
        assert!(!budget.is_enough(KEY, &library(0, Phase::Invoke)));
        assert!(!budget.is_enough(KEY, &Occasion { library: None, ..library(1, Phase::Invoke) }));
    }

    #[test]
    fn doubt_within_doubt_ends_a_call_during_init_only() {
        let budget = Budget::new();
        assert!(!budget.is_enough(KEY, &library(LIMITS.deepest_doubt, Phase::Init)));
        assert!(budget.is_enough(KEY, &library(LIMITS.deepest_doubt + 1, Phase::Init)));
        assert!(!budget.is_enough(KEY, &library(LIMITS.deepest_doubt + 1, Phase::Invoke)));
    }

    #[test]
    fn what_has_run_is_known_in_every_phase() {
        let mut budget = Budget::new();
        budget.enter(KEY);
        assert_eq!(budget.active(KEY), 1);
        budget.leave(KEY, 1, None);
        budget.renew();
        assert_eq!(budget.active(KEY), 0);
        assert!(budget.has_run(KEY));
        assert!(!budget.has_run((ModIdx(0), 1)));
    }

    #[test]
    fn one_package_does_not_take_the_time_of_another() {
        let mut budget = Budget::new();
        let (hungry, other) = (Sym(1), (ModIdx(1), 0));
        for _ in 0..LIMITS.runs_anyway {
            run(&mut budget, KEY, LIMITS.overtime, hungry);
            run(&mut budget, other, LIMITS.steps_per_function, PACKAGE);
        }
        let of = |package| Occasion { library: Some(package), ..library(0, Phase::Init) };
        assert!(budget.is_enough(KEY, &of(hungry)));
        assert!(!budget.is_enough(other, &of(PACKAGE)));
    }

    #[test]
    fn a_module_answers_for_its_names_although_its_package_has_no_time_left() {
        let mut budget = Budget::new();
        for _ in 0..LIMITS.runs_anyway {
            run(&mut budget, (ModIdx(1), 0), LIMITS.overtime, PACKAGE);
            run(&mut budget, KEY, LIMITS.steps_per_function, PACKAGE);
        }
        assert!(budget.is_enough(KEY, &library(0, Phase::Init)));
        assert!(!budget.is_enough(KEY, &Occasion { answers_for_module: true, ..library(0, Phase::Init) }));
    }
}
