//! The language server: what an import costs, what rules find and what mends it, in an editor.
//!
//! One thread speaks the protocol and never waits for an analysis; another analyses, with the texts that the editor
//! holds in place of those on the disk, once nothing has changed for a moment. What an import costs is told at once, from
//! the last analysis, with its places moved to where edits have brought them; what was touched itself, and changes that
//! mend something, wait for the next analysis. What fails there is said to the editor and ends nothing.

mod actions;
mod answers;
mod moved;
mod places;
mod worker;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, DidChangeTextDocumentParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, HoverProviderCapability, InitializeParams, MessageType,
    OneOf, PublishDiagnosticsParams, ServerCapabilities, ServerInfo, ShowMessageParams, TextDocumentSyncCapability,
    TextDocumentSyncKind, Uri,
};
use serde_json::{Value, json};

use crate::engine::{ProjectFacts, Registry};
use crate::fault;
use crate::finding::Finding;
use answers::{Answers, Documents};
use worker::Job;

/// Most questions that wait for an analysis; older ones are told that the content has changed.
const MOST_WAITING: usize = 256;

/// What is known of a project.
#[derive(Debug)]
pub struct Analysed {
    /// Its functions.
    pub project: ProjectFacts,
    /// What rules found, without what comments silence.
    pub findings: Vec<Finding>,
    /// Faults of ours, for people.
    pub faults: Vec<String>,
}

/// Who analyses a folder as `check` does.
pub trait Analyst: Send + Sync {
    /// What is known of the project in a folder.
    ///
    /// # Errors
    /// Why nothing there can be analysed.
    fn analyse(&self, folder: &Path) -> Result<Analysed, String>;
    /// All rules.
    fn registry(&self) -> &Registry;
}

/// What reaches the thread that speaks the protocol.
enum Event {
    Said(Message),
    /// The analysis of so many changes is done.
    Analysed(u64, Vec<(PathBuf, Result<Analysed, String>)>, Documents),
    /// The editor is gone.
    Gone,
}

/// Speaks over standard input and output until the editor says that it is over; gives the exit code.
///
/// # Errors
/// When the editor does not keep to the protocol from the start.
pub fn serve(analyst: &Arc<dyn Analyst>) -> Result<u8, String> {
    let (connection, threads) = Connection::stdio();
    let (id, params) = connection.initialize_start().map_err(|error| error.to_string())?;
    let params: InitializeParams = serde_json::from_value(params).map_err(|error| error.to_string())?;
    let answer = json!({
        "capabilities": capabilities(),
        "serverInfo": ServerInfo { name: "defrost".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) },
    });
    connection.initialize_finish(id, answer).map_err(|error| error.to_string())?;
    let code = spoken(&connection, analyst, &params);
    drop(connection);
    // What the editor no longer takes is no loss.
    let _ = threads.join();
    Ok(code)
}

fn capabilities() -> ServerCapabilities {
    let actions = CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::REFACTOR_REWRITE]),
        ..CodeActionOptions::default()
    };
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::FULL)),
        inlay_hint_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(actions)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        ..ServerCapabilities::default()
    }
}

fn spoken(connection: &Connection, analyst: &Arc<dyn Analyst>, params: &InitializeParams) -> u8 {
    let (events, inbox) = channel();
    let incoming = connection.receiver.clone();
    let from_editor = events.clone();
    std::thread::spawn(move || {
        for message in incoming {
            if from_editor.send(Event::Said(message)).is_err() {
                return;
            }
        }
        // Nobody listens any more only when the server has ended.
        let _ = from_editor.send(Event::Gone);
    });
    let jobs = worker::start(Arc::clone(analyst), events);
    let folders = places::folders(params);
    if let Some(first) = folders.first() {
        // Paths in messages are then as short as on the command line.
        let _ = std::env::set_current_dir(first);
    }
    let refreshes = params.capabilities.workspace.as_ref().and_then(|workspace| workspace.inlay_hint.as_ref());
    let server = Server {
        connection,
        analyst,
        jobs,
        has_workspace: !folders.is_empty(),
        folders,
        documents: BTreeMap::new(),
        changes: 0,
        answers: None,
        waiting: Vec::new(),
        shown: BTreeSet::new(),
        told: BTreeSet::new(),
        refreshes: refreshes.and_then(|hints| hints.refresh_support).unwrap_or_default(),
        requests: 0,
        is_over: false,
    };
    server.run(&inbox)
}

/// A document that is open in the editor.
struct Document {
    path: PathBuf,
    text: Arc<String>,
}

struct Server<'a> {
    connection: &'a Connection,
    analyst: &'a Arc<dyn Analyst>,
    jobs: Sender<Job>,
    /// Whether the editor has opened folders, and not files alone.
    has_workspace: bool,
    folders: Vec<PathBuf>,
    documents: BTreeMap<String, Document>,
    /// How often anything has changed.
    changes: u64,
    /// The newest analysis, and of how many changes.
    answers: Option<(u64, Answers)>,
    /// Questions that wait for the analysis of so many changes.
    waiting: Vec<(u64, Request)>,
    /// Documents that have diagnostics.
    shown: BTreeSet<String>,
    /// What has been said once.
    told: BTreeSet<String>,
    refreshes: bool,
    requests: i32,
    is_over: bool,
}

impl Server<'_> {
    fn run(mut self, inbox: &Receiver<Event>) -> u8 {
        self.analyse();
        for event in inbox {
            match event {
                Event::Gone => break,
                Event::Said(Message::Request(request)) => self.asked(request),
                Event::Said(Message::Notification(told)) if told.method == "exit" => break,
                Event::Said(Message::Notification(told)) => self.told(told),
                Event::Said(Message::Response(_)) => {}
                Event::Analysed(changes, results, documents) => self.analysed(changes, results, documents),
            }
        }
        u8::from(!self.is_over)
    }

    fn send(&self, message: impl Into<Message>) {
        // An editor that is gone ends the loop by itself.
        let _ = self.connection.sender.send(message.into());
    }

    fn refuse(&self, id: RequestId, code: ErrorCode, why: &str) {
        self.send(Response::new_err(id, code as i32, why.to_owned()));
    }

    fn asked(&mut self, request: Request) {
        if self.is_over {
            return self.refuse(request.id, ErrorCode::InvalidRequest, "the server has been shut down");
        }
        match request.method.as_str() {
            "shutdown" => {
                self.is_over = true;
                self.send(Response::new_ok(request.id, Value::Null));
            }
            "textDocument/inlayHint" | "textDocument/codeAction" | "textDocument/hover" => self.question(request),
            method => {
                let why = format!("{method} is not answered");
                self.refuse(request.id, ErrorCode::MethodNotFound, &why);
            }
        }
    }

    /// Whether the last analysis answers a question although something has changed since: the editor must know how to
    /// ask again when the next one is done.
    fn is_soon(&self, request: &Request, answers: &Answers) -> bool {
        let uri = request.params.pointer("/textDocument/uri").and_then(Value::as_str);
        let is_told = match request.method.as_str() {
            "textDocument/inlayHint" => self.refreshes,
            method => method == "textDocument/hover",
        };
        is_told && uri.is_some_and(|uri| answers.has_seen(uri))
    }

    /// Answers now where nothing has changed since the last analysis or places only moved, and else after the next one.
    fn question(&mut self, request: Request) {
        match &self.answers {
            Some((changes, answers)) if *changes == self.changes || self.is_soon(&request, answers) => {
                self.answer(request, answers);
            }
            _ => {
                if self.waiting.len() >= MOST_WAITING {
                    let (_, oldest) = self.waiting.remove(0);
                    self.refuse(oldest.id, ErrorCode::ContentModified, "too many questions wait");
                }
                self.waiting.push((self.changes, request));
            }
        }
    }

    fn answer(&self, request: Request, answers: &Answers) {
        let id = request.id.clone();
        let text = |uri: &str| self.documents.get(uri).map(|document| Arc::clone(&document.text));
        let answered = fault::caught("an answer", || answers.to(&request, self.analyst.registry(), &text));
        match answered {
            Ok(Ok(value)) => self.send(Response::new_ok(id, value)),
            Ok(Err(why)) => self.refuse(id, ErrorCode::InvalidParams, &why),
            Err(fault) => self.refuse(id, ErrorCode::InternalError, &fault.message),
        }
    }

    fn told(&mut self, told: Notification) {
        match told.method.as_str() {
            "textDocument/didOpen" => {
                if let Ok(params) = serde_json::from_value::<DidOpenTextDocumentParams>(told.params) {
                    self.opened(&params.text_document.uri, params.text_document.text);
                }
            }
            "textDocument/didChange" => {
                if let Ok(params) = serde_json::from_value::<DidChangeTextDocumentParams>(told.params)
                    && let Some(last) = params.content_changes.into_iter().next_back()
                {
                    self.opened(&params.text_document.uri, last.text);
                }
            }
            "textDocument/didClose" => {
                if let Ok(params) = serde_json::from_value::<DidCloseTextDocumentParams>(told.params) {
                    self.documents.remove(params.text_document.uri.as_str());
                    self.analyse();
                }
            }
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" | "workspace/didChangeConfiguration" => {
                self.analyse()
            }
            "$/cancelRequest" => self.cancelled(&told.params),
            _ => {}
        }
    }

    fn opened(&mut self, uri: &Uri, text: String) {
        let Some(path) = places::path_of(uri) else { return };
        if !self.has_workspace && !self.folders.iter().any(|folder| path.starts_with(folder)) {
            // Without a workspace, what is beside the file is all there is.
            self.folders.extend(path.parent().map(Path::to_path_buf));
        }
        let uri = uri.as_str().to_owned();
        let same = self.documents.get(&uri).is_some_and(|document| *document.text == text);
        if !same {
            self.documents.insert(uri, Document { path, text: Arc::new(text) });
            self.analyse();
        }
    }

    fn cancelled(&mut self, params: &Value) {
        let id = match params.get("id") {
            Some(Value::Number(number)) => number.as_i64().and_then(|id| i32::try_from(id).ok()).map(RequestId::from),
            Some(Value::String(id)) => Some(RequestId::from(id.clone())),
            _ => None,
        };
        let Some(at) = id.and_then(|id| self.waiting.iter().position(|(_, request)| request.id == id)) else { return };
        let (_, request) = self.waiting.remove(at);
        self.refuse(request.id, ErrorCode::RequestCanceled, "cancelled");
    }

    /// Asks for an analysis of what there is now.
    fn analyse(&mut self) {
        self.changes += 1;
        let texts = self
            .documents
            .values()
            .map(|document| (document.path.clone(), Arc::new(document.text.as_bytes().to_vec())));
        let texts = texts.collect();
        let named = self.documents.iter().map(|(uri, document)| (uri.clone(), Arc::clone(&document.text)));
        let job = Job { changes: self.changes, folders: self.folders.clone(), texts, documents: named.collect() };
        // The worker ends with the server only.
        let _ = self.jobs.send(job);
    }

    fn analysed(&mut self, changes: u64, results: Vec<(PathBuf, Result<Analysed, String>)>, documents: Documents) {
        let mut known = Vec::new();
        for (folder, result) in results {
            match result {
                Ok(analysed) => {
                    analysed.faults.iter().for_each(|fault| self.say(MessageType::ERROR, fault));
                    known.push((folder, analysed));
                }
                Err(why) => self.say(MessageType::LOG, &why),
            }
        }
        let answers = Answers::new(known, documents);
        self.publish(&answers);
        self.answers = Some((changes, answers));
        let waiting = std::mem::take(&mut self.waiting);
        let (ready, waiting): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|(needed, _)| *needed <= changes && changes == self.changes);
        self.waiting = waiting;
        if let Some((_, answers)) = &self.answers {
            ready.into_iter().for_each(|(_, request)| self.answer(request, answers));
        }
        if self.refreshes {
            self.requests += 1;
            let method = "workspace/inlayHint/refresh".to_owned();
            self.send(Request::new(RequestId::from(self.requests), method, Value::Null));
        }
    }

    /// Says something once: in a window what is a fault, in the log what is not.
    fn say(&mut self, kind: MessageType, message: &str) {
        if self.told.insert(message.to_owned()) {
            let method = if kind == MessageType::ERROR { "window/showMessage" } else { "window/logMessage" };
            let params = ShowMessageParams { typ: kind, message: message.to_owned() };
            self.send(Notification::new(method.to_owned(), params));
        }
    }

    /// Shows what was found, and takes back what is no more.
    fn publish(&mut self, answers: &Answers) {
        let text = |uri: &str| self.documents.get(uri).map(|document| Arc::clone(&document.text));
        let diagnostics = fault::caught("the diagnostics", || answers.diagnostics(&text)).unwrap_or_default();
        let gone: Vec<String> = self.shown.iter().filter(|uri| !diagnostics.contains_key(*uri)).cloned().collect();
        let now = diagnostics.keys().cloned().collect();
        let empty = gone.into_iter().map(|uri| (uri, Vec::new()));
        for (uri, diagnostics) in diagnostics.into_iter().chain(empty) {
            if let Ok(uri) = uri.parse::<Uri>() {
                let params = PublishDiagnosticsParams { uri, diagnostics, version: None };
                self.send(Notification::new("textDocument/publishDiagnostics".to_owned(), params));
            }
        }
        self.shown = now;
    }
}
