//! The only place that reads files and archives, with limits.
//!
//! [`open`] turns a folder, a zip, a jar or a lone executable, with its layers, into an
//! [`Artifact`]; from there on they look the same. Nothing is unpacked to disk and nothing is
//! inflated before somebody asks for it.
//!
//! What is wrong with the input as a whole is an [`InputError`]. What is wrong with one entry is
//! an [`EntryProblem`](crate::artifact::EntryProblem) of the artifact, and the rest is still
//! analysed:
//!
//! | case | the entry is |
//! |---|---|
//! | name with `..`, absolute, control characters, too long or deep | left out |
//! | name with backslashes or not UTF-8 | listed and read |
//! | same name twice, or file and folder of one name | the last, or the folder, counts |
//! | encrypted, unknown compression, sizes that cannot be, overlapping data | listed, not read |
//! | over a limit of [`Limits`] | listed, not read |
//! | link out of an archive or of the repository, in a circle or to nothing | left out |
//! | what macOS puts beside files: `__MACOSX`, `.DS_Store`, `._*` | left out, and noted |
//! | checksum or true size differ | listed; reading it fails |

pub mod files;
pub mod seen;
mod archive;
mod beside;
mod classify;
mod contents;
mod error;
mod folder;
mod limits;
mod links;
mod litter;
mod listing;
mod merge;
mod names;
mod outward;
mod overlay;
mod parts;
pub mod shared;
#[cfg(test)]
mod tests;
mod text;
mod wall;
mod zip;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashSet;

pub use beside::{Beside, beside};
pub use classify::{InputKind, classify};
pub use error::{InputError, InputErrorKind};
pub use limits::Limits;
pub use overlay::overlay;
pub use parts::{Choice, Laid, Part, open_parts};
pub use text::{decode_text, read_text_file, readable_text};
pub use wall::wall;

use self::listing::{Listed, Listing, Source};
use crate::artifact::{Artifact, ArtifactKind, Mount};

/// Opens a deployment package with its layers.
///
/// Layers are folders or zips in the order in which the function names them; their files appear
/// below `/opt/`, later layers before earlier ones.
///
/// # Errors
/// When the package or a layer cannot be opened at all; what is wrong with single entries is in
/// [`Artifact::problems`].
pub fn open(path: &Path, layers: &[LayerSource], limits: &Limits) -> Result<Artifact, InputError> {
    open_as(path, classify(path)?, layers, limits)
}

/// Opens a deployment package of which it is known what it is.
///
/// # Errors
/// As [`open`].
pub fn open_as(path: &Path, kind: InputKind, layers: &[LayerSource], limits: &Limits) -> Result<Artifact, InputError> {
    let (kind, listing, archive_bytes) = match kind {
        InputKind::Directory => (ArtifactKind::Directory, folder::list(path, limits)?, None),
        InputKind::Binary => (ArtifactKind::Binary, binary(path)?, None),
        kind @ (InputKind::Zip | InputKind::Jar) => {
            let (listing, bytes) = zip::list(path, limits)?;
            let kind = if kind == InputKind::Jar || is_jar(&listing) { ArtifactKind::Jar } else { ArtifactKind::Zip };
            (kind, listing, Some(bytes))
        }
        kind => return Err(not_a_package(path, kind)),
    };
    let about = merge::About { path: names::shown_path(path), kind, archive_bytes };
    with_layers(about, listing, layers, limits)
}

/// What a build would put into the package, as it is installed on this machine.
#[derive(Clone, Debug, Default)]
pub struct Installed {
    /// Where it is installed, as people read it.
    pub from: String,
    /// Names of the packages.
    pub names: FxHashSet<String>,
    /// The files.
    pub files: Vec<InstalledFile>,
}

/// A file that is installed outside of the package.
#[derive(Clone, Debug)]
pub struct InstalledFile {
    /// Its path in the package.
    pub path: String,
    /// Where it is on the disk.
    pub place: PathBuf,
    /// Its size.
    pub bytes: u64,
}

/// Opens a source tree as the package that a build makes of it: without some of its folders, by their names at its
/// root, and with what is installed elsewhere. Files of the tree itself win.
///
/// # Errors
/// As [`open`].
pub fn open_tree(
    path: &Path,
    layers: &[LayerSource],
    without: &[String],
    installed: Option<Installed>,
    limits: &Limits,
) -> Result<Artifact, InputError> {
    let listing = folder::list_whole(path, without, limits)?;
    put_together(path, layers, listing, installed, limits)
}

/// Opens a part of a source tree as a package: what a bundler copies of it and of what is installed.
///
/// # Errors
/// As [`open`].
pub fn open_part(
    path: &Path,
    layers: &[LayerSource],
    part: &FxHashSet<String>,
    installed: Option<Installed>,
    limits: &Limits,
) -> Result<Artifact, InputError> {
    let mut listing = folder::list_whole(path, &["node_modules".to_owned()], limits)?;
    listing.files.retain(|file| part.contains(&file.path));
    let installed = installed.map(|mut installed| {
        installed.files.retain(|file| part.contains(&file.path));
        installed
    });
    put_together(path, layers, listing, installed, limits)
}

fn put_together(
    path: &Path,
    layers: &[LayerSource],
    mut listing: Listing,
    installed: Option<Installed>,
    limits: &Limits,
) -> Result<Artifact, InputError> {
    let is_some = installed.is_some();
    let Installed { from, names, files } = installed.unwrap_or_default();
    let own: FxHashSet<String> = listing.files.iter().map(|file| file.path.clone()).collect();
    let files: Vec<InstalledFile> = files.into_iter().filter(|file| !own.contains(&file.path)).collect();
    let places: Vec<(String, String)> =
        files.iter().map(|file| (file.path.clone(), names::shown_path(&file.place))).collect();
    let listed = |file: InstalledFile| Listed { bytes: file.bytes, ..Listed::new(file.path, Source::File(file.place)) };
    listing.files.extend(files.into_iter().map(listed));
    let about = merge::About { path: names::shown_path(path), kind: ArtifactKind::Directory, archive_bytes: None };
    let artifact = with_layers(about, listing, layers, limits)?;
    Ok(if is_some { artifact.with_installed(from, names, &places) } else { artifact })
}

/// Files below a folder with their sizes, without folders of some names at its root; links are left out.
///
/// # Errors
/// When the folder cannot be read, or has too many files.
pub fn files_below(folder: &Path, without: &[String], limits: &Limits) -> Result<Vec<(String, u64)>, InputError> {
    let listing = folder::list_without(folder, without, limits)?;
    Ok(listing.files.into_iter().map(|file| (file.path, file.bytes)).collect())
}

/// Opens one file of a folder as a package of its own, without what lies beside it.
///
/// # Errors
/// As [`open`].
pub fn open_file(path: &Path, layers: &[LayerSource], limits: &Limits) -> Result<Artifact, InputError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let about = merge::About { path: names::shown_path(folder), kind: ArtifactKind::Directory, archive_bytes: None };
    with_layers(about, binary(path)?, layers, limits)
}

/// A package of one text that stands in the file `path`, under the name `file`.
///
/// # Errors
/// When a layer cannot be opened.
pub fn open_text(
    path: &Path,
    file: &str,
    text: &Arc<str>,
    layers: &[LayerSource],
    limits: &Limits,
) -> Result<Artifact, InputError> {
    let source = Source::Text(Arc::clone(text));
    let file = Listed { bytes: text.len() as u64, ..Listed::new(names::printable(file).into_owned(), source) };
    let listing = Listing { files: vec![file], ..Listing::default() };
    let about = merge::About { path: names::shown_path(path), kind: ArtifactKind::Zip, archive_bytes: None };
    with_layers(about, listing, layers, limits)
}

/// The content of a layer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LayerSource {
    /// A folder or an archive.
    pub path: PathBuf,
    /// The folder of the layer that the content is put into; empty for the layer's root.
    pub below: String,
}

impl From<PathBuf> for LayerSource {
    fn from(path: PathBuf) -> Self {
        Self { path, below: String::new() }
    }
}

fn with_layers(
    about: merge::About,
    listing: Listing,
    layers: &[LayerSource],
    limits: &Limits,
) -> Result<Artifact, InputError> {
    let layers = layers
        .iter()
        .map(|layer| {
            let (listing, is_archive) = list_layer(&layer.path, limits)?;
            let mount = Mount { path: names::shown_path(&layer.path), is_archive, below: layer.below.clone() };
            Ok((mount, listing.below(&layer.below)))
        })
        .collect::<Result<Vec<_>, InputError>>()?;
    Ok(merge::merge(about, listing, layers, limits))
}

/// The files of a layer, and whether it is an archive.
fn list_layer(path: &Path, limits: &Limits) -> Result<(Listing, bool), InputError> {
    match classify(path)? {
        InputKind::Directory => Ok((folder::list(path, limits)?, false)),
        InputKind::Zip | InputKind::Jar => Ok((zip::list(path, limits)?.0, true)),
        kind => Err(InputError::new(
            path,
            InputErrorKind::NotAPackage,
            format!("a layer is a folder or a zip, and this is {}", kind.noun()),
        )),
    }
}

fn not_a_package(path: &Path, kind: InputKind) -> InputError {
    let what = format!("{} is not a deployment package", kind.noun());
    InputError::new(path, InputErrorKind::NotAPackage, what).advise("give defrost the folder that it is in, or a zip")
}

impl InputKind {
    /// The kind as a noun with its article.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Directory => "a folder",
            Self::Zip => "a zip archive",
            Self::Jar => "a Java archive",
            Self::Binary => "a native executable",
            Self::Template => "a template or configuration file",
            Self::Manifest => "a dependency manifest",
            Self::Source => "a single source file",
        }
    }
}

fn is_jar(listing: &Listing) -> bool {
    listing.files.iter().any(|file| file.path == "META-INF/MANIFEST.MF")
}

/// A package of one file.
fn binary(path: &Path) -> Result<Listing, InputError> {
    let metadata = seen::metadata(path).map_err(|error| InputError::io(path, &error))?;
    let name = path
        .file_name()
        .map_or_else(|| "bootstrap".to_owned(), |name| names::printable(&name.to_string_lossy()).into_owned());
    let source = Source::File(path.to_owned());
    let bytes = overlay::of(path).map_or(metadata.len(), |text| text.len() as u64);
    let file = Listed { bytes, mode: folder::mode(&metadata), ..Listed::new(name, source) };
    Ok(Listing { files: vec![file], ..Listing::default() })
}
