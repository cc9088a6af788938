//! Where the code of a template's functions and layers is, and how `sam build` makes a package of it.

use super::super::model::{Build, BuildMethod, Bundler, Code, CodeSource, Image, Setting, Why};
use super::super::reader::local;
use super::super::resource::Resource;
use super::super::tree::{Kind, Text, Tree};
use super::Stack;
use super::cdk::{Asset, AssetImage};
use crate::input::files;

impl Stack<'_, '_> {
    fn folder(&self) -> String {
        files::parent(&self.path).to_owned()
    }

    /// Code of an `AWS::Lambda::Function`.
    pub(super) fn function_code(&self, resource: &Resource, metadata: &Tree) -> Code {
        let written = resource.properties.get("Code");
        let source = match self.asset(metadata, "Code").or_else(|| self.asset_of(written)) {
            Some(Asset { path, image: Some(image) }) => self.image_asset(&path, image, written.get("ImageUri")),
            Some(Asset { path, image: None }) => self.local_source(&path),
            None => self.code_source(written, resource),
        };
        let source = self.image_settings(source, &resource.properties, metadata);
        let place = (!written.is_null()).then_some(written.place);
        Code { source, place, build: self.build(resource, metadata, false) }
    }

    /// Code of an `AWS::Serverless::Function`.
    pub(super) fn serverless_code(&self, resource: &Resource, metadata: &Tree) -> Code {
        let properties = &resource.properties;
        let written = properties.get("CodeUri");
        let inline = properties.get("InlineCode");
        let is_image = properties.get("PackageType").known() == Some("Image") || !properties.get("ImageUri").is_null();
        let (source, place) = if !inline.is_null() {
            (inline_code(inline, properties), inline)
        } else if is_image {
            let image = Image { uri: properties.get("ImageUri").setting(), ..Image::default() };
            (CodeSource::Image(image), properties.get("ImageUri"))
        } else if written.is_null() {
            (self.local_source("."), written)
        } else {
            (self.code_source(written, resource), written)
        };
        let source = self.image_settings(source, properties, metadata);
        let place = (!place.is_null()).then_some(place.place);
        Code { source, place, build: self.build(resource, metadata, true) }
    }

    /// Content of a layer.
    pub(super) fn layer_code(&self, resource: &Resource, metadata: &Tree, key: &str) -> Code {
        let written = resource.properties.get(key);
        let source = match self.asset(metadata, key).or_else(|| self.asset_of(written)) {
            Some(asset) => self.local_source(&asset.path),
            None if written.is_null() && key == "ContentUri" => self.local_source("."),
            None => self.code_source(written, resource),
        };
        let mut build = self.build(resource, metadata, false);
        let architecture = metadata.get("BuildArchitecture");
        if build.method == BuildMethod::AsIs && !architecture.is_null() {
            build.place = Some(architecture.place);
        }
        Code { source, place: (!written.is_null()).then_some(written.place), build }
    }

    /// What the CDK, or `sam build`, wrote beside a resource of the asset that it is made of.
    fn asset(&self, metadata: &Tree, property: &str) -> Option<Asset> {
        let path = metadata.get("aws:asset:path").known()?;
        let said = metadata.get("aws:asset:property").known();
        if !said.is_none_or(|said| said.starts_with(property)) {
            return None;
        }
        let setting = |key: &str| metadata.get(key).known().map(str::to_owned);
        let arguments = metadata.get("aws:asset:docker-build-args").entries().iter();
        let image = (said == Some("Code.ImageUri")).then(|| AssetImage {
            dockerfile: setting("aws:asset:dockerfile-path"),
            target: setting("aws:asset:docker-build-target"),
            arguments: arguments
                .filter_map(|(key, value)| Some((key.text.to_string(), value.known()?.to_owned())))
                .collect(),
        });
        Some(Asset { path: path.to_owned(), image })
    }

    /// An asset by the hash in its address in a bucket, or in the tag of its image.
    fn asset_of(&self, code: &Tree) -> Option<Asset> {
        let key = code.get("S3Key").as_text().map(Text::pattern);
        let hash = match &key {
            Some(key) => key.rsplit('/').next()?.split('.').next()?.to_owned(),
            None => code.get("ImageUri").as_text()?.pattern().rsplit(':').next()?.to_owned(),
        };
        self.assets.get(&hash).filter(|asset| asset.image.is_none() == key.is_some()).cloned()
    }

    /// The image that is built of an asset.
    fn image_asset(&self, path: &str, asset: AssetImage, uri: &Tree) -> CodeSource {
        let context = local(&self.folder(), path).ok();
        let dockerfile = asset.dockerfile.as_deref().unwrap_or("Dockerfile");
        let derived = |value: String| Setting::derived(value, uri.place);
        CodeSource::Image(Image {
            uri: uri.setting(),
            dockerfile: context.as_deref().and_then(|context| local(context, dockerfile).ok()),
            context,
            target: asset.target.map_or(Setting::Unset, derived),
            arguments: asset.arguments.into_iter().map(|(name, value)| (name, derived(value))).collect(),
            ..Image::default()
        })
    }

    pub(super) fn local_source(&self, written: &str) -> CodeSource {
        match local(&self.folder(), written.trim_end_matches('/')) {
            Ok(path) => CodeSource::Local(path),
            Err(_) if written.contains("://") => CodeSource::Remote(written.to_owned()),
            Err(why) => CodeSource::Unknown(Why::new(why)),
        }
    }

    fn code_source(&self, written: &Tree, resource: &Resource) -> CodeSource {
        match &written.kind {
            Kind::Null => CodeSource::Unset,
            Kind::Unknown(why) => CodeSource::Unknown(why.clone()),
            Kind::Text(text) => match text.known() {
                Some(path) => self.local_source(path),
                None if text.pattern().contains("://") => CodeSource::Remote(text.pattern()),
                None => CodeSource::Unknown(text.why()),
            },
            Kind::List(_) => CodeSource::Unknown(Why::new("is written as a list")),
            Kind::Map(_) => self.code_mapping(written, resource),
        }
    }

    fn code_mapping(&self, written: &Tree, resource: &Resource) -> CodeSource {
        let zip = written.get("ZipFile");
        if !zip.is_null() {
            return inline_code(zip, &resource.properties);
        }
        let image = written.get("ImageUri");
        if !image.is_null() {
            return CodeSource::Image(Image { uri: image.setting(), ..Image::default() });
        }
        let part = |keys: [&str; 2]| {
            let found = keys.map(|key| written.get(key)).into_iter().find_map(Tree::as_text);
            found.map_or_else(|| "*".to_owned(), Text::pattern)
        };
        CodeSource::Remote(format!("s3://{}/{}", part(["S3Bucket", "Bucket"]), part(["S3Key", "Key"])))
    }

    /// What the template and `sam build` say about an image.
    fn image_settings(&self, source: CodeSource, properties: &Tree, metadata: &Tree) -> CodeSource {
        let CodeSource::Image(mut image) = source else { return source };
        let config = properties.get("ImageConfig");
        let list = |key: &str| config.get(key).one_or_more().iter().map(Tree::setting).collect();
        image.command = list("Command");
        image.entry_point = list("EntryPoint");
        image.working_directory = config.get("WorkingDirectory").setting();
        let context = metadata.get("DockerContext").known();
        if let Some(written) = context {
            image.context = local(&self.folder(), written).ok();
        }
        if let Some(dockerfile) = metadata.get("Dockerfile").known() {
            let context = image.context.clone().unwrap_or_else(|| self.folder());
            image.context = Some(if context.is_empty() { ".".to_owned() } else { context.clone() });
            image.dockerfile = local(&context, dockerfile).ok();
        } else if context.is_some() && image.dockerfile.is_none() {
            image.dockerfile = image.context.as_deref().and_then(|context| local(context, "Dockerfile").ok());
        }
        if image.target.is_unset() {
            image.target = metadata.get("DockerBuildTarget").setting();
        }
        let arguments = metadata.get("DockerBuildArgs").entries().iter();
        image.arguments.extend(arguments.map(|(key, value)| (key.text.to_string(), value.setting())));
        CodeSource::Image(image)
    }

    fn build(&self, resource: &Resource, metadata: &Tree, is_sam: bool) -> Build {
        let id = &resource.origin.id;
        let is_name = !id.contains(['/', '\\', '.', '\0']);
        let is_built =
            format!("/{}", self.path).contains("/.aws-sam/") || format!("/{}", self.path).contains("/cdk.out/");
        let mut folder = self.folder();
        if !folder.is_empty() {
            folder.push('/');
        }
        let names: Vec<&str> = self.holders.iter().map(String::as_str).chain([id.as_str()]).collect();
        let output =
            (is_name && !is_built).then(|| format!("{}.aws-sam/build/{}", self.build_root(&folder), names.join("/")));
        let said = metadata.get("BuildMethod");
        let skips = metadata.get("SkipBuild").truth().known() == Some(&true);
        let method = match said.known() {
            _ if skips || is_built => BuildMethod::AsIs,
            Some(method) => build_method(method),
            None if !metadata.get("Dockerfile").is_null() => BuildMethod::Docker,
            None if is_sam => BuildMethod::Manifest,
            None => BuildMethod::AsIs,
        };
        let bundler = (method == BuildMethod::Esbuild).then(|| bundler(metadata.get("BuildProperties")));
        let manifest = metadata.at(&["BuildProperties", "ManifestPath"]).known();
        Build {
            method,
            place: (!said.is_null()).then_some(said.place),
            output,
            bundler,
            executable: metadata.at(&["BuildProperties", "Binary"]).known().map(str::to_owned),
            manifest: manifest.and_then(|path| local(&self.folder(), path).ok()),
            ..Build::default()
        }
    }
}

fn build_method(method: &str) -> BuildMethod {
    match method {
        "esbuild" => BuildMethod::Esbuild,
        "makefile" => BuildMethod::Makefile,
        "rust-cargolambda" => BuildMethod::CargoLambda,
        "go1.x" => BuildMethod::Go,
        "python-uv" => BuildMethod::Manifest,
        name if name.starts_with("python") || name.starts_with("nodejs") => BuildMethod::Manifest,
        name => BuildMethod::Other(name.to_owned()),
    }
}

fn bundler(properties: &Tree) -> Bundler {
    let list = |key: &str| {
        let items = properties.get(key).one_or_more().iter();
        let texts = items.filter_map(Tree::known).flat_map(|text| text.split(','));
        texts.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect::<Vec<_>>()
    };
    Bundler {
        entry_points: list("EntryPoints"),
        outbase: properties.get("Outbase").setting(),
        out_extension: list("OutExtension"),
        external: list("External"),
        installed: Vec::new(),
        format: properties.get("Format").setting(),
        minify: properties.get("Minify").truth(),
        source_map: properties.get("Sourcemap").truth(),
        target: properties.get("Target").setting(),
        main_fields: list("MainFields"),
        conditions: list("Conditions"),
        is_open: None,
    }
}

/// Source text in the template, in the file that the platform makes of it.
fn inline_code(written: &Tree, properties: &Tree) -> CodeSource {
    let text = match &written.kind {
        Kind::Text(text) => text.pattern(),
        Kind::Unknown(why) => return CodeSource::Unknown(why.clone()),
        _ => return CodeSource::Unknown(Why::new("is not written as a text")),
    };
    let runtime = match properties.get("Runtime").setting() {
        Setting::Known { value, .. } => value,
        _ => String::new(),
    };
    let file = if runtime.starts_with("python") { "index.py" } else { "index.js" };
    CodeSource::Inline { text, file: file.to_owned() }
}
