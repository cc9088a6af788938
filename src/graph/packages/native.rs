//! What was linked into a native executable.

use super::{Ecosystem, Package, Packages};
use crate::artifact::{Artifact, ArtifactKind};
use crate::lang::native;

/// Executables larger than this are not read for their symbols.
const LARGEST: u64 = 512 << 20;

/// Crates linked into the function's executable, with the machine code of each.
#[must_use]
pub fn attribute(artifact: &Artifact) -> Packages {
    let by_name = artifact.find("bootstrap");
    let lone = artifact.entries().next().map(|(id, _)| id).filter(|_| artifact.kind == ArtifactKind::Binary);
    let owners = vec![None; artifact.entries().len()];
    let sizes = by_name.or(lone).filter(|id| artifact.entry(*id).bytes <= LARGEST).and_then(|id| {
        let bytes = artifact.read(id).ok()?;
        native::crate_sizes((*bytes).as_ref())
    });
    let crates = sizes.map(|sizes| sizes.crates).unwrap_or_default();
    let package = |(name, bytes): (String, u64)| Package {
        name: name.into(),
        version: None,
        ecosystem: Ecosystem::Cargo,
        entries: Vec::new(),
        bytes,
        manifest: None,
    };
    Packages { packages: crates.into_iter().map(package).collect(), owners, ..Packages::default() }
}
