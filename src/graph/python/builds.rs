//! Builds of an extension module that are there and that this interpreter does not look at.

use super::build::Setup;
use crate::artifact::EntryId;
use crate::lang::native::extension_name;
use crate::platform::Architecture;

/// A build for somebody else.
pub(super) struct OtherBuild {
    pub(super) entry: EntryId,
    /// The rule that reports it.
    pub(super) rule: &'static str,
    /// Whom it is for.
    pub(super) made_for: String,
    /// What to do.
    pub(super) help: String,
}

/// The C library from which on a runtime takes the wheels that most packages are built as today (PEP 600); those for
/// older ones have tags of their own.
const NEWER_WHEELS: (u32, u32) = (2, 28);

impl Setup<'_> {
    /// The build of a module, by its file's stem, that comes closest to one that would be loaded.
    pub(super) fn other_build(&self, folder: &str, stem: &str) -> Option<OtherBuild> {
        let dotted = format!("{stem}.");
        let files = self.artifact.children(folder).iter().filter(|child| child.name.starts_with(&dotted));
        let builds = files.filter_map(|child| {
            let (rank, rule, made_for) = self.whom_for(&child.name)?;
            Some((rank, OtherBuild { entry: child.entry?, rule, made_for, help: self.reinstall() }))
        });
        builds.min_by_key(|(rank, _)| *rank).map(|(_, build)| build)
    }

    /// How to install what this function loads, on any machine.
    fn reinstall(&self) -> String {
        let (major, minor) = self.version;
        let machine = self.machine();
        let glibc = self.libraries.and_then(|(_, glibc)| {
            let (major, minor) = glibc.split_once('.')?;
            Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
        });
        let newer = match glibc {
            Some(glibc) if glibc >= NEWER_WHEELS => format!("--platform manylinux_2_28_{machine} "),
            _ => String::new(),
        };
        format!(
            "Install it for the function: pip install {newer}--platform manylinux2014_{machine} --python-version \
             {major}.{minor} --only-binary :all: --target build"
        )
    }

    /// The function's architecture as Python calls it.
    pub(super) fn machine(&self) -> &'static str {
        match self.architecture {
            Architecture::X86_64 => "x86_64",
            Architecture::Arm64 => "aarch64",
        }
    }

    /// Whom a build is for, by the name of its file; the smallest number for the one that comes closest.
    fn whom_for(&self, file: &str) -> Option<(u8, &'static str, String)> {
        const ABI: &str = "wrong-abi-tag";
        const PLATFORM: &str = "addon-for-another-platform";
        if file.ends_with(".pyd") || file.ends_with(".dll") {
            return Some((5, PLATFORM, "Windows".to_owned()));
        }
        if file.ends_with(".dylib") {
            return Some((4, PLATFORM, "macOS".to_owned()));
        }
        let name = extension_name(file)?;
        let platform = name.platform.unwrap_or_default();
        if platform.contains("darwin") {
            return Some((4, PLATFORM, "macOS".to_owned()));
        }
        if platform.contains("musl") {
            return Some((3, PLATFORM, "musl (Alpine), and the runtime has glibc".to_owned()));
        }
        let machine = self.machine();
        if !platform.is_empty() && !platform.starts_with(machine) {
            let other = platform.split('-').next().unwrap_or(platform);
            return Some((2, "wrong-architecture", format!("{other}, and the function runs on {machine}")));
        }
        let (major, minor) = name.python?;
        let kind = if name.flags.contains('t') { ", free-threaded" } else { "" };
        let (own_major, own_minor) = self.version;
        Some((1, ABI, format!("Python {major}.{minor}{kind}, and the function runs on {own_major}.{own_minor}")))
    }
}
