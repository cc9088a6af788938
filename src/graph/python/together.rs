//! Several handlers of one package: what they begin with in common is walked once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::build::{Setup, Wanted};
use super::finder::Finder;
use super::interp::Interp;
use super::interp::relay::Header;
use super::limits::LIMITS;
use super::sources::Sources;
use super::{PythonInput, Start};
use crate::fault;
use crate::graph::ModuleGraph;

/// A handler that is to be walked.
struct Job<'a> {
    number: usize,
    environment: &'a BTreeMap<String, String>,
    wanted: Wanted,
    /// What it begins with; `None` where nothing of it is shared.
    header: Option<Header<'a>>,
}

/// The graphs of all handlers, in their order.
pub(super) fn walk(
    input: &PythonInput<'_>,
    starts: &[Start<'_>],
    finder: &Finder<'_>,
    sources: &Sources<'_>,
) -> Vec<ModuleGraph> {
    let mut done = Done { graphs: starts.iter().map(|_| None).collect(), running: 0 };
    // A fault ends the walks, and those that are left begin again without the one that has failed.
    while done.graphs.iter().any(Option::is_none) {
        let work = || sources.reading_ahead(|| walk_left(input, starts, (finder, sources), &mut done));
        if let Err(fault) = fault::on_thread("the import simulation", LIMITS.stack, work) {
            done.set(done.running, ModuleGraph::failed(fault));
        }
    }
    done.graphs.into_iter().flatten().collect()
}

/// What walks have come to.
struct Done {
    graphs: Vec<Option<ModuleGraph>>,
    /// The handler that is walked.
    running: usize,
}

impl Done {
    fn set(&mut self, at: usize, graph: ModuleGraph) {
        if let Some(place) = self.graphs.get_mut(at) {
            *place = Some(graph);
        }
    }
}

fn walk_left<'a>(
    input: &'a PythonInput<'_>,
    starts: &'a [Start<'_>],
    (finder, sources): (&'a Finder<'_>, &'a Sources<'_>),
    done: &mut Done,
) {
    let mut left: Vec<usize> = (0..starts.len()).filter(|at| done.graphs[*at].is_none()).collect();
    let Some(first) = left.first().copied() else { return };
    done.running = first;
    let setup = Setup::of(input);
    let mut interp = Interp::new(&setup, starts[first].environment, finder, sources);
    interp.begin();
    // Where code has read variables already that differ, others begin anew.
    left.retain(|at| interp.declare(starts[*at].environment).is_some());
    let is_alone = left.len() == 1;
    let jobs = left.into_iter().map(|number| {
        let Start { handler, environment } = starts[number];
        let wanted = Wanted::of(handler, environment, finder);
        let header = if is_alone || wanted.doubt.is_some() { None } else { interp.header(&wanted.module, environment) };
        Job { number, environment, wanted, header }
    });
    let jobs: Vec<Job<'_>> = jobs.collect();
    let mut walks = Walks { interp, done, declined: Vec::new() };
    if !is_alone {
        let names = jobs.iter().filter_map(|job| job.header.as_ref());
        walks.interp.keep_start(names.map(|header| header.name.clone()));
    }
    walks.walk_all(jobs);
}

/// Walks of one package.
struct Walks<'a, 'b> {
    interp: Interp<'a>,
    done: &'b mut Done,
    /// Handlers for which nothing could be taken over.
    declined: Vec<Job<'a>>,
}

impl<'a> Walks<'a, '_> {
    /// Walks handlers from the state before any of them, in which the walk is.
    fn walk_all(&mut self, jobs: Vec<Job<'a>>) {
        self.walk_behind(jobs);
        while !self.declined.is_empty() {
            let declined = std::mem::take(&mut self.declined);
            self.walk_behind(declined);
        }
    }

    /// Walks handlers that all begin as the newest state does.
    fn walk_behind(&mut self, jobs: Vec<Job<'a>>) {
        let mut left = VecDeque::from(jobs);
        let base = self.interp.points();
        while let Some(first) = left.pop_front() {
            self.interp.go_back();
            let first = self.run(first, &left);
            // The states that it has left behind, the newest first.
            while self.interp.points() > base {
                self.interp.go_back();
                let reached = self.interp.reached();
                let (same, others): (Vec<_>, Vec<_>) =
                    left.into_iter().partition(|job| first.as_ref().is_some_and(|first| common(first, job) >= reached));
                left = others.into();
                if !same.is_empty() {
                    self.walk_behind(same);
                    self.interp.go_back();
                }
                self.interp.give_up_point();
            }
        }
    }

    /// Walks one handler, and keeps the states in which the others that are left may take over. Gives what it begins
    /// with.
    fn run(&mut self, job: Job<'a>, left: &VecDeque<Job<'a>>) -> Option<Header<'a>> {
        let Job { number, environment, wanted, header } = &job;
        self.done.running = *number;
        self.interp.sources.begin_walk();
        let from = self.interp.reached();
        let marks: BTreeSet<usize> = left.iter().filter_map(|other| Some(common(header.as_ref()?, other))).collect();
        let room = LIMITS.points.saturating_sub(self.interp.points());
        let marks: Vec<usize> = marks.into_iter().filter(|mark| *mark > from).rev().take(room).collect();
        self.interp.want_points(header.as_ref(), marks.into_iter().rev().collect());
        let loaded = match header.as_ref().filter(|_| from > 0) {
            Some(header) => match self.interp.take_over(header) {
                Some(loaded) => loaded.ok(),
                None => {
                    self.declined.push(job);
                    return None;
                }
            },
            None => {
                // That it may was seen before the first.
                let _ = self.interp.declare(environment);
                self.interp.trace.doubts.extend(wanted.doubt.clone());
                self.interp.import(&wanted.module, None).ok()
            }
        };
        let graph = self.interp.end(wanted, loaded);
        self.done.set(*number, graph);
        job.header
    }
}

/// How many statements a handler begins with as another does.
fn common(header: &Header<'_>, other: &Job<'_>) -> usize {
    other.header.as_ref().map_or(0, |other| header.common(other))
}
