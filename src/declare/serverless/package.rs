//! Code, layers and packaging of a service.

use super::super::model::{
    BroughtHandler, Build, BuildMethod, Bundler, Code, CodeSource, FunctionKind, Image, Origin, Pattern,
    PythonPackages, Setting, Why,
};
use super::super::reader::local;
use super::super::resource::Resource;
use super::super::tree::{Kind, Tree};
use super::{Key, SCOPE, Service, logical};
use crate::input::files;

/// Plugins that bundle a function, and the section of `custom` with their settings.
const BUNDLERS: [(&str, &str); 8] = [
    ("serverless-esbuild", "esbuild"),
    ("serverless-webpack", "webpack"),
    ("serverless-bundle", "bundle"),
    ("serverless-plugin-typescript", "serverlessPluginTypescript"),
    ("serverless-plugin-optimize", "optimize"),
    ("serverless-vite", "vite"),
    ("serverless-rspack", "rspack"),
    ("serverless-rolldown", "rolldown"),
];

impl Service<'_, '_, '_> {
    fn folder(&self) -> &str {
        files::parent(&self.path)
    }

    fn local_source(&self, written: &str) -> CodeSource {
        match local(self.folder(), written.trim_end_matches('/')) {
            Ok(path) => CodeSource::Local(path),
            Err(_) if written.contains("://") => CodeSource::Remote(written.to_owned()),
            Err(why) => CodeSource::Unknown(Why::new(why)),
        }
    }

    /// Code of a function or layer that is written in CloudFormation.
    pub(super) fn raw_code(&self, resource: &Resource) -> Code {
        let layer = resource.kind == "AWS::Lambda::LayerVersion";
        let written = resource.properties.get(if layer { "Content" } else { "Code" });
        let inline = written.get("ZipFile");
        let is_python = resource.properties.get("Runtime").known().is_some_and(|name| name.starts_with("python"));
        let source = match &inline.kind {
            Kind::Text(text) => CodeSource::Inline {
                text: text.pattern(),
                file: if is_python { "index.py" } else { "index.js" }.to_owned(),
            },
            _ if written.is_null() => CodeSource::Unset,
            _ if !written.get("ImageUri").is_null() => {
                CodeSource::Image(Image { uri: written.get("ImageUri").setting(), ..Image::default() })
            }
            _ => {
                let part = |key: &str| written.get(key).as_text().map_or_else(|| "*".to_owned(), |text| text.pattern());
                CodeSource::Remote(format!("s3://{}/{}", part("S3Bucket"), part("S3Key")))
            }
        };
        Code { source, place: (!written.is_null()).then_some(written.place), build: Build::default() }
    }

    /// Code of a function of the service.
    pub(super) fn code(&self, key: &Key, written: &Tree) -> Code {
        let image = written.get("image");
        if !image.is_null() {
            let source = CodeSource::Image(self.image(image));
            return Code {
                source,
                place: Some(image.place),
                build: Build { method: BuildMethod::Docker, ..Build::default() },
            };
        }
        let own = written.get("package");
        let shared = self.root.get("package");
        let individually = own.get("individually").truth().or(shared.get("individually").truth());
        let artifact = match own.get("artifact") {
            none if none.is_null() && individually.known() != Some(&true) => shared.get("artifact"),
            artifact => artifact,
        };
        if let Some(path) = artifact.known() {
            let source = self.local_source(path);
            return Code { source, place: Some(artifact.place), build: Build::default() };
        }
        let module = written.get("module");
        let source = self.local_source(module.known().unwrap_or("."));
        let alone = individually.known() == Some(&true);
        let mut build = self.build(written, Some(own).filter(|_| alone));
        build.output = self.output(key, alone || build.bundler.is_some());
        Code { source, place: own.as_map().map(|_| own.place), build }
    }

    /// Where `serverless package` puts the archive.
    fn output(&self, key: &Key, alone: bool) -> Option<String> {
        let service = self.reader.app.name.clone();
        let name = if alone { key.text.to_string() } else { service };
        let is_name = !name.contains(['/', '\\', '\0']);
        is_name.then(|| local(self.folder(), &format!(".serverless/{name}.zip")).ok())?
    }

    fn image(&self, written: &Tree) -> Image {
        let uri = if written.as_map().is_some() { written.get("uri") } else { written };
        let named = written.get("name").known().or_else(|| written.known());
        let declared = named.map(|name| self.root.at(&["provider", "ecr", "images", name]));
        let built = declared.filter(|image| !image.is_null());
        let path = built.and_then(|image| image.known().or_else(|| image.get("path").known()));
        let context = path.and_then(|path| local(self.folder(), path).ok());
        let file = built.and_then(|image| image.get("file").known()).unwrap_or("Dockerfile");
        let list = |key: &str| written.get(key).one_or_more().iter().map(Tree::setting).collect();
        Image {
            uri: if built.is_some() { Setting::Unset } else { uri.setting() },
            dockerfile: context.as_deref().and_then(|context| local(context, file).ok()),
            context,
            target: built.map_or(Setting::Unset, |image| image.at(&["buildOptions", "target"]).setting()),
            arguments: Vec::new(),
            command: list("command"),
            entry_point: list("entryPoint"),
            working_directory: written.get("workingDirectory").setting(),
        }
    }

    fn build(&self, written: &Tree, own: Option<&Tree>) -> Build {
        let (method, bundler) = self.method(written);
        let patterns = self.patterns(own);
        let python = self.python();
        let executable = (method == BuildMethod::CargoLambda).then(|| executable(written)).flatten();
        Build { method, bundler, patterns, python, executable, brought: self.wsgi(), ..Build::default() }
    }

    /// The handler of serverless-wsgi, which loads the application that its setting names. The plugin writes
    /// `wsgi_handler.py`; `wsgi.py` is what its versions before 2.0 wrote.
    fn wsgi(&self) -> Option<BroughtHandler> {
        let application =
            self.root.at(&["custom", "wsgi", "app"]).known().filter(|_| self.has_plugin("serverless-wsgi"))?;
        Some(BroughtHandler { handlers: &["wsgi_handler.handler", "wsgi.handler"], leads_to: application.to_owned() })
    }

    fn has_plugin(&self, name: &str) -> bool {
        self.reader.app.plugins.iter().any(|plugin| plugin.name == name)
    }

    fn method(&self, written: &Tree) -> (BuildMethod, Option<Bundler>) {
        let built_in = self.root.at(&["build", "esbuild"]);
        if built_in.as_map().is_some() || built_in.truth().known() == Some(&true) {
            return (BuildMethod::Esbuild, Some(bundler(built_in)));
        }
        if let Some((plugin, section)) = BUNDLERS.iter().find(|(plugin, _)| self.has_plugin(plugin)) {
            let settings = self.root.at(&["custom", section]);
            let method = match *plugin {
                "serverless-esbuild" => BuildMethod::Esbuild,
                "serverless-webpack" | "serverless-bundle" => BuildMethod::Webpack,
                other => BuildMethod::Bundle(other.to_owned()),
            };
            return (method, Some(bundler(settings)));
        }
        for rust in ["serverless-rust", "serverless-cargo-lambda"] {
            if self.has_plugin(rust) {
                return (BuildMethod::CargoLambda, None);
            }
        }
        let off = built_in.truth().known() == Some(&false);
        if !off && self.is_version_four() && self.is_typescript(written) {
            return (BuildMethod::Esbuild, Some(Bundler::default()));
        }
        (BuildMethod::ServerlessFramework, None)
    }

    fn is_version_four(&self) -> bool {
        let version = self.root.get("frameworkVersion").known().unwrap_or_default();
        version.trim_start_matches(['^', '~', '>', '=', ' ', 'v']).starts_with('4')
    }

    /// Whether a handler's module is a TypeScript source, which version 4 bundles by itself.
    fn is_typescript(&self, written: &Tree) -> bool {
        let handler = written.get("handler").known().unwrap_or_default();
        let module = handler.rsplit_once('.').map_or(handler, |(module, _)| module);
        let extensions = ["ts", "mts", "cts", "tsx"];
        extensions.iter().any(|extension| {
            local(self.folder(), &format!("{module}.{extension}")).is_ok_and(|path| self.reader.files.is_file(&path))
        })
    }

    /// Patterns in the order in which they decide: what is excluded first, of the service and then of the function, and
    /// then what is put in, whatever was excluded before. A function's own count where it is packaged alone, and what
    /// the service says already it cannot say again.
    fn patterns(&self, own: Option<&Tree>) -> Vec<Pattern> {
        let shared = self.root.get("package");
        let levels: Vec<&Tree> = [Some(shared), own].into_iter().flatten().collect();
        let list = |keys: &[&str], excludes: bool| {
            let mut found: Vec<(String, Pattern)> = Vec::new();
            for item in levels.iter().flat_map(|level| keys.iter().flat_map(|key| level.get(key).one_or_more())) {
                let Some(written) = item.known().filter(|written| found.iter().all(|(known, _)| known != written))
                else {
                    continue;
                };
                let (glob, negated) = written.strip_prefix('!').map_or((written, false), |glob| (glob, true));
                let pattern = Pattern { glob: glob.to_owned(), excludes: negated != excludes, place: item.place };
                found.push((written.to_owned(), pattern));
            }
            found.into_iter().map(|(_, pattern)| pattern)
        };
        let written = list(&["exclude"], true).chain(list(&["include", "patterns"], false));
        self.variables_left_out().into_iter().chain(written).collect()
    }

    /// Files of variables, which the framework reads itself and does not ship where it is told to.
    fn variables_left_out(&self) -> Option<Pattern> {
        let told = self.root.get("useDotenv");
        let is_told = !told.is_null() && told.truth().known() != Some(&false);
        is_told.then(|| Pattern { glob: ".env*".to_owned(), excludes: true, place: told.place })
    }

    fn python(&self) -> Option<PythonPackages> {
        let written = self.root.at(&["custom", "pythonRequirements"]);
        if !self.has_plugin("serverless-python-requirements") && !self.has_plugin("serverless-uv-requirements") {
            return None;
        }
        let layer = written.get("layer");
        let layer = if layer.as_map().is_some() { Setting::derived(true, layer.place) } else { layer.truth() };
        Some(PythonPackages {
            zip: written.get("zip").truth(),
            slim: written.get("slim").truth(),
            layer,
            no_deploy: written
                .get("noDeploy")
                .one_or_more()
                .iter()
                .filter_map(Tree::known)
                .map(str::to_owned)
                .collect(),
            file: written.get("fileName").setting(),
            vendor: written.get("vendor").setting(),
        })
    }

    pub(super) fn function_kind(&self, written: &Tree) -> FunctionKind {
        let events = written.get("events").one_or_more().iter();
        let is_edge = events.flat_map(Tree::entries).any(|(key, _)| &*key.text == "cloudFront");
        if is_edge { FunctionKind::Edge } else { FunctionKind::Own }
    }

    pub(super) fn layers(&mut self) {
        let layers = self.root.get("layers").clone();
        for (key, written) in layers.entries() {
            let first = written.entries().first().map(|(key, _)| key.place);
            let origin = Origin { id: key.text.to_string(), place: key.place, properties: first, condition: None };
            let make = super::Maker { place: key.place };
            let tree = make.map([
                ("LayerName", written.get("name").clone()),
                ("CompatibleRuntimes", written.get("compatibleRuntimes").clone()),
                ("CompatibleArchitectures", written.get("compatibleArchitectures").clone()),
            ]);
            let artifact = written.at(&["package", "artifact"]);
            let path = if artifact.is_null() { written.get("path") } else { artifact };
            let source = path
                .known()
                .map_or_else(|| CodeSource::Unknown(Why::new("has no path")), |path| self.local_source(path));
            let patterns = self.patterns(Some(written.get("package")));
            let mut resource = Resource::new(origin, SCOPE, "AWS::Lambda::LayerVersion", tree);
            resource.extra.names = vec![format!("{}LambdaLayer", logical(&key.text))];
            resource.extra.written = Some("layer".to_owned());
            resource.extra.code =
                Some(Code { source, place: Some(path.place), build: Build { patterns, ..Build::default() } });
            self.push(resource);
        }
    }
}

/// The executable that a handler of serverless-rust names: `package` or `package.executable`.
fn executable(written: &Tree) -> Option<String> {
    let handler = written.get("handler").known().filter(|handler| !handler.contains(['/', '\\']))?;
    Some(handler.rsplit('.').next().unwrap_or(handler).to_owned())
}

fn bundler(written: &Tree) -> Bundler {
    let list = |key: &str| {
        let items = written.get(key).one_or_more().iter();
        items.filter_map(Tree::known).map(str::to_owned).collect::<Vec<_>>()
    };
    let config = ["config", "configFile", "webpackConfig", "plugins"].map(|key| written.get(key));
    let is_file = written.known().is_some_and(|text| text.contains('.'));
    let open = is_file || config.iter().any(|tree| !tree.is_null()) || matches!(written.kind, Kind::Unknown(_));
    // What is external is installed beside the bundle, what is excluded is not (serverless-esbuild's documentation).
    let installed = list("external");
    let external = installed.iter().cloned().chain(list("exclude")).collect();
    Bundler {
        entry_points: list("entryPoints"),
        outbase: written.get("outbase").setting(),
        out_extension: Vec::new(),
        installed,
        external,
        format: written.get("format").setting(),
        minify: written.get("minify").truth(),
        source_map: written.get("sourcemap").truth(),
        target: written.get("target").setting(),
        main_fields: list("mainFields"),
        conditions: list("conditions"),
        is_open: open.then(|| Why::new("has settings in a file that is not read")),
    }
}
