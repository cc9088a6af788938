//! How many environments a function needs, how many it may have, and what happens while it gets there; from plain
//! values alone: nothing here knows templates, files or reports.
//!
//! - [`need`]: rate times duration, and the request rate that each environment admits.
//! - [`mod@allowed`]: reservations, the account, and what a source can ask for at once.
//! - [`burst`]: request by request, for minutes; [`trace`]: second by second, for days.
//! - [`provision`]: how much to keep warm, and what that costs.

pub mod allowed;
pub mod burst;
pub mod need;
pub mod plan;
pub mod provision;
mod random;
pub mod trace;

pub use allowed::{Account, Accounts, Allowed, Bound, Source, allowed};
pub use burst::{Arrivals, Outcome, Scenario, Second, Service, WhenFull};
pub use need::{Need, Traffic};
pub use provision::{Costs, Provisioning};

/// Bounds of a simulation, so that no configuration can make it run for long.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests that are followed one by one: some tens of milliseconds of work and 4 MB.
    pub requests: usize,
    /// Seconds of a trace: a week of seconds.
    pub seconds: usize,
    /// Environments of a function; more than any account has been seen with.
    pub environments: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { requests: 400_000, seconds: 7 * 86_400, environments: 200_000 }
    }
}

/// Rounds up to whole environments; sums of decimal fractions do not make one more.
#[must_use]
pub fn whole(environments: f64) -> u32 {
    let rounded = environments.round();
    let up = if (environments - rounded).abs() < 1e-6 * rounded.max(1.0) { rounded } else { environments.ceil() };
    up.clamp(0.0, f64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn environments_are_whole_and_sums_of_fractions_do_not_add_one() {
        assert_eq!(whole(0.1 + 0.2 + 0.7), 1);
        assert_eq!(whole(119.999_999_99), 120);
        assert_eq!(whole(120.2), 121);
        assert_eq!(whole(f64::NAN), 0);
        assert_eq!(whole(-3.0), 0);
    }
}
