//! Symbolic links that lead out of a folder and stay in the repository around it.
//!
//! Whoever packs the folder (`zip -r`, Terraform, the Serverless Framework, `sam build`) puts in what they lead to. A
//! link into a folder of packages further up is left to those who lay packages out: what such a package needs lies
//! beside it there, and not where the link is.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::listing::{Link, Listed, Listing, Source};
use super::{Limits, folder, links, seen, wall};
use crate::text;

/// A link that is still to be followed.
struct Waiting {
    link: Link,
    /// Where it leads, without links.
    real: PathBuf,
    /// Folders outside that led to it.
    through: Vec<PathBuf>,
}

/// Puts in what links lead to that leave the folder `root` and not the repository. Others stay links.
pub(super) fn follow(listing: &mut Listing, root: &Path, limits: &Limits) {
    let (leaving, staying): (Vec<Link>, Vec<Link>) =
        std::mem::take(&mut listing.links).into_iter().partition(|link| links::leaves(&link.path, &link.target));
    listing.links = staying;
    if leaving.is_empty() {
        return;
    }
    let walls = seen::canonicalize(root).and_then(|own| Ok((own, seen::canonicalize(&wall(root))?)));
    let Ok((own, wall)) = walls else {
        listing.links.extend(leaving);
        return;
    };
    let (room, left) = (limits.link_files, limits.links_out);
    let mut search = Search { own, wall, room, left, too_large: FxHashSet::default(), waiting: VecDeque::new() };
    for link in leaving {
        let place = root.join(&link.path);
        search.meet(link, &place, Vec::new(), listing);
    }
    while let Some(next) = search.waiting.pop_front() {
        search.take(next, listing, limits);
    }
}

struct Search {
    own: PathBuf,
    wall: PathBuf,
    /// How many more files, folders and links may be put in.
    room: usize,
    /// How many more links are followed.
    left: usize,
    /// Folders that hold more than that: they are listed once.
    too_large: FxHashSet<PathBuf>,
    waiting: VecDeque<Waiting>,
}

impl Search {
    /// Decides on a link that is at `place` on the disk.
    fn meet(&mut self, link: Link, place: &Path, through: Vec<PathBuf>, listing: &mut Listing) {
        let Ok(real) = seen::canonicalize(place) else {
            listing.links.push(link);
            return;
        };
        if let Ok(inner) = real.strip_prefix(&self.own) {
            let target = format!("{}{}", links::ROOT, text::lossy(inner.as_os_str().as_encoded_bytes()));
            listing.links.push(Link { target, ..link });
            return;
        }
        let contains_it = self.own.starts_with(&real) || through.iter().any(|folder| folder.starts_with(&real));
        let below = real.strip_prefix(&self.wall).ok();
        let is_ordinary = |inner: &Path| !inner.iter().any(|part| part == ".git" || part == "node_modules");
        if contains_it || !below.is_some_and(is_ordinary) {
            listing.links.push(link);
        } else {
            self.waiting.push_back(Waiting { link, real, through });
        }
    }

    /// Puts in what a link leads to.
    fn take(&mut self, next: Waiting, listing: &mut Listing, limits: &Limits) {
        let Waiting { link, real, through } = next;
        let Some(left) = self.left.checked_sub(1).filter(|_| !self.too_large.contains(&real)) else {
            listing.links.push(link);
            return;
        };
        self.left = left;
        let found = if seen::is_dir(&real) {
            folder::list_without(&real, &[], limits).ok()
        } else {
            seen::metadata(&real).ok().filter(std::fs::Metadata::is_file).map(|metadata| Listing {
                files: vec![Listed { bytes: metadata.len(), ..Listed::new(String::new(), Source::File(real.clone())) }],
                ..Listing::default()
            })
        };
        let size = |found: &Listing| found.files.len() + found.folders.len() + found.links.len();
        let Some(mut found) = found.filter(|found| size(found) <= self.room) else {
            self.too_large.insert(real);
            listing.links.push(link);
            return;
        };
        self.room -= size(&found);
        let put = |path: &str| if path.is_empty() { link.path.clone() } else { format!("{}/{path}", link.path) };
        let mut through = through;
        through.push(real.clone());
        for inner in std::mem::take(&mut found.links) {
            let place = real.join(&inner.path);
            let leaves = links::leaves(&inner.path, &inner.target);
            let inner = Link { path: put(&inner.path), ..inner };
            if leaves {
                self.meet(inner, &place, through.clone(), listing);
            } else {
                listing.links.push(inner);
            }
        }
        listing.files.extend(found.files.into_iter().map(|file| Listed { path: put(&file.path), ..file }));
        listing.folders.extend(found.folders.into_iter().map(|(path, mode)| (put(&path), mode)));
        let problems = found.problems.into_iter();
        listing.problems.extend(problems.map(|one| crate::artifact::EntryProblem { path: put(&one.path), ..one }));
    }
}
