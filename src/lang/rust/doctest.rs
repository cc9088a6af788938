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

#[cfg(test)]
mod tests {
    use super::blocks;

    #[test]
    fn only_compiled_fences_count() {
        let doc = "a\n```\n# use x::y;\nf();\n```\n```text\nno\n```\n```rust,ignore\nno\n```\n~~~no_run\ng();\n~~~";
        assert_eq!(blocks(doc), [" use x::y;\nf();\n", "g();\n"]);
    }
}
