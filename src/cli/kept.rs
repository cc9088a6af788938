//! Checks that are kept: as long as the disk gives all answers that a check was made of, it is not made again.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::args::CheckArgs;
use crate::cache::{Cache, Key, KeyMaker};
use crate::input::seen::{self, Answer, Question, Recording};
use crate::report::model::{Frame, Report};
use crate::run::Listener;

/// Environment variables that say where a run looks for something.
const PLACES: [&str; 5] = ["HOME", "XDG_CONFIG_HOME", "CARGO_HOME", "CARGO_TARGET_DIR", "CARGO"];
/// One in so many runs tidies up.
const TIDY: u32 = 16;

/// The cache that the command line names, or else the user's; none with `--no-cache`.
pub(super) fn cache(args: &CheckArgs) -> Option<Cache> {
    if args.no_cache {
        return None;
    }
    let folder = args.cache_dir.clone().or_else(Cache::folder_of_user)?;
    Some(Cache::in_folder(&folder))
}

/// What the arguments say of the result, and not of how it is shown.
pub(super) fn add_arguments(key: &mut KeyMaker, args: &CheckArgs) {
    let given = args.input.given();
    key.add(format!("{given:?} {:?} {:?} {:?} {}", args.budgets(), args.select, args.ignore, args.dev));
}

/// What there is to keep of a check.
#[derive(Serialize)]
struct Keeping<'a> {
    answers: &'a [(Question, Answer)],
    said: &'a [Said],
    report: &'a Report,
    frames: &'a [Option<KeptFrame>],
    texts: &'a [Arc<str>],
}

/// What was kept of one.
#[derive(Serialize, Deserialize)]
struct Kept {
    answers: Vec<(Question, Answer)>,
    said: Vec<Said>,
    report: Report,
    frames: Vec<Option<KeptFrame>>,
    texts: Vec<Arc<str>>,
}

/// The code around a finding, its text by number: many findings are about one file.
#[derive(Serialize, Deserialize)]
struct KeptFrame {
    text: usize,
    marks: Vec<(usize, usize, String)>,
}

/// A message beside the report.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Said {
    is_warning: bool,
    message: String,
}

impl Said {
    fn say_to(&self, listener: &dyn Listener) {
        if self.is_warning { listener.warn(&self.message) } else { listener.note(&self.message) }
    }
}

/// A check that can be kept, while it is made.
pub(super) struct Check {
    cache: Cache,
    key: Key,
    recording: Recording,
}

impl Check {
    /// Begins; to be called before the disk is asked anything. Nothing where checks are not kept.
    pub(super) fn begin(args: &CheckArgs) -> Option<Self> {
        // These need more of findings than reports have.
        if args.fix || args.diff || args.patch.is_some() {
            return None;
        }
        let cache = cache(args)?;
        let mut key = KeyMaker::new("check")?;
        key.add(std::env::current_dir().ok()?.to_str()?);
        for name in PLACES {
            key.add(format!("{:?}", std::env::var_os(name)));
        }
        key.add(format!("{:?} {:?}", args.paths, args.config));
        add_arguments(&mut key, args);
        let key = key.finish();
        Some(Self { cache, key, recording: Recording::start()? })
    }

    /// The report as it was, where everything still is as it was. What was said beside it is said again.
    pub(super) fn known(&self, listener: &dyn Listener) -> Option<Report> {
        let mut kept: Kept = postcard::from_bytes(&self.cache.get(&self.key)?).ok()?;
        if !seen::still_holds(&kept.answers) {
            return None;
        }
        if seen::settle(&mut kept.answers)
            && let Ok(content) = postcard::to_allocvec(&kept)
        {
            self.cache.put(&self.key, &content);
        }
        kept.said.iter().for_each(|said| said.say_to(listener));
        let frame = |kept_frame: &KeptFrame| {
            let marks = kept_frame.marks.iter().map(|(start, end, words)| (*start..*end, words.clone()));
            Some(Frame { text: Arc::clone(kept.texts.get(kept_frame.text)?), marks: marks.collect() })
        };
        let mut report = kept.report;
        for (finding, kept_frame) in report.findings.iter_mut().zip(&kept.frames) {
            finding.frame = kept_frame.as_ref().and_then(frame);
        }
        Some(report)
    }

    /// Keeps a report with what was said beside it.
    pub(super) fn keep(self, report: &Report, listener: Hearing<'_>) {
        let Some(answers) = self.recording.finish() else { return };
        let said = listener.said.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut texts: Vec<Arc<str>> = Vec::new();
        let mut number = |text: &Arc<str>| {
            texts.iter().position(|known| Arc::ptr_eq(known, text)).unwrap_or_else(|| {
                texts.push(Arc::clone(text));
                texts.len() - 1
            })
        };
        let mut keep = |frame: &Frame| KeptFrame {
            text: number(&frame.text),
            marks: frame.marks.iter().map(|(range, words)| (range.start, range.end, words.clone())).collect(),
        };
        let frames: Vec<Option<KeptFrame>> =
            report.findings.iter().map(|finding| finding.frame.as_ref().map(&mut keep)).collect();
        let keeping = Keeping { answers: &answers, said: &said, report, frames: &frames, texts: &texts };
        if let Ok(content) = postcard::to_allocvec(&keeping) {
            self.cache.put(&self.key, &content);
        }
        tidy(&self.cache);
    }
}

/// Tidies up now and then.
fn tidy(cache: &Cache) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    if now.subsec_micros().is_multiple_of(TIDY) {
        cache.prune();
    }
}

/// Remembers what is said while a check is made.
pub(super) struct Hearing<'a> {
    inner: &'a dyn Listener,
    said: Mutex<Vec<Said>>,
}

impl<'a> Hearing<'a> {
    pub(super) fn new(inner: &'a dyn Listener) -> Self {
        Self { inner, said: Mutex::default() }
    }

    fn hear(&self, is_warning: bool, message: &str) {
        let said = Said { is_warning, message: message.to_owned() };
        said.say_to(self.inner);
        self.said.lock().unwrap_or_else(PoisonError::into_inner).push(said);
    }
}

impl Listener for Hearing<'_> {
    fn step(&self, what: &str) {
        self.inner.step(what);
    }

    fn note(&self, message: &str) {
        self.hear(false, message);
    }

    fn warn(&self, message: &str) {
        self.hear(true, message);
    }
}

/// Files that the configuration names and that are read once for every function: their paths, with what is in them.
pub(super) fn files_of_settings(settings: &crate::run::Settings) -> Option<Vec<(PathBuf, Vec<u8>)>> {
    let traffic = settings.resolved.traffic.functions.values().filter_map(|own| own.minutes.as_ref());
    let named = traffic.map(|file| settings.folder.join(file));
    let baseline = settings.resolved.baseline.iter().map(|path| settings.folder.join(path));
    let own = settings.file.iter().cloned();
    own.chain(named).chain(baseline).map(|path| Some((path.clone(), std::fs::read(&path).ok()?))).collect()
}
