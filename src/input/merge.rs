//! Listings of the package and of its layers become one artifact.

use std::collections::hash_map::Entry as Place;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::contents::Sources;
use super::listing::{Listed, Listing, Source};
use super::{Limits, links, litter, names};
use crate::artifact::{Artifact, ArtifactKind, Entry, EntryProblem, EntryProblemKind, LAYER_ROOT, Litter, Mount};
use crate::text;

/// What is known of the package besides its entries.
pub(super) struct About {
    pub(super) path: String,
    pub(super) kind: ArtifactKind,
    pub(super) archive_bytes: Option<u64>,
}

/// Merges the package with its layers, in their order; a later layer's file
/// replaces an earlier one's of the same name, as on Lambda.
pub(super) fn merge(about: About, mut base: Listing, layers: Vec<(Mount, Listing)>, limits: &Limits) -> Artifact {
    let mut left_out = settle(&mut base, links::ROOT, limits);
    note_nested(&mut base);
    let (mut problems, mut files, mut folders) = (base.problems, base.files, base.folders);
    let mut mounted: Vec<Listed> = Vec::new();
    let (mut mounts, mut of_mounts) = (Vec::new(), FxHashMap::default());
    for (from, mut layer) in layers {
        let its = settle(&mut layer, LAYER_ROOT, limits);
        left_out.extend(its.into_iter().map(|one| Litter { path: mounted_at(&one.path), ..one }));
        mounted.extend(layer.files.into_iter().map(mount).inspect(|file| {
            of_mounts.insert(file.path.clone(), mounts.len());
        }));
        folders.extend(layer.folders.into_iter().map(|(path, mode)| (format!("{LAYER_ROOT}{path}"), mode)));
        problems.extend(
            layer
                .problems
                .into_iter()
                .map(|problem| EntryProblem { path: format!("{}!{}", from.path, problem.path), ..problem }),
        );
        mounts.push(from);
    }
    keep_last(&mut mounted, |_| ());
    files.extend(mounted);
    refuse_beyond(&mut files, &mut problems, &about.path, limits);
    problems.sort_by(|a, b| (&a.path, a.kind, &a.detail).cmp(&(&b.path, b.kind, &b.detail)));
    problems.dedup();
    let links: Vec<(String, String)> =
        files.iter().filter_map(|file| Some((file.path.clone(), file.original.clone()?))).collect();
    let again = other_names(&files);
    let (entries, sources) = files.into_iter().map(split).unzip();
    let contents = Box::new(Sources::new(sources));
    Artifact::new(about.path, about.kind, about.archive_bytes, entries, problems, contents)
        .with_links(&links)
        .with_other_names(&again)
        .with_folder_modes(folders)
        .with_litter(left_out)
        .with_mounts(mounts, &of_mounts)
}

fn mounted_at(path: &str) -> Arc<str> {
    format!("{LAYER_ROOT}{path}").into()
}

/// Further names of files that have several, by the first in path order.
fn other_names(files: &[Listed]) -> Vec<String> {
    let mut seen: FxHashSet<(u64, u64)> = FxHashSet::default();
    let is_further = |file: &&Listed| file.inode.is_some_and(|inode| !seen.insert(inode));
    let own = files.iter().filter(|file| file.original.is_none());
    own.filter(is_further).map(|file| file.path.clone()).collect()
}

fn mount(file: Listed) -> Listed {
    let original = file.original.map(|original| format!("{LAYER_ROOT}{original}"));
    Listed { path: format!("{LAYER_ROOT}{}", file.path), original, ..file }
}

fn split(file: Listed) -> (Entry, Source) {
    let entry = Entry {
        path: Arc::from(file.path),
        bytes: file.bytes,
        zipped_bytes: file.zipped_bytes,
        crc32: file.crc32,
        modified: file.modified,
        mode: file.mode,
    };
    (entry, file.source)
}

/// Brings one listing into path order with distinct names, links resolved. What was left out is returned.
fn settle(listing: &mut Listing, mount: &str, limits: &Limits) -> Vec<Litter> {
    let mut problems = Vec::new();
    keep_last(&mut listing.files, |file| {
        problems.push(problem(
            &file.path,
            EntryProblemKind::DuplicateName,
            "the name occurs more than once; the last entry counts, as when unpacking".to_owned(),
        ));
    });
    let left_out = litter::take(listing);
    links::resolve(listing, mount, limits);
    let files = &listing.files;
    let (folders, cases) = rayon::join(|| folder_clashes(files), || case_clashes(files));
    drop_folder_clashes(&mut listing.files, &folders, &mut problems);
    listing.problems.extend(problems);
    listing.problems.extend(cases);
    left_out
}

fn problem(path: &str, kind: EntryProblemKind, detail: String) -> EntryProblem {
    EntryProblem { path: names::printable(path).into_owned(), kind, detail }
}

/// Sorts by path and keeps the last of those with the same path.
fn keep_last(files: &mut Vec<Listed>, mut dropped: impl FnMut(&Listed)) {
    files.par_sort_by(|a, b| a.path.cmp(&b.path));
    files.reverse();
    files.dedup_by(|later, kept| {
        let same = later.path == kept.path;
        if same {
            dropped(kept);
        }
        same
    });
    files.reverse();
}

/// Files in path order whose name is also that of a folder.
fn folder_clashes(files: &[Listed]) -> FxHashSet<String> {
    let mut folders: FxHashSet<&str> = FxHashSet::default();
    let mut last = "";
    for file in files {
        let mut path = file.path.as_str();
        while let Some((folder, _)) = path.rsplit_once('/') {
            // Neighbours mostly share their folder.
            if folder == last || !folders.insert(folder) {
                break;
            }
            path = folder;
        }
        last = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    }
    files.iter().filter(|file| folders.contains(file.path.as_str())).map(|file| file.path.clone()).collect()
}

/// Drops files whose name is also that of a folder: unpacking keeps only one of them, and other
/// entries need the folder.
fn drop_folder_clashes(files: &mut Vec<Listed>, clashing: &FxHashSet<String>, problems: &mut Vec<EntryProblem>) {
    if clashing.is_empty() {
        return;
    }
    for path in clashing {
        let detail = "the name is that of a file and of a folder; the folder counts".to_owned();
        problems.push(problem(path, EntryProblemKind::DuplicateName, detail));
    }
    files.retain(|file| !clashing.contains(&file.path));
}

/// Names that are one and the same where case does not count, as on most laptops.
fn case_clashes(files: &[Listed]) -> Vec<EntryProblem> {
    let mut seen: FxHashMap<String, &str> = FxHashMap::default();
    seen.reserve(files.len());
    let clashes = files.iter().filter_map(|file| match seen.entry(file.path.to_lowercase()) {
        Place::Vacant(place) => {
            place.insert(&file.path);
            None
        }
        Place::Occupied(other) => {
            let detail = format!("the name differs only by case from {}", names::printable(other.get()));
            Some(problem(&file.path, EntryProblemKind::CaseClash, detail))
        }
    });
    clashes.collect()
}

/// Notes a package whose only file is an archive: zipped once too often.
fn note_nested(listing: &mut Listing) {
    let [only] = listing.files.as_slice() else {
        return;
    };
    if only.zipped_bytes.is_some() && only.path.to_lowercase().ends_with(".zip") {
        let detail = "the package holds nothing but this archive, which the platform does not \
                      unpack; analyse the inner archive, and upload that";
        let path = only.path.clone();
        let shown = names::printable(&path).into_owned();
        listing.problem(shown, EntryProblemKind::NestedArchive, detail);
    }
}

/// Refuses the contents that lie beyond the limit for all entries together.
fn refuse_beyond(files: &mut [Listed], problems: &mut Vec<EntryProblem>, package: &str, limits: &Limits) {
    let mut total = 0u64;
    let mut refused = 0u64;
    for file in files {
        if matches!(file.source, Source::Refused(_)) {
            continue;
        }
        total = total.saturating_add(file.bytes);
        if total > limits.total_bytes {
            refused += 1;
            file.source = Source::Refused("it lies beyond the limit for all files".into());
        }
    }
    if refused > 0 {
        let detail = format!(
            "the package unpacks to {}, the limit is {}; {refused} files are not read",
            text::bytes(total),
            text::bytes(limits.total_bytes)
        );
        problems.push(problem(package, EntryProblemKind::TooLarge, detail));
    }
}
