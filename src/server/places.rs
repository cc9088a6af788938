//! Files as editors name them.

use std::path::{Path, PathBuf};

use lsp_types::{InitializeParams, Uri};

/// The folders that an editor has open.
pub(super) fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    let workspace = params.workspace_folders.iter().flatten().map(|folder| &folder.uri);
    let folders: Vec<PathBuf> = workspace.filter_map(path_of).collect();
    if !folders.is_empty() {
        return folders;
    }
    #[allow(deprecated, reason = "older editors send only this")]
    let root = params.root_uri.as_ref().and_then(path_of);
    root.into_iter().collect()
}

/// The path of a file; nothing for what is no file.
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    let path = uri.as_str().strip_prefix("file://")?;
    let path = path.strip_prefix("localhost").unwrap_or(path);
    let decoded = decoded(path)?;
    let has_drive = cfg!(windows) && decoded.as_bytes().get(2) == Some(&b':');
    let decoded = if has_drive { decoded.trim_start_matches('/') } else { &decoded };
    Some(PathBuf::from(decoded))
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// A file as editors name it.
pub(super) fn uri_of(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut clean = PathBuf::new();
    for part in absolute.components() {
        match part {
            std::path::Component::ParentDir => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    let text = clean.to_string_lossy().replace('\\', "/");
    let mut uri = String::from("file://");
    if !text.starts_with('/') {
        uri.push('/');
    }
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        let path = Path::new("/srv/a b/ü#.py");
        let uri = uri_of(path);
        assert_eq!(uri, "file:///srv/a%20b/%C3%BC%23.py");
        assert_eq!(path_of(&uri.parse().unwrap()).as_deref(), Some(path));
        assert_eq!(uri_of(Path::new("/a/b/../c")), "file:///a/c");
        assert!(path_of(&"untitled:1".parse().unwrap()).is_none());
    }
}
