//! Scripts that an exec wrapper starts in place of the runtime. The Lambda Web Adapter takes the handler for the name of
//! one, which starts a server.

use super::{Brings, FunctionSpec, Open, Reason};
use crate::artifact::Artifact;

/// The variable that names the wrapper (AWS documentation, "Modifying the runtime environment").
pub const WRAPPER: &str = "AWS_LAMBDA_EXEC_WRAPPER";
/// Larger files are no scripts that people write to start a server.
const LARGEST: u64 = 64 << 10;

/// A script that is started in place of the handler.
#[derive(Debug, PartialEq, Eq)]
pub struct Script {
    /// What of the function's own a server that it starts loads, written as a handler, where the script says so.
    pub leads_to: Option<String>,
    /// What of it is not followed.
    pub open: Open,
}

/// The script of the package that a wrapper starts.
#[must_use]
pub fn started(spec: &FunctionSpec, artifact: &Artifact) -> Option<Script> {
    let wrapper = spec.environment.get(WRAPPER)?;
    let entry = artifact.find(spec.handler.trim_start_matches("./"))?;
    if artifact.entry(entry).bytes > LARGEST {
        return None;
    }
    let bytes = artifact.read_early(entry).ok()?;
    let text = String::from_utf8_lossy((*bytes).as_ref()).into_owned();
    let is_module = |module: &str| {
        let path = module.replace('.', "/");
        artifact.find(&format!("{path}.py")).is_some() || artifact.find(&format!("{path}/__init__.py")).is_some()
    };
    let open = Open {
        reason: Reason::Setting,
        detail: format!(
            "{wrapper} starts `{}` in place of the runtime, and what it starts is not followed",
            spec.handler
        ),
        brings: Brings::Anything,
    };
    Some(Script { leads_to: application(&text, is_module), open })
}

/// The application that a server of Python is told to serve, `module:name`.
fn application(script: &str, is_module: impl Fn(&str) -> bool) -> Option<String> {
    let lines = script.lines().filter(|line| !line.trim_start().starts_with('#'));
    let mut words = lines.flat_map(|line| line.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')));
    words.find_map(|word| {
        let (module, name) = word.split_once(':')?;
        let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        (module.split('.').all(is_name) && is_name(name) && is_module(module)).then(|| format!("{module}.{name}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_of_python_are_told_what_to_serve() {
        let of = |script: &str| application(script, |module| matches!(module, "main" | "shop.api"));
        assert_eq!(of("#!/bin/bash\nexec python -m uvicorn --port=$PORT main:app\n").as_deref(), Some("main.app"));
        assert_eq!(of("gunicorn -b=:$PORT -w 1 'shop.api:create'\n").as_deref(), Some("shop.api.create"));
        for other in ["exec node index.js", "# main:app", "PATH=$PATH:/opt/bin exec uvicorn other:app", "main:app()"] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
