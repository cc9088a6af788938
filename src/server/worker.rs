//! The thread that analyses.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::answers::Documents;
use super::{Analyst, Event};
use crate::{fault, input};

/// How long nothing must have changed before an analysis begins: faster than a person looks up, slower than one types.
const PATIENCE: Duration = Duration::from_millis(120);

/// What to analyse.
pub(super) struct Job {
    /// How many changes there have been.
    pub(super) changes: u64,
    pub(super) folders: Vec<PathBuf>,
    /// What the editor has of files.
    pub(super) texts: BTreeMap<PathBuf, Arc<Vec<u8>>>,
    /// The same by the names of the documents.
    pub(super) documents: Documents,
}

/// Starts the thread; it ends when nobody has jobs for it any more.
pub(super) fn start(analyst: Arc<dyn Analyst>, events: Sender<Event>) -> Sender<Job> {
    let (jobs, queue) = channel();
    std::thread::spawn(move || {
        while let Some(job) = newest(&queue) {
            input::overlay(job.texts);
            let results = job.folders.into_iter().map(|folder| {
                let analysed = fault::caught("the analysis", || analyst.analyse(&folder));
                let analysed = analysed.unwrap_or_else(|fault| Err(fault.message));
                (folder, analysed)
            });
            if events.send(Event::Analysed(job.changes, results.collect(), job.documents)).is_err() {
                return;
            }
        }
    });
    jobs
}

/// The newest job, once no other follows it for a moment.
fn newest(queue: &Receiver<Job>) -> Option<Job> {
    let mut job = queue.recv().ok()?;
    loop {
        match queue.recv_timeout(PATIENCE) {
            Ok(newer) => job = newer,
            Err(RecvTimeoutError::Timeout) => return Some(job),
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
}
