//! Files that worker threads read ahead of a simulation.
//!
//! A simulation runs on one thread and asks for files in the order of execution. Workers follow what is read
//! already, depth first as the simulation will, so that most answers are ready.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use rustc_hash::FxHashSet;

use crate::artifact::EntryId;
use crate::fault::{self, Fault};

/// Files that workers read in one simulation; the simulation itself may ask for more.
const MOST_FILES: usize = 20_000;

/// How files are read, and what they lead to.
pub(super) trait Reader: Sync {
    /// What following a file needs to know beside its content.
    type Context: Send;
    /// A file that was read.
    type Read: Send + Sync;

    /// Reads a file.
    fn read(&self, entry: EntryId) -> Self::Read;

    /// What stands for a file on which reading has failed by a fault of ours.
    fn failed(&self) -> Self::Read;

    /// What a file asks for, by its text alone.
    fn follow(&self, file: &File<Self::Context>, read: &Self::Read) -> Next<Self::Context>;

    /// Makes more of a file than the simulation asks for, when there is nothing left to read.
    fn prepare(&self, _entry: EntryId, _read: &Self::Read) {}
}

/// A file to be read.
pub(super) struct File<C> {
    pub(super) entry: EntryId,
    pub(super) context: C,
}

/// Files that a file asks for.
pub(super) struct Next<C> {
    /// While it is loaded, in this order.
    pub(super) at_load: Vec<File<C>>,
    /// Once everything is loaded: read when there is nothing better to do.
    pub(super) later: Vec<File<C>>,
    /// Whether the file itself is worth preparing.
    pub(super) prepare: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    /// Read a file, and look at what it asks for.
    Read,
    /// The simulation has read it already: only look at what it asks for.
    Follow,
    /// Make more of a file.
    Prepare,
}

struct Job<C> {
    file: File<C>,
    task: Task,
}

struct Shared<C> {
    /// Files that some thread has taken on.
    taken: FxHashSet<EntryId>,
    /// What workers do next, the last first.
    jobs: Vec<Job<C>>,
    /// What they do when there is no job, the first first.
    later: VecDeque<File<C>>,
    /// What they prepare when there is nothing to read.
    prepare: Vec<File<C>>,
    is_closed: bool,
}

impl<C> Shared<C> {
    fn new() -> Self {
        Self {
            taken: FxHashSet::default(),
            jobs: Vec::new(),
            later: VecDeque::new(),
            prepare: Vec::new(),
            is_closed: false,
        }
    }

    /// Takes what a worker does next.
    fn next(&mut self) -> Option<Job<C>> {
        while let Some(job) = self.jobs.pop() {
            if job.task != Task::Read || self.taken.insert(job.file.entry) {
                return Some(job);
            }
        }
        while let Some(file) = self.later.pop_front() {
            if self.taken.insert(file.entry) {
                return Some(Job { file, task: Task::Read });
            }
        }
        self.prepare.pop().map(|file| Job { file, task: Task::Prepare })
    }

    /// Takes the file that a worker would read next.
    fn next_unread(&mut self) -> Option<File<C>> {
        let at = self.jobs.iter().rposition(|job| job.task == Task::Read && !self.taken.contains(&job.file.entry))?;
        let file = self.jobs.remove(at).file;
        self.taken.insert(file.entry);
        Some(file)
    }

    fn add(&mut self, next: Next<C>) {
        if self.taken.len() > MOST_FILES {
            return;
        }
        let Self { taken, jobs, later, .. } = self;
        let is_new = |file: &File<C>| !taken.contains(&file.entry);
        let at_load = next.at_load.into_iter().rev().filter(is_new);
        jobs.extend(at_load.map(|file| Job { file, task: Task::Read }));
        later.extend(next.later.into_iter().filter(is_new));
    }
}

/// What has been read, and what is going to be.
pub(super) struct Ahead<C, T> {
    /// By entry. Set once, so that a simulation can borrow code for as long as it runs.
    read: Box<[OnceLock<Box<T>>]>,
    shared: Mutex<Shared<C>>,
    changed: Condvar,
    faults: Mutex<Vec<Fault>>,
}

impl<C, T> Ahead<C, T> {
    /// Nothing of so many files is read.
    pub(super) fn new(files: usize) -> Self {
        let read = (0..files).map(|_| OnceLock::new()).collect();
        Self { read, shared: Shared::new().into(), changed: Condvar::new(), faults: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Shared<C>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A file that was read.
    pub(super) fn done(&self, entry: EntryId) -> Option<&T> {
        self.read.get(entry.0 as usize)?.get().map(|read| &**read)
    }

    /// The file, read here if nobody has yet; `None` where there is no such entry. While a worker is at it, others are
    /// read here that the workers would take next.
    pub(super) fn get(
        &self,
        reader: &impl Reader<Context = C, Read = T>,
        entry: EntryId,
        context: impl FnOnce() -> C,
    ) -> Option<&T> {
        self.read.get(entry.0 as usize)?;
        let mut context = Some(context);
        let mut shared = self.lock();
        loop {
            if let Some(read) = self.done(entry) {
                return Some(read);
            }
            let file = match context.take_if(|_| shared.taken.insert(entry)) {
                Some(context) => Some(File { entry, context: context() }),
                None => shared.next_unread(),
            };
            shared = match file {
                Some(file) => {
                    drop(shared);
                    self.read(reader, file.entry);
                    let mut shared = self.lock();
                    shared.jobs.push(Job { file, task: Task::Follow });
                    self.changed.notify_all();
                    shared
                }
                None => self.changed.wait(shared).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    fn read(&self, reader: &impl Reader<Context = C, Read = T>, entry: EntryId) -> Option<&T> {
        // A thread that died here would leave the simulation waiting for ever.
        let read = fault::caught("reading a file", || reader.read(entry)).unwrap_or_else(|fault| {
            self.note(fault);
            reader.failed()
        });
        let place = self.read.get(entry.0 as usize)?;
        Some(place.get_or_init(|| Box::new(read)))
    }

    fn note(&self, fault: Fault) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    /// What failed, by faults of ours, in a fixed order and each once.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let mut faults = std::mem::take(&mut *self.faults.lock().unwrap_or_else(PoisonError::into_inner));
        faults.sort();
        faults.dedup();
        faults
    }

    /// Lets workers begin with a file.
    pub(super) fn start(&self, file: File<C>) {
        self.lock().add(Next { at_load: vec![file], later: Vec::new(), prepare: false });
        self.changed.notify_all();
    }

    /// Does some work while workers, with stacks of so many bytes, read ahead.
    pub(super) fn during<W>(
        &self,
        reader: &impl Reader<Context = C, Read = T>,
        stack: usize,
        work: impl FnOnce() -> W,
    ) -> W
    where
        C: Send,
        T: Send + Sync,
    {
        self.lock().is_closed = false;
        std::thread::scope(|scope| {
            // Workers are sent home however the work ends.
            let _closing = Closing(self);
            // The work takes a core for itself: it is the longest chain, and reads what is not ready.
            for _ in 1..rayon::current_num_threads() {
                let worker = std::thread::Builder::new().name("parse".to_owned()).stack_size(stack);
                // Without a worker all is read by who asks for it; nothing but time is lost.
                let _ = worker.spawn_scoped(scope, || self.work(reader));
            }
            work()
        })
    }

    fn work(&self, reader: &impl Reader<Context = C, Read = T>) {
        let mut shared = self.lock();
        while !shared.is_closed {
            let Some(job) = shared.next() else {
                shared = self.changed.wait(shared).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            drop(shared);
            let Job { file, task } = job;
            let read = if task == Task::Read { self.read(reader, file.entry) } else { self.done(file.entry) };
            if task == Task::Prepare {
                // Whoever needs what is missing then makes it.
                let prepare = || read.map(|read| reader.prepare(file.entry, read));
                let _ = fault::caught("preparing a file", prepare).map_err(|fault| self.note(fault));
                shared = self.lock();
                continue;
            }
            // With the lock, lest it comes between the simulation's look and its sleep.
            drop(self.lock());
            self.changed.notify_all();
            let next = read.map(|read| reader.follow(&file, read));
            shared = self.lock();
            if let Some(next) = next {
                if next.prepare {
                    shared.prepare.push(file);
                }
                shared.add(next);
                self.changed.notify_all();
            }
        }
    }

    /// Everything that was read.
    pub(super) fn into_read(self) -> impl Iterator<Item = (EntryId, Box<T>)> {
        let read = self.read.into_iter().enumerate();
        read.filter_map(|(at, place)| Some((EntryId(at as u32), place.into_inner()?)))
    }
}

/// Sends the workers home when it goes.
struct Closing<'a, C, T>(&'a Ahead<C, T>);

impl<C, T> Drop for Closing<'_, C, T> {
    fn drop(&mut self) {
        self.0.lock().is_closed = true;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Files that lead to the next two; reading number 3 fails.
    #[derive(Default)]
    struct Numbers {
        reads: [AtomicUsize; 8],
    }

    impl Reader for Numbers {
        type Context = ();
        type Read = Option<u32>;

        fn read(&self, entry: EntryId) -> Option<u32> {
            self.reads[entry.0 as usize].fetch_add(1, Ordering::Relaxed);
            assert_ne!(entry.0, 3, "the fault that the test wants");
            Some(entry.0)
        }

        fn failed(&self) -> Option<u32> {
            None
        }

        fn follow(&self, file: &File<()>, _: &Option<u32>) -> Next<()> {
            Next { at_load: files(&[file.entry.0 + 1]), later: files(&[file.entry.0 + 2]), prepare: true }
        }

        fn prepare(&self, _: EntryId, _: &Option<u32>) {
            panic!("a fault in this costs nothing");
        }
    }

    fn files(entries: &[u32]) -> Vec<File<()>> {
        let within = entries.iter().filter(|entry| **entry < 8);
        within.map(|entry| File { entry: EntryId(*entry), context: () }).collect()
    }

    #[test]
    fn every_file_is_read_once_and_a_failure_stands_for_its_file_alone() {
        let (ahead, reader) = (Ahead::new(8), Numbers::default());
        ahead.start(File { entry: EntryId(0), context: () });
        let found = ahead.during(&reader, 1 << 20, || {
            [7, 0, 3, 1, 3, 0].map(|entry| ahead.get(&reader, EntryId(entry), || ()).copied().flatten())
        });
        assert_eq!(found, [Some(7), Some(0), None, Some(1), None, Some(0)]);
        assert!(ahead.get(&reader, EntryId(8), || ()).is_none());
        assert!(reader.reads.iter().all(|reads| reads.load(Ordering::Relaxed) <= 1));
    }

    #[test]
    fn what_runs_first_is_read_first() {
        let mut shared = Shared::new();
        shared.add(Next { at_load: files(&[1, 2]), later: files(&[6, 2]), prepare: false });
        let mut order: Vec<(u32, Task)> = shared.next().map(|job| (job.file.entry.0, job.task)).into_iter().collect();
        shared.prepare.extend(files(&[1]));
        shared.add(Next { at_load: files(&[4, 1]), later: files(&[7]), prepare: false });
        order.extend(std::iter::from_fn(|| shared.next()).map(|job| (job.file.entry.0, job.task)));
        let reads = [1, 4, 2, 6, 7].map(|entry| (entry, Task::Read));
        assert_eq!(order, [&reads[..], &[(1, Task::Prepare)]].concat());
    }
}
