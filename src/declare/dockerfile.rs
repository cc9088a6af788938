//! Dockerfiles: their stages, and what each does. Nothing is resolved here; whoever builds the image does that.

use crate::text::shell_words;

/// Stages and steps of one file that are read.
const MOST_STEPS: usize = 5_000;

/// A Dockerfile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dockerfile {
    /// Arguments before the first stage, with their defaults.
    pub arguments: Vec<(String, Option<String>)>,
    /// Stages, in order.
    pub stages: Vec<Stage>,
}

/// One stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stage {
    /// Its name, where it has one.
    pub name: Option<String>,
    /// The image or stage that it begins with, variables in it unresolved.
    pub base: String,
    /// What it does.
    pub steps: Vec<Step>,
}

/// What a line of a stage does, variables in it unresolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// `ENV`.
    Variable(String, String),
    /// `ARG`, with its default.
    Argument(String, Option<String>),
    /// `WORKDIR`.
    WorkingDirectory(String),
    /// `COPY` or `ADD`.
    Copy(Copied),
    /// `RUN`.
    Run(String),
    /// `ENTRYPOINT`.
    EntryPoint(Vec<String>),
    /// `CMD`.
    Command(Vec<String>),
}

/// What is copied where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// The stage or image it is copied from; the build's own folder where it is `None`.
    pub from: Option<String>,
    /// What is copied.
    pub sources: Vec<String>,
    /// Where to.
    pub to: String,
}

impl Dockerfile {
    /// Reads a file. What is not understood is left out.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut file = Self::default();
        for line in lines(text).into_iter().take(MOST_STEPS) {
            let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((&line, ""));
            let rest = rest.trim();
            match (word.to_ascii_uppercase().as_str(), file.stages.last_mut()) {
                ("FROM", _) => file.stages.push(stage(rest)),
                ("ARG", None) => file.arguments.extend(arguments(rest)),
                (word, Some(stage)) => stage.steps.extend(steps(word, rest)),
                _ => {}
            }
        }
        file
    }
}

/// Lines with those that continue them, without comments and the texts that follow `<<EOF`.
fn lines(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = String::new();
    let mut source = text.lines();
    while let Some(line) = source.next() {
        let trimmed = line.trim();
        if trimmed.starts_with('#') || (open.is_empty() && trimmed.is_empty()) {
            continue;
        }
        let (part, goes_on) = match trimmed.strip_suffix('\\') {
            Some(part) => (part, true),
            None => (trimmed, false),
        };
        open.push_str(part);
        open.push(' ');
        if goes_on {
            continue;
        }
        let end = here_document(&open);
        let full = std::mem::take(&mut open);
        let mut full = full.trim().to_owned();
        if let Some(end) = end {
            for line in source.by_ref().take_while(|line| line.trim() != end) {
                full.push('\n');
                full.push_str(line);
            }
        }
        found.push(full);
    }
    if !open.trim().is_empty() {
        found.push(open.trim().to_owned());
    }
    found
}

/// The word that ends the text which follows a line.
fn here_document(line: &str) -> Option<String> {
    let is_one =
        ["RUN", "COPY", "ADD"].iter().any(|word| line.get(..word.len()).is_some_and(|l| l.eq_ignore_ascii_case(word)));
    let (_, rest) = line.split_once("<<").filter(|_| is_one)?;
    let word = rest.trim_start_matches('-').split_whitespace().next()?;
    let word = word.trim_matches(['"', '\'']);
    let is_word = word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (is_word && !word.is_empty()).then(|| word.to_owned())
}

fn stage(rest: &str) -> Stage {
    let words: Vec<&str> = rest.split_whitespace().filter(|word| !word.starts_with("--")).collect();
    let name = words.get(2).filter(|_| words.get(1).is_some_and(|word| word.eq_ignore_ascii_case("as")));
    Stage {
        name: name.map(|name| (*name).to_owned()),
        base: words.first().map_or_else(String::new, |base| (*base).to_owned()),
        steps: Vec::new(),
    }
}

fn arguments(rest: &str) -> Vec<(String, Option<String>)> {
    let word = |word: String| match word.split_once('=') {
        Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
        None => (word, None),
    };
    shell_words(rest).into_iter().map(word).collect()
}

fn steps(word: &str, rest: &str) -> Vec<Step> {
    match word {
        "ARG" => arguments(rest).into_iter().map(|(name, value)| Step::Argument(name, value)).collect(),
        "ENV" => variables(rest),
        "WORKDIR" => vec![Step::WorkingDirectory(shell_words(rest).join(" "))],
        "COPY" | "ADD" => copied(rest).into_iter().map(Step::Copy).collect(),
        "RUN" => vec![Step::Run(rest.to_owned())],
        "ENTRYPOINT" => vec![Step::EntryPoint(list(rest))],
        "CMD" => vec![Step::Command(list(rest))],
        _ => Vec::new(),
    }
}

/// `ENV a=b c=d`, or the older `ENV a b`.
fn variables(rest: &str) -> Vec<Step> {
    let all = shell_words(rest);
    let is_older = all.first().is_some_and(|first| !first.contains('='));
    if is_older {
        let older = rest.split_once(char::is_whitespace);
        return older
            .map(|(name, value)| Step::Variable(name.to_owned(), value.trim().to_owned()))
            .into_iter()
            .collect();
    }
    let pair = |word: String| word.split_once('=').map(|(name, value)| Step::Variable(name.into(), value.into()));
    all.into_iter().filter_map(pair).collect()
}

fn copied(rest: &str) -> Option<Copied> {
    let first_line = rest.lines().next().unwrap_or_default();
    // A text in the Dockerfile itself is no file.
    if first_line.contains("<<") {
        return None;
    }
    let mut from = None;
    let mut rest = rest;
    while let Some(flag) = rest.strip_prefix("--") {
        let (flag, after) = flag.split_once(char::is_whitespace)?;
        from = flag.strip_prefix("from=").map(str::to_owned).or(from);
        rest = after.trim_start();
    }
    let mut sources = list(rest);
    let to = sources.pop()?;
    (!sources.is_empty()).then_some(Copied { from, sources, to })
}

/// Words, or a list as JSON has them.
fn list(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_else(|_| shell_words(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_and_their_steps_are_read() {
        let text = "# syntax=docker/dockerfile:1\nARG V=3.12\nFROM --platform=linux/amd64 base:${V} AS build\n\
                    # why\nENV A=1 B=\"two words\"\nENV C three four\nRUN pip install \\\n  # not this\n  -r x.txt\n\
                    COPY --chown=1:1 [\"a b.py\", \"./\"]\nFROM scratch\nCOPY --from=build /x /y\n\
                    RUN <<EOF\nCOPY nothing /here\nEOF\nWORKDIR /w\nENTRYPOINT [\"/e.sh\"]\nCMD app.handler\n";
        let file = Dockerfile::read(text);
        assert_eq!(file.arguments, [("V".to_owned(), Some("3.12".to_owned()))]);
        let [build, last] = file.stages.as_slice() else { panic!("{file:?}") };
        assert_eq!((build.name.as_deref(), build.base.as_str()), (Some("build"), "base:${V}"));
        let copy = |from: Option<&str>, source: &str, to: &str| {
            Step::Copy(Copied { from: from.map(str::to_owned), sources: vec![source.into()], to: to.into() })
        };
        assert_eq!(
            build.steps,
            [
                Step::Variable("A".into(), "1".into()),
                Step::Variable("B".into(), "two words".into()),
                Step::Variable("C".into(), "three four".into()),
                Step::Run("pip install  -r x.txt".into()),
                copy(None, "a b.py", "./"),
            ]
        );
        assert_eq!(last.steps.first(), Some(&copy(Some("build"), "/x", "/y")));
        assert!(matches!(&last.steps[1], Step::Run(text) if text.contains("COPY nothing")));
        assert_eq!(last.steps.last(), Some(&Step::Command(vec!["app.handler".into()])));
    }

    #[test]
    fn broken_files_are_read_as_far_as_they_go() {
        for text in ["", "FROM", "COPY", "FROM a\nCOPY --from", "FROM a\nCMD [\"x\"", "FROM a\nRUN x \\", "ENV a"] {
            let _ = Dockerfile::read(text);
        }
    }
}
