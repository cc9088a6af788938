//! Symbolic links of a package, resolved inside the package and never on the disk.

use rustc_hash::{FxHashMap, FxHashSet};

use super::listing::{Link, Listed, Listing};
use super::{Limits, names};
use crate::artifact::EntryProblemKind;
use crate::text;

/// Stands before a target that is meant from the root of the listing.
pub(super) const ROOT: &str = "/var/task/";

/// Turns links into the files they lead to: a link to a file becomes an entry with that file's
/// content, a link to a folder one entry for each file below (but not for links to folders in
/// there). `mount` is where the listing stands when the function runs. `listing.files` must be
/// in path order.
pub(super) fn resolve(listing: &mut Listing, mount: &str, limits: &Limits) {
    let links = std::mem::take(&mut listing.links);
    if links.is_empty() {
        return;
    }
    let table: FxHashMap<&str, &str> = links.iter().map(|link| (link.path.as_str(), link.target.as_str())).collect();
    let mut added: Vec<Listed> = Vec::new();
    let mut taken: FxHashSet<String> = listing.files.iter().map(|file| file.path.clone()).collect();
    for link in &links {
        let room =
            limits.link_files.min(limits.entries.saturating_sub(listing.files.len())).saturating_sub(added.len());
        let copies = follow(link, &table, mount, limits)
            .and_then(|target| copies(&listing.files, &link.path, &target, room.saturating_add(1)));
        match copies {
            Ok(copies) if copies.len() > room => {
                let shown = names::printable(&link.path).into_owned();
                let detail = format!(
                    "symbolic links stand for more than {} files; this one and those behind it are not followed",
                    text::count(added.len() as u64)
                );
                listing.problem(shown, EntryProblemKind::TooManyLinks, detail);
                break;
            }
            Ok(copies) => added.extend(copies.into_iter().filter(|copy| taken.insert(copy.path.clone()))),
            Err(detail) => {
                let shown = names::printable(&link.path).into_owned();
                listing.problem(shown, EntryProblemKind::BadLink, detail);
            }
        }
    }
    listing.files.extend(added);
    listing.files.sort_by(|a, b| a.path.cmp(&b.path));
}

/// Whether a link leads out of the listing that it is in, as it is written.
pub(super) fn leaves(path: &str, target: &str) -> bool {
    step(path, target, ROOT).is_err()
}

/// The path that a link leads to at last, all links on the way resolved.
fn follow(link: &Link, table: &FxHashMap<&str, &str>, mount: &str, limits: &Limits) -> Result<String, String> {
    let mut path = step(&link.path, &link.target, mount)?;
    for _ in 0..limits.link_hops {
        let Some((at, target)) = first_link(&path, table) else {
            return Ok(path);
        };
        let rest = path[at.len()..].to_owned();
        path = step(&at, target, mount)? + &rest;
        if path.len() > limits.path_bytes {
            return Err("a symbolic link that grows without end".to_owned());
        }
    }
    Err(format!("a symbolic link that does not end within {} steps", limits.link_hops))
}

/// The first part of `path` that is a link itself, with its target.
fn first_link<'t>(path: &str, table: &FxHashMap<&str, &'t str>) -> Option<(String, &'t str)> {
    let ends = path.match_indices('/').map(|(at, _)| at);
    ends.chain([path.len()]).find_map(|end| {
        let part = &path[..end];
        table.get(part).map(|target| (part.to_owned(), *target))
    })
}

/// One step: `target` as seen from the folder of the link at `path`.
fn step(path: &str, target: &str, mount: &str) -> Result<String, String> {
    let mut segments: Vec<&str> = Vec::new();
    let relative = match target.strip_prefix('/') {
        None => {
            segments.extend(path.split('/'));
            segments.pop();
            target
        }
        Some(_) => target.strip_prefix(mount).ok_or_else(|| outside(target))?,
    };
    for segment in relative.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop().ok_or_else(|| outside(target))?;
            }
            name => segments.push(name),
        }
    }
    Ok(segments.join("/"))
}

fn outside(target: &str) -> String {
    format!("a symbolic link out of the package, to {}", names::printable(target))
}

/// The files that appear at `link` when it leads to `target`, at most so many.
fn copies(files: &[Listed], link: &str, target: &str, most: usize) -> Result<Vec<Listed>, String> {
    if let Ok(at) = files.binary_search_by(|file| file.path.as_str().cmp(target)) {
        let mut copy = files[at].clone();
        copy.original = Some(std::mem::replace(&mut copy.path, link.to_owned()));
        return Ok(vec![copy]);
    }
    if target.is_empty() || link.starts_with(&format!("{target}/")) {
        return Err("a symbolic link to a folder that contains it".to_owned());
    }
    let below = format!("{target}/");
    let start = files.partition_point(|file| file.path.as_str() < below.as_str());
    let copies: Vec<Listed> = files[start..]
        .iter()
        .take_while(|file| file.path.starts_with(&below))
        .take(most)
        .map(|file| {
            let path = format!("{link}/{}", &file.path[below.len()..]);
            Listed { path, original: Some(file.path.clone()), ..file.clone() }
        })
        .collect();
    if copies.is_empty() {
        let target = names::printable(target);
        return Err(format!("a symbolic link to {target}, which is not there"));
    }
    Ok(copies)
}
