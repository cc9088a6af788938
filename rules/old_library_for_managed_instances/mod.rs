use serde::Deserialize;

use crate::engine::{ApplicationContext, Sink};
use crate::knowledge;
use crate::text;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Libraries {
    library: Vec<Library>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Library {
    name: String,
    since: [u32; 3],
}

knowledge::table! {
    static LIBRARIES: Libraries = "scaling/libraries.toml", tested by the_table_of_libraries_reads;
}

/// Reports libraries of a version that expects one request at a time.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, function) in cx.own_functions().filter(|(_, function)| function.capacity_provider.known().is_some()) {
        let Some(code) = cx.code_of(id) else { continue };
        for (package, found) in code.packages() {
            let library = LIBRARIES.library.iter().find(|library| text::matches(&library.name, &found.name));
            let version = found.version.as_deref().and_then(numbers);
            let (Some(library), Some(version)) = (library, version) else { continue };
            if version >= library.since || code.package_phase(package).is_none() {
                continue;
            }
            let [major, minor, patch] = library.since;
            let message = format!(
                "{} {} expects one request at a time; several share an environment on Managed Instances from {major}.{minor}.{patch} on",
                found.name,
                found.version.as_deref().unwrap_or_default(),
            );
            let mut finding = cx.about(id, cx.place(&function.capacity_provider, &function.origin), message);
            finding.subject = Some(found.name.to_string());
            sink.report(finding);
        }
    }
}

/// `3.20.1` as numbers; `None` for what begins with none.
fn numbers(version: &str) -> Option<[u32; 3]> {
    let mut parts = version.split('.').map(|part| {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        part[..digits].parse::<u32>().ok()
    });
    Some([parts.next()??, parts.next().flatten().unwrap_or(0), parts.next().flatten().unwrap_or(0)])
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn versions_compare_by_their_numbers() {
        assert!(numbers("3.9.0") < numbers("3.23.0"));
        assert_eq!(numbers("2.29.0-beta.1"), Some([2, 29, 0]));
        assert_eq!(numbers("next"), None);
    }
}
