use std::io::{self, Write};

use super::human::{entered, numbers, package, signed, sizes, times};
use super::{Changed, Difference, Status};

/// Rows of a list.
const ROWS: usize = 20;

/// Writes a difference as Markdown, for comments and summaries.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(difference: &Difference, out: &mut dyn Write) -> io::Result<()> {
    let changed: Vec<&Changed> = difference.functions.iter().filter(|f| f.status != Status::Same).collect();
    for broken in &difference.broken {
        writeln!(out, "- **{}**", inert(broken))?;
    }
    if changed.is_empty() {
        return writeln!(out, "No difference in what is deployed.");
    }
    writeln!(out, "\n| function | Init | change | unzipped | zipped | files | modules |")?;
    writeln!(out, "|---|--:|--:|--:|--:|--:|--:|")?;
    for function in &changed {
        let [change, low, high] = function.change_ms;
        let change = match function.status {
            Status::Added => "new".to_owned(),
            Status::Removed => "gone".to_owned(),
            _ => format!("{} ({} to {})", signed(change), signed(low), signed(high)),
        };
        writeln!(
            out,
            "| {} | {} | {change} | {} | {} | {} | {} |",
            inert(&function.name),
            times(&function.init_ms),
            sizes(&function.bytes),
            sizes(&function.zipped_bytes),
            numbers(&function.files),
            numbers(&function.modules)
        )?;
    }
    for function in changed {
        let lists: [(&str, Vec<String>); 3] = [
            ("packages", function.packages.iter().map(package).collect()),
            ("loaded during Init now", function.newly_eager.iter().map(entered).collect()),
            ("no longer loaded during Init", function.no_longer_eager.iter().map(entered).collect()),
        ];
        for (title, rows) in lists.iter().filter(|(_, rows)| !rows.is_empty()) {
            writeln!(out, "\n<details><summary>{}: {title}</summary>\n", inert(&function.name))?;
            for row in rows.iter().take(ROWS) {
                writeln!(out, "- {}", inert(row))?;
            }
            if rows.len() > ROWS {
                writeln!(out, "- and {} more", rows.len() - ROWS)?;
            }
            writeln!(out, "\n</details>")?;
        }
    }
    Ok(())
}

/// Text that means nothing in Markdown or HTML.
fn inert(text: &str) -> String {
    let mut inert = String::with_capacity(text.len());
    for c in crate::report::printable::line(text).chars() {
        match c {
            '&' => inert.push_str("&amp;"),
            '<' => inert.push_str("&lt;"),
            '>' => inert.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' | '@' => {
                inert.push('\\');
                inert.push(c);
            }
            _ => inert.push(c),
        }
    }
    inert
}
