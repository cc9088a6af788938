//! What findings and numbers do not cover, with the reason: every format lists it.

use std::borrow::Cow;
use std::fmt;

use super::model::{Function, Problem, Report};
use super::printable;
use crate::artifact::ArtifactKind;
use crate::assemble::Reason;

/// Why something is not covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lack {
    /// It was asked for and is not analysed.
    Analysis,
    /// It is not on this machine.
    Content,
    /// The analysis had to guess.
    Certainty,
    /// Something is missing to say whether the function starts.
    Start,
}

impl Lack {
    /// The lack as an identifier.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Analysis => "not-analysed",
            Self::Content => "not-here",
            Self::Certainty => "not-exact",
            Self::Start => "may-fail",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Analysis => "not analysed",
            Self::Content => "not here",
            Self::Certainty => "not exact",
            Self::Start => "may fail",
        }
    }
}

/// One thing that is not covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LeftOut<'a> {
    pub(super) lack: Lack,
    /// The function that it belongs to.
    pub(super) function: Option<&'a str>,
    /// The file that it is about, or in which it is declared.
    pub(super) path: Option<Cow<'a, str>>,
    /// The entry inside it, when it is an archive.
    pub(super) inner: Option<&'a str>,
    /// Line, from 1, of the entry or else of the file.
    pub(super) line: Option<u32>,
    /// What, and what to do.
    pub(super) message: &'a str,
}

/// Everything that a report does not cover, in its order.
pub(super) fn of(report: &Report) -> Vec<LeftOut<'_>> {
    let mut all: Vec<LeftOut<'_>> = report.problems.iter().map(|problem| of_problem(Lack::Analysis, problem)).collect();
    for function in &report.functions {
        let (path, line) = match &function.origin {
            Some(origin) => (&origin.path, Some(origin.line)),
            None => (&function.package.path, None),
        };
        let name = Some(&*function.name);
        let of_function = |lack, message| LeftOut {
            lack,
            function: name,
            path: Some(Cow::Borrowed(path)),
            inner: None,
            line,
            message,
        };
        all.extend(function.start.missing.iter().map(|missing| of_function(Lack::Start, &**missing)));
        all.extend(function.open.iter().map(|open| {
            let lack = if open.reason == Reason::Installed { Lack::Certainty } else { Lack::Content };
            of_function(lack, &open.detail)
        }));
        all.extend(function.problems.iter().map(|problem| LeftOut {
            function: name,
            path: problem.path.as_deref().map(|path| on_disk(function, path)),
            inner: problem.path.as_deref().filter(|_| is_archive(function)),
            ..of_problem(Lack::Certainty, problem)
        }));
    }
    for project in &report.projects {
        let path = Some(Cow::Borrowed(&*project.path));
        let at = |text| LeftOut {
            lack: Lack::Content,
            function: None,
            path: path.clone(),
            inner: None,
            line: None,
            message: text,
        };
        all.extend(project.open.iter().map(|text| at(&**text)));
    }
    all
}

/// The file on disk that holds what a path inside a package names.
fn on_disk<'a>(function: &'a Function, inner: &'a str) -> Cow<'a, str> {
    let package = &*function.package.path;
    match function.package.kind {
        ArtifactKind::Directory | ArtifactKind::Image if package == "." => Cow::Borrowed(inner),
        ArtifactKind::Directory | ArtifactKind::Image => Cow::Owned(format!("{package}/{inner}")),
        _ => Cow::Borrowed(package),
    }
}

fn is_archive(function: &Function) -> bool {
    !matches!(function.package.kind, ArtifactKind::Directory | ArtifactKind::Image | ArtifactKind::Binary)
}

fn of_problem(lack: Lack, problem: &Problem) -> LeftOut<'_> {
    LeftOut {
        lack,
        function: None,
        path: problem.path.as_deref().map(Cow::Borrowed),
        inner: None,
        line: problem.line,
        message: &problem.message,
    }
}

impl LeftOut<'_> {
    /// Function and message, for formats that name the place themselves.
    pub(super) fn text(&self) -> String {
        let inner = self.inner.map_or_else(String::new, |inner| format!("{inner}{}: ", self.shown_line()));
        printable::line(&format!("{}{inner}{}", self.shown_function(), self.message)).into_owned()
    }

    /// The line of the file itself.
    pub(super) fn line_on_disk(&self) -> Option<u32> {
        self.line.filter(|_| self.inner.is_none())
    }

    fn shown_function(&self) -> String {
        self.function.map_or_else(String::new, |name| format!("{name}: "))
    }

    fn shown_line(&self) -> String {
        self.line.map_or_else(String::new, |line| format!(":{line}"))
    }
}

/// One line with everything.
impl fmt::Display for LeftOut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.inner.map_or_else(String::new, |inner| format!("!{inner}"));
        let place = self.path.as_ref().map_or_else(String::new, |path| format!("{path}{inner}{}: ", self.shown_line()));
        let text = format!("{place}{}{}", self.shown_function(), self.message);
        write!(f, "{}: {}", self.lack.words(), printable::line(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;

    #[test]
    fn what_is_missing_for_a_verdict_is_told_once_with_its_function() {
        let mut report = sample::report();
        let function = &mut report.functions[0];
        function.start.missing = vec!["`lib` may come with what is not here".to_owned()];
        let name = function.name.clone();
        let told: Vec<String> = super::of(&report).iter().map(ToString::to_string).collect();
        let told: Vec<&String> = told.iter().filter(|line| line.starts_with("may fail: ")).collect();
        assert!(
            matches!(told[..], [line] if line.ends_with(&format!("{name}: `lib` may come with what is not here"))),
            "{told:?}"
        );
    }
}
