//! What single calls and methods mean: at start, and for each request.

use syn::spanned::Spanned;
use syn::{Expr, Lit};

use super::super::WorkKind;
use super::super::expr::{
    chain_start, is_constant, literal_path, path_of, peel, quote_text, root_path, root_span, strip_reference,
};
use super::super::known;
use super::Walker;
use crate::lang::rust::scope::plain;

/// Embedded or bundled data below this is not worth a word.
const LARGE_FILE: u64 = 64 << 10;
/// Loops of fewer rounds are over in no time.
pub(super) const MANY_ROUNDS: u128 = 100_000;

impl Walker<'_> {
    /// Size of embedded data that an expression is or names.
    pub(super) fn embedded(&self, expr: &Expr) -> Option<u64> {
        match peel(expr) {
            Expr::Macro(item) => self.include(&item.mac, self.module),
            Expr::Path(_) => {
                let path = self.resolve(&path_of(expr)?);
                let value = self.program.statics.get(&path.join("::"))?;
                match peel(&value.value) {
                    Expr::Macro(item) => self.include(&item.mac, value.module),
                    _ => None,
                }
            }
            Expr::MethodCall(call)
                if matches!(plain(&call.method).as_str(), "as_bytes" | "as_ref" | "as_slice" | "trim") =>
            {
                self.embedded(&call.receiver)
            }
            Expr::Call(call)
                if path_of(&call.func).is_some_and(|path| path.last().is_some_and(|last| last == "new")) =>
            {
                call.args.first().and_then(|a| self.embedded(a))
            }
            _ => None,
        }
    }

    pub(super) fn include(&self, mac: &syn::Macro, module: usize) -> Option<u64> {
        let name = mac.path.segments.last().map(|s| plain(&s.ident))?;
        if !matches!(name.as_str(), "include_str" | "include_bytes") {
            return None;
        }
        let path = mac.parse_body::<syn::LitStr>().ok()?;
        (self.program.input.size)(&self.program.modules[module].file, &path.value(), false)
    }

    /// Whether a lazy static does more than a glance at the environment.
    pub(super) fn is_heavy(&self, key: &str) -> bool {
        let Some(value) = self.program.statics.get(key) else { return true };
        let text = quote_text(&value.value);
        [
            "Regex",
            "fs ::",
            "File ::",
            "from_str",
            "from_slice",
            "from_reader",
            "include_",
            "connect",
            "collect",
            "block_on",
            "for ",
            "send",
            "compile",
            "load",
        ]
        .iter()
        .any(|part| text.contains(part))
    }

    pub(super) fn forced(&mut self, expr: &Expr, span: proc_macro2::Span, what: &str) {
        let Some(path) = path_of(strip_reference(expr)) else { return };
        let key = self.resolve(&path).join("::");
        if self.is_heavy(&key) && self.statics.insert(key) {
            self.report(WorkKind::EagerStatic, span, format!("{what}({})", path.join("::")), None);
        }
    }

    pub(super) fn static_touched(&mut self, expr: &Expr) {
        let Some(path) = path_of(strip_reference(expr)) else { return };
        let key = self.resolve(&path).join("::");
        let lazy = self.program.statics.get(&key).is_some_and(|value| value.lazy);
        if lazy && self.is_heavy(&key) && self.statics.insert(key) {
            self.report(WorkKind::EagerStatic, expr.span(), path.join("::"), None);
        }
    }

    pub(super) fn init_call(&mut self, call: &syn::ExprCall, path: &[String], awaited: bool) {
        let last = path.last().map_or("", String::as_str);
        let span = call.func.span();
        let what = path.join("::");
        if known::loads_sdk_config(path) {
            // Right where it is, and one of the dearer things that start-up does.
            self.known_call(span, "aws_config::load");
        }
        if last == "sleep" && (path.contains(&"thread".into()) || awaited) {
            self.report(WorkKind::Sleep, span, what, None);
        } else if known::requests(path) {
            self.report(WorkKind::Network, span, what, None);
        } else if known::reads_file(path) {
            let bytes =
                call.args.first().and_then(literal_path).and_then(|file| (self.program.input.size)("", &file, true));
            let from_macro = path.iter().any(|part| part == "Migrator") && call.args.is_empty();
            if bytes.is_none_or(|bytes| bytes >= LARGE_FILE) && !from_macro {
                self.report(WorkKind::File, span, what, bytes);
            }
        } else if known::is_connect(last)
            && (awaited || path.len() > 1 && path[path.len() - 2].ends_with("Stream") || last == "establish")
        {
            self.report(WorkKind::Connection, span, what, None);
        } else if (last == "force" || last == "initialize") && call.args.len() == 1 {
            if let Some(argument) = call.args.first() {
                self.forced(argument, span, &what);
            }
        } else if known::is_slow(path) {
            self.report(WorkKind::Compute, span, what, None);
        } else if known::compiles_regex(path) && self.loops > 0 {
            self.report(WorkKind::Compute, span, format!("{what} in a loop"), None);
        } else if let Some(bytes) =
            call.args.iter().find_map(|argument| self.embedded(argument)).filter(|bytes| *bytes >= LARGE_FILE)
        {
            // Wrapping it reads nothing.
            if !matches!(last, "new" | "Some" | "Ok" | "from_static" | "Borrowed" | "drop") || known::reads_file(path) {
                self.report(WorkKind::File, span, what, Some(bytes));
            }
        }
    }

    pub(super) fn handler_call(&mut self, call: &syn::ExprCall, path: &[String]) {
        let span = call.func.span();
        if known::compiles_regex(path) {
            if call.args.first().is_none_or(is_constant) {
                self.report(WorkKind::Regex, span, path.join("::"), None);
            }
        } else if known::builds_client(path) && self.program.find(path).is_none() {
            self.report(WorkKind::Client, span, path.join("::"), None);
        } else if known::writes_file(path)
            && let Some(file) = call.args.iter().filter_map(literal_path).find(|file| file.starts_with("/tmp/"))
        {
            self.report(WorkKind::Temporary, span, file, None);
        }
    }

    pub(super) fn init_method(&mut self, call: &syn::ExprMethodCall, awaited: bool) {
        let name = plain(&call.method);
        let first = chain_start(call);
        let at = first.method.span();
        match name.as_str() {
            "send" if call.args.is_empty() => {
                self.report(WorkKind::Network, at, format!("{}().send()", plain(&first.method)), None)
            }
            "call"
                if call.args.is_empty()
                    && root_path(call).is_some_and(|p| self.resolve(&p).first().is_some_and(|h| h == "ureq")) =>
            {
                self.report(WorkKind::Network, at, "ureq", None)
            }
            "output" | "status" | "spawn" | "wait"
                if call.args.is_empty()
                    && root_path(call).is_some_and(|p| p.iter().rev().nth(1).is_some_and(|o| o == "Command")) =>
            {
                self.report(WorkKind::Process, root_span(call), "Command", None);
            }
            "run"
                if quote_text(&call.receiver).to_lowercase().contains("migrat")
                    || self.type_of(&call.receiver).is_some_and(|ty| ty.contains("Migrat")) =>
            {
                self.report(WorkKind::Migration, call.method.span(), "migrations", None);
            }
            "run_pending_migrations" => self.report(WorkKind::Migration, call.method.span(), "migrations", None),
            "block_on" => {}
            _ if known::is_connect(&name) && awaited => {
                self.report(WorkKind::Connection, call.method.span(), format!("{name}()"), None)
            }
            _ if known::is_query(&name) && awaited && self.method(call).is_none() => {
                self.report(WorkKind::Network, call.method.span(), format!("{name}()"), None)
            }
            _ if known::is_slow_method(&name) => {
                self.report(WorkKind::Compute, call.method.span(), format!("{name}()"), None)
            }
            _ => {
                if !matches!(
                    name.as_str(),
                    "len" | "as_ptr" | "as_bytes" | "as_ref" | "is_empty" | "trim" | "clone" | "get" | "to_owned"
                ) && let Some(bytes) = self.embedded(&call.receiver).filter(|bytes| *bytes >= LARGE_FILE)
                {
                    self.report(WorkKind::File, call.method.span(), format!("{name}()"), Some(bytes));
                }
                if let Some(rounds) = self.rounds(&call.receiver).filter(|rounds| *rounds >= MANY_ROUNDS) {
                    self.report(WorkKind::Compute, call.receiver.span(), format!("{rounds} rounds"), None);
                }
                self.static_touched(&call.receiver);
            }
        }
    }

    /// How often a constant range goes round.
    pub(super) fn rounds(&self, expr: &Expr) -> Option<u128> {
        let Expr::Range(range) = peel(expr) else { return None };
        let start = range.start.as_deref().map_or(Some(0), |expr| self.number(expr))?;
        let end = self.number(range.end.as_deref()?)?;
        Some(end.saturating_sub(start))
    }

    pub(super) fn number(&self, expr: &Expr) -> Option<u128> {
        match peel(expr) {
            Expr::Lit(syn::ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse().ok(),
            Expr::Path(_) => {
                let value = self.program.statics.get(&self.resolve(&path_of(expr)?).join("::"))?;
                match peel(&value.value) {
                    Expr::Lit(syn::ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse().ok(),
                    _ => None,
                }
            }
            Expr::Binary(binary) => {
                let (a, b) = (self.number(&binary.left)?, self.number(&binary.right)?);
                match binary.op {
                    syn::BinOp::Mul(_) => a.checked_mul(b),
                    syn::BinOp::Add(_) => a.checked_add(b),
                    syn::BinOp::Shl(_) => u32::try_from(b).ok().and_then(|b| a.checked_shl(b)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
