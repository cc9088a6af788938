//! `check --from-file`: the functions of a list, side by side, one record per function in the order of the list.

mod judged;
mod known;

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde_json::Value;

use judged::Remembered;
use known::{Asked, Keys, Known};

use super::args::CheckArgs;
use super::check;
use super::judge::{Choice, Judgement};
use super::progress::Progress;
use super::{CLEAN, FAILED, output, reference};
use crate::cache::Key;
use crate::config::Overrides;
use crate::engine::Registry;
use crate::report::model::{Failed, Report};
use crate::report::{self, Format};
use crate::run::{self, Given, Inputs, LONGEST_INPUT, Listed, Listener, ProjectSources, Settings, UserError};
use crate::{fault, text};

/// Characters of a line that is no input which its record shows.
const SHOWN: usize = 200;

/// Which lines of a list are meant: every `of`-th, beginning with the `number`-th.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shard {
    number: u64,
    of: u64,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((number, of)) if number >= 1 && number <= of => Ok(Self { number, of }),
            _ => Err("give the number of the part and how many there are, such as 2/7".to_owned()),
        }
    }
}

impl Shard {
    fn has(self, line: u64) -> bool {
        line % self.of == self.number % self.of
    }
}

/// Analyses the functions of a list and says with which code to exit.
pub(super) fn run(args: &CheckArgs, list: &Path) -> Result<u8, UserError> {
    if !matches!(args.format, Format::Human | Format::Ndjson) {
        return Err(UserError("--from-file writes NDJSON; `defrost merge` makes the other formats of it".to_owned()));
    }
    let named = |path: &Path, error: io::Error| UserError(format!("{}: {error}", path.display()));
    let source: Box<dyn Read + Send> = match list.as_os_str() == "-" {
        true => Box::new(io::stdin()),
        false => Box::new(File::open(list).map_err(|error| named(list, error))?),
    };
    let out: Box<dyn Write + Send> = match &args.output {
        Some(path) => Box::new(output::file(path, [list])?),
        None => Box::new(io::stdout()),
    };
    run::with_threads(args.input.jobs, || {
        let (registry, progress) = (reference::registry()?, Progress::start());
        let settings = run::find_settings(&[PathBuf::from(".")], args.config.as_deref(), &registry, &progress)?;
        // A name that is no rule's ends the run here, and not once per function.
        settings.policy(&args.select, &args.ignore, &registry)?;
        let usual = Given { development: args.dev, ..args.input.given() };
        let known = Known::of(args, &settings);
        let fleet = Fleet {
            args,
            registry: &registry,
            settings: &settings,
            progress: &progress,
            usual: &usual,
            known: known.as_ref(),
        };
        let ended = fleet.analyse(Lines::new(source, args.shard), BufWriter::new(out));
        if let Some(known) = known {
            known.finish();
        }
        ended
    })?
}

/// What holds for all functions of a list.
#[derive(Clone, Copy)]
struct Fleet<'a> {
    args: &'a CheckArgs,
    registry: &'a Registry,
    settings: &'a Settings,
    progress: &'a Progress,
    usual: &'a Given,
    known: Option<&'a Known>,
}

/// What one line gives.
struct Record {
    text: Vec<u8>,
    /// The exit code of a run with this input alone; none where it could not be analysed.
    code: Option<u8>,
}

impl Fleet<'_> {
    fn analyse(self, lines: Lines, mut out: BufWriter<Box<dyn Write + Send>>) -> Result<u8, UserError> {
        let (mut code, mut analysed, mut failed) = (CLEAN, 0_u64, 0_u64);
        let written = run::in_order(
            lines,
            |line| self.record(line),
            |record| {
                match record.code {
                    Some(own) => (code, analysed) = (code.max(own), analysed + 1),
                    None => failed += 1,
                }
                out.write_all(&record.text)?;
                // Whoever reads along sees each record when it is there.
                out.flush()
            },
        );
        match written {
            // The reader of the pipe has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(code),
            other => other?,
        }
        if failed > 0 {
            let inputs = text::plural(failed, "input");
            super::note(&format!("{inputs} could not be analysed; the records say why"));
        }
        Ok(if analysed == 0 && failed > 0 { FAILED } else { code })
    }

    /// The record of a line, whatever it holds.
    fn record(self, line: Line) -> Record {
        let number = line.number;
        let (input, outcome) = match line.input() {
            Ok((input, listed)) => {
                let outcome = fault::caught("the analysis", || self.of_input(&listed));
                (input, outcome.unwrap_or_else(|fault| Err(UserError(fault.message))))
            }
            Err((input, error)) => (input, Err(UserError(error))),
        };
        outcome.unwrap_or_else(|UserError(error)| {
            let failed = Failed { input, line: number, error };
            // Plain data is always written.
            Record { text: report::line(&failed).unwrap_or_default(), code: None }
        })
    }

    /// The record of an input, from an earlier run where it is known.
    fn of_input(self, listed: &Listed) -> Result<Record, UserError> {
        let given = listed.given(self.usual)?;
        let policy = self.settings.policy(&self.args.select, &self.args.ignore, self.registry)?;
        let overrides = &self.settings.resolved.overrides;
        let choice = Choice { registry: self.registry, policy: &policy, overrides };
        let asked = match self.known {
            Some(known) => known.ask(listed, &given, choice)?,
            None => Asked::of_nobody(listed)?,
        };
        let (report, key) = match asked {
            Asked::Record(code, text) => return Ok(Record { text, code: Some(code) }),
            Asked::Report(report, key) => (*report, Some(key)),
            Asked::Nothing(keys) => self.analysed(listed, &given, choice, keys)?,
        };
        let report = check::finished(self.args, self.settings, report, Vec::new())?;
        let code = report.summary.exit_code;
        let records = report::records(report);
        let text = records.iter().map(report::line).collect::<io::Result<Vec<Vec<u8>>>>()?.concat();
        if let (Some(known), Some(key)) = (self.known, key.filter(|_| code != FAILED)) {
            known.keep(&key, code, &text);
        }
        Ok(Record { text, code: Some(code) })
    }

    /// The report of an input. Where it can be kept, it is kept for any choice of rules, and said what the record may
    /// be kept under.
    fn analysed(
        self,
        listed: &Listed,
        given: &Given,
        choice: Choice<'_>,
        keys: Option<Keys>,
    ) -> Result<(Report, Option<Key>), UserError> {
        let path = run::shown(&listed.path);
        self.progress.step(&path);
        let listener = Among { progress: self.progress, path: &path };
        let inputs = Inputs { given, settings: self.settings, budgets: self.args.budgets(), listener: &listener };
        let project = run::project(std::slice::from_ref(&listed.path), &inputs)?;
        let own = ProjectSources { project: &project };
        let (sources, all) = (Remembered::new(&own), choice.policy.unselective());
        let policy = if keys.is_some() { &all } else { choice.policy };
        let mut judgement = Judgement::of(self.registry, policy, &project);
        judgement.says_something()?;
        judgement.tag(&listed.tags());
        let keep = |(known, keys): (&Known, Keys)| {
            // Asks for every text that any choice may ask for.
            let whole = Choice { policy, overrides: &Overrides::default(), ..choice };
            judgement.clone().reported(whole, &sources);
            known.keep_judgement(keys, (listed, given), &judgement, &sources)
        };
        let key = self.known.zip(keys).filter(|_| !judgement.has_failed()).and_then(keep);
        Ok((judgement.reported(choice, &sources).0, key))
    }
}

/// Hears of one function among many.
struct Among<'a> {
    progress: &'a Progress,
    path: &'a str,
}

impl Listener for Among<'_> {
    fn step(&self, _: &str) {}

    fn note(&self, message: &str) {
        self.progress.note(&format!("{}: {message}", self.path));
    }

    fn warn(&self, message: &str) {
        self.progress.warn(&format!("{}: {message}", self.path));
    }

    fn is_last(&self) -> bool {
        false
    }
}

/// A line of a list.
struct Line {
    number: u64,
    content: Result<Vec<u8>, String>,
}

impl Line {
    /// The input, as it stands there and as it is meant; or what stands there and what is wrong with it.
    fn input(self) -> Result<(Value, Listed), (Value, String)> {
        let content = self.content.map_err(|error| (Value::Null, error))?;
        let shown = || Value::String(text::lossy(content.trim_ascii()).chars().take(SHOWN).collect());
        let input: Value = serde_json::from_slice(&content).map_err(|error| (shown(), format!("not JSON: {error}")))?;
        match Listed::read(&input) {
            Ok(listed) => Ok((input, listed)),
            Err(error) => Err((input, format!("not an input: {error}"))),
        }
    }
}

/// The lines of a list that are meant; empty ones are passed over.
struct Lines {
    source: BufReader<Box<dyn Read + Send>>,
    shard: Option<Shard>,
    number: u64,
    ended: bool,
}

impl Lines {
    fn new(source: Box<dyn Read + Send>, shard: Option<Shard>) -> Self {
        Self { source: BufReader::new(source), shard, number: 0, ended: false }
    }

    /// The next line of the file; a longer one than is read is passed over to its end.
    fn read(&mut self) -> io::Result<Option<Result<Vec<u8>, String>>> {
        let mut line = Vec::new();
        if (&mut self.source).take(LONGEST_INPUT + 1).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if line.len() as u64 <= LONGEST_INPUT {
            return Ok(Some(Ok(line)));
        }
        while line.last() != Some(&b'\n') {
            line.clear();
            if (&mut self.source).take(LONGEST_INPUT).read_until(b'\n', &mut line)? == 0 {
                break;
            }
        }
        Ok(Some(Err(format!("a line of more than {}", text::bytes(LONGEST_INPUT)))))
    }
}

impl Iterator for Lines {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        while !self.ended {
            self.number += 1;
            let number = self.number;
            let content = match self.read() {
                Ok(Some(content)) => content,
                Ok(None) => break,
                Err(error) => {
                    self.ended = true;
                    return Some(Line { number, content: Err(format!("the list ends here: {error}")) });
                }
            };
            let is_empty = content.as_ref().is_ok_and(|line| line.trim_ascii().is_empty());
            if !is_empty && self.shard.is_none_or(|shard| shard.has(number)) {
                return Some(Line { number, content });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &'static str, shard: Option<&str>) -> Vec<u64> {
        let shard = shard.map(|text| text.parse().unwrap());
        Lines::new(Box::new(text.as_bytes()), shard).map(|line| line.number).collect()
    }

    #[test]
    fn shards_share_the_lines_between_them() {
        let text = "{}\n{}\n\n{}\n{}\n{}";
        assert_eq!(numbers(text, None), [1, 2, 4, 5, 6]);
        assert_eq!(numbers(text, Some("1/2")), [1, 5]);
        assert_eq!(numbers(text, Some("2/2")), [2, 4, 6]);
        for wrong in ["0/2", "3/2", "1", "a/b", "1/0"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_line_without_end_is_passed_over() {
        let long = "x".repeat(LONGEST_INPUT as usize * 3);
        let text = format!("{long}\n{{}}\n").into_bytes();
        let mut lines = Lines::new(Box::new(io::Cursor::new(text)), None);
        let first = lines.next().unwrap();
        assert!(first.input().unwrap_err().1.contains("a line of more than"));
        assert_eq!(lines.next().unwrap().number, 2);
        assert!(lines.next().is_none());
    }

    #[test]
    fn lines_that_are_no_inputs_say_so() {
        let wrong = |text: &str| {
            let line = Line { number: 1, content: Ok(text.as_bytes().to_vec()) };
            line.input().unwrap_err()
        };
        assert!(wrong("{\"path\":").1.starts_with("not JSON"));
        assert_eq!(wrong("{\"path\":").0, Value::String("{\"path\":".to_owned()));
        assert!(wrong("[1]").1.starts_with("not an input"));
        assert!(wrong("{\"handler\": \"a.b\"}").1.contains("path"));
    }
}
