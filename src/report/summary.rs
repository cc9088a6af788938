//! A fleet on one page: what its functions cost, which packages repeat, which rules fire. Sums alone are kept, so any
//! number of records can be added; times are added as whole microseconds, so their order changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::html;
use super::markdown::inert;
use super::model::{Function, Loaded, Report, Tool};
use crate::finding::Severity;
use crate::package::owners::Ecosystem;
use crate::text;

/// Rows of each table.
const ROWS: usize = 20;
/// Versions of a package that are named.
const VERSIONS: usize = 4;
/// Most values of a tag: one that is different everywhere groups nothing.
const VALUES: usize = 1000;

/// What is known of many functions.
#[derive(Debug, Default)]
pub struct Fleet {
    functions: u64,
    failed: u64,
    init_us: u64,
    bytes: u64,
    grades: BTreeMap<String, u64>,
    /// Those with the longest Init, first.
    slowest: Vec<Slow>,
    packages: BTreeMap<(Ecosystem, String), Shared>,
    rules: BTreeMap<String, Fired>,
    /// Those that have too many values are nothing.
    tags: BTreeMap<String, Option<BTreeMap<String, Group>>>,
}

/// A function among the slowest.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Slow {
    /// Turned round, so that the longest sorts first.
    before: std::cmp::Reverse<u64>,
    name: String,
    path: String,
    mark: String,
    bytes: u64,
    tags: String,
}

/// A package of several functions.
#[derive(Debug, Default)]
struct Shared {
    functions: u64,
    init: u64,
    never: u64,
    removable_us: u64,
    bytes: u64,
    versions: BTreeSet<String>,
}

/// A rule with findings.
#[derive(Debug)]
struct Fired {
    severity: Severity,
    findings: u64,
    functions: u64,
    saves_us: u64,
    saves_bytes: u64,
}

/// The functions with one value of a tag.
#[derive(Debug, Default)]
struct Group {
    functions: u64,
    init_us: u64,
    longest_us: u64,
    findings: u64,
}

fn micros(ms: f64) -> u64 {
    (ms * 1e3).round().max(0.0) as u64
}

fn ms(micros: u64) -> String {
    text::ms(micros as f64 / 1e3)
}

impl Fleet {
    /// Adds a report of one function or of several.
    pub fn add(&mut self, report: &Report) {
        for function in &report.functions {
            let findings = report.findings.iter().filter(|one| one.function.as_ref() == Some(&function.name)).count();
            self.function(function, findings as u64);
        }
        let mut fired: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for finding in &report.findings {
            let rule = self.rules.entry(finding.rule.to_string()).or_insert(Fired {
                severity: finding.severity,
                findings: 0,
                functions: 0,
                saves_us: 0,
                saves_bytes: 0,
            });
            rule.severity = rule.severity.max(finding.severity);
            rule.findings += 1;
            rule.saves_us = rule.saves_us.saturating_add(finding.saves.init_ms.map_or(0, micros));
            rule.saves_bytes = rule.saves_bytes.saturating_add(finding.saves.bytes.unwrap_or(0));
            fired.entry(&finding.rule).or_default().extend(finding.concerned());
        }
        for (rule, functions) in fired {
            if let Some(rule) = self.rules.get_mut(rule) {
                rule.functions += functions.len() as u64;
            }
        }
    }

    /// Adds an input that could not be analysed.
    pub fn failed(&mut self) {
        self.failed += 1;
    }

    fn function(&mut self, function: &Function, findings: u64) {
        let init = micros(function.init.estimated_ms);
        self.functions += 1;
        self.init_us = self.init_us.saturating_add(init);
        self.bytes = self.bytes.saturating_add(function.package.bytes);
        *self.grades.entry(function.mark()).or_default() += 1;
        let tags: Vec<String> = function.tags.iter().map(|(key, value)| format!("{key} {value}")).collect();
        let slow = Slow {
            before: std::cmp::Reverse(init),
            name: function.name.clone(),
            path: function.package.path.clone(),
            mark: function.mark(),
            bytes: function.package.bytes,
            tags: tags.join(", "),
        };
        let at = self.slowest.partition_point(|known| *known < slow);
        self.slowest.insert(at, slow);
        self.slowest.truncate(ROWS);
        for package in &function.packages {
            let shared = self.packages.entry((package.ecosystem, package.name.clone())).or_default();
            shared.functions += 1;
            shared.init += u64::from(package.loaded == Loaded::Init);
            shared.never += u64::from(package.loaded == Loaded::Never);
            shared.removable_us = shared.removable_us.saturating_add(micros(package.removable_ms));
            shared.bytes = shared.bytes.saturating_add(package.bytes);
            shared.versions.extend(package.version.clone());
        }
        for (key, value) in &function.tags {
            let tag = self.tags.entry(key.clone()).or_insert_with(|| Some(BTreeMap::new()));
            let Some(values) = tag else { continue };
            let group = values.entry(value.clone()).or_default();
            group.functions += 1;
            group.init_us = group.init_us.saturating_add(init);
            group.longest_us = group.longest_us.max(init);
            group.findings += findings;
            if values.len() > VALUES {
                *tag = None;
            }
        }
    }

    /// Writes it as Markdown.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "# Fleet\n\n{}", self.lead())?;
        for table in self.tables() {
            let marks: Vec<&str> =
                table.columns.iter().map(|(_, number)| if *number { "--:" } else { "---" }).collect();
            let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
            writeln!(out, "\n## {}\n\n| {} |\n| {} |", inert(&table.title), names.join(" | "), marks.join(" | "))?;
            for row in &table.rows {
                let cells: Vec<String> = row.iter().map(|cell| inert(cell)).collect();
                writeln!(out, "| {} |", cells.join(" | "))?;
            }
        }
        Ok(())
    }

    /// Writes it as a page for a browser, which asks for nothing and needs no script.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn html(&self, out: &mut dyn Write) -> io::Result<()> {
        write!(
            out,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>Cold starts of a fleet</title>\n\
             <style>\n{}</style>\n</head>\n<body>\n<header>\n<h1>Cold starts of a fleet</h1>\n\
             <p class=\"lead\">{}</p>\n</header>\n<main>\n",
            html::STYLE,
            html::escaped(&self.lead())
        )?;
        for table in self.tables() {
            table.html(out)?;
        }
        let tool = Tool::this();
        writeln!(
            out,
            "</main>\n<footer><p>Made by {} {}. Every time is an estimate; nothing of the packages was run.</p></footer>\n\
             </body>\n</html>",
            tool.name, tool.version
        )
    }

    fn lead(&self) -> String {
        let functions = text::plural(self.functions, "function");
        let mean = self.init_us.checked_div(self.functions).unwrap_or_default();
        let bytes = text::bytes(self.bytes);
        let mut lead = format!("{functions}, {bytes} unpacked, Init {} on average.", ms(mean));
        let grades: Vec<String> =
            self.grades.iter().map(|(grade, count)| format!("{} {grade}", text::count(*count))).collect();
        if !grades.is_empty() {
            lead.push_str(&format!(" {}.", grades.join(", ")));
        }
        if self.failed > 0 {
            lead.push_str(&format!(" {} could not be analysed.", text::plural(self.failed, "input")));
        }
        lead
    }

    fn tables(&self) -> Vec<Table> {
        let mut tables = vec![self.slowest(), self.packages(), self.rules()];
        tables.extend(self.tags.iter().filter_map(|(key, values)| Some(by_tag(key, values.as_ref()?))));
        tables.retain(|table| !table.rows.is_empty());
        tables
    }

    fn slowest(&self) -> Table {
        let row = |slow: &Slow| {
            let init = ms(slow.before.0);
            let bytes = text::bytes(slow.bytes);
            vec![slow.name.clone(), slow.path.clone(), init, slow.mark.clone(), bytes, slow.tags.clone()]
        };
        Table {
            title: "Longest Init".to_owned(),
            columns: vec![
                ("function", false),
                ("package", false),
                ("Init", true),
                ("verdict", false),
                ("size", true),
                ("tags", false),
            ],
            rows: self.slowest.iter().map(row).collect(),
        }
    }

    fn packages(&self) -> Table {
        let mut packages: Vec<(&(Ecosystem, String), &Shared)> = self.packages.iter().collect();
        packages.sort_by_key(|(name, shared)| (std::cmp::Reverse((shared.removable_us, shared.functions)), *name));
        let row = |((_, name), shared): &(&(Ecosystem, String), &Shared)| {
            let count = text::count;
            let saved = ms(shared.removable_us);
            let [functions, init, never] = [shared.functions, shared.init, shared.never].map(count);
            vec![name.clone(), versions(&shared.versions), functions, init, never, saved, text::bytes(shared.bytes)]
        };
        Table {
            title: "Packages that repeat".to_owned(),
            columns: vec![
                ("package", false),
                ("versions", false),
                ("functions", true),
                ("in Init", true),
                ("never loaded", true),
                ("Init without it, all together", true),
                ("size, all together", true),
            ],
            rows: packages.iter().take(ROWS).map(row).collect(),
        }
    }

    fn rules(&self) -> Table {
        let mut rules: Vec<(&String, &Fired)> = self.rules.iter().collect();
        rules.sort_by_key(|(name, rule)| (std::cmp::Reverse((rule.severity, rule.findings)), *name));
        let row = |(name, rule): &(&String, &Fired)| {
            let [findings, functions] = [rule.findings, rule.functions].map(text::count);
            let severity = rule.severity.word().to_owned();
            let (init, bytes) = (ms(rule.saves_us), text::bytes(rule.saves_bytes));
            vec![(*name).clone(), severity, findings, functions, init, bytes]
        };
        Table {
            title: "Rules that fire".to_owned(),
            columns: vec![
                ("rule", false),
                ("severity", false),
                ("findings", true),
                ("functions", true),
                ("saves of Init", true),
                ("saves of size", true),
            ],
            rows: rules.iter().map(row).collect(),
        }
    }
}

/// The first versions of a package, and how many more there are.
fn versions(versions: &BTreeSet<String>) -> String {
    let named: Vec<&str> = versions.iter().take(VERSIONS).map(String::as_str).collect();
    match versions.len().saturating_sub(VERSIONS) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// The values of a tag, those with most of Init first.
fn by_tag(key: &str, values: &BTreeMap<String, Group>) -> Table {
    let mut groups: Vec<(&String, &Group)> = values.iter().collect();
    groups.sort_by_key(|(value, group)| (std::cmp::Reverse(group.init_us), *value));
    let row = |(value, group): &(&String, &Group)| {
        let mean = group.init_us / group.functions.max(1);
        let [functions, findings] = [group.functions, group.findings].map(text::count);
        vec![(*value).clone(), functions, ms(mean), ms(group.longest_us), findings]
    };
    Table {
        title: format!("By {key}"),
        columns: vec![
            ("value", false),
            ("functions", true),
            ("Init on average", true),
            ("longest", true),
            ("findings", true),
        ],
        rows: groups.iter().take(ROWS).map(row).collect(),
    }
}

/// A table of the page; the flag of a column says whether it has numbers.
struct Table {
    title: String,
    columns: Vec<(&'static str, bool)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn html(&self, out: &mut dyn Write) -> io::Result<()> {
        let class = |number: bool| if number { " class=\"number\"" } else { "" };
        let title = html::escaped(&self.title);
        write!(
            out,
            "<section>\n<h2>{title}</h2>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{title}\">\n\
             <table>\n<thead><tr>"
        )?;
        for (name, number) in &self.columns {
            write!(out, "<th scope=\"col\"{}>{name}</th>", class(*number))?;
        }
        writeln!(out, "</tr></thead>\n<tbody>")?;
        for row in &self.rows {
            write!(out, "<tr>")?;
            for (cell, (_, number)) in row.iter().zip(&self.columns) {
                write!(out, "<td{}>{}</td>", class(*number), html::escaped(cell))?;
            }
            writeln!(out, "</tr>")?;
        }
        writeln!(out, "</tbody>\n</table>\n</div>\n</section>")
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ndjson, sample};
    use super::*;

    fn fleet(reports: &[Report]) -> Fleet {
        let mut fleet = Fleet::default();
        reports.iter().for_each(|report| fleet.add(report));
        fleet.failed();
        fleet
    }

    fn written(fleet: &Fleet, html: bool) -> String {
        let mut out = Vec::new();
        if html {
            fleet.html(&mut out).unwrap()
        } else {
            fleet.markdown(&mut out).unwrap()
        }
        String::from_utf8(out).unwrap()
    }

    fn reports() -> Vec<Report> {
        let mut reports = vec![sample::report(), sample::report()];
        reports[1].functions[0].init.estimated_ms = 90.5;
        reports[1].functions[0].tags.insert("team".to_owned(), "<payments>|\u{1b}[2J".to_owned());
        reports
    }

    #[test]
    fn a_fleet_is_summed_up() {
        insta::assert_snapshot!(written(&fleet(&reports()), false));
    }

    #[test]
    fn the_order_of_records_changes_nothing() {
        let reports = reports();
        let records: Vec<Report> = reports.iter().rev().cloned().flat_map(ndjson::records).collect();
        assert_eq!(written(&fleet(&reports), false), written(&fleet(&records), false));
    }

    #[test]
    fn names_stay_text() {
        let page = written(&fleet(&reports()), true);
        assert!(page.contains("&lt;payments&gt;|\\u{1b}[2J") && !page.contains('\u{1b}'), "{page}");
    }
}
