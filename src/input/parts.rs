//! A package that a build puts together of folders and files from several places.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use rustc_hash::{FxHashMap, FxHashSet};

use super::files::join;
use super::listing::{Listed, Listing, Source};
use super::{InputError, InputErrorKind, Installed, LayerSource, Limits, folder, names, put_together, seen};
use crate::artifact::{Artifact, ArtifactKind};

/// A folder or file that a build puts at a place of the package.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part {
    /// Where it is on the disk.
    pub from: PathBuf,
    /// Where it is put: the folder for a folder's content, the file's own path for a file; `""` is the root. What
    /// begins with `/opt/` lies where layers do.
    pub to: String,
    /// What the globs are matched with stands in front of this.
    pub below: String,
    /// What is put in and left out; the last that fits decides, and what none fits is put in.
    pub choices: Vec<Choice>,
    /// The file is there, and what it will say is made when it is deployed.
    pub is_made: bool,
}

/// Whether files are part of a package, by a glob.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Choice {
    /// The glob. `*` stays within a folder, `**` does not.
    pub glob: String,
    /// Leaves out what it fits.
    pub excludes: bool,
}

/// The choices of a part, ready to be asked. A glob that cannot be read leaves nothing out.
struct Choices(Vec<(GlobMatcher, bool)>);

impl Choices {
    fn of(choices: &[Choice]) -> Self {
        let matcher = |choice: &Choice| {
            let glob = choice.glob.trim_start_matches("./");
            let built = GlobBuilder::new(glob).literal_separator(true).backslash_escape(true).build();
            // Words that only other globs have: what they mean is not guessed.
            let is_extended = ["!(", "@(", "+(", "?(", "*("].iter().any(|word| glob.contains(word));
            built.ok().filter(|_| !is_extended).map(|glob| (glob.compile_matcher(), choice.excludes))
        };
        let all: Option<Vec<_>> = choices.iter().map(matcher).collect();
        Self(all.unwrap_or_default())
    }

    fn take(&self, path: &str) -> bool {
        let last = self.0.iter().rev().find(|(glob, _)| glob.is_match(path));
        last.is_none_or(|(_, excludes)| !excludes)
    }
}

/// Why a file is not read whose text a deployment makes.
const MADE: &str = "its text is made when it is deployed";

/// What a build puts together.
#[derive(Debug)]
pub struct Laid<'a> {
    /// What is put where; what comes later replaces what is there.
    pub parts: &'a [Part],
    /// Names at the root of the folder that the package is called by which are left out.
    pub without: &'a [String],
    /// What is installed for it.
    pub installed: Option<Installed>,
    /// Only these files of it.
    pub only: Option<&'a FxHashSet<String>>,
    /// What it is then.
    pub kind: ArtifactKind,
}

/// Opens what a build puts together of several places; `path` is the folder that it is called by.
///
/// # Errors
/// When nothing of it is there, or a part cannot be read.
pub fn open_parts(
    path: &Path,
    layers: &[LayerSource],
    laid: Laid<'_>,
    limits: &Limits,
) -> Result<Artifact, InputError> {
    let mut installed = laid.installed;
    let mut places: Vec<(String, String)> = Vec::new();
    let mut listing = Listing::default();
    for part in laid.parts {
        let without = if part.from == path { laid.without } else { &[] };
        add(part, without, &mut listing, &mut places, (laid.kind, limits))?;
    }
    if let Some(installed) = &mut installed {
        let choices: Vec<Choices> = laid.parts.iter().map(|part| Choices::of(&part.choices)).collect();
        installed.files.retain(|file| choices.iter().all(|choices| choices.take(&file.path)));
    }
    if let Some(only) = laid.only {
        listing.files.retain(|file| only.contains(&file.path));
        if let Some(installed) = &mut installed {
            installed.files.retain(|file| only.contains(&file.path));
        }
    }
    if listing.files.is_empty() && installed.as_ref().is_none_or(|installed| installed.files.is_empty()) {
        let what = "nothing of what is put into the package is here";
        return Err(InputError::new(path, InputErrorKind::Empty, what));
    }
    let mut artifact = put_together(path, layers, listing, installed, limits)?.with_places(&places);
    artifact.kind = laid.kind;
    Ok(artifact)
}

/// Adds a part to what is put together; later files replace earlier ones.
fn add(
    part: &Part,
    without: &[String],
    listing: &mut Listing,
    places: &mut Vec<(String, String)>,
    (kind, limits): (ArtifactKind, &Limits),
) -> Result<(), InputError> {
    let mut own = if seen::is_dir(&part.from) {
        // An image gets the link itself.
        let list = if kind == ArtifactKind::Image { folder::list_without } else { folder::list_whole };
        match list(&part.from, without, limits) {
            Ok(own) => own,
            Err(error) if error.kind == InputErrorKind::Empty => return Ok(()),
            Err(error) => return Err(error),
        }
    } else {
        let mut own = super::binary(&part.from)?;
        for file in &mut own.files {
            file.path = String::new();
            if part.is_made {
                file.source = Source::Refused(MADE.into());
            }
        }
        own
    };
    let choices = Choices::of(&part.choices);
    let is_in = |path: &str| choices.take(&join(&part.below, path));
    own.files.retain(|file| is_in(&file.path));
    own.links.retain(|link| is_in(&link.path));
    let put = |path: &str| match (part.to.as_str(), path) {
        ("", path) => path.to_owned(),
        (to, "") => to.to_owned(),
        (to, path) => format!("{}/{path}", to.trim_end_matches('/')),
    };
    let moved = |file: Listed| {
        let place = if file.path.is_empty() { part.from.clone() } else { part.from.join(&file.path) };
        let shown = names::shown_path(&place);
        let shown = shown.strip_prefix("./").unwrap_or(&shown).to_owned();
        (Listed { path: put(&file.path), ..file }, shown)
    };
    let fresh: Vec<(Listed, String)> = own.files.into_iter().map(moved).collect();
    let replaced: FxHashMap<&str, ()> = fresh.iter().map(|(file, _)| (file.path.as_str(), ())).collect();
    listing.files.retain(|file| !replaced.contains_key(file.path.as_str()));
    places.retain(|(path, _)| !replaced.contains_key(path.as_str()));
    places.extend(fresh.iter().map(|(file, place)| (file.path.clone(), place.clone())));
    listing.files.extend(fresh.into_iter().map(|(file, _)| file));
    own.links.iter_mut().for_each(|link| link.path = put(&link.path));
    listing.links.append(&mut own.links);
    listing.folders.extend(own.folders.into_iter().map(|(path, mode)| (put(&path), mode)));
    listing.problems.append(&mut own.problems);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(choices: &[&str], paths: &[&str]) -> Vec<String> {
        let choices: Vec<Choice> = choices
            .iter()
            .map(|glob| {
                let (glob, excludes) = glob.strip_prefix('!').map_or((*glob, false), |glob| (glob, true));
                Choice { glob: glob.to_owned(), excludes }
            })
            .collect();
        let choices = Choices::of(&choices);
        paths.iter().filter(|path| choices.take(path)).map(|path| (*path).to_owned()).collect()
    }

    #[test]
    fn the_last_glob_that_fits_decides() {
        let paths = ["a.py", "src/b.py", "src/test/c.py", "notes/d.md"];
        assert_eq!(chosen(&["!**", "src/**", "!src/test/**"], &paths), ["src/b.py"]);
        assert_eq!(chosen(&["!src/**", "src/test/*.py"], &paths), ["a.py", "src/test/c.py", "notes/d.md"]);
        assert_eq!(chosen(&["!*.py"], &paths), ["src/b.py", "src/test/c.py", "notes/d.md"]);
        assert_eq!(chosen(&["!**/*.{md,py}", "./a.py"], &paths), ["a.py"]);
    }

    #[test]
    fn what_is_no_plain_glob_leaves_nothing_out() {
        assert_eq!(chosen(&["!**", "@(c)/**"], &["a/b.py"]), ["a/b.py"]);
    }

    #[test]
    fn parts_are_laid_over_each_other_and_keep_their_places() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("src/app.py", "old");
        write("new/app.py", "new");
        write("new/lib/x.py", "x");
        let part = |from: &str, to: &str| Part { from: folder.path().join(from), to: to.into(), ..Part::default() };
        let parts = [part("src", ""), part("new/app.py", "app.py"), part("new/lib", "vendor"), part("new", "/opt/e")];
        let limits = Limits::default();
        let kind = ArtifactKind::Directory;
        let laid = Laid { parts: &parts, without: &[], installed: None, only: None, kind };
        let artifact = open_parts(folder.path(), &[], laid, &limits).unwrap();
        let paths: Vec<&str> = artifact.entries().map(|(_, entry)| &*entry.path).collect();
        assert_eq!(paths, ["/opt/e/app.py", "/opt/e/lib/x.py", "app.py", "vendor/x.py"]);
        let app = artifact.find("app.py").unwrap();
        assert_eq!((*artifact.read(app).unwrap()).as_ref(), b"new");
        let place = crate::artifact::Location::in_artifact(&artifact, app, None);
        assert!(place.path.ends_with("new/app.py") && place.inner_path.is_none(), "{place:?}");
        // What a deployment makes of a file is there, and nobody knows what it says.
        let parts = [part("src", ""), Part { is_made: true, ..part("new/app.py", "app.py") }];
        let laid = Laid { parts: &parts, without: &[], installed: None, only: None, kind };
        let artifact = open_parts(folder.path(), &[], laid, &limits).unwrap();
        assert!(artifact.read(artifact.find("app.py").unwrap()).is_err());
    }
}
