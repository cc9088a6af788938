use std::io::{self, Write};

use super::model::Report;

/// Writes `defrost-report/1`, indented, with a newline at the end.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    writeln!(out)
}
