//! Native builds by the path that a package's manifest gives them, as node-pre-gyp looks for them (`lib/pre-binding.js`,
//! `lib/util/versioning.js`).

use serde_json::Value as Json;

use super::Machine;
use super::natives_node::abi;
use super::raise::finds_builds;
use super::value::{Call, Native, R, UNKNOWN, Value};
use crate::graph::javascript::resolve::{entry_at, folder};

/// Longest value of a manifest that is put into a path, and longest path that is made so, bytes.
const LONGEST_VALUE: usize = 256;
const LONGEST_PATH: usize = 4_096;

/// The newest Node-API of a release (`process.versions.napi` of 18.20, 20.20, 22.23 and 24.21).
fn node_api(node: u32) -> u64 {
    if node >= 22 { 10 } else { 9 }
}

const FIND: Native = |m: &mut Machine<'_>, call: &Call<'_>| -> R {
    let Value::Str(path) = call.arg(0) else { return Ok(UNKNOWN) };
    let path = m.str(path);
    Ok(m.build_of(&path).map_or(UNKNOWN, |build| m.string(&build)))
};

impl Machine<'_> {
    /// What a package that finds native builds exports gets its `find`, whose own way there is long.
    pub(super) fn lend_finder(&mut self, request: &str, exports: Value) {
        if let Value::Obj(id) = exports
            && finds_builds(request)
        {
            let find = self.native(FIND, Value::Undefined);
            self.define(id, "find", find);
        }
    }

    /// Where a manifest has its native build. Of one that a build has still to make nothing is said.
    fn build_of(&self, manifest: &str) -> Option<String> {
        let artifact = self.sources.artifact;
        let entry = entry_at(artifact, manifest)?;
        let json: Json = serde_json::from_slice((*artifact.read(entry).ok()?).as_ref()).ok()?;
        let binary = json.get("binary")?;
        let short = |text: &&str| text.len() <= LONGEST_VALUE;
        let text = |json: &Json, key: &str| json.get(key).and_then(Json::as_str).filter(short).map(str::to_owned);
        let (name, path) = (text(binary, "module_name")?, text(binary, "module_path")?);
        let versions = binary.get("napi_versions").and_then(Json::as_array);
        let api = versions
            .and_then(|all| all.iter().filter_map(Json::as_u64).filter(|api| *api <= node_api(self.node)).max());
        let node_abi = format!("node-v{}", abi(self.node));
        let arch = if self.arm { "arm64" } else { "x64" }.to_owned();
        let linux = || Some("linux".to_owned());
        let values = [
            ("module_name", Some(name.clone())),
            ("name", text(&json, "name")),
            ("version", text(&json, "version")),
            ("configuration", Some("Release".to_owned())),
            ("napi_build_version", api.map(|api| api.to_string())),
            ("node_napi_label", Some(api.map_or_else(|| node_abi.clone(), |api| format!("napi-v{api}")))),
            ("node_abi", Some(node_abi.clone())),
            ("platform", linux()),
            ("target_platform", linux()),
            ("arch", Some(arch.clone())),
            ("target_arch", Some(arch)),
            ("libc", Some("glibc".to_owned())),
        ];
        let fill = |text: String| {
            values.iter().try_fold(text, |text, (key, value)| {
                let filled = match value {
                    Some(value) => text.replace(&format!("{{{key}}}"), value),
                    None => text,
                };
                (filled.len() <= LONGEST_PATH).then_some(filled)
            })
        };
        let build = format!("{}/{}/{}.node", folder(manifest), fill(path)?.trim_start_matches("./"), fill(name)?);
        let build = format!("/{}", crate::input::files::normalize(&build));
        let is_known = !build.contains('{') && (entry_at(artifact, &build).is_some() || artifact.is_shipped(entry));
        is_known.then_some(build)
    }
}
