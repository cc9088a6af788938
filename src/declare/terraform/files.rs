//! Files that expressions ask for: which there are, and whose content becomes a part of an archive.

use std::sync::Arc;

use globset::GlobBuilder;

use super::super::model::Place;
use super::super::tree::{Kind, Text, Tree};
use super::eval::{Module, open};
use crate::input::files::{Files, join, normalize};

/// Files and folders below one folder that are listed.
const MOST_LISTED: usize = 10_000;
/// Folders within the folder that is listed.
const DEEPEST: usize = 40;
/// Files that one pattern may match.
const MOST_MATCHED: usize = 5_000;

/// What a text is made of the content of a file by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    /// It is the content.
    AsIs,
    /// The file is a template.
    Template,
    /// Some function changes it.
    Changed,
}

impl Made {
    const ALL: [Self; 3] = [Self::AsIs, Self::Template, Self::Changed];

    /// What such a text is called: the file is not read, and who puts it into an archive wants to know whose it is.
    fn word(self) -> &'static str {
        match self {
            Self::AsIs => "content of ",
            Self::Template => "template of ",
            Self::Changed => "made of ",
        }
    }
}

/// A text that is made of the content of a file, at a path that the root module sees.
pub(super) fn content(made: Made, path: &str, place: Place) -> Tree {
    open(&format!("{}{path}", made.word()), &format!("is made of the content of the file {path}"), place)
}

/// The file of whose content a text is made, and how.
pub(super) fn made_of(text: &Text) -> Option<(Made, String)> {
    let symbolic = text.symbolic();
    let inside = symbolic.strip_prefix("${")?.strip_suffix('}')?;
    let (made, path) = Made::ALL.into_iter().find_map(|made| Some((made, inside.strip_prefix(made.word())?)))?;
    (!path.contains("${")).then(|| (made, path.to_owned()))
}

/// Whether something is put into a template when it is rendered; `$${` and `%%{` stand for less than they say.
pub(super) fn is_filled_in(template: &str) -> bool {
    template.contains("${") || template.contains("%{")
}

impl Module<'_> {
    /// The files that a pattern matches, by their paths below a folder. Nothing where that is not known: folders are
    /// not all listed that are too deep or hold too much (Terraform's documentation, `fileset`: names that begin with
    /// a dot are matched like others).
    pub(super) fn fileset(&self, args: &[Tree], place: Place) -> Option<Tree> {
        let [folder, pattern] = args else { return None };
        let pattern = pattern.known()?;
        let glob = GlobBuilder::new(pattern).literal_separator(true).build().ok()?.compile_matcher();
        let listed = self.listed(&normalize(folder.known()?))?;
        let matched: Vec<&String> = listed.iter().filter(|file| glob.is_match(file)).collect();
        if matched.len() > MOST_MATCHED || !self.spend(listed.len()) {
            return None;
        }
        Some(
            Tree::new(Kind::List(matched.into_iter().map(|file| Tree::text(file, place).derived()).collect()), place)
                .derived(),
        )
    }

    /// All files below a folder that the root module sees, by their paths in it.
    fn listed(&self, folder: &str) -> Option<Arc<[String]>> {
        if let Some(known) = self.known_files.borrow().get(folder) {
            return known.clone();
        }
        let mut below = Below { files: self.files, folder: join(&self.root, folder), met: 0, found: Vec::new() };
        let found = below.list("", 0).then(|| Arc::from(below.found));
        self.known_files.borrow_mut().insert(folder.to_owned(), found.clone());
        found
    }
}

/// The files below a folder.
struct Below<'f> {
    files: &'f dyn Files,
    folder: String,
    /// Files and folders so far.
    met: usize,
    found: Vec<String>,
}

impl Below<'_> {
    /// Collects what is inside; whether that is all.
    fn list(&mut self, inside: &str, depth: usize) -> bool {
        if depth > DEEPEST {
            return false;
        }
        for entry in self.files.list(&join(&self.folder, inside)) {
            let path = join(inside, &entry.name);
            self.met += 1;
            if self.met > MOST_LISTED || entry.is_folder && !self.list(&path, depth + 1) {
                return false;
            }
            if !entry.is_folder {
                self.found.push(path);
            }
        }
        true
    }
}
