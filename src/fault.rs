//! Faults of ours: a panic, a thread that cannot start. They are caught where one function ends and the next
//! begins, and told, so that an empty answer is never taken for a true one.

use std::any::Any;
use std::panic::AssertUnwindSafe;

/// A part of the analysis that did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// What failed and what to do, for people.
    pub message: String,
}

impl Fault {
    /// Something that failed in a part of the analysis, such as `the import simulation`.
    #[must_use]
    pub fn new(part: &str, why: &str) -> Self {
        Self {
            message: format!(
                "a fault of defrost: {part} failed ({why}), so the results for this function are not complete; \
                 please report it with what it was run on"
            ),
        }
    }

    /// A panic in a part of the analysis, by what it carries.
    #[must_use]
    pub fn panicked(part: &str, payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Self::new(part, text.unwrap_or("it panicked"))
    }
}

/// Does some work of a part of the analysis. Work that panics must not leave behind what others use.
///
/// # Errors
/// When it panics.
pub fn caught<T>(part: &str, work: impl FnOnce() -> T) -> Result<T, Fault> {
    std::panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| Fault::panicked(part, &*payload))
}

/// Does some work on a thread of its own, which has so many bytes of stack.
///
/// # Errors
/// When it panics, or the thread cannot start.
pub fn on_thread<T: Send>(part: &str, stack: usize, work: impl FnOnce() -> T + Send) -> Result<T, Fault> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("simulate".to_owned()).stack_size(stack);
        let thread = thread.spawn_scoped(scope, work);
        let thread = thread.map_err(|error| Fault::new(part, &format!("its thread did not start: {error}")))?;
        thread.join().map_err(|payload| Fault::panicked(part, &*payload))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_and_a_missing_thread_are_told() {
        assert_eq!(caught("sums", || 1 + 1), Ok(2));
        let fault = caught("sums", || -> u32 { panic!("number {} is odd", 3) }).unwrap_err();
        assert!(fault.message.contains("sums failed (number 3 is odd)"), "{}", fault.message);
        assert_eq!(on_thread("sums", 1 << 20, || 3), Ok(3));
        let fault = on_thread("sums", usize::MAX / 2, || 3).unwrap_err();
        assert!(fault.message.contains("its thread did not start"), "{}", fault.message);
        let fault = on_thread("sums", 1 << 20, || -> u32 { panic!("no") }).unwrap_err();
        assert!(fault.message.contains("please report it"), "{}", fault.message);
    }
}
