//! Who works at what: the pool of a run, and functions side by side.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::UserError;

/// Parsers recurse with the nesting of what they read, which is bounded before they run.
const STACK_BYTES: usize = 64 << 20;

/// Runs `work` with so many threads; 0 means one per core.
///
/// # Errors
/// When the threads cannot start.
pub fn with_threads<T: Send>(jobs: usize, work: impl FnOnce() -> T + Send) -> Result<T, UserError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).stack_size(STACK_BYTES).build()?;
    Ok(pool.install(work))
}

/// Does some work for the numbers up to `count`, and gives the results in their order.
///
/// Each thread has its share of the run's threads for what it does inside. A pool shared by all would not do: who
/// waits in it for a small task takes on whole functions, one upon the other, on one stack.
pub(super) fn side_by_side<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let threads = rayon::current_num_threads().min(count);
    if threads < 2 {
        return (0..count).map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, T)>> = Mutex::default();
    let work_on = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return;
            }
            let result = work(at);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
        }
    };
    on_threads(threads, &work_on);
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Runs the same on so many threads, of which this is one; each has its share of the run's threads.
fn on_threads(threads: usize, work: &(impl Fn() + Sync)) {
    let share = (rayon::current_num_threads() / threads).max(1);
    std::thread::scope(|scope| {
        for _ in 1..threads {
            let thread = std::thread::Builder::new().name("function".to_owned()).stack_size(STACK_BYTES);
            // Without a thread the others do its work.
            let _ = thread.spawn_scoped(scope, || in_pool_of_its_own(share, work));
        }
        work();
    });
}

/// How far work may run ahead of the oldest that is not done: what is done and waits is kept in memory.
const AHEAD: usize = 256;

/// What comes, numbered.
struct Coming<S> {
    source: S,
    number: usize,
}

/// What is done, delivered in order.
struct Delivery<T, D> {
    next: usize,
    waiting: BTreeMap<usize, T>,
    deliver: D,
    failed: Option<io::Error>,
}

impl<T, D: FnMut(T) -> io::Result<()>> Delivery<T, D> {
    fn take(&mut self, number: usize, result: T) {
        self.waiting.insert(number, result);
        while let Some(result) = self.waiting.remove(&self.next) {
            self.next += 1;
            if self.failed.is_none() {
                self.failed = (self.deliver)(result).err();
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does some work for all that comes, side by side, and delivers the results in the order of what came. Neither what
/// comes nor the results are kept, but for those few that wait for an older one.
///
/// # Errors
/// That of the first delivery that fails; no further work begins then.
pub fn in_order<I: Send, T: Send>(
    source: impl Iterator<Item = I> + Send,
    work: impl Fn(I) -> T + Sync,
    deliver: impl FnMut(T) -> io::Result<()> + Send,
) -> io::Result<()> {
    let coming = Mutex::new(Coming { source, number: 0 });
    let delivery = Mutex::new(Delivery { next: 0, waiting: BTreeMap::new(), deliver, failed: None });
    let moved = Condvar::new();
    let work_on = || {
        loop {
            let (number, item) = {
                let mut coming = lock(&coming);
                let Some(item) = coming.source.next() else { return };
                coming.number += 1;
                (coming.number - 1, item)
            };
            let mut open = lock(&delivery);
            while number >= open.next + AHEAD && open.failed.is_none() {
                open = moved.wait(open).unwrap_or_else(PoisonError::into_inner);
            }
            if open.failed.is_some() {
                return;
            }
            drop(open);
            let result = work(item);
            lock(&delivery).take(number, result);
            moved.notify_all();
        }
    };
    on_threads(rayon::current_num_threads(), &work_on);
    let delivery = delivery.into_inner().unwrap_or_else(PoisonError::into_inner);
    delivery.failed.map_or(Ok(()), Err)
}

/// Works on this thread, which has `share - 1` others to help it.
fn in_pool_of_its_own(share: usize, work: impl FnOnce() + Send) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(share).stack_size(STACK_BYTES).use_current_thread();
    // Without a pool it is the one of the process that helps.
    let _pool = pool.build();
    work();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_small_tasks_stay_apart() {
        let found = with_threads(3, || {
            side_by_side(40, |at| {
                let (a, b) = rayon::join(|| at, rayon::current_num_threads);
                assert!(b <= 3);
                a
            })
        });
        assert_eq!(found.unwrap(), (0..40).collect::<Vec<_>>());
    }
    #[test]
    fn what_comes_is_worked_on_side_by_side_and_delivered_in_order() {
        let mut delivered = Vec::new();
        let slow_first = |number: usize| {
            if number == 0 {
                std::thread::sleep(std::time::Duration::from_millis(30));
            }
            number * 2
        };
        let ended = with_threads(3, || {
            in_order(0..1000, slow_first, |result| {
                delivered.push(result);
                Ok(())
            })
        });
        ended.unwrap().unwrap();
        assert_eq!(delivered, (0..1000).map(|number| number * 2).collect::<Vec<_>>());
        let full =
            with_threads(3, || in_order(0.., |number: usize| number, |_| Err(io::ErrorKind::StorageFull.into())));
        assert_eq!(full.unwrap().unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
