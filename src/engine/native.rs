//! Native files of a function, grouped so that few of them need to be read.
//!
//! Inflating every shared object of a bundle costs more than the rest of the analysis. Wheels
//! state what they were built for in their `WHEEL` metadata, so a file is read only to confirm
//! what its wheel says, the smallest file first, and once for all rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::FunctionFacts;
use crate::artifact::EntryId;
use crate::lang::native::NativeFacts;
use crate::package::owners::PackageId;

/// Native files beyond this are not read to confirm a claim.
const LARGEST_READ: u64 = 64 << 20;
/// How many files of one group are read at most.
const MOST_READS: usize = 4;

/// The native files of one package, or of the function itself.
#[derive(Debug)]
pub struct NativeGroup {
    /// The package; `None` for the function's own files.
    pub package: Option<PackageId>,
    /// Its native files, smallest first.
    pub entries: Vec<EntryId>,
    /// Platform tags of its wheel, such as `manylinux_2_28_x86_64`; empty when nothing says it.
    pub platforms: Vec<String>,
}

impl FunctionFacts {
    /// Native files by package.
    #[must_use]
    pub fn native_groups(&self) -> Vec<NativeGroup> {
        let mut groups: BTreeMap<Option<PackageId>, Vec<EntryId>> = BTreeMap::new();
        for (id, entry) in self.artifact.entries().filter(|(_, entry)| looks_native(&entry.path)) {
            if entry.bytes <= LARGEST_READ {
                groups.entry(self.packages.owner(id)).or_default().push(id);
            }
        }
        let grouped = groups.into_iter().map(|(package, mut entries)| {
            entries.sort_by_key(|id| (self.artifact.entry(*id).bytes, *id));
            let platforms = package.map(|package| self.wheel_platforms(package)).unwrap_or_default();
            NativeGroup { package, entries, platforms }
        });
        grouped.collect()
    }

    /// The first facts in a group, smallest file first, for which `wanted` holds.
    #[must_use]
    pub fn first_native<T>(
        &self,
        group: &NativeGroup,
        wanted: impl Fn(&NativeFacts) -> Option<T>,
    ) -> Option<(EntryId, T)> {
        let files = group.entries.iter().take(MOST_READS);
        files.into_iter().find_map(|id| {
            let facts = self.native_facts(*id)?;
            Some((*id, wanted(&facts)?))
        })
    }

    /// What a native file says; `None` when it cannot be read or is none.
    #[must_use]
    pub fn native_facts(&self, id: EntryId) -> Option<Arc<NativeFacts>> {
        self.bundle.native_facts(id)
    }

    fn wheel_platforms(&self, package: PackageId) -> Vec<String> {
        let entries = &self.packages.package(package).entries;
        let wheel = entries.iter().find(|id| self.artifact.entry(**id).path.ends_with(".dist-info/WHEEL"));
        let Some(bytes) = wheel.and_then(|id| self.artifact.read(*id).ok()) else { return Vec::new() };
        let text = String::from_utf8_lossy((*bytes).as_ref()).into_owned();
        let tags = text.lines().filter_map(|line| line.strip_prefix("Tag:"));
        // A tag is python-abi-platform, and the platform itself may hold no `-`.
        tags.filter_map(|tag| tag.trim().rsplit('-').next()).map(str::to_owned).collect()
    }
}

fn looks_native(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with(".so") || name.contains(".so.") || name.ends_with(".node") || name == "bootstrap"
}

/// The C library version that a platform tag promises to be enough: `manylinux_2_28_x86_64` and
/// the old names of PEP 513, 571 and 599.
#[must_use]
pub fn promised_glibc(platform: &str) -> Option<(u32, u32)> {
    let rest = platform.strip_prefix("manylinux")?;
    if let Some(rest) = rest.strip_prefix('_') {
        let mut numbers = rest.split('_').map_while(|part| part.parse::<u32>().ok());
        return Some((numbers.next()?, numbers.next()?));
    }
    [("1_", (2, 5)), ("2010_", (2, 12)), ("2014_", (2, 17))]
        .into_iter()
        .find_map(|(name, version)| rest.starts_with(name).then_some(version))
}

/// The newest C library version that a file must find, weak needs left out.
#[must_use]
pub fn needed_glibc(facts: &NativeFacts) -> Option<(u32, u32)> {
    let needs = facts.versions.iter().filter(|need| !need.weak);
    let versions = needs.filter_map(|need| version_pair(need.version.strip_prefix("GLIBC_")?));
    versions.max()
}

/// Major and minor of a version such as `2.34`.
#[must_use]
pub fn version_pair(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split('.').map_while(|part| part.parse::<u32>().ok());
    Some((numbers.next()?, numbers.next().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platform_tags_promise_a_c_library() {
        assert_eq!(promised_glibc("manylinux_2_28_x86_64"), Some((2, 28)));
        assert_eq!(promised_glibc("manylinux2014_aarch64"), Some((2, 17)));
        assert_eq!(promised_glibc("any"), None);
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(version_pair("2.9") < version_pair("2.34"));
    }
}
