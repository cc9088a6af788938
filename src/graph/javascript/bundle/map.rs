//! Modules by source map.

use rustc_hash::FxHashMap;
use sourcemap::{DecodedMap, SourceMap};

use super::wrappers::{Functions, Wrapper, wrappers};
use super::{Inner, beside, cleaned, data, package_of_path};
use crate::artifact::{Artifact, EntryId};
use crate::lang::javascript::ir::Program;
use crate::span::Span;

/// Largest map that is read.
const LARGEST: usize = 64 << 20;
const MARK: &str = "sourceMappingURL=";
const COMMENT: &str = "//# sourceMappingURL=";
/// Lines without a mapping that still count to what is before them: long texts and comments.
const MOST_UNMAPPED_LINES: u32 = 40;
/// Bytes within a line without a mapping that belong to nobody where another source follows, unless
/// the map says that none does.
const MOST_UNMAPPED_BYTES: u32 = 1 << 10;
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
    /// Whether some of it has run when the bundle is loaded.
    reached: bool,
    /// Whether some of it is in a wrapper, and whether that one ran.
    wrapped: Option<bool>,
}

/// The modules that the map tells apart, in the order of the bundle.
pub(super) fn modules(map: &SourceMap, text: &str, program: &Program, functions: &Functions<'_>) -> Vec<Inner> {
    let segments = Segments::new(map, text, functions);
    let wrappers = wrappers(program);
    let mut shares = shares(&segments, &wrappers, functions);
    let names: FxHashMap<u32, String> =
        shares.keys().filter_map(|source| Some((*source, cleaned(map.get_source(*source)?)))).collect();
    let package_of = |source: u32| names.get(&source).and_then(|name| package_of_path(name));
    let named: Vec<Inner> = unmapped(&wrappers, &segments, functions).collect();
    for (span, source) in data::owners(program, text, &segments, &package_of) {
        let is_named = named.iter().any(|module| module.span.start == span.start);
        if let Some(share) = shares.get_mut(&source).filter(|_| !is_named) {
            share.bytes += u64::from(span.end - span.start);
        }
    }
    let mapped = shares.iter().filter_map(|(source, share)| {
        let (name, start) = (names.get(source)?.clone(), share.first?);
        let eager = share.wrapped.unwrap_or(share.reached);
        (!name.is_empty()).then_some(Inner { name, bytes: share.bytes, span: Span::new(start, start), eager })
    });
    let mut inner: Vec<Inner> = mapped.chain(named).collect();
    inner.sort_by(|a, b| (a.span.start, &a.name).cmp(&(b.span.start, &b.name)));
    inner
}

/// What each source has.
fn shares(segments: &Segments, wrappers: &[Wrapper], functions: &Functions<'_>) -> FxHashMap<u32, Share> {
    let mut shares: FxHashMap<u32, Share> = FxHashMap::default();
    for (segment, end) in segments.with_ends() {
        let Some(source) = segment.source else { continue };
        let share = shares.entry(source).or_default();
        share.bytes += u64::from(end.saturating_sub(segment.start));
        share.first.get_or_insert(segment.start);
        share.reached |= segment.reached;
        if let Some(wrapper) = around(wrappers, segment.start, end) {
            share.wrapped = Some(share.wrapped.unwrap_or(false) || functions.ran(wrapper.function));
        }
    }
    shares
}

/// Where the code ends and the comment with its map begins.
pub(super) fn end_of_code(text: &str) -> usize {
    text.rfind(COMMENT).unwrap_or(text.len())
}

/// Modules that the map leaves out, such as data, where their wrappers have names.
fn unmapped<'a>(
    wrappers: &'a [Wrapper],
    segments: &'a Segments,
    functions: &'a Functions<'_>,
) -> impl Iterator<Item = Inner> + 'a {
    wrappers.iter().filter_map(|wrapper| {
        let Span { start, end } = wrapper.span;
        let name = wrapper.name.clone().filter(|_| segments.are_unmapped(wrapper.span))?;
        let bytes = u64::from(end.saturating_sub(start));
        Some(Inner { name, bytes, span: Span::new(start, start), eager: functions.ran(wrapper.function) })
    })
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

/// A run of one source in the text.
#[derive(Clone, Copy)]
struct Segment {
    start: u32,
    /// Nothing for what has no source.
    source: Option<u32>,
    /// Whether some of it is where all functions around it have run.
    reached: bool,
}

/// The text by its sources.
pub(super) struct Segments {
    by_start: Vec<Segment>,
    end: u32,
}

impl Segments {
    fn new(map: &SourceMap, text: &str, functions: &Functions<'_>) -> Self {
        let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut segments: Vec<Segment> = Vec::new();
        let mut line = Columns::default();
        let mut around = functions.walk();
        let (mut last_line, mut last_offset) = (0, 0);
        let without_source = |start| Segment { start, source: None, reached: false };
        for token in map.tokens() {
            // Whole lines that the map leaves out belong to nobody: data that a bundler wrote into the code.
            let first_unmapped = last_line + 1;
            if token.get_dst_line() > first_unmapped + MOST_UNMAPPED_LINES
                && let Some(start) = starts.get(first_unmapped as usize)
            {
                segments.push(without_source(*start as u32));
            }
            let same_line = last_line == token.get_dst_line();
            last_line = token.get_dst_line();
            let Some(start) = starts.get(token.get_dst_line() as usize) else { continue };
            let end = starts.get(token.get_dst_line() as usize + 1).copied().unwrap_or(text.len());
            let offset = line.offset(text.get(*start..end).unwrap_or_default(), *start, token.get_dst_col());
            let source = token.has_source().then(|| token.get_src_id());
            // Maps from elsewhere may jump back: what is behind is settled.
            let Some(gap) = offset.checked_sub(last_offset) else { continue };
            let before = std::mem::replace(&mut last_offset, offset);
            let reached = around.at(offset).is_none_or(|(_, ran)| ran);
            if let Some(last) = segments.last_mut().filter(|last| last.source == source) {
                last.reached |= reached;
                continue;
            }
            if same_line && source.is_some() && gap > MOST_UNMAPPED_BYTES && !is_literal(text, before) {
                segments.push(without_source(before));
            }
            segments.push(Segment { start: offset, source, reached });
        }
        Self { by_start: segments, end: end_of_code(text) as u32 }
    }

    fn with_ends(&self) -> impl Iterator<Item = (Segment, u32)> + '_ {
        let ends = self.by_start.iter().skip(1).map(|next| next.start).chain([self.end]);
        self.by_start.iter().copied().zip(ends)
    }

    /// The source of the text at a place.
    pub(super) fn source_at(&self, place: u32) -> Option<u32> {
        let after = self.by_start.partition_point(|segment| segment.start <= place);
        self.by_start.get(after.checked_sub(1)?)?.source
    }

    /// Whether nothing within a span has a source.
    pub(super) fn are_unmapped(&self, span: Span) -> bool {
        let after = self.by_start.partition_point(|segment| segment.start <= span.start);
        let within = self.by_start[after..].iter().take_while(|segment| segment.start < span.end);
        self.source_at(span.start).is_none() && within.into_iter().all(|segment| segment.source.is_none())
    }
}

/// Whether one literal starts at a place: it has one mapping, however long it is.
fn is_literal(text: &str, at: u32) -> bool {
    text.get(at as usize..).is_some_and(|rest| rest.starts_with(['"', '\'', '`', '/']))
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
