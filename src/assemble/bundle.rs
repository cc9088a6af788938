//! The handler of a bundle, as the sources have it.

use super::Unbundled;
use crate::declare::model::{Bundler, Setting};
use crate::input::files;

/// The handler in the sources that a bundle is made of; nothing where they have it under the same name.
pub(super) fn handler_of_sources(handler: &str, bundler: &Bundler) -> Option<String> {
    let (module, export) = handler.rsplit_once('.')?;
    let bundled = module.trim_start_matches("./");
    let source = bundles(bundler).into_iter().find(|(_, bundle)| bundle == bundled)?.0;
    (source != module).then(|| format!("{source}.{export}"))
}

/// The module that the runtime asks for, where the bundler is known to write none of its name. `sam build` leaves a
/// handler as it is where it finds that path with `.js`, and takes its folders away where not (its `_update_function_handler`).
pub(super) fn unbundled(handler: &str, bundler: &Bundler) -> Option<Unbundled> {
    // A script that starts a server, and what a layer brings, are no modules of the bundle.
    let is_own = !handler.starts_with('/') && !handler.ends_with(".sh");
    let (module, _) = handler.trim_start_matches("./").rsplit_once('.').filter(|_| is_own)?;
    let bundles: Vec<String> = bundles(bundler).into_iter().map(|(_, bundle)| bundle).collect();
    let is_written = |module: &str| bundles.iter().any(|bundle| bundle == module);
    let stays = is_written(module) && bundler.out_extension.is_empty();
    let module = if stays { module } else { module.rsplit('/').next()? };
    let is_missing = !bundles.is_empty() && !is_written(module);
    is_missing.then(|| Unbundled { module: module.to_owned(), bundles })
}

/// What a bundler leaves outside and installs nowhere.
pub(super) fn outside(bundler: &Bundler) -> Vec<String> {
    let left_out = bundler.external.iter().filter(|name| !bundler.installed.contains(name) && *name != "*");
    left_out.cloned().collect()
}

/// The modules of entry points, and of what is made of them. esbuild names bundles by their entry points, without the
/// folders that all of these have in common, or without the one that `outbase` says (its documentation of `outbase`).
fn bundles(bundler: &Bundler) -> Vec<(String, String)> {
    let sources: Vec<String> = bundler.entry_points.iter().map(|path| files::normalize(path)).collect();
    let stems: Vec<&str> = sources.iter().map(|path| stem(path)).collect();
    let Some(first) = stems.first() else { return Vec::new() };
    let is_inside = |stem: &str, folder: &str| files::below(stem, folder).is_some_and(|rest| !rest.is_empty());
    let common = match &bundler.outbase {
        Setting::Unset => {
            let mut common = files::parent(first).to_owned();
            while !stems.iter().all(|stem| is_inside(stem, &common)) {
                common = files::parent(&common).to_owned();
            }
            common
        }
        Setting::Known { value, .. } => files::normalize(value),
        Setting::Unknown { .. } => return Vec::new(),
    };
    let bundle = |stem: &&str| Some(((*stem).to_owned(), files::below(stem, &common)?.to_owned()));
    stems.iter().map(bundle).collect::<Option<_>>().unwrap_or_default()
}

/// A path without the ending of its file.
fn stem(path: &str) -> &str {
    path.rsplit_once('.').filter(|(_, ending)| !ending.contains('/')).map_or(path, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declare::model::Place;

    #[test]
    fn bundles_are_named_without_what_entry_points_have_in_common() {
        let of = |handler: &str, entry_points: &[&str]| {
            let entry_points = entry_points.iter().map(|path| (*path).to_owned()).collect();
            handler_of_sources(handler, &Bundler { entry_points, ..Bundler::default() })
        };
        assert_eq!(of("create.handler", &["src/notes/create.ts"]).as_deref(), Some("src/notes/create.handler"));
        assert_eq!(of("create.handler", &["./src/create.ts", "src/list.ts"]).as_deref(), Some("src/create.handler"));
        let two = ["src/notes/create.ts", "src/users/create.ts"];
        assert_eq!(of("users/create.handler", &two).as_deref(), Some("src/users/create.handler"));
        assert_eq!(of("create.handler", &two), None);
        for same in [&["app.ts"][..], &["src/app.ts"], &[]] {
            assert_eq!(of("src/app.handler", same), None);
        }
        assert_eq!(of("app.handler", &["app.ts"]), None);
    }

    #[test]
    fn bundles_lie_where_esbuild_writes_them() {
        let of = |entry_points: &[&str], outbase: Option<&str>| {
            let entry_points = entry_points.iter().map(|path| (*path).to_owned()).collect();
            let place = Place::default();
            let outbase = outbase.map_or(Setting::Unset, |base| Setting::derived(base.to_owned(), place));
            let bundler = Bundler { entry_points, outbase, ..Bundler::default() };
            bundles(&bundler).into_iter().map(|(_, bundle)| bundle).collect::<Vec<_>>()
        };
        // As esbuild 0.25 writes them below its `outdir`.
        assert_eq!(of(&["src/a/handler.ts"], None), ["handler"]);
        assert_eq!(of(&["src/a/handler.ts", "src/b/handler.ts"], None), ["a/handler", "b/handler"]);
        assert_eq!(of(&["src/app.ts", "src/a/handler.ts"], None), ["app", "a/handler"]);
        assert_eq!(of(&["src/a/handler"], None), ["handler"]);
        assert_eq!(of(&["src/a/handler.ts"], Some(".")), ["src/a/handler"]);
        assert_eq!(of(&["src/a/handler.ts"], Some("src")), ["a/handler"]);
        assert_eq!(of(&["src/a/handler.ts"], Some("lib")), [""; 0]);
        assert_eq!(of(&[], None), [""; 0]);
    }

    #[test]
    fn handlers_without_a_bundle_are_known() {
        let of = |handler: &str, entry_points: &[&str], outbase: Option<&str>, ending: &[&str]| {
            let strings = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
            let outbase = outbase.map_or(Setting::Unset, |base| Setting::derived(base.to_owned(), Place::default()));
            let (entry_points, out_extension) = (strings(entry_points), strings(ending));
            unbundled(handler, &Bundler { entry_points, outbase, out_extension, ..Bundler::default() })
                .map(|unbundled| unbundled.module)
        };
        // As `sam build` of SAM CLI makes the template and esbuild the files.
        assert_eq!(of("src/a/app.handler", &["src/a/app.ts"], None, &[]), None);
        assert_eq!(of("app.handler", &["src/a/app.ts"], None, &[]), None);
        assert_eq!(of("src/a/app.handler", &["src/a/app.ts"], Some("."), &[]), None);
        assert_eq!(of("src/a/app.handler", &["src/a/app.ts"], Some("."), &[".js=.mjs"]).as_deref(), Some("app"));
        assert_eq!(of("app.handler", &["src/a/app.ts"], None, &[".js=.mjs"]), None);
        let two = ["src/a/app.ts", "src/b/app.ts"];
        assert_eq!(of("a/app.handler", &two, None, &[]), None);
        assert_eq!(of("src/a/app.handler", &two, None, &[]).as_deref(), Some("app"));
        assert_eq!(of("index.handler", &["src/a/app.ts"], None, &[]).as_deref(), Some("index"));
        assert_eq!(of("index.handler", &[], None, &[]), None);
        assert_eq!(of("/opt/wrap.handler", &["app.ts"], None, &[]), None);
        assert_eq!(of("run.sh", &["app.ts"], None, &[]), None);
    }

    #[test]
    fn what_is_installed_is_not_outside() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let (external, installed) = (names(&["sharp", "aws-sdk", "*"]), names(&["sharp"]));
        assert_eq!(outside(&Bundler { external, installed, ..Bundler::default() }), ["aws-sdk"]);
    }
}
