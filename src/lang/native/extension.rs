//! File names of Python extension modules (PEP 3149): which interpreters look at them.

/// The parts of an extension module's file name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtensionName<'a> {
    /// The module's name, the part before the first dot.
    pub module: &'a str,
    /// The Python version of `cpython-311`, as `(3, 11)`.
    pub python: Option<(u8, u8)>,
    /// Letters behind the version: `t` for free-threaded, `d` for debug builds.
    pub flags: &'a str,
    /// Whether it is built for the stable interface (`abi3`).
    pub abi3: bool,
    /// The platform, such as `x86_64-linux-gnu`.
    pub platform: Option<&'a str>,
}

/// Reads the name of an extension module: `x.cpython-311-x86_64-linux-gnu.so`, `x.abi3.so`,
/// `x.so`. `None` for names that Python never loads, such as `libx.so.1`.
#[must_use]
pub fn extension_name(file: &str) -> Option<ExtensionName<'_>> {
    let stem = file.strip_suffix(".so")?;
    let (module, tag) = stem.split_once('.').map_or((stem, None), |(m, t)| (m, Some(t)));
    let plain = ExtensionName { module, python: None, flags: "", abi3: false, platform: None };
    let Some(tag) = tag else {
        return Some(plain);
    };
    if let Some(rest) = tag.strip_prefix("abi3") {
        let platform = rest.strip_prefix('-');
        return (rest.is_empty() || platform.is_some()).then_some(ExtensionName { abi3: true, platform, ..plain });
    }
    let (version, platform) = tag.strip_prefix("cpython-")?.split_once('-')?;
    let digits = version.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let (major, minor) = digits.split_at_checked(1)?;
    Some(ExtensionName {
        python: Some((major.parse().ok()?, minor.parse().ok()?)),
        flags: &version[digits.len()..],
        platform: Some(platform),
        ..plain
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read() {
        let name = extension_name("_x.cpython-311-x86_64-linux-gnu.so").unwrap();
        assert_eq!((name.module, name.python), ("_x", Some((3, 11))));
        assert_eq!(name.platform, Some("x86_64-linux-gnu"));
        let name = extension_name("_x.cpython-313t-aarch64-linux-gnu.so").unwrap();
        assert_eq!((name.python, name.flags), (Some((3, 13)), "t"));
        assert!(extension_name("_rust.abi3.so").unwrap().abi3);
        assert_eq!(extension_name("plain.so").unwrap().module, "plain");
    }

    #[test]
    fn other_libraries_are_none() {
        for file in ["libx.so.1", "x.pyd", "x.unknown-tag.so", "x.cpython-.so", "x.cpython-ü-y.so"] {
            assert_eq!(extension_name(file), None, "{file}");
        }
    }
}
