//! What an editor can do about a place: the changes that findings carry, and imports that become lazy.

use std::collections::BTreeMap;

use lsp_types::{
    CodeAction, CodeActionDisabled, CodeActionKind, CodeActionOrCommand, CodeActionParams, TextEdit, Uri, WorkspaceEdit,
};

use super::answers::{Answers, Open, Text, Texts, diagnostic};
use super::places;
use crate::engine::FunctionFacts;
use crate::finding::{Fix, FixLevel};
use crate::graph::{ImportSite, ModuleId, Phase};
use crate::span::Span;
use crate::split::Loaded;

/// What the action for an import is called.
const LAZY: &str = "Move this import into the functions that use it";

/// All that can be done at a place.
pub(super) fn at(answers: &Answers, params: &CodeActionParams, open: Open<'_>) -> Vec<CodeActionOrCommand> {
    let uri = params.text_document.uri.as_str();
    let Some(text) = Text::of(uri, open) else { return Vec::new() };
    let asked = Span::new(text.offset(params.range.start), text.offset(params.range.end));
    let touches = |span: Span| span.start <= asked.end && asked.start <= span.end;
    let mut actions: Vec<CodeAction> = Vec::new();
    let mut texts = Texts::new(answers, open);
    for finding in answers.findings(uri).filter(|finding| finding.location.span.is_some_and(touches)) {
        let Some((fix, edit)) = finding.fix.as_ref().and_then(|fix| Some((fix, edit(fix, open)?))) else { continue };
        let action = CodeAction {
            title: fix.description.clone(),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![diagnostic(finding, &mut texts)]),
            edit: Some(edit),
            is_preferred: Some(fix.level == FixLevel::Safe),
            ..CodeAction::default()
        };
        if !actions.iter().any(|other| other.title == action.title) {
            actions.push(action);
        }
    }
    let is_on_line = |span: Span| text.is_on(span, params.range.start.line);
    if let Some(action) = lazy(answers, uri, &is_on_line, open) {
        actions.push(action);
    }
    actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

/// The action that moves the import at a place, or says why it cannot move.
fn lazy(answers: &Answers, uri: &str, touches: &dyn Fn(Span) -> bool, open: Open<'_>) -> Option<CodeAction> {
    for (facts, entry) in answers.functions(uri) {
        let mut here = facts.graph.imports.iter().filter(|import| {
            import.phase == Phase::Init && facts.graph.module(import.site.importer).entry == Some(entry)
        });
        let Some(import) = here.find(|import| touches(import.site.span)) else { continue };
        let action = CodeAction {
            title: LAZY.to_owned(),
            kind: Some(CodeActionKind::REFACTOR_REWRITE),
            ..CodeAction::default()
        };
        return match moved(facts, import.site, import.target)? {
            Ok(fix) => Some(CodeAction { edit: Some(edit(&fix, open)?), ..action }),
            Err(reason) => Some(CodeAction { disabled: Some(CodeActionDisabled { reason }), ..action }),
        };
    }
    None
}

fn moved(facts: &FunctionFacts, site: ImportSite, target: ModuleId) -> Option<Result<Fix, String>> {
    let loads = facts.package_of(target).map_or(Loaded::Module(target), Loaded::Package);
    facts.moved_imports(&[site], loads, &[])
}

/// A change as editors make it.
fn edit(fix: &Fix, open: Open<'_>) -> Option<WorkspaceEdit> {
    let mut changes: BTreeMap<String, Vec<TextEdit>> = BTreeMap::new();
    for (path, edits) in fix.files() {
        let uri = places::uri_of(std::path::Path::new(path));
        let text = Text::of(&uri, open)?;
        let edits =
            edits.iter().map(|edit| TextEdit { range: text.range(edit.span), new_text: edit.replacement.clone() });
        changes.entry(uri).or_default().extend(edits);
    }
    let named = changes.into_iter().map(|(uri, edits)| Some((uri.parse::<Uri>().ok()?, edits)));
    #[allow(clippy::mutable_key_type, reason = "the protocol's own type")]
    let changes = named.collect::<Option<_>>()?;
    Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
}
