//! What is known of inputs, by what it depends on: the content of the package and its layers, what the list says of the
//! function, the configuration, and this build of defrost.

use std::path::Path;

use super::super::args::CheckArgs;
use super::super::judge::{Choice, Judgement};
use super::super::kept;
use super::answer::Answer;
use super::answers::Answers;
use super::judged::{self, Remembered};
use super::lines::surroundings;
use crate::cache::{Cache, Key, KeyMaker};
use crate::input::seen::{Hash, Hashes};
use crate::input::{self, InputKind};
use crate::report::model::Report;
use crate::run::{Given, Listed, Settings, UserError, shown};

/// What is known of functions.
pub(super) struct Known {
    /// What earlier runs have kept; nothing with `--no-cache`.
    cache: Option<Cache>,
    hashes: Hashes,
    /// What all records depend on.
    records: KeyMaker,
    /// What all judgements depend on: what is selected of them is not part of it.
    judgements: KeyMaker,
    /// Whether the configuration names layers for functions of which nothing else names any.
    has_usual_layers: bool,
    /// Whether the configuration speaks of functions by their names, so that what is said of one does not hold for another.
    pub(super) tells_apart: bool,
    /// Whether it speaks of findings by their paths, so that what is said of a judgement depends on where the package is.
    has_overrides: bool,
    /// What was said in this run.
    pub(super) answers: Answers,
}

/// What an input is by its content.
pub(super) struct Content {
    hashes: Vec<Hash>,
    /// Whether only the list says so, and nothing was opened.
    is_stated: bool,
}

/// Under what something is kept.
pub(super) struct Keys {
    pub(super) record: Key,
    pub(super) judgement: Key,
}

impl Keys {
    /// What functions are called while they are judged for all that share a judgement. A package cannot contain this name: it
    /// is made of the hash of its content.
    pub(super) fn name(&self) -> String {
        format!("function-{}", self.judgement.hex())
    }
}

/// Whether what is said of an input may be said of others of the same content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    /// Of all that differ in name, path and tags alone.
    All,
    /// Of this one.
    One,
}

impl Known {
    /// What a run with these arguments may know; nothing where this very build cannot be told from others.
    pub(super) fn of(args: &CheckArgs, settings: &Settings) -> Option<Self> {
        let cache = kept::cache(args);
        let mut records = KeyMaker::new("record")?;
        kept::add_arguments(&mut records, args);
        records.add(format!("{:?}", args.fail_on));
        // Overrides are by paths, seen from here.
        records.add(std::env::current_dir().ok()?.to_str()?);
        let mut judgements = KeyMaker::new("judgement")?;
        judgements.add(format!("{:?} {:?} {}", args.input.given(), args.budgets(), args.dev));
        judgements.add(format!("{:?}", settings.resolved.unselective()));
        for (path, content) in kept::files_of_settings(settings)? {
            records.add(path.to_str()?).add(&content);
            if settings.file.as_ref() != Some(&path) {
                judgements.add(path.to_str()?).add(content);
            }
        }
        Some(Self {
            hashes: Hashes::new(cache.as_ref().map(Cache::known_hashes).unwrap_or_default()),
            cache,
            records,
            judgements,
            has_usual_layers: !settings.layers().is_empty(),
            tells_apart: settings.resolved.tells_apart(),
            has_overrides: !settings.resolved.overrides.is_empty(),
            answers: Answers::default(),
        })
    }

    /// What an input is: as the list states it, where it states all that its record depends on; otherwise as it is, which
    /// is compared with what the list says. Nothing where that does not tell all.
    pub(super) fn content(&self, listed: &Listed, given: &Given) -> Result<Option<Content>, UserError> {
        let is_told = !self.has_usual_layers || !given.layers.is_empty();
        match stated(listed, given).filter(|_| is_told) {
            Some(hashes) => Ok(Some(Content { hashes, is_stated: true })),
            None => {
                let found = contents(listed, Some(given), &self.hashes)?.filter(|_| is_told);
                Ok(found.map(|hashes| Content { hashes, is_stated: false }))
            }
        }
    }

    /// Whether an input is what it is said to be. What cannot be read, the analysis says better.
    pub(super) fn holds(&self, listed: &Listed, given: &Given, content: &Content) -> Result<bool, UserError> {
        let is_same = || Ok(contents(listed, Some(given), &self.hashes)?.as_ref() == Some(&content.hashes));
        if content.is_stated { is_same() } else { Ok(true) }
    }

    /// Under what an input is kept, for all of its content or for it alone.
    pub(super) fn keys(&self, listed: &Listed, given: &Given, content: &Content, for_whom: For) -> Keys {
        let whose = match for_whom {
            For::One => format!("{} {given:?} {:?}", shown(&listed.path), listed.tags()),
            For::All => {
                // Findings in layers come before those in the package, or behind, by their paths.
                let path = shown(&listed.path);
                let order: Vec<_> = given.layers.iter().map(|layer| path.cmp(&shown(&layer.path))).collect();
                format!("{} {:?} {order:?}", surroundings(&listed.path), Given { name: None, ..given.clone() })
            }
        };
        let of = |maker: &KeyMaker| {
            let mut key = maker.clone();
            key.add(format!("{for_whom:?}")).add(&whose);
            for hash in &content.hashes {
                key.add(hash);
            }
            key.finish()
        };
        let mut records = self.records.clone();
        if self.has_overrides {
            records.add(shown(&listed.path));
        }
        Keys { record: of(&records), judgement: of(&self.judgements) }
    }

    /// Exit code and text of a record that was kept.
    pub(super) fn record(&self, keys: &Keys) -> Option<(u8, Vec<u8>)> {
        let mut text = self.cache.as_ref()?.get(&keys.record)?;
        Some((text.pop()?, text))
    }

    /// Keeps a record of what was judged.
    pub(super) fn keep_record(&self, key: &Key, code: u8, text: &[u8]) {
        if let Some(cache) = &self.cache {
            cache.put(key, &[text, &[code]].concat());
        }
    }

    /// An answer that was kept; nothing in it where it was found that each needs its own.
    pub(super) fn answer(&self, keys: &Keys) -> Option<Option<Answer>> {
        postcard::from_bytes(&self.cache.as_ref()?.get(&keys.record)?).ok()
    }

    /// Keeps an answer, or that each needs its own.
    pub(super) fn keep_answer(&self, key: &Key, answer: Option<&Answer>) {
        if let Some(cache) = &self.cache
            && let Ok(content) = postcard::to_allocvec(&answer)
        {
            cache.put(key, &content);
        }
    }

    /// The report of a judgement that was kept.
    pub(super) fn report(&self, keys: &Keys, choice: Choice<'_>) -> Option<Report> {
        let cache = self.cache.as_ref()?;
        judged::Kept::get(cache, &keys.judgement, choice.registry)?.report(choice, cache)
    }

    /// Keeps a judgement under what its input is known by; whether that is still what it is.
    pub(super) fn keep_judgement(
        &self,
        keys: &Keys,
        (listed, given, content): (&Listed, &Given, &Content),
        judgement: &Judgement,
        sources: &Remembered<'_>,
    ) -> bool {
        let now = contents(listed, Some(given), &self.hashes).ok().flatten();
        let is_same = now.as_ref() == Some(&content.hashes);
        if let Some(cache) = self.cache.as_ref().filter(|_| is_same) {
            judged::keep(cache, &keys.judgement, judgement, sources);
        }
        is_same
    }

    /// Whether judgements are kept, for any choice of rules.
    pub(super) fn keeps(&self) -> bool {
        self.cache.is_some()
    }

    /// Keeps what is known of files, and tidies up.
    pub(super) fn finish(self) {
        if let Some(cache) = self.cache {
            cache.keep_hashes(&self.hashes.known());
            cache.prune();
        }
    }
}

/// Compares the hashes that a list states, where nothing else is known of its inputs.
pub(super) fn compare_stated(listed: &Listed) -> Result<(), UserError> {
    if is_stated(listed) {
        contents(listed, None, &Hashes::default())?;
    }
    Ok(())
}

fn is_stated(listed: &Listed) -> bool {
    let layers = listed.layers().unwrap_or_default();
    listed.code_sha256.is_some() || layers.iter().any(|layer| layer.code_sha256().is_some())
}

/// The contents as the list states them, where it states everything.
fn stated(listed: &Listed, given: &Given) -> Option<Vec<Hash>> {
    let is_whole =
        given.handler.is_some() && given.runtime.is_some() && given.architecture.is_some() && given.memory_mb.is_some();
    let layers = listed.layers().unwrap_or_default();
    if !is_whole || layers.len() != given.layers.len() {
        return None;
    }
    let hashes = std::iter::once(listed.code_sha256.as_deref()).chain(layers.iter().map(|layer| layer.code_sha256()));
    hashes.map(|text| read(text?)).collect()
}

/// A SHA-256 in base64.
fn read(text: &str) -> Option<Hash> {
    base64_simd::STANDARD.decode_to_vec(text).ok()?.try_into().ok()
}

/// The contents as they are: of the package, and of the layers that the list or the command line names. Nothing where
/// one of them is no archive; the hashes that the list states are compared.
fn contents(listed: &Listed, given: Option<&Given>, hashes: &Hashes) -> Result<Option<Vec<Hash>>, UserError> {
    let package = (listed.path.as_path(), listed.code_sha256.as_deref());
    let named = listed.layers().unwrap_or_default().iter();
    let named: Vec<(&Path, Option<&str>)> = named.map(|layer| (layer.path().as_path(), layer.code_sha256())).collect();
    let usual = given.filter(|_| listed.layers().is_none()).map(|given| given.layers.as_slice()).unwrap_or_default();
    let usual = usual.iter().map(|layer| (layer.path.as_path(), None));
    let mut found = Vec::new();
    for (path, stated) in std::iter::once(package).chain(named).chain(usual) {
        // What cannot be read, the analysis says better.
        let is_archive = matches!(input::classify(path), Ok(InputKind::Zip | InputKind::Jar | InputKind::Binary));
        let hash = hashes.of(path).ok().filter(|_| is_archive);
        if let Some((stated, hash)) = stated.zip(hash) {
            compare(path, stated, hash)?;
        }
        found.push(hash);
    }
    Ok(found.into_iter().collect())
}

fn compare(path: &Path, stated: &str, hash: Hash) -> Result<(), UserError> {
    let path = shown(path);
    match read(stated) {
        None => Err(UserError(format!("{path}: `{stated}` is no SHA-256 in base64"))),
        Some(stated_hash) if stated_hash != hash => {
            let own = base64_simd::STANDARD.encode_to_string(hash);
            Err(UserError(format!("{path}: its content is {own}, and the list says {stated}")))
        }
        Some(_) => Ok(()),
    }
}
