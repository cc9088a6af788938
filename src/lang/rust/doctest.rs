//! Code fences that rustdoc compiles.

/// The compiled code blocks of a documentation text.
pub(super) fn blocks(doc: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(String, Option<String>)> = None;
    for line in doc.lines() {
        let trimmed = line.trim_start();
        let fence: String = trimmed.chars().take_while(|c| matches!(c, '`' | '~')).collect();
        match &mut open {
            Some((mark, code)) => {
                if fence.len() >= mark.len() && fence.starts_with(mark.as_str()) && trimmed.trim_end() == fence {
                    found.extend(code.take());
                    open = None;
                } else if let Some(code) = code {
                    code.push_str(visible(trimmed));
                    code.push('\n');
                }
            }
            None if fence.len() >= 3 => {
                let info = trimmed[fence.len()..].trim();
                open = Some((fence, is_rust(info).then(String::new)));
            }
            None => {}
        }
    }
    found
}

/// Hidden lines start with `# `; `##` escapes.
fn visible(line: &str) -> &str {
    match line.strip_prefix('#') {
        Some("") => "",
        Some(rest) if rest.starts_with(' ') => rest,
        Some(rest) if rest.starts_with('#') => rest,
        _ => line,
    }
}

fn is_rust(info: &str) -> bool {
    let known = |word: &str| {
        matches!(word, "rust" | "should_panic" | "no_run" | "compile_fail" | "test_harness")
            || word.starts_with("edition")
    };
    info.split([',', ' ']).map(str::trim).filter(|word| !word.is_empty()).all(known)
}

/// The crates that links in the documentation comments of a source lead to.
pub(super) fn links_of_comments(source: &str) -> impl Iterator<Item = &str> {
    let is_doc = |line: &&str| line.starts_with("///") || line.starts_with("//!");
    source.lines().map(str::trim_start).filter(is_doc).flat_map(links)
}

/// The crates that the links of a documentation text begin with: [`serde::de`], [x](serde_json).
fn links(doc: &str) -> impl Iterator<Item = &str> {
    let begins = memchr::memchr2_iter(b'[', b'(', doc.as_bytes());
    begins.filter_map(|at| {
        let rest = doc.get(at + 1..)?.trim_start_matches(['`', ':']);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
        let goes_on = rest[end..].starts_with("::") || rest[end..].trim_start_matches('`').starts_with([']', ')']);
        (goes_on && end > 0).then(|| &rest[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::{blocks, links};

    #[test]
    fn links_lead_to_crates() {
        let doc = "See [`one`], [two::X] and [it](three::y#z), not [four, five] nor six.";
        assert_eq!(links(doc).collect::<Vec<_>>(), ["one", "two", "it", "three"]);
    }

    #[test]
    fn only_compiled_fences_count() {
        let doc = "a\n```\n# use x::y;\nf();\n```\n```text\nno\n```\n```rust,ignore\nno\n```\n~~~no_run\ng();\n~~~";
        assert_eq!(blocks(doc), [" use x::y;\nf();\n", "g();\n"]);
    }
}
