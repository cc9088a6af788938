//! Modules by source map.

use rustc_hash::FxHashMap;
use sourcemap::{DecodedMap, SourceMap};

use super::wrappers::{Functions, Wrapper, wrappers};
use super::{Inner, beside, cleaned};
use crate::artifact::{Artifact, EntryId};
use crate::lang::javascript::ir::Program;
use crate::span::Span;

/// Largest map that is read.
const LARGEST: usize = 64 << 20;
const MARK: &str = "sourceMappingURL=";
const COMMENT: &str = "//# sourceMappingURL=";
/// Lines without a mapping that still count to what is before them: long texts and comments.
const MOST_UNMAPPED_LINES: u32 = 40;
/// Wrappers that are looked at around a place; they hardly nest.
const NEAR: usize = 8;

/// The source map of a file: the one that its last line names, or the one that lies beside it.
pub(super) fn find(artifact: &Artifact, entry: EntryId, text: &str) -> Option<SourceMap> {
    let named = text.rfind(MARK).and_then(|at| text.get(at + MARK.len()..)).map(|rest| {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        &rest[..end]
    });
    if let Some(inline) = named.filter(|url| url.starts_with("data:") && url.len() <= LARGEST) {
        return flat(sourcemap::decode_data_url(inline).ok()?);
    }
    let own = artifact.entry(entry).path.rsplit('/').next().map(|name| format!("{name}.map"));
    let map = named.and_then(|name| beside(artifact, entry, name)).or_else(|| beside(artifact, entry, &own?))?;
    if artifact.entry(map).bytes > LARGEST as u64 {
        return None;
    }
    let bytes = artifact.read(map).ok()?;
    flat(sourcemap::decode_slice((*bytes).as_ref()).ok()?)
}

fn flat(map: DecodedMap) -> Option<SourceMap> {
    match map {
        DecodedMap::Regular(map) => Some(map),
        DecodedMap::Index(index) => index.flatten().ok(),
        DecodedMap::Hermes(_) => None,
    }
}

/// What a source has of the bundle.
#[derive(Clone, Copy, Default)]
struct Share {
    bytes: u64,
    first: Option<u32>,
    /// Whether some of it is in a wrapper, and whether that one ran.
    wrapped: Option<bool>,
}

/// The modules that the map tells apart, in the order of the bundle.
pub(super) fn modules(map: &SourceMap, text: &str, program: &Program, functions: &Functions<'_>) -> Vec<Inner> {
    let end_of_code = text.rfind(COMMENT).unwrap_or(text.len()) as u32;
    let segments = segments(map, text);
    let wrappers = wrappers(program);
    let mut shares: FxHashMap<u32, Share> = FxHashMap::default();
    for (at, (start, source)) in segments.iter().enumerate() {
        let Some(source) = source else { continue };
        let end = segments.get(at + 1).map_or(end_of_code, |(next, _)| *next);
        let share = shares.entry(*source).or_default();
        share.bytes += u64::from(end.saturating_sub(*start));
        share.first.get_or_insert(*start);
        if let Some(wrapper) = around(&wrappers, *start, end) {
            share.wrapped = Some(share.wrapped.unwrap_or(false) || functions.ran(wrapper.function));
        }
    }
    let mut shares: Vec<(u32, Share)> = shares.into_iter().collect();
    shares.sort_by_key(|(source, share)| (share.first, *source));
    let places: Vec<u32> = shares.iter().map(|(_, share)| share.first.unwrap_or_default()).collect();
    let reached = functions.reached(&places);
    let inner = shares.iter().zip(reached).filter_map(|((source, share), reached)| {
        let name = cleaned(map.get_source(*source)?);
        let start = share.first?;
        let eager = share.wrapped.unwrap_or(reached);
        (!name.is_empty()).then_some(Inner { name, bytes: share.bytes, span: Span::new(start, start), eager })
    });
    inner.collect()
}

/// The wrapper that most of a range is in. The declaration around it may count to the module.
fn around(wrappers: &[Wrapper], start: u32, end: u32) -> Option<&Wrapper> {
    let after = wrappers.partition_point(|wrapper| wrapper.span.start <= start);
    let holding = wrappers[..after].iter().rev().take(NEAR).find(|wrapper| wrapper.span.end > start);
    let begun = wrappers[after..].iter().take(NEAR).take_while(|wrapper| wrapper.span.start < end);
    let mut near = begun.chain(holding);
    near.find(|wrapper| {
        let common = wrapper.span.end.min(end).saturating_sub(wrapper.span.start.max(start));
        u64::from(common) * 2 > u64::from(end.saturating_sub(start))
    })
}

/// Where each run of one source starts in the text, `None` for what has no source.
fn segments(map: &SourceMap, text: &str) -> Vec<(u32, Option<u32>)> {
    let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let mut segments: Vec<(u32, Option<u32>)> = Vec::new();
    let mut line = Columns::default();
    let mut last_line = 0;
    for token in map.tokens() {
        // Whole lines that the map leaves out belong to nobody: data that a bundler wrote into the code.
        let first_unmapped = last_line + 1;
        if token.get_dst_line() > first_unmapped + MOST_UNMAPPED_LINES
            && let Some(start) = starts.get(first_unmapped as usize)
        {
            segments.push((*start as u32, None));
        }
        last_line = token.get_dst_line();
        let Some(start) = starts.get(token.get_dst_line() as usize) else { continue };
        let end = starts.get(token.get_dst_line() as usize + 1).copied().unwrap_or(text.len());
        let offset = line.offset(text.get(*start..end).unwrap_or_default(), *start, token.get_dst_col());
        let source = token.has_source().then(|| token.get_src_id());
        // Maps from elsewhere may jump back: what is behind is settled.
        if segments.last().is_some_and(|(last, known)| offset < *last || *known == source) {
            continue;
        }
        segments.push((offset, source));
    }
    segments
}

/// Turns columns of one line after the other into byte offsets; columns count UTF-16 units.
#[derive(Default)]
struct Columns {
    line: usize,
    column: u32,
    bytes: usize,
}

impl Columns {
    fn offset(&mut self, line: &str, start: usize, column: u32) -> u32 {
        if self.line != start || column < self.column {
            *self = Self { line: start, column: 0, bytes: 0 };
        }
        let mut rest = line.get(self.bytes..).unwrap_or_default().chars();
        while self.column < column {
            let Some(next) = rest.next() else { break };
            self.column += next.len_utf16() as u32;
            self.bytes += next.len_utf8();
        }
        (start + self.bytes) as u32
    }
}
