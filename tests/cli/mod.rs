//! The command as its users meet it: output, messages and exit codes.

mod aliases;
mod applications;
mod baseline;
mod cache;
mod cargo;
mod changed;
mod config;
mod crates;
mod dependencies;
mod deployments;
mod estimate;
mod field;
mod installed;
mod fix;
mod fleet;
mod frameworks;
mod gate;
mod init;
mod lazy;
mod moving;
mod dispatch;
mod parting;
mod projects;
mod proven;
mod registrations;
mod removals;
mod routes;
mod scaling;
mod shipped;
mod suppression;
mod template;
mod tools;
mod trouble;

use std::path::Path;

use snapbox::cmd::Command;
use tempfile::TempDir;

/// A folder with some files, and the command that runs in it without the surroundings' settings.
struct Project {
    folder: TempDir,
}

/// How a run ended.
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    /// A function with one finding: no handler.
    fn with_finding(more: &[(&str, &str)]) -> Self {
        let project = Self::new(&[("app.py", APP)]);
        for (path, text) in more {
            project.write(path, text);
        }
        project
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let file = self.path(path);
        std::fs::create_dir_all(file.parent().unwrap_or(Path::new("/"))).unwrap();
        std::fs::write(file, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.run_in("", arguments)
    }

    /// Runs in a folder of the project.
    fn run_in(&self, folder: &str, arguments: &[&str]) -> Run {
        let command = Command::new(env!("CARGO_BIN_EXE_defrost")).env_clear().current_dir(self.path(folder));
        ended(command.args(arguments).output().unwrap())
    }

    /// Runs with the programs that a user has at hand.
    fn run_with_path(&self, arguments: &[&str]) -> Run {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_defrost"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        ended(command.current_dir(self.folder.path()).args(arguments).output().unwrap())
    }

    /// The report of a check, as JSON.
    fn report(&self, arguments: &[&str]) -> serde_json::Value {
        let run = self.run(&[&["check", "--format", "json"], arguments].concat());
        serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", run.out, run.err))
    }
}

fn ended(output: std::process::Output) -> Run {
    Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Rule, severity and line of each finding.
fn findings(report: &serde_json::Value) -> Vec<String> {
    let one = |finding: &serde_json::Value| {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        format!("{} {} {}", text("rule"), text("severity"), finding["location"]["line"])
    };
    report["findings"].as_array().unwrap().iter().map(one).collect()
}

const APP: &str = "import json\n\n\ndef other(event, context):\n    return json.dumps(event)\n";
