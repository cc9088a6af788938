//! Whose code, of the packages that are installed, holds what is sought.

use std::sync::Arc;

use rayon::prelude::*;

use super::Loaded;
use crate::artifact::EntryId;

/// Files of some packages, with whose they are.
pub(super) fn files<'a>(
    facts: &Loaded<'a>,
    is_searched: &dyn Fn(&str) -> bool,
    is_text: &dyn Fn(EntryId) -> bool,
) -> Vec<(&'a Arc<str>, EntryId)> {
    let packages = facts.packages.packages.iter().filter(|package| is_searched(&package.name));
    let all = packages.flat_map(|package| package.entries.iter().map(|id| (&package.name, *id)));
    all.filter(|(_, id)| is_text(*id)).collect()
}

/// Whether a file of a package, with its bytes, holds something.
pub(super) type Holds<'h, T> = dyn Fn(&str, Option<&[u8]>, &T) -> bool + Sync + 'h;

/// What of some things, each sought for the sake of the package that `of` names, files of other packages hold, and whose
/// they are. Of a file that cannot be read there are no bytes.
pub(super) fn holders<T: Sync>(
    facts: &Loaded<'_>,
    files: &[(&Arc<str>, EntryId)],
    sought: &[T],
    of: fn(&T) -> &Arc<str>,
    holds: &Holds<'_, T>,
) -> Vec<(Arc<str>, Arc<str>)> {
    let of_file = |(owner, id): &(&Arc<str>, EntryId)| {
        let bytes = facts.artifact.read(*id).ok();
        let bytes: Option<&[u8]> = bytes.as_ref().map(|bytes| (**bytes).as_ref());
        let held = sought.iter().filter(|one| of(one) != *owner && holds(owner, bytes, one));
        held.map(|one| (Arc::clone(of(one)), Arc::clone(owner))).collect::<Vec<_>>()
    };
    files.par_iter().flat_map_iter(of_file).collect()
}
