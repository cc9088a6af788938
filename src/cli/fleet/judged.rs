//! Judgements of earlier runs: they answer for a function whatever rules are selected, and however severe they are.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::super::judge::{Choice, Judgement};
use crate::artifact::Location;
use crate::cache::{Cache, Key, KeyMaker};
use crate::engine::Registry;
use crate::report::Sources;
use crate::report::model::Report;

/// A judgement with all that it takes to report it without the package.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept<T = Judgement> {
    judgement: T,
    /// The rules of its findings.
    rules: Vec<String>,
    /// Texts that findings and comments are in, by what they are kept under; many functions ship the same file.
    texts: Vec<(Location, Option<Key>)>,
}

impl Kept {
    /// What is kept under a key.
    pub(super) fn get(cache: &Cache, key: &Key, registry: &Registry) -> Option<Self> {
        let mut kept: Self = postcard::from_bytes(&cache.get(key)?).ok()?;
        for (finding, rule) in kept.judgement.findings.iter_mut().zip(&kept.rules) {
            finding.rule = registry.find(rule)?.name;
        }
        Some(kept)
    }

    /// The report of what a run wants to hear; nothing where a text is no longer kept.
    pub(super) fn report(self, choice: Choice<'_>, cache: &Cache) -> Option<Report> {
        let sources = KeptTexts { cache, keys: self.texts.into_iter().collect(), lost: Mutex::default() };
        let (report, _) = self.judgement.reported(choice, &sources);
        let is_lost = sources.lost.into_inner().unwrap_or_else(PoisonError::into_inner);
        (!is_lost).then_some(report)
    }
}

/// Keeps a judgement, which [`Remembered`] has seen reported as a whole.
pub(super) fn keep(cache: &Cache, key: &Key, judgement: &Judgement, sources: &Remembered<'_>) {
    let known = sources.known.lock().unwrap_or_else(PoisonError::into_inner);
    let mut texts = Vec::with_capacity(known.len());
    for (location, text) in &*known {
        let key = text.as_ref().and_then(|text| {
            let key = KeyMaker::new("text")?.add(text.as_bytes()).finish();
            cache.put_new(&key, text.as_bytes());
            Some(key)
        });
        if key.is_none() && text.is_some() {
            return;
        }
        texts.push((location.clone(), key));
    }
    let rules = judgement.findings.iter().map(|finding| finding.rule.to_owned()).collect();
    if let Ok(content) = postcard::to_allocvec(&Kept { judgement, rules, texts }) {
        cache.put(key, &content);
    }
}

/// Sources that remember what they were asked.
pub(super) struct Remembered<'a> {
    inner: &'a dyn Sources,
    known: Mutex<BTreeMap<Location, Option<Arc<str>>>>,
}

impl<'a> Remembered<'a> {
    pub(super) fn new(inner: &'a dyn Sources) -> Self {
        Self { inner, known: Mutex::default() }
    }
}

impl Sources for Remembered<'_> {
    fn text(&self, location: &Location) -> Option<Arc<str>> {
        let place = Location { span: None, ..location.clone() };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(place).or_insert_with(|| self.inner.text(location)).clone()
    }
}

/// Texts that were kept.
struct KeptTexts<'a> {
    cache: &'a Cache,
    keys: BTreeMap<Location, Option<Key>>,
    /// Whether one that was asked for is not there.
    lost: Mutex<bool>,
}

impl Sources for KeptTexts<'_> {
    fn text(&self, location: &Location) -> Option<Arc<str>> {
        let known = self.keys.get(&Location { span: None, ..location.clone() });
        let text = match known {
            Some(None) => return None,
            Some(Some(key)) => self.cache.get(key).and_then(|bytes| String::from_utf8(bytes).ok()),
            None => None,
        };
        *self.lost.lock().unwrap_or_else(PoisonError::into_inner) |= text.is_none();
        text.map(Arc::from)
    }
}
