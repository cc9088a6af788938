//! `check --from-file`: the functions of a list, side by side, one record per function in the order of the list.

mod answer;
mod answers;
mod judged;
mod known;
mod lines;

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use answer::{Answer, Subject, Whose};
use answers::Made;
use judged::Remembered;
use known::{Content, For, Keys, Known};
use lines::{Line, Lines};

use super::args::CheckArgs;
use super::check;
use super::judge::{Choice, Judgement};
use super::progress::Progress;
use super::{CLEAN, FAILED, output, reference};
use crate::config::Overrides;
use crate::engine::Registry;
use crate::report::model::{Failed, Report};
use crate::report::{self, Format};
use crate::run::{self, Given, Inputs, Listed, Listener, ProjectSources, Settings, Shelf, UserError, Work};
use crate::{fault, text};

pub(super) use lines::Shard;

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

/// A package while the lines that are about it are worked on.
struct Opened {
    /// The path by which the first of them has it opened.
    path: OnceLock<PathBuf>,
    shelf: Shelf,
}

impl Opened {
    /// `has_more` says whether several lines are about it.
    fn new(has_more: bool) -> Self {
        Self { path: OnceLock::new(), shelf: if has_more { Shelf::for_several() } else { Shelf::default() } }
    }
}

/// An input, with what is wanted of it.
#[derive(Clone, Copy)]
struct Input<'a> {
    listed: &'a Listed,
    given: &'a Given,
    choice: Choice<'a>,
}

/// As what a function is judged.
struct As<'a> {
    path: &'a Path,
    given: &'a Given,
    shelf: &'a Shelf,
    /// What it is called meanwhile in place of its name; nobody is to hear of that.
    alias: Option<&'a str>,
}

/// Under what a judgement is to be kept.
#[derive(Clone, Copy)]
struct Keep<'a> {
    known: &'a Known,
    keys: &'a Keys,
    content: &'a Content,
}

impl Fleet<'_> {
    fn analyse(self, lines: Lines, mut out: BufWriter<Box<dyn Write + Send>>) -> Result<u8, UserError> {
        let (mut code, mut analysed, mut failed) = (CLEAN, 0_u64, 0_u64);
        let work = Work {
            about: Line::package,
            begin: Opened::new,
            on: |line: Line, opened: &Opened| self.record(line, opened),
        };
        let written = run::in_order(lines, work, |record| {
            match record.code {
                Some(own) => (code, analysed) = (code.max(own), analysed + 1),
                None => failed += 1,
            }
            out.write_all(&record.text)?;
            // Whoever reads along sees each record when it is there.
            out.flush()
        });
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
    fn record(self, line: Line, opened: &Opened) -> Record {
        let number = line.number;
        let (input, outcome) = match line.input {
            Ok((input, listed)) => {
                let outcome = fault::caught("the analysis", || self.of_input(&listed, opened));
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

    /// The record of an input: as others of its content are answered, or else of its own.
    fn of_input(self, listed: &Listed, opened: &Opened) -> Result<Record, UserError> {
        let given = listed.given(self.usual)?;
        let policy = self.settings.policy(&self.args.select, &self.args.ignore, self.registry)?;
        let overrides = &self.settings.resolved.overrides;
        let path = run::shown(&listed.path);
        let path = (!overrides.is_empty()).then_some(&*path);
        let choice = Choice { registry: self.registry, policy: &policy, overrides, path };
        let input = Input { listed, given: &given, choice };
        let Some(known) = self.known else {
            known::compare_stated(listed)?;
            return self.of_nobody(input);
        };
        let Some(content) = known.content(listed, &given)? else { return self.of_nobody(input) };
        match self.as_others(input, known, &content, opened)? {
            Some(record) => Ok(record),
            None => self.of_its_own(input, known, &content),
        }
    }

    /// The record of an input as all others have it that differ in name, path and tags alone; nothing where each needs its
    /// own.
    fn as_others(
        self,
        input: Input<'_>,
        known: &Known,
        content: &Content,
        opened: &Opened,
    ) -> Result<Option<Record>, UserError> {
        if known.tells_apart {
            return Ok(None);
        }
        let keys = known.keys(input.listed, input.given, content, For::All);
        let (place, mut failed, mut is_new) = (known.answers.place(&keys.record), None, false);
        let made = place.get_or_init(|| {
            is_new = true;
            self.answer(input, Keep { known, keys: &keys, content }, opened).unwrap_or_else(|error| {
                failed = Some(error);
                None
            })
        });
        if let Some(error) = failed {
            // This input is not what the list says; the next one may be.
            known.answers.forget(&keys.record);
            return Err(error);
        }
        if is_new {
            known.answers.filled(&keys.record, &place);
        }
        let path = &input.listed.path;
        let Some(made) = made.as_ref().filter(|made| made.may_be_of(path)) else { return Ok(None) };
        let name = input.given.name.clone().unwrap_or_else(|| run::name_of(path));
        let whose = Whose { name: &name, path: &run::shown(path), tags: &input.listed.tags() };
        Ok(Some(Record { text: made.answer.records(whose), code: Some(made.answer.code) }))
    }

    /// What is said of an input and of those others.
    fn answer(self, input: Input<'_>, keep: Keep<'_>, opened: &Opened) -> Result<Option<Made>, UserError> {
        let Keep { known, keys, content } = keep;
        if let Some(answer) = known.answer(keys) {
            return Ok(answer.map(Made::before));
        }
        let Input { listed, given, choice } = input;
        let (name, mut archive) = (keys.name(), None);
        let report = match known.report(keys, choice) {
            Some(report) => report,
            None if !known.holds(listed, given, content)? => return Ok(None),
            None => {
                archive = Some(listed.path.as_path());
                let path = opened.path.get_or_init(|| listed.path.clone());
                let given = Given { name: Some(name.clone()), ..given.clone() };
                let judged_as = As { path, given: &given, shelf: &opened.shelf, alias: Some(&name) };
                // What is wrong with an input is said by its own name and path.
                let Ok((report, true)) = self.judged(input, judged_as, Some(keep)) else { return Ok(None) };
                report
            }
        };
        let Some(path) = report.functions.first().map(|function| function.package.path.clone()) else {
            return Ok(None);
        };
        let Record { text, code: Some(code) } = self.finished(report)? else { return Ok(None) };
        if code == FAILED {
            return Ok(None);
        }
        let layers: Vec<String> = given.layers.iter().map(|layer| run::shown(&layer.path)).collect();
        let answer = Answer::of(code, &text::lossy(&text), Subject { name: &name, path: &path, layers: &layers });
        known.keep_answer(&keys.record, answer.as_ref());
        Ok(answer.map(|answer| Made::of(answer, archive)))
    }

    /// The record of an input for itself.
    fn of_its_own(self, input: Input<'_>, known: &Known, content: &Content) -> Result<Record, UserError> {
        let Input { listed, given, choice } = input;
        let keys = known.keys(listed, given, content, For::One);
        if let Some((code, text)) = known.record(&keys) {
            return Ok(Record { text, code: Some(code) });
        }
        let (report, is_kept) = match known.report(&keys, choice) {
            Some(report) => (report, true),
            None => {
                known.holds(listed, given, content)?;
                self.judged(input, input.as_it_is(&Shelf::default()), Some(Keep { known, keys: &keys, content }))?
            }
        };
        let record = self.finished(report)?;
        if let Some(code) = record.code.filter(|code| is_kept && *code != FAILED) {
            known.keep_record(&keys.record, code, &record.text);
        }
        Ok(record)
    }

    /// The record of an input of which nothing can be known.
    fn of_nobody(self, input: Input<'_>) -> Result<Record, UserError> {
        let (report, _) = self.judged(input, input.as_it_is(&Shelf::default()), None)?;
        self.finished(report)
    }

    /// The record of a report.
    fn finished(self, report: Report) -> Result<Record, UserError> {
        let report = check::finished(self.args, self.settings, report, Vec::new())?;
        let code = report.summary.exit_code;
        let text = report::records(report).iter().map(report::line).collect::<io::Result<Vec<Vec<u8>>>>()?.concat();
        Ok(Record { text, code: Some(code) })
    }

    /// The report of an input, and whether it was what it is said to be until it was judged. Where it can be kept, it is
    /// kept for any choice of rules.
    fn judged(self, input: Input<'_>, who: As<'_>, keep: Option<Keep<'_>>) -> Result<(Report, bool), UserError> {
        let Input { listed, choice, .. } = input;
        let path = run::shown(&listed.path);
        self.progress.step(&path);
        let listener = Among { progress: self.progress, path: &path, alias: who.alias };
        let inputs =
            Inputs { given: who.given, settings: self.settings, budgets: self.args.budgets(), listener: &listener };
        let project = run::project_on(&[who.path.to_owned()], &inputs, who.shelf)?;
        let own = ProjectSources { project: &project };
        let (sources, all) = (Remembered::new(&own), choice.policy.unselective());
        let keep = keep.filter(|keep| keep.known.keeps());
        let policy = if keep.is_some() { &all } else { choice.policy };
        let mut judgement = Judgement::of(self.registry, policy, &project);
        judgement.says_something()?;
        if who.alias.is_none() {
            judgement.complain();
            judgement.tag(&listed.tags());
        }
        let mut is_kept = !judgement.has_failed();
        if let Some(Keep { known, keys, content }) = keep.filter(|_| is_kept) {
            // Asks for every text that any choice may ask for.
            let whole = Choice { policy, overrides: &Overrides::default(), ..choice };
            judgement.clone().reported(whole, &sources);
            is_kept = known.keep_judgement(keys, (listed, input.given, content), &judgement, &sources);
        }
        Ok((judgement.reported(choice, &sources).0, is_kept))
    }
}

impl Input<'_> {
    /// Judged by its own name, and alone.
    fn as_it_is<'a>(&'a self, shelf: &'a Shelf) -> As<'a> {
        As { path: &self.listed.path, given: self.given, shelf, alias: None }
    }
}

/// Hears of one function among many.
struct Among<'a> {
    progress: &'a Progress,
    path: &'a str,
    /// What it is called meanwhile.
    alias: Option<&'a str>,
}

impl Among<'_> {
    fn said(&self, message: &str) -> String {
        let message = self.alias.map_or_else(|| message.to_owned(), |alias| message.replace(alias, self.path));
        format!("{}: {message}", self.path)
    }
}

impl Listener for Among<'_> {
    fn step(&self, _: &str) {}

    fn note(&self, message: &str) {
        self.progress.note(&self.said(message));
    }

    fn warn(&self, message: &str) {
        self.progress.warn(&self.said(message));
    }

    fn is_last(&self) -> bool {
        false
    }
}
