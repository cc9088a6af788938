//! What is said about a function before its findings: the cold start in numbers, and where Init goes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use textwrap::core::display_width;

use super::super::Style;
use super::super::model::{Function, Loaded, Package, Start};
use super::super::printable;
use super::paint::{self, FAINT, PLACE, STRONG, paint};
use crate::assemble::Reason;
use crate::cost::PartKind;
use crate::lang::native::UNKNOWN;
use crate::package::owners::Ecosystem;
use crate::platform::{Language, Runtime};
use crate::text;

/// The grade stands at most this far to the right.
const WIDEST: usize = 100;
/// Rows of "where Init goes", unless verbose.
const ROWS: usize = 8;
/// Reasons why nothing can be said of the start that are shown.
const REASONS: usize = 3;
/// Rows below this share of Init are not shown, unless verbose.
const SMALLEST_SHARE: f64 = 0.01;
/// Length of the longest bar, where there is room for it, and where there is none.
const BAR: usize = 20;
const SHORT_BAR: usize = 6;
/// What a package takes along is told from this factor and these milliseconds on.
const TELLING: f64 = 1.15;
const TELLING_MS: f64 = 5.0;
/// Packages that the line about the first call names, and routes that it says of one.
const LAZY: usize = 3;
const ROUTES_NAMED: usize = 2;
/// Columns before what is said about a number.
const NUMBER: usize = 25;
/// Columns before what is not here.
const NOTED: usize = 13;

/// Package, handler, runtime and grade.
pub(super) fn headline(function: &Function, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let package = printable::line(&function.package.path);
    let handler = printable::line(&function.handler);
    let named =
        if function.origin.is_some() { format!("{}  ", printable::line(&function.name)) } else { String::new() };
    let facts = [&*handler, &format!("{} {}", function.runtime, function.architecture)].join("  ");
    let facts = facts.trim_start();
    let grade = function.mark();
    let used = display_width(&named) + display_width(&package) + 2 + display_width(facts) + grade.len();
    let gap = match style.width.min(WIDEST).checked_sub(used) {
        Some(room) if room >= 2 => " ".repeat(room),
        _ if used + 2 > style.width => "\n  ".to_owned(),
        _ => "  ".to_owned(),
    };
    let strong = |text: &str| paint(style.color, STRONG, text);
    let grade = paint(style.color, paint::grade(function.grade), &grade);
    writeln!(out, "{}{}  {facts}{gap}{grade}", strong(&named), strong(&package))
}

/// What ends Init and the imports that lead there, or what is missing to say.
pub(super) fn start(function: &Function, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let Start { cause, missing, .. } = &function.start;
    if let Some(cause) = cause {
        writeln!(out, "  Init ends   {}", about(&printable::line(&cause.message), style))?;
        for step in &cause.chain {
            let place = step.path.as_ref().zip(step.line).map(|(path, line)| format!("{path}:{line}"));
            let text = format!("{}  {}", place.as_deref().unwrap_or("handler"), step.module);
            writeln!(out, "  {:<11} {}", "", printable::line(&text))?;
        }
    }
    for reason in missing.iter().take(REASONS) {
        writeln!(out, "  {:<11} {}", "may fail", about(&printable::line(reason), style))?;
    }
    Ok(())
}

/// What is not here and therefore neither in the numbers nor in the findings.
pub(super) fn open(function: &Function, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for open in &function.open {
        let label = if open.reason == Reason::Installed { "estimate" } else { "not here" };
        let further = " ".repeat(NOTED);
        let lead = format!("  {label:<11}");
        let options = super::wrapping(style.width).initial_indent(&lead).subsequent_indent(&further);
        writeln!(out, "{}", textwrap::fill(&printable::line(&open.detail), options))?;
    }
    Ok(())
}

/// Init, download and first call.
pub(super) fn numbers(function: &Function, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let init = &function.init;
    let calibrated = init.basis.starts.map(|starts| format!(", calibrated with {}", text::plural(starts, "start")));
    let (low, high) = (whole(init.low_ms), whole(init.high_ms));
    let range = format!("({low} to {high}{})", calibrated.unwrap_or_default());
    let total = paint(style.color, STRONG, &format!("{:>9}", text::ms(init.estimated_ms)));
    let about = |text: &str| about(text, style);
    writeln!(out, "  {:<11}{total}   {}", "Init", about(&format!("{range}   {}", parts(function))))?;
    writeln!(out, "  {:<11}{:>9}   {}", "download", text::ms(init.download_ms), about(&sizes(function)))?;
    if init.first_request_ms >= 0.5 {
        let more = format!("+{}", text::ms(init.first_request_ms));
        writeln!(out, "  {:<11}{more:>9}   {}", "first call", about(&lazily(function)))?;
    }
    if function.routes.len() > 1 {
        writeln!(out, "  {:<11}{:>9}   {}", "routes", function.routes.len(), about(&advice(function)))?;
    }
    Ok(())
}

/// What is said about a number, below itself where the terminal is too narrow for it.
fn about(text: &str, style: Style) -> String {
    // A pipe has this width, and gets its lines whole.
    if style.width == WIDEST {
        return text.to_owned();
    }
    let width = style.width.saturating_sub(NUMBER).max(NUMBER / 2);
    textwrap::wrap(text, super::wrapping(width)).join(&format!("\n{}", " ".repeat(NUMBER)))
}

/// What the split plan comes to.
fn advice(function: &Function) -> String {
    let Some(split) = &function.split else { return "read from the source".to_owned() };
    let parts = split.groups.len();
    if split.pays {
        let after = text::ms(split.weighted_after_ms);
        return format!("as {parts} functions {after} of Init on average; see `defrost split`");
    }
    "one function is right for them".to_owned()
}

/// Milliseconds without the unit.
fn whole(ms: f64) -> String {
    text::ms(ms).trim_end_matches(" ms").to_owned()
}

/// The parts of the estimate, summed by kind.
fn parts(function: &Function) -> String {
    let mut sums: BTreeMap<PartKind, f64> = BTreeMap::new();
    for part in &function.init.parts {
        *sums.entry(part.kind).or_default() += part.ms;
    }
    let shown = sums.into_iter().filter(|(kind, ms)| *ms >= 0.05 || *kind == PartKind::Runtime);
    let words: Vec<String> = shown.map(|(kind, ms)| format!("{} {}", word(kind), whole(ms))).collect();
    words.join(" + ")
}

fn word(kind: PartKind) -> &'static str {
    match kind {
        PartKind::Runtime => "runtime",
        PartKind::Module => "modules",
        PartKind::Standard => "stdlib",
        PartKind::Native => "native",
        PartKind::Call => "calls",
    }
}

fn sizes(function: &Function) -> String {
    let package = &function.package;
    let unzipped = text::bytes(package.bytes);
    let files = text::plural(package.files, "file");
    if package.files == 0 {
        return "not built yet, so its code is not counted".to_owned();
    }
    match package.zipped_bytes {
        Some(zipped) => format!("{} zipped, {unzipped} unzipped, {files}", text::bytes(zipped)),
        None => format!("{unzipped} not zipped yet, {files}"),
    }
}

/// What the first call loads and which code asks for it.
fn lazily(function: &Function) -> String {
    let lazy = function.packages.iter().filter(|package| package.loaded == Loaded::Invoke);
    let mut seen = BTreeSet::new();
    let lazy: Vec<&Package> = lazy.filter(|package| seen.insert(&package.name)).collect();
    if lazy.is_empty() {
        return "modules that only handler code loads".to_owned();
    }
    let further = lazy.len().saturating_sub(LAZY);
    let names = lazy.iter().take(LAZY).map(|package| format!("{}{}", package.name, asked_by(package, function)));
    let names = names.collect::<Vec<_>>().join(", ");
    let more = if further > 0 { format!(" and {further} more") } else { String::new() };
    // Which of its own functions a library calls shows only when they run.
    let is_bound = lazy.iter().any(|package| via(package).is_some());
    let bound = if is_bound { "at most: " } else { "" };
    printable::line(&format!("{bound}{names}{more}")).into_owned()
}

/// The routes that load a package, if they are few; else the code that does.
fn asked_by(package: &Package, function: &Function) -> String {
    let routes = function.routes.iter().filter(|route| route.packages.contains(&package.name));
    let keys: BTreeSet<&str> = routes.map(|route| &*route.key).collect();
    if let 1..=ROUTES_NAMED = keys.len() {
        return format!(", loaded by {}", keys.into_iter().collect::<Vec<_>>().join(" and "));
    }
    if let Some(library) = via(package) {
        return format!(", loaded by functions of {library}");
    }
    package.first_import.as_ref().map_or_else(String::new, |site| format!(", loaded by {}:{}", site.path, site.line))
}

/// The package in whose code a package is imported.
fn via(package: &Package) -> Option<&str> {
    package.first_import.as_ref()?.via.as_deref()
}

/// One row of "where Init goes".
struct Row {
    name: String,
    ms: f64,
    /// What Init would save without it.
    removable_ms: f64,
    place: String,
}

/// Bars of what Init is spent on, those first without which it would save most.
pub(super) fn where_init_goes(function: &Function, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = rows(function);
    let most = rows.iter().map(|row| row.ms).fold(0.0, f64::max);
    let total = rows.len();
    if !style.verbose {
        rows.retain(|row| row.ms >= function.init.estimated_ms * SMALLEST_SHARE);
        rows.truncate(ROWS);
    }
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n  where Init goes")?;
    let column = |width: fn(&Row) -> usize| rows.iter().map(width).max().unwrap_or_default();
    let (names, times) = (column(|row| display_width(&row.name)).min(40), column(|row| text::ms(row.ms).len()));
    let places = column(|row| display_width(&row.place));
    let longest = style.width.saturating_sub(names + times + places + 8).clamp(SHORT_BAR, BAR);
    let block = if style.color { "█" } else { "#" };
    for row in &rows {
        let length = (row.ms / most * longest as f64).round().max(1.0) as usize;
        let bar = paint(style.color, PLACE, &block.repeat(length));
        let gap = " ".repeat(names.saturating_sub(display_width(&row.name)));
        let fill = " ".repeat(longest.saturating_sub(length));
        let place = paint(style.color, FAINT, &row.place);
        let line = format!("  {}{gap}  {:>times$}  {bar}{fill}  {place}", row.name, text::ms(row.ms));
        writeln!(out, "{}", line.trim_end())?;
    }
    match total - rows.len() {
        0 => Ok(()),
        further => writeln!(out, "  and {further} smaller"),
    }
}

fn rows(function: &Function) -> Vec<Row> {
    let mut sums: BTreeMap<(bool, &str), f64> = BTreeMap::new();
    let spent = function.init.parts.iter().filter(|part| part.kind != PartKind::Runtime);
    for part in spent {
        *sums.entry((part.kind == PartKind::Call, &part.name)).or_default() += part.ms;
    }
    let mut rows: Vec<Row> = sums.into_iter().map(|((is_call, name), ms)| row(function, is_call, name, ms)).collect();
    rows.sort_by(|a, b| {
        let costlier = b.removable_ms.total_cmp(&a.removable_ms).then_with(|| b.ms.total_cmp(&a.ms));
        costlier.then_with(|| a.name.cmp(&b.name))
    });
    rows
}

fn row(function: &Function, is_call: bool, name: &str, ms: f64) -> Row {
    let package = function.packages.iter().find(|package| !is_call && package.name == name);
    let removable_ms = package.map_or(ms, |package| package.removable_ms);
    let (name, place) = match package {
        Some(package) => (versioned(package), imported_at(package, ms)),
        None if is_call => (format!("{name}()"), "call at load".to_owned()),
        None if name == function.name => ("own code".to_owned(), String::new()),
        None => (name.to_owned(), String::new()),
    };
    Row { removable_ms, name: printable::line(&name).into_owned(), ms, place: printable::line(&place).into_owned() }
}

/// What people are told of code that no symbol says the crate of; other formats keep the name.
const WITHOUT_CRATE: &str = "C and other code without a crate";

fn versioned(package: &Package) -> String {
    if package.ecosystem == Ecosystem::Cargo && package.name == UNKNOWN {
        return WITHOUT_CRATE.to_owned();
    }
    package.version.as_ref().map_or_else(|| package.name.clone(), |version| format!("{} {version}", package.name))
}

/// Where a package is asked for, and what Init would save without it where that is another figure than its own.
fn imported_at(package: &Package, own_ms: f64) -> String {
    let Some(site) = &package.first_import else { return String::new() };
    let via = site.via.as_ref().map_or_else(String::new, |via| format!(" via {via}"));
    let saved = package.removable_ms;
    let differs = saved > own_ms * TELLING && saved - own_ms >= TELLING_MS;
    let without = if differs { format!(", {} with what only it loads", text::ms(saved)) } else { String::new() };
    format!("{}:{}{via}{without}", site.path, site.line)
}

/// Packages linked into an executable, largest first, or why nothing can be said of their sizes.
pub(super) fn linked(function: &Function, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let is_linked = |package: &&Package| matches!(package.ecosystem, Ecosystem::Cargo | Ecosystem::Go);
    let mut packages: Vec<&Package> = function.packages.iter().filter(is_linked).collect();
    let total: u64 = packages.iter().map(|package| package.bytes).sum();
    if total == 0 {
        let stripped = function.problems.iter().filter(|_| is_native(function) && !style.verbose);
        for problem in stripped {
            writeln!(out, "\n  {}", printable::line(&problem.message))?;
        }
        return Ok(());
    }
    packages.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
    writeln!(out, "\n  machine code, {}", text::bytes(total))?;
    let shown = if style.verbose { packages.len() } else { ROWS.min(packages.len()) };
    let names: Vec<String> = packages.iter().take(shown).map(|package| versioned(package)).collect();
    let column = names.iter().map(|name| display_width(name)).max().unwrap_or_default().min(48);
    for (name, package) in names.iter().zip(&packages) {
        let gap = " ".repeat(column.saturating_sub(display_width(name)));
        writeln!(out, "  {}{gap}  {:>8}", printable::line(name), text::bytes(package.bytes))?;
    }
    match packages.len() - shown {
        0 => Ok(()),
        further => writeln!(out, "  and {further} smaller"),
    }
}

fn is_native(function: &Function) -> bool {
    function.runtime.parse().is_ok_and(|runtime: Runtime| runtime.language() == Language::Native)
}

/// How many files the numbers above leave something of out.
pub(super) fn unread(function: &Function, out: &mut dyn Write) -> io::Result<()> {
    if is_native(function) {
        return Ok(());
    }
    let files: BTreeSet<&str> = function.problems.iter().filter_map(|problem| problem.path.as_deref()).collect();
    match files.len() as u64 {
        0 => Ok(()),
        number => {
            let files = text::plural(number, "file");
            writeln!(out, "\n  {files} could not be analysed whole; --verbose says why")
        }
    }
}

/// What could not be analysed exactly, for the verbose report.
pub(super) fn inexact(function: &Function, out: &mut dyn Write) -> io::Result<()> {
    if !function.unresolved.is_empty() {
        writeln!(out, "\n  imports without an answer")?;
    }
    for missing in &function.unresolved {
        let caught = if missing.guarded { ", and its failure is caught" } else { "" };
        let text = format!("{}:{}  {}{caught}", missing.path, missing.line, missing.import);
        writeln!(out, "  {}", printable::line(&text))?;
    }
    if !function.problems.is_empty() {
        writeln!(out, "\n  not analysed exactly")?;
    }
    for problem in &function.problems {
        let path = problem.path.as_deref().unwrap_or(&function.package.path);
        let line = problem.line.map_or_else(String::new, |line| format!(":{line}"));
        writeln!(out, "  {}", printable::line(&format!("{path}{line}  {}", problem.message)))?;
    }
    Ok(())
}
