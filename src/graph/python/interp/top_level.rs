//! A module's top level: what is put aside while it runs, and where its states are kept for other handlers.

use super::super::value::*;
use super::exec::Flow;
use super::*;

/// What ran around a module whose top level runs.
#[derive(Clone)]
pub(super) struct Entered {
    doubted: bool,
    maybe: u32,
    running: Option<(ModIdx, u32)>,
    logs: Vec<Log>,
    outer: budget::Outer,
}

impl Interp<'_> {
    pub(super) fn run_top_level(&mut self, at: ModIdx) -> Run<()> {
        let entered = self.enter_top_level(at);
        let frame = self.module_frame(at);
        let result = self.exec_marked(&frame, 0, &entered);
        self.leave_top_level(at, entered);
        result.map(|_| ())
    }

    fn enter_top_level(&mut self, at: ModIdx) -> Entered {
        self.module_mut(at).state = LoadState::Running;
        let inner = self.doubt.is_doubted();
        let doubted = std::mem::replace(&mut self.doubt.inherited, inner);
        let (maybe, running) = (std::mem::take(&mut self.doubt.branches), self.running.take());
        let logs = std::mem::take(&mut self.logs);
        self.total_depth += 1;
        self.module_depth += 1;
        Entered { doubted, maybe, running, logs, outer: self.budget.begin() }
    }

    pub(super) fn leave_top_level(&mut self, at: ModIdx, entered: Entered) {
        self.budget.end(entered.outer);
        self.module_depth -= 1;
        self.total_depth -= 1;
        self.logs = entered.logs;
        self.doubt.branches = entered.maybe;
        self.doubt.inherited = entered.doubted;
        self.running = entered.running;
        self.module_mut(at).state = LoadState::Loaded;
    }

    /// Runs a module's top level from one of its statements on, and keeps the states that are wanted.
    pub(super) fn exec_marked(&mut self, frame: &Frame, done: usize, entered: &Entered) -> Run<Flow> {
        let code = frame.code;
        let shields = self.doubt.shields;
        let mut left = code.code.block(code.code.body).get(done..).unwrap_or(&[]);
        let mut result = Ok(Flow::NEXT);
        for mark in self.marks(frame.module).into_iter().filter(|mark| *mark > done) {
            let count = mark - (code.code.block(code.code.body).len() - left.len());
            let (before, behind) = left.split_at(count.min(left.len()));
            result = self.exec_all(frame, before);
            left = behind;
            if result.is_err() {
                break;
            }
            self.keep_behind(frame.module, mark, entered);
        }
        if result.is_ok() {
            result = self.exec_all(frame, left);
        }
        self.doubt.shields = shields;
        result
    }
}
