//! The repository that a folder is in, and the two ends of a range.

use std::path::Path;

use gix::discover::upwards;
use gix::revision::plumbing::Spec;
use gix::sec::Trust;
use gix::sec::trust::Mapping;
use gix::{ObjectId, Repository, ThreadSafeRepository};

/// Digits of a commit's name that people see.
const SHORT: usize = 10;

/// The ends of a range of commits.
pub(super) struct Ends {
    /// The older one.
    pub(super) base: ObjectId,
    /// The newer one; `None` for the files as they are.
    pub(super) tip: Option<ObjectId>,
    /// Both of them, for people.
    pub(super) words: String,
}

/// The repository that a folder is in.
pub(super) fn open(folder: &Path) -> Result<Repository, String> {
    let options = upwards::Options { trust: upwards::TrustPolicy::Assume(Trust::Reduced), ..Default::default() };
    let isolated = || gix::open::Options::isolated().bail_if_untrusted(false);
    let trust = Mapping { full: isolated(), reduced: isolated() };
    let opened = ThreadSafeRepository::discover_opts(folder, options, trust);
    let repository = opened.map_err(|error| {
        format!("there is no Git repository that can be read at or above {}: {}", folder.display(), cause(&error))
    })?;
    Ok(repository.to_thread_local())
}

/// The ends that a range names.
pub(super) fn ends(repository: &Repository, range: &str) -> Result<Ends, String> {
    let head = repository.head().map_err(|error| format!("HEAD cannot be read: {}", cause(&error)))?;
    if head.is_unborn() {
        return Err("the repository has no commits yet, so nothing has changed since one".to_owned());
    }
    let spec = repository.rev_parse(range);
    // What the parser says is about its own parts.
    let spec =
        spec.map_err(|_| format!("`{range}` is no commit or range of commits that is here{}", hint(repository)))?;
    match spec.detach() {
        Spec::Include(id) => {
            let head = repository.head_id().map_err(|error| format!("HEAD cannot be read: {}", cause(&error)))?;
            let other = commit(repository, id)?;
            let base = base(repository, other, head.detach(), range, "HEAD")?;
            let words = if base == other {
                format!("from {} to the files as they are", short(base))
            } else {
                format!("from {}, where {range} and HEAD part, to the files as they are", short(base))
            };
            Ok(Ends { base, tip: None, words })
        }
        Spec::Range { from, to } => between(commit(repository, from)?, commit(repository, to)?),
        Spec::Merge { theirs, ours } => {
            let (theirs, ours) = (commit(repository, theirs)?, commit(repository, ours)?);
            between(base(repository, theirs, ours, &short(theirs), &short(ours))?, ours)
        }
        _ => Err(format!("`{range}` is no range with two ends; give a commit, `A..B` or `A...B`")),
    }
}

fn between(base: ObjectId, tip: ObjectId) -> Result<Ends, String> {
    Ok(Ends { base, tip: Some(tip), words: format!("from {} to {}", short(base), short(tip)) })
}

fn commit(repository: &Repository, id: ObjectId) -> Result<ObjectId, String> {
    let object = repository.find_object(id).map_err(|error| missing(repository, id, &error))?;
    let commit = object.peel_to_commit().map_err(|error| format!("{} is no commit: {}", short(id), cause(&error)))?;
    Ok(commit.id)
}

/// Where two commits part.
fn base(
    repository: &Repository,
    one: ObjectId,
    other: ObjectId,
    name: &str,
    other_name: &str,
) -> Result<ObjectId, String> {
    let found = repository.merge_base(one, other).map_err(|error| {
        format!("the history of {name} and {other_name} cannot be read: {}{}", cause(&error), hint(repository))
    })?;
    let base = found.map(gix::Id::detach);
    base.ok_or_else(|| format!("{name} and {other_name} have no commit in common{}", hint(repository)))
}

/// What to do where something of the history is not here.
fn hint(repository: &Repository) -> String {
    if repository.is_shallow().unwrap_or(false) {
        "; this is a shallow clone: fetch more of it, with `git fetch --unshallow`, or in GitHub Actions with \
         `fetch-depth: 0` of actions/checkout"
            .to_owned()
    } else {
        String::new()
    }
}

/// Why an object cannot be had.
pub(super) fn missing(repository: &Repository, id: ObjectId, error: &gix::Error) -> String {
    format!("the object {} of the repository cannot be read: {}{}", short(id), cause(error), hint(repository))
}

fn short(id: ObjectId) -> String {
    id.to_hex_with_len(SHORT).to_string()
}

/// What an error says, on one line.
pub(super) fn cause(error: &gix::Error) -> String {
    error.to_string().lines().map(str::trim).collect::<Vec<_>>().join(" ")
}
