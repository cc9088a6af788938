#![no_main]
//! Reads the input as each of the manifests and lock files of Python and Node; the first byte chooses which.

use defrost::artifact::Location;
use defrost::manifest::dependency::Files;
use defrost::manifest::{node, python};
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 13] = [
    "pyproject.toml", "requirements.txt", "setup.cfg", "setup.py", "Pipfile", "uv.lock", "poetry.lock", "pylock.toml",
    "Pipfile.lock", "package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml",
];

struct One<'a>(&'a str, &'a str);

impl Files for One<'_> {
    fn text(&self, path: &str) -> Option<String> {
        let known = [("package.json", r#"{"dependencies": {"a": "1"}}"#)];
        let other = known.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned());
        if path == self.0 { Some(self.1.to_owned()) } else { other }
    }

    fn location(&self, path: &str) -> Location {
        Location::file(path)
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let files = One(NAMES[usize::from(*first) % NAMES.len()], &text);
    let _ = python::declared(&files, (3, 12));
    let _ = node::declared(&files, "", false);
});
