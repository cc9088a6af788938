// src/lib.rs of a Zed extension whose extension.toml has
//   [language_servers.defrost]
//   name = "defrost"
//   languages = ["Python", "JavaScript", "TypeScript"]
use zed_extension_api as zed;

struct Defrost;

impl zed::Extension for Defrost {
    fn new() -> Self {
        Self
    }

    fn language_server_command(
        &mut self,
        _: &zed::LanguageServerId,
        worktree: &zed::Worktree,
    ) -> zed::Result<zed::Command> {
        let command = worktree.which("defrost").ok_or("defrost is not on the path")?;
        Ok(zed::Command { command, args: vec!["server".to_owned()], env: worktree.shell_env() })
    }
}

zed::register_extension!(Defrost);
