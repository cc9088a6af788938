//! A line on a terminal's standard error that says what long work is at; never anything in a pipe.

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::run::Listener;

/// Work that ends sooner shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// So that the line never wraps, and can be wiped out again.
const LONGEST: usize = 60;
/// Back to the start of the line, and wipe it out.
const WIPE: &str = "\r\x1b[2K";

/// Shows the current step until it is dropped.
pub(super) struct Progress(Option<(Mutex<Sender<String>>, JoinHandle<()>)>);

impl Progress {
    /// Shows steps where a person is looking.
    pub(super) fn start() -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if dumb || !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let (sender, steps) = mpsc::channel();
        let shown = std::thread::spawn(move || show(&steps, PATIENCE, &mut std::io::stderr()));
        Self(Some((Mutex::new(sender), shown)))
    }
}

impl Listener for Progress {
    fn step(&self, what: &str) {
        if let Some((sender, _)) = &self.0 {
            // Nobody listens any more only when the terminal is gone.
            let _ = sender.lock().unwrap_or_else(PoisonError::into_inner).send(what.to_owned());
        }
    }

    fn note(&self, message: &str) {
        super::note(message);
    }

    fn warn(&self, message: &str) {
        super::warn(message);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((sender, shown)) = self.0.take() {
            drop(sender);
            // It ends with the last sender; what it could not write is no loss.
            let _ = shown.join();
        }
    }
}

/// Writes the newest step once `patience` is over, and wipes it out when no more can come.
fn show(steps: &Receiver<String>, patience: Duration, out: &mut dyn Write) {
    let patient_until = Instant::now() + patience;
    let mut step = String::new();
    loop {
        match steps.recv_timeout(patient_until.saturating_duration_since(Instant::now())) {
            Ok(newer) => step = newer,
            Err(RecvTimeoutError::Timeout) => break,
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if Instant::now() >= patient_until {
            break;
        }
    }
    loop {
        // What cannot be written is no loss: the report says it all.
        let _ = write!(out, "{WIPE}{} ...", line(&step)).and_then(|()| out.flush());
        match steps.recv() {
            Ok(newer) => step = newer,
            Err(_) => break,
        }
    }
    let _ = write!(out, "{WIPE}").and_then(|()| out.flush());
}

/// A step as it fits a line: names come from the input and may hold anything.
fn line(step: &str) -> String {
    step.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(steps: &[&str], patience: Duration) -> String {
        let (sender, receiver) = mpsc::channel();
        for step in steps {
            sender.send((*step).to_owned()).unwrap();
        }
        drop(sender);
        let mut out = Vec::new();
        show(&receiver, patience, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn short_work_shows_nothing() {
        assert_eq!(shown(&["orders", "bills"], Duration::from_secs(60)), "");
    }

    #[test]
    fn long_work_shows_each_step_and_leaves_an_empty_line() {
        let out = shown(&["orders", "bills"], Duration::ZERO);
        assert_eq!(out, format!("{WIPE}orders ...{WIPE}bills ...{WIPE}"));
    }

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        assert_eq!(line("a\u{1b}[2Jb\n"), "a [2Jb ");
        assert_eq!(line(&"x".repeat(500)).len(), LONGEST);
    }
}
