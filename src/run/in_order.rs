//! Work on what comes one by one, side by side and in bounded memory, delivered in the order in which it came.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};

use super::threads::on_threads;

/// How far work may run ahead of the oldest that is not done: what is done and waits is kept in memory.
const AHEAD: usize = 256;
/// What the reader of the source may have at hand beside that.
const AT_HAND: usize = 16;

/// Something to work on, by its number, with what it is about.
struct Item<I> {
    number: usize,
    about: String,
    item: I,
}

/// What has come and is not worked on yet, the oldest first.
struct Coming<I> {
    /// Nothing once nobody takes anything any more.
    source: Option<Receiver<Item<I>>>,
    window: VecDeque<Item<I>>,
}

/// What a thread can do next.
enum Next<I> {
    /// This, and whether more is there that is about the same.
    Work(Item<I>, bool),
    /// Wait until this number is less than so far ahead.
    Wait(usize),
    End,
}

impl<I> Coming<I> {
    /// What comes next for a thread that was at work on something: more of that, or else the oldest. Takes all that is
    /// there, and waits only where nothing is.
    fn next(&mut self, before: Option<&str>, delivered: usize) -> Next<I> {
        if let Some(source) = &self.source {
            while self.window.len() < AHEAD {
                let item = if self.window.is_empty() { source.recv().ok() } else { source.try_recv().ok() };
                let Some(item) = item else { break };
                self.window.push_back(item);
            }
        }
        let Some(oldest) = self.window.front() else { return Next::End };
        if oldest.number >= delivered + AHEAD {
            return Next::Wait(oldest.number);
        }
        let same = |item: &Item<I>| Some(&*item.about) == before && item.number < delivered + AHEAD;
        let item = self.window.iter().position(same).and_then(|at| self.window.remove(at));
        let Some(item) = item.or_else(|| self.window.pop_front()) else { return Next::End };
        let has_more = self.window.iter().any(|other| other.about == item.about);
        Next::Work(item, has_more)
    }
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

/// What items that are about the same have in common, as long as somebody is at work on one.
struct Common<S>(Mutex<BTreeMap<String, Weak<S>>>);

impl<S> Common<S> {
    fn of(&self, about: &str, begin: impl FnOnce() -> S) -> Arc<S> {
        let mut known = lock(&self.0);
        known.retain(|_, common| common.strong_count() > 0);
        known.get(about).and_then(Weak::upgrade).unwrap_or_else(|| {
            let common = Arc::new(begin());
            known.insert(about.to_owned(), Arc::downgrade(&common));
            common
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is to be done with what comes.
#[derive(Clone, Copy, Debug)]
pub struct Work<A, B, W> {
    /// What an item is about.
    pub about: A,
    /// Makes what items have in common that are about the same, and told whether more of them are there already.
    pub begin: B,
    /// Works on an item.
    pub on: W,
}

/// Does some work for all that comes, side by side, and delivers the results in the order of what came. Neither what
/// comes nor the results are kept, but for those few that wait for an older one. Of those, a thread takes first what is
/// about the same as what it did last.
///
/// # Errors
/// That of the first delivery that fails; no further work begins then.
pub fn in_order<I: Send, S: Send + Sync, T: Send>(
    source: impl Iterator<Item = I> + Send,
    work: Work<impl Fn(&I) -> String + Sync, impl Fn(bool) -> S + Sync, impl Fn(I, &S) -> T + Sync>,
    deliver: impl FnMut(T) -> io::Result<()> + Send,
) -> io::Result<()> {
    let (sender, receiver) = mpsc::sync_channel(AT_HAND);
    let delivery = Delivery { next: 0, waiting: BTreeMap::new(), deliver, failed: None };
    let queue = Queue {
        coming: Mutex::new(Coming { source: Some(receiver), window: VecDeque::new() }),
        delivery: Mutex::new(delivery),
        moved: Condvar::new(),
    };
    let common = Common(Mutex::default());
    let work_on = || {
        let mut last: Option<(String, Arc<S>)> = None;
        while let Some((Item { number, about, item }, has_more)) = queue.next(last.as_ref().map(|(about, _)| &**about))
        {
            // What is over is given up before anything else begins.
            last = last.filter(|(before, _)| *before == about);
            let (_, common) = last.get_or_insert_with(|| {
                let common = common.of(&about, || (work.begin)(has_more));
                (about, common)
            });
            queue.deliver(number, (work.on)(item, common));
        }
    };
    let about = &work.about;
    std::thread::scope(|scope| {
        let read = move || read_ahead(source, about, &sender);
        let reader = std::thread::Builder::new().name("source".to_owned()).spawn_scoped(scope, read)?;
        on_threads(rayon::current_num_threads(), &work_on);
        // The reader ends at the next item where it has not.
        lock(&queue.coming).source = None;
        reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        io::Result::Ok(())
    })?;
    let delivery = queue.delivery.into_inner().unwrap_or_else(PoisonError::into_inner);
    delivery.failed.map_or(Ok(()), Err)
}

/// What comes and what is done.
struct Queue<I, T, D> {
    coming: Mutex<Coming<I>>,
    delivery: Mutex<Delivery<T, D>>,
    /// That something was delivered.
    moved: Condvar,
}

impl<I, T, D: FnMut(T) -> io::Result<()>> Queue<I, T, D> {
    /// What a thread does next, and whether more is there that is about the same; nothing at the end.
    fn next(&self, before: Option<&str>) -> Option<(Item<I>, bool)> {
        loop {
            let delivered = {
                let delivery = lock(&self.delivery);
                if delivery.failed.is_some() {
                    return None;
                }
                delivery.next
            };
            let next = lock(&self.coming).next(before, delivered);
            match next {
                Next::End => return None,
                Next::Work(item, has_more) => return Some((item, has_more)),
                Next::Wait(number) => {
                    let mut delivery = lock(&self.delivery);
                    while number >= delivery.next + AHEAD && delivery.failed.is_none() {
                        delivery = self.moved.wait(delivery).unwrap_or_else(PoisonError::into_inner);
                    }
                }
            }
        }
    }

    fn deliver(&self, number: usize, result: T) {
        lock(&self.delivery).take(number, result);
        self.moved.notify_all();
    }
}

/// Hands on what a source gives, until nobody wants more.
fn read_ahead<I>(source: impl Iterator<Item = I>, about: impl Fn(&I) -> String, sender: &SyncSender<Item<I>>) {
    for (number, item) in source.enumerate() {
        let about = about(&item);
        if sender.send(Item { number, about, item }).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::super::threads::with_threads;
    use super::*;

    #[allow(clippy::type_complexity, reason = "closures have no names")]
    fn alone<T>(on: impl Fn(usize) -> T) -> Work<impl Fn(&usize) -> String, impl Fn(bool), impl Fn(usize, &()) -> T> {
        Work { about: usize::to_string, begin: |_| (), on: move |number, _: &()| on(number) }
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
            in_order(0..1000, alone(slow_first), |result| {
                delivered.push(result);
                Ok(())
            })
        });
        ended.unwrap().unwrap();
        assert_eq!(delivered, (0..1000).map(|number| number * 2).collect::<Vec<_>>());
        let full =
            with_threads(3, || in_order(0.., alone(|number| number), |_| Err(io::ErrorKind::StorageFull.into())));
        assert_eq!(full.unwrap().unwrap_err().kind(), io::ErrorKind::StorageFull);
    }

    /// Four kinds in turn, as many as the reader has at hand: those that wait together have one beginning.
    #[test]
    fn what_is_about_the_same_begins_once() {
        let (begun, mut delivered) = (AtomicUsize::new(0), Vec::new());
        // All has come before the first is done.
        let (all, has_come) = (AtomicUsize::new(0), AtomicBool::new(false));
        let last = std::iter::from_fn(|| {
            has_come.store(true, Ordering::Release);
            None
        });
        let work = Work {
            about: |number: &usize| (number % 4).to_string(),
            begin: |_| begun.fetch_add(1, Ordering::Relaxed),
            on: |number: usize, _: &usize| {
                if all.fetch_add(1, Ordering::Relaxed) == 0 {
                    while !has_come.load(Ordering::Acquire) {
                        std::thread::yield_now();
                    }
                }
                number
            },
        };
        let ended = with_threads(1, || {
            in_order((0..AT_HAND).chain(last), work, |result| {
                delivered.push(result);
                Ok(())
            })
        });
        ended.unwrap().unwrap();
        assert_eq!(delivered, (0..AT_HAND).collect::<Vec<_>>());
        assert!(begun.into_inner() <= 5, "once each, and perhaps the first again");
    }
}
