//! Records of earlier runs, by what they depend on: the content of the package and its layers, what the list says of
//! the function, the configuration, and this build of defrost.

use std::path::Path;

use super::super::args::CheckArgs;
use super::super::judge::{Choice, Judgement};
use super::super::kept;
use super::judged::{self, Remembered};
use crate::cache::{Cache, Key, KeyMaker};
use crate::input::seen::{Hash, Hashes};
use crate::input::{self, InputKind};
use crate::report::model::Report;
use crate::run::{Given, Listed, Settings, UserError, shown};

/// What is known of functions.
pub(super) struct Known {
    cache: Cache,
    hashes: Hashes,
    /// What all records depend on.
    records: KeyMaker,
    /// What all judgements depend on: what is selected of them is not part of it.
    judgements: KeyMaker,
    /// Whether the configuration names layers for functions of which nothing else names any.
    has_usual_layers: bool,
}

/// What is known of one input.
pub(super) enum Asked {
    /// Exit code and text of its record.
    Record(u8, Vec<u8>),
    /// Its report, made of a judgement that holds for any choice of rules; what the record will be kept under.
    Report(Box<Report>, Key),
    /// Nothing; what will be kept of it, where that is possible.
    Nothing(Option<Keys>),
}

/// What is kept of an input.
pub(super) struct Keys {
    record: Key,
    judgement: Key,
}

impl Asked {
    /// Where nothing is kept, content is compared all the same.
    pub(super) fn of_nobody(listed: &Listed) -> Result<Self, UserError> {
        if is_stated(listed) {
            contents(listed, None, &Hashes::default())?;
        }
        Ok(Self::Nothing(None))
    }
}

impl Known {
    /// What a run with these arguments may know; nothing with `--no-cache`.
    pub(super) fn of(args: &CheckArgs, settings: &Settings) -> Option<Self> {
        let cache = kept::cache(args)?;
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
        let hashes = Hashes::new(cache.known_hashes());
        Some(Self { cache, hashes, records, judgements, has_usual_layers: !settings.layers().is_empty() })
    }

    /// Looks for an input. Where the list says all that the record depends on, nothing is opened; otherwise content
    /// is hashed, and compared with what the list says.
    pub(super) fn ask(&self, listed: &Listed, given: &Given, choice: Choice<'_>) -> Result<Asked, UserError> {
        if self.has_usual_layers && given.layers.is_empty() {
            return Asked::of_nobody(listed);
        }
        if let Some(stated) = stated(listed, given)
            && let Some(asked) = self.known(&self.keys(listed, given, &stated), choice)
        {
            return Ok(asked);
        }
        let Some(contents) = contents(listed, Some(given), &self.hashes)? else { return Ok(Asked::Nothing(None)) };
        let keys = self.keys(listed, given, &contents);
        Ok(self.known(&keys, choice).unwrap_or(Asked::Nothing(Some(keys))))
    }

    /// What is kept of an input.
    fn known(&self, keys: &Keys, choice: Choice<'_>) -> Option<Asked> {
        if let Some(mut text) = self.cache.get(&keys.record)
            && let Some(code) = text.pop()
        {
            return Some(Asked::Record(code, text));
        }
        let judged = judged::Kept::get(&self.cache, &keys.judgement, choice.registry)?;
        let report = judged.report(choice, &self.cache)?;
        Some(Asked::Report(Box::new(report), keys.record.clone()))
    }

    fn keys(&self, listed: &Listed, given: &Given, contents: &[Hash]) -> Keys {
        let of = |maker: &KeyMaker| {
            let mut key = maker.clone();
            key.add(shown(&listed.path)).add(format!("{given:?} {:?}", listed.tags()));
            for hash in contents {
                key.add(hash);
            }
            key.finish()
        };
        Keys { record: of(&self.records), judgement: of(&self.judgements) }
    }

    /// Keeps a judgement under what its input was known by, and gives what the record may be kept under; nothing where
    /// the input has changed meanwhile.
    pub(super) fn keep_judgement(
        &self,
        keys: Keys,
        (listed, given): (&Listed, &Given),
        judgement: &Judgement,
        sources: &Remembered<'_>,
    ) -> Option<Key> {
        let contents = contents(listed, Some(given), &self.hashes).ok().flatten()?;
        if self.keys(listed, given, &contents).judgement != keys.judgement {
            return None;
        }
        judged::keep(&self.cache, &keys.judgement, judgement, sources);
        Some(keys.record)
    }

    /// Keeps a record of what was judged.
    pub(super) fn keep(&self, key: &Key, code: u8, text: &[u8]) {
        self.cache.put(key, &[text, &[code]].concat());
    }

    /// Keeps what is known of files, and tidies up.
    pub(super) fn finish(self) {
        self.cache.keep_hashes(&self.hashes.known());
        self.cache.prune();
    }
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
