use super::{Place, Reader};
use crate::manifest::dependency::Scope;
use crate::manifest::removal;
use crate::span::Span;

/// Reads `install_requires` and `extras_require` of `setup.cfg`.
pub(super) fn read(reader: &mut Reader<'_>) {
    const PATH: &str = "setup.cfg";
    let Some(text) = reader.files.text(PATH) else { return };
    let mut section = String::new();
    let mut key = String::new();
    let mut offset = 0;
    for raw in text.split_inclusive('\n') {
        let start = offset;
        offset += raw.len();
        if reader.is_full() {
            return;
        }
        let line = raw.trim_end();
        let indented = line.starts_with([' ', '\t']);
        let mut value = line.trim();
        if value.is_empty() || value.starts_with(['#', ';']) {
            continue;
        }
        if !indented {
            if let Some(name) = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                name.clone_into(&mut section);
                key.clear();
                continue;
            }
            let (name, rest) = value.split_once(['=', ':']).unwrap_or((value, ""));
            name.trim().clone_into(&mut key);
            value = rest.trim();
        }
        if let Some(scope) = scope_of(&section, &key).filter(|_| !value.is_empty()) {
            reader.declared.any_manifest = true;
            // setuptools takes a list from files: `install_requires = file: deps.txt, more.txt`.
            if let Some(files) = value.strip_prefix("file:") {
                let listed = files.split(',').map(str::trim).filter(|path| !super::lists::is_conventional(path));
                listed.for_each(|path| super::requirements::read(reader, path, &scope));
                continue;
            }
            let at = start + line.len() - value.len();
            let span = Span::new(at as u32, (at + value.len()) as u32);
            let removal = if indented { removal::lines(&text, span) } else { span };
            reader.add_requirement(value, &scope, PATH, Place { span, removal: Some(removal) }, false);
        }
    }
}

fn scope_of(section: &str, key: &str) -> Option<Scope> {
    match (section, key) {
        ("options", "install_requires") => Some(Scope::Runtime),
        ("options", "tests_require" | "setup_requires") => Some(Scope::Development),
        ("options.extras_require", extra) => Some(Scope::Optional(extra.to_owned())),
        _ => None,
    }
}
