//! What macOS leaves beside the files of a package. It is unpacked with the rest, and nothing reads it: it must neither
//! hide what the package is nor be taken for code.

use super::listing::{Listed, Listing};
use crate::artifact::Litter;

/// The folder into which Finder's archives put resource forks.
const FORKS: &str = "__MACOSX";
/// How Finder remembers the looks of a folder.
const LOOKS: &str = ".DS_Store";
/// Stands before the name of the file whose resource fork it is (AppleDouble).
const FORK: &str = "._";

/// Takes those files out of a listing in path order.
pub(super) fn take(listing: &mut Listing) -> Vec<Litter> {
    let is_litter: Vec<bool> = listing.files.iter().map(|file| is_litter(&file.path, &listing.files)).collect();
    if !is_litter.contains(&true) {
        return Vec::new();
    }
    let mut litter = Vec::new();
    let files = std::mem::take(&mut listing.files);
    for (file, is_litter) in files.into_iter().zip(is_litter) {
        if is_litter {
            litter.push(Litter { path: file.path.into(), bytes: file.bytes });
        } else {
            listing.files.push(file);
        }
    }
    litter
}

fn is_litter(path: &str, files: &[Listed]) -> bool {
    let (folder, name) = path.rsplit_once('/').map_or((None, path), |(folder, name)| (Some(folder), name));
    if name == LOOKS || path.split('/').next() == Some(FORKS) && folder.is_some() {
        return true;
    }
    let Some(fork_of) = name.strip_prefix(FORK) else { return false };
    let beside = folder.map_or_else(|| fork_of.to_owned(), |folder| format!("{folder}/{fork_of}"));
    files.binary_search_by(|file| file.path.as_str().cmp(&beside)).is_ok()
}
