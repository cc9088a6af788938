//! `defrost merge`: one report of the reports of shards, or a summary of a fleet.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use super::args::Color;
use super::{CLEAN, output, reference};
use crate::report::model::{Failed, Report, RuleInfo};
use crate::report::{self, Fleet, Format, Merge, Seen, Style, Unread};
use crate::run::{UserError, shown};

/// Arguments of `merge`.
#[derive(Debug, clap::Args)]
pub(super) struct MergeArgs {
    /// Reports in JSON, or files of records; `-` is standard input
    #[arg(value_name = "REPORT", required = true)]
    reports: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// What all functions cost together, which packages repeat and which rules fire, as Markdown or HTML
    #[arg(long)]
    summary: bool,
    /// Write to a file instead of standard output
    #[arg(short = 'o', long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// When to colour
    #[arg(long, value_enum, default_value_t)]
    color: Color,
    /// Print only findings and totals
    #[arg(short, long)]
    quiet: bool,
    /// Also print what could not be analysed exactly
    #[arg(short, long, conflicts_with = "quiet")]
    verbose: bool,
}

/// Joins the reports and exits as the worst of their runs did.
pub(super) fn run(args: &MergeArgs) -> Result<u8, UserError> {
    if args.summary && !matches!(args.format, Format::Human | Format::Markdown | Format::Html) {
        return Err(UserError("a summary is Markdown or HTML; give --format markdown or --format html".to_owned()));
    }
    let mut out: Box<dyn Write> = match &args.output {
        Some(path) => Box::new(output::file(path, args.reports.iter().map(PathBuf::as_path))?),
        None => Box::new(output::stdout()),
    };
    let mut out = BufWriter::new(&mut out);
    let (written, code) = match args.format {
        _ if args.summary => summary(args, &mut out)?,
        Format::Ndjson => joined(args, &mut out)?,
        _ => merged(args, &mut out)?,
    };
    written.and_then(|()| out.flush())?;
    Ok(code)
}

/// How writing went, and the exit code.
type Ended = Result<(io::Result<()>, u8), UserError>;

/// One report of all.
fn merged(args: &MergeArgs, out: &mut dyn Write) -> Ended {
    let mut merge = Merge::default();
    each(args, |record, _| {
        match record {
            Ok(report) => merge.add(report),
            Err(failed) => merge.failed(&failed),
        }
        Ok(())
    })?;
    let report = Report { rules: RuleInfo::table(&reference::registry()?), ..merge.finish() };
    let to_terminal = args.output.is_none() && io::stdout().is_terminal();
    let style = Style {
        color: args.color.is_wanted(to_terminal),
        quiet: args.quiet,
        verbose: args.verbose,
        width: report::width(to_terminal),
    };
    Ok((report::write(&report, args.format, style, out), report.summary.exit_code))
}

/// The records themselves, each once.
fn joined(args: &MergeArgs, out: &mut dyn Write) -> Ended {
    let (mut seen, mut code, mut written) = (Seen::default(), CLEAN, Ok(()));
    each(args, |record, text| {
        let lines = match record {
            // A record of one function is passed on as it is.
            Ok(report) if report.functions.len() == 1 && !text.contains(&b'\n') => {
                code = code.max(report.summary.exit_code);
                vec![[text, b"\n"].concat()]
            }
            Ok(report) => {
                code = code.max(report.summary.exit_code);
                let lines = report::records(report).iter().map(report::line).collect::<io::Result<_>>();
                lines.map_err(|error| error.to_string())?
            }
            Err(_) => vec![[text, b"\n"].concat()],
        };
        for line in lines {
            if written.is_ok() && seen.is_new(&line) {
                written = out.write_all(&line);
            }
        }
        Ok(())
    })?;
    Ok((written, code))
}

/// Sums over all functions.
fn summary(args: &MergeArgs, out: &mut dyn Write) -> Ended {
    let (mut seen, mut fleet, mut code) = (Seen::default(), Fleet::default(), CLEAN);
    each(args, |record, text| {
        if !seen.is_new(text) {
            return Ok(());
        }
        match record {
            Ok(report) => {
                code = code.max(report.summary.exit_code);
                fleet.add(&report);
            }
            Err(_) => fleet.failed(),
        }
        Ok(())
    })?;
    let written = if args.format == Format::Html { fleet.html(out) } else { fleet.markdown(out) };
    Ok((written, code))
}

/// Hands over all records of all files.
fn each(
    args: &MergeArgs,
    mut take: impl FnMut(Result<Report, Failed>, &[u8]) -> Result<(), String>,
) -> Result<(), UserError> {
    for path in &args.reports {
        let source: Box<dyn Read> = match path.as_os_str() == "-" {
            true => Box::new(io::stdin().lock()),
            false => Box::new(File::open(path).map_err(|error| UserError(format!("{}: {error}", path.display())))?),
        };
        report::read(BufReader::new(source), &mut take).map_err(|unread| said(path, &unread))?;
    }
    Ok(())
}

fn said(path: &Path, unread: &Unread) -> UserError {
    UserError(format!("{}:{}: {}", shown(path), unread.line, unread.what))
}
