use std::io::{self, Write};

use super::{Changed, Difference, Entered, PackageChange, Sides, Status};
use crate::report::printable;
use crate::text;

/// Rows of a list, unless verbose.
const ROWS: usize = 12;

/// Writes a difference for people.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(difference: &Difference, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    let same = difference.functions.iter().filter(|function| function.status == Status::Same).count();
    for function in difference.functions.iter().filter(|function| function.status != Status::Same) {
        one(function, verbose, out)?;
        writeln!(out)?;
    }
    match same as u64 {
        0 => {}
        same => writeln!(out, "{} without a difference", text::plural(same, "function"))?,
    }
    for broken in &difference.broken {
        writeln!(out, "{}", printable::line(broken))?;
    }
    Ok(())
}

fn one(function: &Changed, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    let word = match function.status {
        Status::Added => "  new",
        Status::Removed => "  gone",
        Status::Changed | Status::Same => "",
    };
    writeln!(out, "{}{word}", printable::line(&function.name))?;
    writeln!(out, "  Init       {}{}", times(&function.init_ms), range(function))?;
    writeln!(out, "  download   {}", times(&function.download_ms))?;
    if function.first_request_ms.before.into_iter().chain(function.first_request_ms.after).any(|ms| ms >= 0.5) {
        writeln!(out, "  first call {}", times(&function.first_request_ms))?;
    }
    writeln!(out, "  unzipped   {}", sizes(&function.bytes))?;
    if function.zipped_bytes.before.or(function.zipped_bytes.after).is_some() {
        writeln!(out, "  zipped     {}", sizes(&function.zipped_bytes))?;
    }
    writeln!(out, "  files      {}", numbers(&function.files))?;
    writeln!(out, "  modules    {} at Init", numbers(&function.modules))?;
    for (title, sides) in [("grade", &function.grade), ("start", &function.start)] {
        if sides.before != sides.after {
            writeln!(out, "  {title:<10} {}", words(sides))?;
        }
    }
    list(out, "packages", &function.packages, verbose, package)?;
    list(out, "loaded during Init now", &function.newly_eager, verbose, entered)?;
    list(out, "no longer loaded during Init", &function.no_longer_eager, verbose, entered)?;
    list(out, "routes added", &function.routes_added, verbose, |route| printable::line(route).into_owned())?;
    list(out, "routes removed", &function.routes_removed, verbose, |route| printable::line(route).into_owned())
}

fn list<T>(out: &mut dyn Write, title: &str, rows: &[T], verbose: bool, line: impl Fn(&T) -> String) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {title}")?;
    let shown = if verbose { rows.len() } else { ROWS.min(rows.len()) };
    for row in &rows[..shown] {
        writeln!(out, "    {}", line(row))?;
    }
    match rows.len() - shown {
        0 => Ok(()),
        more => writeln!(out, "    and {more} more"),
    }
}

/// The change of Init with its range.
fn range(function: &Changed) -> String {
    let [change, low, high] = function.change_ms;
    match function.status {
        Status::Changed if change.abs() >= super::NOISE_MS => {
            format!("   {} ({} to {})", signed(change), signed(low), signed(high))
        }
        _ => String::new(),
    }
}

/// Milliseconds with their sign.
pub(super) fn signed(ms: f64) -> String {
    let sign = if ms < 0.0 { "-" } else { "+" };
    format!("{sign}{}", text::ms(ms.abs()))
}

/// A value of both sides, or of the one that has it.
pub(super) fn sides<T: PartialEq>(sides: &Sides<T>, word: impl Fn(&T) -> String) -> String {
    match (&sides.before, &sides.after) {
        (Some(before), Some(after)) if before != after => format!("{} -> {}", word(before), word(after)),
        (_, Some(one)) | (Some(one), None) => word(one),
        (None, None) => "-".to_owned(),
    }
}

pub(super) fn times(of: &Sides<f64>) -> String {
    sides(of, |ms| text::ms(*ms))
}

pub(super) fn sizes(of: &Sides<u64>) -> String {
    sides(of, |bytes| text::bytes(*bytes))
}

pub(super) fn numbers(of: &Sides<u64>) -> String {
    sides(of, |number| text::count(*number))
}

fn words(of: &Sides<String>) -> String {
    sides(of, |word| printable::line(word).into_owned())
}

/// What became of a package, in words.
pub(super) fn package(change: &PackageChange) -> String {
    let what = match change.present {
        [false, _] => "added",
        [_, false] => "removed",
        _ if change.version.before != change.version.after => "other version",
        _ if change.loaded.before != change.loaded.after => "loaded otherwise",
        _ => "other size",
    };
    let version = if change.version.before.is_some() || change.version.after.is_some() {
        format!(" {}", words(&change.version))
    } else {
        String::new()
    };
    let loaded = match (&change.loaded.before, &change.loaded.after) {
        (Some(before), Some(after)) if before != after => format!(", loaded {} -> {}", when(before), when(after)),
        _ => String::new(),
    };
    format!(
        "{}{version}  {what}, {}, Init {}{loaded}",
        printable::line(&change.name),
        sizes(&change.bytes),
        times(&change.init_ms)
    )
}

fn when(loaded: &str) -> &str {
    match loaded {
        "init" => "during Init",
        "invoke" => "by handler code",
        _ => "never",
    }
}

/// A group of modules with the chain of imports that leads to it.
pub(super) fn entered(entered: &Entered) -> String {
    let more = match entered.modules {
        0 | 1 => String::new(),
        modules => format!(" and {} that it loads", text::plural(modules - 1, "module")),
    };
    let chain = entered.chain.iter().map(|name| printable::line(name).into_owned()).collect::<Vec<_>>().join(" > ");
    format!("{}{more}, {}: {chain}", printable::line(&entered.module), text::ms(entered.ms))
}
