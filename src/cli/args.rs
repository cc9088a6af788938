use std::ffi::OsString;
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

use crate::engine::Budgets;
use crate::finding::Severity;
use crate::platform::{Architecture, Runtime};
use crate::report::Format;
use crate::run::{Given, GivenLayer};
use crate::slim::Level;

use super::fleet::Shard;
use super::merge::MergeArgs;

/// How errors of the user begin.
pub(super) const ERROR_STYLE: Style = AnsiColor::Red.on_default().bold();
/// How warnings beside the report begin.
pub(super) const WARNING_STYLE: Style = AnsiColor::Yellow.on_default().bold();
/// How remarks beside the report begin.
pub(super) const NOTE_STYLE: Style = AnsiColor::Blue.on_default().bold();

/// What a cold start of a serverless function costs, why, and what to change; without running it.
#[derive(Debug, Parser)]
#[command(name = "defrost", version, propagate_version = true, max_term_width = 100)]
pub struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Analyse packages, source trees and templates (the default command)
    Check(Box<CheckArgs>),
    /// Show how a module or package gets loaded, or why it never is
    Why(Box<WhyArgs>),
    /// Show what each route of a handler needs, and whether pulling it apart pays
    Split(Box<SplitArgs>),
    /// Show how many environments functions need and may have, and how bursts go
    Scale(Box<ScaleArgs>),
    /// Write a load test that ramps through the limits found
    PlanTest(Box<PlanTestArgs>),
    /// Fit the estimates to cold starts of one's own, and write the factor to `defrost.toml`
    Calibrate(Box<CalibrateArgs>),
    /// Write a smaller package that loads exactly the same modules
    Slim(Box<SlimArgs>),
    /// Show what changed in size, modules, packages and estimated Init
    Diff(Box<DiffArgs>),
    /// Join reports in JSON, or records of many functions, into one
    Merge(Box<MergeArgs>),
    /// Show a rule's page
    Explain {
        /// Name of the rule, such as `never-loaded-package`, or of a guide: concurrency, scaling,
        /// provisioned-concurrency, traffic-shifting, alarms
        rule: String,
        /// Application whose own numbers a guide shows
        path: Option<PathBuf>,
    },
    /// List all rules
    Rules,
    /// Write a starter configuration and a baseline; print hook snippets; overwrite nothing
    Init(Box<InitArgs>),
    /// Print the JSON schema of the report or of the configuration
    Schema {
        /// Which one
        #[arg(value_enum, default_value_t)]
        of: SchemaOf,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
    /// Answer an editor over standard input and output: a language server
    Server,
}

/// What a JSON schema describes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaOf {
    /// `defrost-report/1`.
    #[default]
    Report,
    /// `defrost.toml` and the other places of settings.
    Config,
}

/// What to analyse.
#[derive(Debug, Default, clap::Args)]
pub(super) struct InputArgs {
    /// Handler of the function, such as `app.handler`
    #[arg(long, value_name = "NAME")]
    pub(super) handler: Option<String>,
    /// Runtime, such as `python3.12` or `nodejs22.x`
    #[arg(long, value_name = "ID", value_parser = Runtime::named)]
    pub(super) runtime: Option<Runtime>,
    /// Instruction set: x86_64 or arm64
    #[arg(long, value_name = "NAME")]
    pub(super) arch: Option<Architecture>,
    /// Memory size of the function
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u32).range(128..=10_240))]
    pub(super) memory: Option<u32>,
    /// Stage that templates are deployed as, such as `prod`
    #[arg(long, value_name = "NAME")]
    pub(super) stage: Option<String>,
    /// Layer folder or zip, in merge order, or what a layer of a template holds; may be repeated
    #[arg(long = "layer", value_name = "PATH|ARN=PATH")]
    pub(super) layers: Vec<GivenLayer>,
    /// Worker threads; 0 means one per core
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) jobs: usize,
}

impl InputArgs {
    /// What they say of the functions.
    pub(super) fn given(&self) -> Given {
        Given {
            name: None,
            handler: self.handler.clone(),
            runtime: self.runtime.clone(),
            architecture: self.arch,
            memory_mb: self.memory,
            stage: self.stage.clone(),
            layers: self.layers.clone(),
            development: false,
        }
    }
}

impl CheckArgs {
    /// Budgets given here.
    pub(super) fn budgets(&self) -> Budgets {
        Budgets {
            init_ms: self.budget_init,
            bytes: self.budget_size.map(|mb| (mb * 1e6) as u64),
            start: self.require_start.then_some(true),
            ..Budgets::default()
        }
    }
}

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    /// Packages, folders or templates
    #[arg(value_name = "PATH", default_value = ".")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Analyse the functions of a list, one JSON object per line with `path` and what is known of the function, and
    /// write one record per function; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "baseline", "changed_since", "write_baseline", "fix", "diff", "patch"])]
    pub(super) from_file: Option<PathBuf>,
    /// Folder for what is kept between runs, instead of the user's cache folder
    #[arg(long, value_name = "FOLDER")]
    pub(super) cache_dir: Option<PathBuf>,
    /// Analyse everything again, and keep nothing
    #[arg(long)]
    pub(super) no_cache: bool,
    /// With `--from-file`, only every N-th line, from the I-th on
    #[arg(long, value_name = "I/N", requires = "from_file")]
    pub(super) shard: Option<Shard>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// Write the report to a file instead of standard output
    #[arg(short = 'o', long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Mildest severity that fails the run: note, warning or error
    #[arg(long, value_name = "SEVERITY")]
    pub(super) fail_on: Option<Severity>,
    /// Budget for Init of every function
    #[arg(long, value_name = "MS")]
    pub(super) budget_init: Option<f64>,
    /// Budget for the unpacked size of every function
    #[arg(long, value_name = "MB")]
    pub(super) budget_size: Option<f64>,
    /// Fail the run where nothing says for certain that a function starts
    #[arg(long)]
    pub(super) require_start: bool,
    /// Rules or categories to run, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(super) select: Vec<String>,
    /// Rules or categories not to run, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(super) ignore: Vec<String>,
    /// Configuration file instead of the nearest one
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Leave out the findings that this file knows
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Leave out the findings that a range of commits does not touch: since a revision such as `origin/main`, from
    /// where it and HEAD part to the files as they are, or of `A..B`
    #[arg(long, value_name = "REV")]
    pub(super) changed_since: Option<String>,
    /// Make all findings of this run known: write them to the baseline file
    #[arg(long)]
    pub(super) write_baseline: bool,
    /// Make the changes that findings carry, and show them
    #[arg(long)]
    pub(super) fix: bool,
    /// With `--fix` or `--diff`, also the changes that are likely right but not proven
    #[arg(long)]
    pub(super) unsafe_fixes: bool,
    /// Show the changes that `--fix` would make, and make none
    #[arg(long, conflicts_with = "fix")]
    pub(super) diff: bool,
    /// Write all changes that findings carry, the likely ones too, to a patch for `git apply` or `patch -p1`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fix", "diff"])]
    pub(super) patch: Option<PathBuf>,
    /// Judge development dependencies too: what no test, script or setting needs
    #[arg(long)]
    pub(super) dev: bool,
    /// Let `--fix` change files in a git tree with changes that are not committed
    #[arg(long, requires = "fix")]
    pub(super) allow_dirty: bool,
    /// When to colour
    #[arg(long, value_enum, default_value_t)]
    pub(super) color: Color,
    /// Print only findings and totals
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// Also print what could not be analysed exactly, and on standard error how long it took and what was read
    #[arg(short, long, conflicts_with = "quiet")]
    pub(super) verbose: bool,
}

/// Arguments of `why`.
#[derive(Debug, clap::Args)]
pub(super) struct WhyArgs {
    /// Module or package, such as `numpy` or `botocore.session`
    pub(super) module: String,
    /// Package, folder or template
    #[arg(default_value = ".")]
    pub(super) path: PathBuf,
    #[command(flatten)]
    pub(super) input: InputArgs,
}

/// Arguments of `calibrate`.
#[derive(Debug, clap::Args)]
pub(super) struct CalibrateArgs {
    /// Cold starts: log lines with `Init Duration`, the output of `aws logs`, or a table with columns for the function
    /// and for Init Duration; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Packages, folders or templates of the functions
    #[arg(value_name = "PATH", default_value = ".")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// The function whose cold starts they are, where the lines do not say it
    #[arg(long, value_name = "NAME")]
    pub(super) function: Option<String>,
    /// Configuration file instead of the nearest one
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Show the factors and write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// Arguments of `slim`.
#[derive(Debug, clap::Args)]
pub(super) struct SlimArgs {
    /// Zip archive or folder of one function
    #[arg(value_name = "BUNDLE")]
    pub(super) bundle: PathBuf,
    /// The zip archive to write
    #[arg(short = 'o', long, value_name = "FILE", required_unless_present = "dry_run")]
    pub(super) output: Option<PathBuf>,
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// How bold to be
    #[arg(long, value_enum, default_value_t)]
    pub(super) level: Level,
    /// Add bytecode of the modules that are loaded, made by this Python
    #[arg(long, value_name = "PYTHON")]
    pub(super) bytecode: Option<PathBuf>,
    /// Say what would go and write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: SplitFormat,
    /// Name every file that goes
    #[arg(short, long)]
    pub(super) verbose: bool,
}

/// Arguments of `diff`.
#[derive(Debug, clap::Args)]
pub(super) struct DiffArgs {
    /// Package, folder, template or report in JSON, as it was
    #[arg(value_name = "OLD")]
    pub(super) old: PathBuf,
    /// The same, as it is
    #[arg(value_name = "NEW")]
    pub(super) new: PathBuf,
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: DiffFormat,
    /// Write to a file instead of standard output
    #[arg(short = 'o', long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Budget for Init of every function
    #[arg(long, value_name = "MS")]
    pub(super) budget_init: Option<f64>,
    /// Budget for the unpacked size of every function
    #[arg(long, value_name = "MB")]
    pub(super) budget_size: Option<f64>,
    /// Budget for the growth of Init and sizes of every function
    #[arg(long, value_name = "PERCENT")]
    pub(super) budget_growth: Option<f64>,
    /// Configuration file instead of the nearest one
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Show all rows of all lists
    #[arg(short, long)]
    pub(super) verbose: bool,
}

/// How a difference is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffFormat {
    /// For people.
    #[default]
    Human,
    /// `defrost-diff/1`.
    Json,
    /// For comments and summaries.
    Markdown,
    /// One self-contained page with both sides.
    Html,
}

/// Arguments of `split`.
#[derive(Debug, clap::Args)]
pub(super) struct SplitArgs {
    /// Package, folder or template
    #[arg(default_value = ".")]
    pub(super) path: PathBuf,
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: SplitFormat,
    /// Write the plan as files into a new folder: handlers, a template, and what to do
    #[arg(short = 'o', long, value_name = "DIR")]
    pub(super) output: Option<PathBuf>,
}

/// How a split plan is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum SplitFormat {
    /// For people.
    #[default]
    Human,
    /// Routes and plan of each function as in `defrost-report/1`.
    Json,
}

/// Arguments of `scale`.
#[derive(Debug, clap::Args)]
pub(super) struct ScaleArgs {
    /// Package, folder or template
    #[arg(default_value = ".")]
    pub(super) path: PathBuf,
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: SplitFormat,
    /// Configuration file instead of the nearest one
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Write the alarms that are missing, a dashboard and log queries, in this language, and nothing else
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    pub(super) alarms: Option<AlarmLanguage>,
}

/// Languages that alarms are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum AlarmLanguage {
    /// AWS SAM.
    Sam,
    /// CloudFormation.
    Cloudformation,
    /// CDK in TypeScript.
    Cdk,
    /// Serverless Framework.
    Serverless,
    /// Terraform.
    Terraform,
}

/// Arguments of `plan-test`.
#[derive(Debug, clap::Args)]
pub(super) struct PlanTestArgs {
    /// Package, folder or template
    #[arg(default_value = ".")]
    pub(super) path: PathBuf,
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Configuration file instead of the nearest one
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// The tool that runs the test
    #[arg(long, value_enum, default_value_t)]
    pub(super) tool: TestTool,
    /// Address of the deployed application
    #[arg(long, value_name = "URL", default_value = "https://example.execute-api.eu-central-1.amazonaws.com")]
    pub(super) url: String,
}

/// Tools that run load tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum TestTool {
    /// Grafana k6.
    #[default]
    K6,
    /// Artillery.
    Artillery,
    /// oha, for one address.
    Oha,
}

/// Arguments of `init`.
#[derive(Debug, clap::Args)]
pub(super) struct InitArgs {
    /// Folder of the project
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub(super) folder: PathBuf,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal.
    #[default]
    Auto,
    /// Also in a pipe.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Whether to colour what goes to a terminal, or not to one.
    pub(super) fn is_wanted(self, to_terminal: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => super::colored(to_terminal),
        }
    }
}

/// Puts `check` before the arguments unless they name a command, so that `defrost PATH` checks.
pub(super) fn with_default_command(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    let first = arguments.get(1).and_then(|argument| argument.to_str()).map(str::to_owned);
    let names_command = first.is_some_and(|first| {
        let command = Args::command();
        let global = ["-h", "--help", "-V", "--version", "help"];
        global.contains(&first.as_str()) || command.get_subcommands().any(|known| known.get_name() == first)
    });
    if !names_command {
        arguments.insert(1.min(arguments.len()), OsString::from("check"));
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_path_alone_is_checked() {
        let with = |arguments: &[&str]| with_default_command(arguments.iter().map(OsString::from));
        assert_eq!(with(&["defrost", "fn.zip"]), ["defrost", "check", "fn.zip"]);
        assert_eq!(with(&["defrost"]), ["defrost", "check"]);
        assert_eq!(with(&["defrost", "rules"]), ["defrost", "rules"]);
    }
}
