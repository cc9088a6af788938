//! Identities of findings that survive edits elsewhere in the file.

use std::collections::BTreeMap;

use super::model::{Finding, Report};

/// One identity per finding, in the report's order: made of rule, function, file, subject and the
/// marked line's text, never of line numbers or estimates, nor of what a package or its folder is called: the next
/// build of a function may have another name. Equal findings are numbered.
#[must_use]
pub fn of(report: &Report) -> Vec<String> {
    numbered(report.findings.iter().map(|finding| known(finding).unwrap_or_else(|| hash(&parts(finding, report)))))
}

/// The identities that findings had while functions were called otherwise: by today's names, what each was called.
#[must_use]
pub fn under(report: &Report, names: &BTreeMap<String, String>) -> Vec<String> {
    let short = |name: &str| name.rsplit('#').next().unwrap_or(name).to_owned();
    let earlier = |finding: &Finding| {
        let [rule, name, path, inner, subject, code] = parts(finding, report);
        let (mut name, mut subject, mut code) = (name.to_owned(), subject.to_owned(), code.to_owned());
        for (new, old) in names {
            let (own, before) = (short(new), short(old));
            if name == *new {
                name.clone_from(old);
            } else if name == own {
                name.clone_from(&before);
            }
            // What is about several functions names them all.
            (subject, code) = (with_word(&subject, &own, &before), with_word(&code, &own, &before));
        }
        hash(&[rule, &name, path, inner, &subject, &code])
    };
    numbered(report.findings.iter().map(earlier))
}

fn numbered(hashes: impl Iterator<Item = u64>) -> Vec<String> {
    let mut seen: BTreeMap<u64, u64> = BTreeMap::new();
    let of_hash = |hash| {
        let times = seen.entry(hash).or_default();
        *times += 1;
        format!("{hash:016x}:{times}")
    };
    hashes.map(of_hash).collect()
}

/// A text in which one word, wherever it stands by itself, is another.
fn with_word(text: &str, word: &str, other: &str) -> String {
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(word).filter(|_| !word.is_empty()) {
        let (before, behind) = (&rest[..at], &rest[at + word.len()..]);
        let is_alone = !before.ends_with(goes_on) && !behind.starts_with(goes_on);
        made.push_str(before);
        made.push_str(if is_alone { other } else { word });
        rest = behind;
    }
    made + rest
}

/// The identity of a finding that was read from a report, without its number.
fn known(finding: &Finding) -> Option<u64> {
    let (hash, _) = finding.fingerprint.split_once(':')?;
    u64::from_str_radix(hash, 16).ok()
}

fn parts<'a>(finding: &'a Finding, report: &'a Report) -> [&'a str; 6] {
    let place = &finding.location;
    let named = finding.function.as_ref();
    let function = named.and_then(|name| report.functions.iter().find(|function| function.name == *name));
    // Only a template gives a function a name of its own.
    let name = function.map_or(finding.function.as_deref(), |f| f.origin.as_ref().map(|_| &*f.name));
    let code = finding.frame.as_ref().and_then(|frame| {
        let (range, _) = frame.marks.first()?;
        Some(line_at(&frame.text, range.start))
    });
    [
        &finding.rule,
        name.unwrap_or_default(),
        function.map_or(&*place.path, |function| inside(&place.path, &function.package.path)),
        place.inner_path.as_deref().unwrap_or_default(),
        finding.subject.as_deref().unwrap_or_default(),
        code.unwrap_or_default().trim(),
    ]
}

/// A path without the package that it is in.
fn inside<'a>(path: &'a str, package: &str) -> &'a str {
    let (path, package) = (path.trim_end_matches('/'), package.trim_end_matches('/'));
    if path == package {
        return "";
    }
    let package = if package == "." { "" } else { package };
    match path.strip_prefix(package) {
        Some(rest) if package.is_empty() || rest.is_empty() || rest.starts_with('/') => rest.trim_start_matches('/'),
        _ => path,
    }
}

/// Bytes of a line, on each side of its mark, that make its identity: a minified file is one line.
const LINE: usize = 2000;

/// The line around a place in a text.
fn line_at(text: &str, at: usize) -> &str {
    let at = text.floor_char_boundary(at.min(text.len()));
    let (before, behind) = text.split_at(at);
    let near = before.len() - text.floor_char_boundary(before.len().saturating_sub(LINE));
    let start = before[at - near..].rfind('\n').map_or(at - near, |found| at - near + found + 1);
    let behind = &behind[..behind.floor_char_boundary(LINE.min(behind.len()))];
    let end = at + behind.find('\n').unwrap_or(behind.len());
    &text[start..end]
}

/// The identity of something that is no finding, by words.
pub(super) fn of_words(words: &[&str]) -> String {
    format!("{:016x}:1", hash(words))
}

/// FNV-1a with 64 bits: the same in every version and on every machine.
fn hash(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn lines_and_estimates_do_not_change_an_identity() {
        let mut report = sample::report();
        let before = of(&report);
        for finding in &mut report.findings {
            finding.location.line += 7;
            finding.message.push_str(" 612 ms");
        }
        assert_eq!(of(&report), before);
        report.findings[1].subject = Some("numpy".to_owned());
        assert_ne!(of(&report), before);
    }

    #[test]
    fn names_of_packages_do_not_change_an_identity() {
        assert_eq!(inside("dist/v1/app.py", "dist/v1"), "app.py");
        assert_eq!(inside("dist/v10/app.py", "dist/v1"), "dist/v10/app.py");
        assert_eq!((inside("app.py", "."), inside("fn.zip", "fn.zip")), ("app.py", ""));
        assert_eq!((inside(".", "."), inside("./", "."), inside("fn/", "fn")), ("", "", ""));
        let mut report = sample::report();
        let before = of(&report);
        for finding in &mut report.findings {
            finding.location.path = finding.location.path.replace("orders.zip", "orders-2.zip");
            finding.function = finding.function.take().map(|_| "orders-2".to_owned());
        }
        report.functions[0].package.path = "orders-2.zip".to_owned();
        report.functions[0].name = "orders-2".to_owned();
        assert_eq!(of(&report), before);
    }

    #[test]
    fn a_word_is_another_where_it_stands_by_itself() {
        let text = "resource \"aws_lambda_function\" \"api\" { # api_v2, api";
        assert_eq!(with_word(text, "api", "web"), "resource \"aws_lambda_function\" \"web\" { # api_v2, web");
        assert_eq!(with_word("Api:", "Api", "Web"), "Web:");
    }

    #[test]
    fn equal_findings_are_numbered() {
        let mut report = sample::report();
        report.findings.push(report.findings[2].clone());
        let identities = of(&report);
        assert_ne!(identities[2], identities[3]);
    }
}
