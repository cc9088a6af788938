//! Who works at what: the pool of a run, and functions side by side.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

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
pub(super) fn on_threads(threads: usize, work: &(impl Fn() + Sync)) {
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
}
