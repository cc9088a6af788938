//! What cold starts of one's own say about the estimates: reading them out of logs, and fitting a factor to them.

mod fit;
mod read;

pub use fit::{Estimated, Fit, Skipped, fit};
pub use read::{Log, Start, Unread, read};
