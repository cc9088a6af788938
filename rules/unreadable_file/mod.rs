use crate::engine::modes::{Access, Closed};
use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Severity};

/// Files that the message names; one wrong umask affects them all.
const NAMED: usize = 5;

/// Reports what is closed to others, once for each kind of access.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let closed = cx.closed_entries();
    for access in [Access::Read, Access::Search, Access::Execute] {
        let found: Vec<&Closed> = closed.iter().filter(|closed| closed.access == access).collect();
        let Some(first) = found.first() else { continue };
        let named: Vec<String> =
            found.iter().take(NAMED).map(|closed| format!("{} ({:04o})", closed.path, closed.mode)).collect();
        let more = found.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let (what, verb) = match access {
            Access::Read => ("others than their owner may not read", "and Init loads them"),
            Access::Search => ("others than their owner may not search these folders", "and Init loads files in them"),
            Access::Execute => ("others than their owner may not execute", "and the platform starts them"),
        };
        let message = format!(
            "{what} {}{more}, {verb}; {} runs the function as another user: permission denied",
            named.join(", "),
            cx.spec.platform
        );
        let finding = Finding::new(cx.locate(first.entry, None), message).about(first.path.clone());
        // Tools that package a folder may set modes of their own; an archive is unpacked with those that it states.
        let severity = if found.iter().any(|closed| closed.is_archived && closed.is_certain) {
            Severity::Error
        } else {
            Severity::Warning
        };
        sink.report_as(severity, finding);
    }
}
