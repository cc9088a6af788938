//! Crates by the paths of their sources, which panic messages keep in an executable.

use std::collections::BTreeMap;

/// Where cargo keeps the sources of crates from a registry.
const MARK: &[u8] = b"/registry/src/";
/// Longest part of a path that is looked at.
const PART: usize = 128;
/// More crates than this are not listed.
const LISTED: usize = 10_000;

/// Versions of crates by name, as paths such as
/// `/registry/src/mirror-6f17d22bba15001f/tokio-1.40.0/src/lib.rs` state them. Of several
/// versions of one crate the last in order of text is listed.
#[must_use]
pub fn crate_versions(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'/') {
        let here = &rest[at..];
        if let Some(path) = here.strip_prefix(MARK)
            && let Some((name, version)) = crate_of(path)
            && found.len() < LISTED
        {
            let known: &mut String = found.entry(name.to_owned()).or_default();
            if known.as_str() < version {
                version.clone_into(known);
            }
        }
        rest = &here[1..];
    }
    found
}

/// Name and version in `mirror-6f17d22bba15001f/tokio-1.40.0/...`.
fn crate_of(path: &[u8]) -> Option<(&str, &str)> {
    let mut parts = path.split(|byte| *byte == b'/');
    let (_, folder) = (parts.next()?, parts.next()?);
    let folder = std::str::from_utf8(folder).ok().filter(|folder| folder.len() <= PART)?;
    let versions = folder.match_indices('-').map(|(at, _)| (&folder[..at], &folder[at + 1..]));
    let (name, version) = versions.into_iter().find(|(_, version)| is_version(version))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (!name.is_empty() && name.chars().all(plain)).then_some((name, version))
}

fn is_version(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let mut numbers = core.split('.');
    let number =
        |part: Option<&str>| part.is_some_and(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    let whole = (number(numbers.next()), number(numbers.next()), number(numbers.next()));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    whole == (true, true, true) && numbers.next().is_none() && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panic_paths_name_crates() {
        let bytes = b"\0/home/a/.cargo/registry/src/mirror-6f17/tokio-1.40.0/src/lib.rsx\
            /registry/src/i/wasi-0.11.0+wasi-snapshot/src/lib.rs/registry/src/i/aws-sdk-s3-1.2.3-rc.1/a\
            /registry/src/i/no-version/a/registry/src/i/\xff-1.0.0/a/registry/src/";
        let expected = [("aws-sdk-s3", "1.2.3-rc.1"), ("tokio", "1.40.0"), ("wasi", "0.11.0+wasi-snapshot")];
        let expected = expected.map(|(name, version)| (name.to_owned(), version.to_owned()));
        assert_eq!(crate_versions(bytes), BTreeMap::from(expected));
    }
}
