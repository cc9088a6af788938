//! What an analysis has to say of single documents.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use lsp_server::Request;
use lsp_types::{
    Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Hover, HoverContents, HoverParams,
    InlayHint, InlayHintLabel, InlayHintParams, InlayHintTooltip, MarkupContent, MarkupKind, NumberOrString, Position,
    Range, Uri,
};
use serde_json::Value;

use super::moved::Moved;
use super::{Analysed, actions, places};
use crate::artifact::{EntryId, Location};
use crate::engine::{FunctionFacts, Registry};
use crate::finding::{Finding, Severity};
use crate::graph::{ImportSite, Phase};
use crate::input;
use crate::span::{LineIndex, Span};
use crate::text as words;

/// Imports and calls below this many milliseconds have no hint: they would drown the others.
const LEAST_MS: f64 = 1.0;
/// Files above this size are not looked at: no person wrote them.
const LARGEST: u64 = 4 << 20;

/// The texts of open documents, by the name that the editor gives them.
pub(super) type Open<'a> = &'a dyn Fn(&str) -> Option<Arc<String>>;

/// Texts of open documents, by the name that the editor gives them.
pub(super) type Documents = BTreeMap<String, Arc<String>>;

/// All analyses of one state.
pub(super) struct Answers {
    known: Vec<(PathBuf, Analysed)>,
    /// The documents as they were analysed.
    then: Documents,
}

/// A text with its lines.
pub(super) struct Text {
    pub(super) text: String,
    lines: LineIndex,
}

impl Text {
    /// The text of an open document, or else of the file.
    pub(super) fn of(uri: &str, open: Open<'_>) -> Option<Self> {
        let text = match open(uri) {
            Some(text) => text.as_ref().clone(),
            None => {
                let path = places::path_of(&uri.parse().ok()?)?;
                input::read_text_file(&path, LARGEST).ok()?
            }
        };
        let lines = LineIndex::new(&text);
        Some(Self { text, lines })
    }

    pub(super) fn position(&self, offset: u32) -> Position {
        let (line, character) = self.lines.utf16(&self.text, offset);
        Position { line, character }
    }

    pub(super) fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end) }
    }

    /// Whether a line, from 0, is one of those of a range.
    pub(super) fn is_on(&self, span: Span, line: u32) -> bool {
        self.position(span.start).line <= line && line <= self.position(span.end).line
    }

    pub(super) fn offset(&self, position: Position) -> u32 {
        self.lines.offset_of_utf16(&self.text, position.line, position.character)
    }
}

/// An import or call of a function's own code that takes time.
struct Cost {
    ms: f64,
    phase: Phase,
    /// What is loaded or called.
    names: Vec<String>,
}

impl Answers {
    pub(super) fn new(known: Vec<(PathBuf, Analysed)>, then: Documents) -> Self {
        Self { known, then }
    }

    /// Whether a document was open when it was analysed, so that it is known where its places are now.
    pub(super) fn has_seen(&self, uri: &str) -> bool {
        self.then.contains_key(uri)
    }

    /// What has changed in a document since it was analysed.
    fn moved(&self, uri: &str, now: &Text) -> Moved {
        Moved::between(self.then.get(uri).map_or(&now.text, |then| then), &now.text)
    }

    /// The answer to a question about a document.
    ///
    /// # Errors
    /// When the question cannot be read.
    pub(super) fn to(&self, request: &Request, registry: &Registry, open: Open<'_>) -> Result<Value, String> {
        let params = request.params.clone();
        let unread = |error: serde_json::Error| error.to_string();
        match request.method.as_str() {
            "textDocument/inlayHint" => {
                let params: InlayHintParams = serde_json::from_value(params).map_err(unread)?;
                serde_json::to_value(self.hints(&params, open)).map_err(unread)
            }
            "textDocument/codeAction" => {
                let params = serde_json::from_value(params).map_err(unread)?;
                serde_json::to_value(actions::at(self, &params, open)).map_err(unread)
            }
            _ => {
                let params: HoverParams = serde_json::from_value(params).map_err(unread)?;
                serde_json::to_value(self.hover(&params, registry, open)).map_err(unread)
            }
        }
    }

    /// Functions that have a document among their own code, with its entry.
    pub(super) fn functions<'a>(&'a self, uri: &str) -> Vec<(&'a FunctionFacts, EntryId)> {
        let functions = self.known.iter().flat_map(|(_, analysed)| &analysed.project.functions);
        let name = uri.rsplit('/').next().unwrap_or_default();
        let found = functions.filter_map(|facts| {
            let own = facts.graph.modules().filter_map(|(id, module)| {
                module.entry.filter(|entry| facts.packages.owner(*entry).is_none()).map(|entry| (id, entry))
            });
            let mut own = own.filter(|(_, entry)| {
                let last = facts.artifact.entry(*entry).path.rsplit('/').next().unwrap_or_default();
                name.contains('%') || last == name
            });
            let (_, entry) = own.find(|(_, entry)| is_at(&facts.locate(*entry, None), uri))?;
            Some((facts, entry))
        });
        found.collect()
    }

    /// Findings about a document.
    pub(super) fn findings<'a>(&'a self, uri: &'a str) -> impl Iterator<Item = &'a Finding> {
        let findings = self.known.iter().flat_map(|(_, analysed)| &analysed.findings);
        findings.filter(move |finding| is_at(&finding.location, uri))
    }

    /// What was found, by document.
    pub(super) fn diagnostics(&self, open: Open<'_>) -> BTreeMap<String, Vec<Diagnostic>> {
        let mut texts = Texts::new(self, open);
        let mut found: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
        for finding in self.known.iter().flat_map(|(_, analysed)| &analysed.findings) {
            if finding.location.inner_path.is_some() || input::seen::is_dir(Path::new(&finding.location.path)) {
                continue;
            }
            let diagnostic = diagnostic(finding, &mut texts);
            let here = found.entry(uri(&finding.location)).or_default();
            if !here.contains(&diagnostic) {
                here.push(diagnostic);
            }
        }
        found
    }

    fn hints(&self, params: &InlayHintParams, open: Open<'_>) -> Vec<InlayHint> {
        let uri = params.text_document.uri.as_str();
        let Some(text) = Text::of(uri, open) else { return Vec::new() };
        let moved = self.moved(uri, &text);
        let mut costs: BTreeMap<u32, Cost> = BTreeMap::new();
        for (facts, entry) in self.functions(uri) {
            for (site, cost) in of_function(facts, entry) {
                let Some(span) = moved.span(site.span, &text.text) else { continue };
                let at = end_of(&text.text, span);
                match costs.get(&at) {
                    Some(known) if known.ms >= cost.ms => {}
                    _ => drop(costs.insert(at, cost)),
                }
            }
        }
        let (first, last) = (text.offset(params.range.start), text.offset(params.range.end));
        let shown = costs.into_iter().filter(|(at, cost)| cost.ms >= LEAST_MS && first <= *at && *at <= last);
        shown.map(|(at, cost)| hint(text.position(at), &cost)).collect()
    }

    fn hover(&self, params: &HoverParams, registry: &Registry, open: Open<'_>) -> Option<Hover> {
        let at = &params.text_document_position_params;
        let uri = at.text_document.uri.as_str();
        let text = Text::of(uri, open)?;
        let offset = text.offset(at.position);
        let holds = |span: &Span| span.start <= offset && offset <= span.end;
        let moved = self.moved(uri, &text);
        let mut parts = Vec::new();
        let mut range = None;
        for (facts, entry) in self.functions(uri) {
            for (site, cost) in of_function(facts, entry) {
                let span = moved.span(site.span, &text.text).filter(|span| text.is_on(*span, at.position.line));
                let Some(span) = span else { continue };
                let line = format!("{} in {}", said(&cost), facts.spec.name);
                range = range.or(Some(text.range(span)));
                if !parts.contains(&line) {
                    parts.push(line);
                }
            }
        }
        let mut rules = Vec::new();
        for finding in self.findings(uri) {
            let span = finding.location.span.and_then(|span| moved.span(span, &text.text));
            let Some(span) = span.filter(&holds) else { continue };
            range = range.or(Some(text.range(span)));
            let page = registry.find(finding.rule).map(|rule| rule.page);
            if let Some(page) = page.filter(|_| !rules.contains(&finding.rule)) {
                rules.push(finding.rule);
                parts.push(page.to_owned());
            }
        }
        let value = parts.join("\n\n");
        let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
        (!parts.is_empty()).then_some(Hover { contents, range })
    }
}

/// The document that a place is in.
pub(super) fn uri(location: &Location) -> String {
    places::uri_of(Path::new(&location.path))
}

fn is_at(location: &Location, uri: &str) -> bool {
    let wanted = uri.parse::<Uri>().ok().and_then(|uri| places::path_of(&uri));
    let same = || wanted.is_some_and(|wanted| self::uri(location) == places::uri_of(&wanted));
    location.inner_path.is_none() && same()
}

/// What the imports and calls of a file take, at load and later.
fn of_function(facts: &FunctionFacts, entry: EntryId) -> BTreeMap<ImportSite, Cost> {
    let mut costs: BTreeMap<ImportSite, Cost> = BTreeMap::new();
    let is_here = |site: &ImportSite| facts.graph.module(site.importer).entry == Some(entry);
    let mut add = |site: ImportSite, ms: f64, phase: Phase, name: String| {
        let cost = costs.entry(site).or_insert(Cost { ms: 0.0, phase, names: Vec::new() });
        cost.ms += ms;
        if !cost.names.contains(&name) {
            cost.names.push(name);
        }
    };
    for (id, module) in facts.graph.modules() {
        let Some(site) = module.first_import.filter(is_here) else { continue };
        let package = facts.package_of(id).map(|package| {
            let package = facts.packages.package(package);
            format!("{} {}", package.name, package.version.as_deref().unwrap_or_default()).trim_end().to_owned()
        });
        let name = package.unwrap_or_else(|| module.name.to_string());
        add(site, facts.estimate.module(id).cumulative_ms, module.loaded, name);
    }
    for (call, ms) in facts.graph.calls.iter().zip(&facts.estimate.calls) {
        let site = call.via.first().copied().unwrap_or(ImportSite { importer: call.module, span: call.span });
        if is_here(&site) {
            add(site, *ms, Phase::Init, format!("{}()", call.callee));
        }
    }
    for ((file, site), ms) in facts.graph.data_files.iter().zip(&facts.estimate.reads) {
        if is_here(site) {
            add(*site, *ms, Phase::Init, facts.artifact.entry(*file).path.to_string());
        }
    }
    costs
}

/// Where a hint goes: behind the statement or call, and behind the semicolon.
fn end_of(text: &str, span: Span) -> u32 {
    let end = span.range_in(text.len()).end;
    let rest = text.get(end..).unwrap_or_default();
    end as u32 + u32::from(rest.starts_with(';'))
}

fn said(cost: &Cost) -> String {
    let when = match cost.phase {
        Phase::Init => "of Init",
        Phase::Invoke => "in the first request that needs it",
    };
    let names: Vec<&str> = cost.names.iter().take(5).map(String::as_str).collect();
    format!("about {} {when}: {}", words::ms(cost.ms), names.join(", "))
}

fn hint(position: Position, cost: &Cost) -> InlayHint {
    let label = match cost.phase {
        Phase::Init => words::ms(cost.ms),
        Phase::Invoke => format!("first request +{}", words::ms(cost.ms)),
    };
    InlayHint {
        position,
        label: InlayHintLabel::String(label),
        kind: None,
        text_edits: None,
        tooltip: Some(InlayHintTooltip::String(said(cost))),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    }
}

/// Texts that were looked up, so that each is read once.
pub(super) struct Texts<'a> {
    answers: &'a Answers,
    open: Open<'a>,
    known: BTreeMap<String, Option<Rc<(Text, Moved)>>>,
}

impl<'a> Texts<'a> {
    pub(super) fn new(answers: &'a Answers, open: Open<'a>) -> Self {
        Self { answers, open, known: BTreeMap::new() }
    }

    fn range(&mut self, location: &Location) -> Range {
        let uri = uri(location);
        let (answers, open) = (self.answers, self.open);
        let read = |uri: &String| {
            let text = Text::of(uri, open)?;
            let moved = answers.moved(uri, &text);
            Some(Rc::new((text, moved)))
        };
        let known = self.known.entry(uri).or_insert_with_key(read);
        let (Some(known), Some(span)) = (known, location.span) else { return Range::default() };
        let (text, moved) = known.as_ref();
        // What was touched since is shown where it was, until the next analysis.
        text.range(moved.span(span, &text.text).unwrap_or(span))
    }
}

/// A finding as editors show it.
pub(super) fn diagnostic(finding: &Finding, texts: &mut Texts<'_>) -> Diagnostic {
    let severity = match finding.severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Note => DiagnosticSeverity::INFORMATION,
    };
    let help = finding.help.as_ref().map_or_else(String::new, |help| format!("\nhelp: {help}"));
    let labels = finding.labels.iter().filter(|label| label.location.inner_path.is_none());
    let related = labels.filter_map(|label| {
        let uri = uri(&label.location).parse().ok()?;
        let location = lsp_types::Location { uri, range: texts.range(&label.location) };
        Some(DiagnosticRelatedInformation { location, message: label.text.clone() })
    });
    let related: Vec<DiagnosticRelatedInformation> = related.collect();
    let unused = finding.rule.starts_with("unused-");
    Diagnostic {
        range: texts.range(&finding.location),
        severity: Some(severity),
        code: Some(NumberOrString::String(finding.rule.to_owned())),
        source: Some("defrost".to_owned()),
        message: format!("{}{help}", finding.message),
        related_information: (!related.is_empty()).then_some(related),
        tags: unused.then(|| vec![DiagnosticTag::UNNECESSARY]),
        ..Diagnostic::default()
    }
}
