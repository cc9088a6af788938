//! Where the code of Terraform's functions is: archives that it makes, files, buckets, images.

use super::super::model::{Build, Code, CodePart, CodeSource, Image, Pattern, Why};
use super::super::reader::local;
use super::super::tree::{Kind, Tree};
use super::Configuration;
use super::eval::{DEEPEST, Env, Module};
use super::files::{Made, is_filled_in, made_of};
use super::resources::remote;

impl Configuration<'_, '_> {
    /// A path as it is written, relative to the root module.
    pub(super) fn path(&self, written: &str) -> CodeSource {
        match local(&self.root, written.trim_end_matches('/')) {
            Ok(path) => CodeSource::Local(path),
            Err(_) if written.contains("://") => CodeSource::Remote(written.to_owned()),
            Err(why) => CodeSource::Unknown(Why::new(why)),
        }
    }

    pub(super) fn function_code(&self, module: &Module, tree: &Tree) -> Code {
        let image = tree.get("image_uri");
        if !image.is_null() {
            return self.image(tree, image);
        }
        self.archive_code(module, tree, "s3_bucket", "s3_key")
    }

    pub(super) fn layer_code(&self, module: &Module, tree: &Tree) -> Code {
        self.archive_code(module, tree, "s3_bucket", "s3_key")
    }

    fn image(&self, tree: &Tree, uri: &Tree) -> Code {
        let config = tree.get("image_config");
        let list = |key: &str| config.get(key).one_or_more().iter().map(Tree::setting).collect();
        let image = Image {
            uri: uri.setting(),
            command: list("command"),
            entry_point: list("entry_point"),
            working_directory: config.get("working_directory").setting(),
            ..Image::default()
        };
        Code { source: CodeSource::Image(image), place: Some(uri.place), build: Build::default() }
    }

    fn archive_code(&self, module: &Module, tree: &Tree, bucket: &str, key: &str) -> Code {
        let file = tree.get("filename");
        if file.is_null() {
            let bucket = tree.get(bucket);
            if bucket.is_null() {
                return Code::default();
            }
            let source = remote(bucket, tree.get(key));
            return Code { source, place: Some(bucket.place), build: Build::default() };
        }
        let place = Some(file.place);
        let (source, build) = match &file.kind {
            Kind::Text(text) => {
                let archive = text.references().find(|reference| is_archive(&reference.id));
                match (archive, text.known()) {
                    (Some(reference), _) => self.archive(module, &reference.id),
                    (None, Some(path)) => (self.named_archive(module, path), Build::default()),
                    (None, None) => (CodeSource::Unknown(text.why()), Build::default()),
                }
            }
            Kind::Unknown(why) => (CodeSource::Unknown(why.clone()), Build::default()),
            _ => (CodeSource::Unknown(Why::new("is not a path")), Build::default()),
        };
        Code { source, place, build }
    }

    /// An archive that the configuration makes is what it is made from.
    fn archive(&self, module: &Module, id: &str) -> (CodeSource, Build) {
        let address = id.split('[').next().unwrap_or(id);
        let Some((file, block)) = module.blocks.get(address) else {
            return (CodeSource::Unknown(Why::new("is an archive that is not there")), Build::default());
        };
        let mut env = Env::of(*file);
        let key = id.split_once('[').map(|(_, key)| key.trim_end_matches(']').trim_matches('"').to_owned());
        if let Some(key) = key {
            let found = super::instances(module, *file, &block.body);
            let wanted = super::eval::suffix(&key);
            if let Some((_, bound)) = found.into_iter().find(|(suffix, _)| *suffix == wanted) {
                env = bound;
            }
        }
        let tree = module.body(&block.body, &env, DEEPEST);
        let output = tree.get("output_path").known().and_then(|path| local(&self.root, path).ok());
        let build = Build { output, patterns: excluded(&tree), ..Build::default() };
        (self.archive_source(&tree), build)
    }

    fn archive_source(&self, tree: &Tree) -> CodeSource {
        for key in ["source_dir", "source_file"] {
            let written = tree.get(key);
            if let Some(path) = written.known() {
                return self.path(path);
            }
            if let Some(text) = written.as_text() {
                return CodeSource::Unknown(text.why());
            }
            if let Kind::Unknown(why) = &written.kind {
                return CodeSource::Unknown(why.clone());
            }
        }
        let inline = (tree.get("source_content"), tree.get("source_content_filename"));
        let sources = tree.get("source").one_or_more().iter();
        let sources = sources.map(|source| (source.get("content"), source.get("filename")));
        let sources: Vec<(&Tree, &Tree)> =
            Some(inline).filter(|(text, _)| !text.is_null()).into_iter().chain(sources).collect();
        match sources.as_slice() {
            [(text, file)] if text.known().is_some() => match (text.known(), file.known()) {
                (Some(text), Some(file)) => CodeSource::Inline { text: text.to_owned(), file: file.to_owned() },
                _ => CodeSource::Unknown(Why::new("is put together by the configuration")),
            },
            sources => {
                let parts: Option<Vec<CodePart>> = sources.iter().map(|(text, file)| self.part(text, file)).collect();
                let parts = parts.filter(|parts| !parts.is_empty());
                let why = || CodeSource::Unknown(Why::new("is put together by the configuration"));
                parts.map_or_else(why, CodeSource::Parts)
            }
        }
    }

    /// A file that an archive takes under a name of its own.
    fn part(&self, text: &Tree, file: &Tree) -> Option<CodePart> {
        let (made, from) = made_of(text.as_text()?)?;
        let CodeSource::Local(path) = self.path(&from) else { return None };
        // A template into which nothing is put is its own text.
        let is_plain = |path: &str| self.reader.files.text(path).is_ok_and(|text| !is_filled_in(&text));
        let is_made = match made {
            Made::AsIs => false,
            Made::Template => !is_plain(&path),
            Made::Changed => true,
        };
        Some(CodePart { path, to: Some(file.known()?.to_owned()), is_made })
    }

    /// A path that is the output of an archive of the same module.
    fn named_archive(&self, module: &Module, path: &str) -> CodeSource {
        let made = module.blocks.iter().filter(|(address, _)| is_archive(address));
        for (address, (file, block)) in made.take(200) {
            let Some(output) = block.body.get_attribute("output_path") else { continue };
            if module.eval(&output.value, &Env::of(*file)).known() == Some(path) {
                return self.archive(module, address).0;
            }
        }
        self.path(path)
    }
}

/// Whether an address is that of an archive; the provider has it as a data source and as a resource.
pub(super) fn is_archive(address: &str) -> bool {
    address.trim_start_matches("data.").starts_with("archive_file.")
}

/// What an archive leaves out: files by their path, and all that is in folders.
fn excluded(tree: &Tree) -> Vec<Pattern> {
    let items = tree.get("excludes").one_or_more().iter();
    let pattern = |item: &Tree| {
        let glob = item.known()?.trim_end_matches('/');
        let all = format!("{glob}/**");
        Some([glob.to_owned(), all].map(|glob| Pattern { glob, excludes: true, place: item.place }))
    };
    items.filter_map(pattern).flatten().collect()
}
