//! Lists a zip from its directory alone.
//!
//! The directory is read here and not through the `zip` crate. Of its two readers (9.8) `ZipArchive` keeps only one of
//! several entries of one name, and `ZipIterable`, which keeps all, ends at the first header that it does not like (a
//! missing zip64 size, an extra field that is cut off) and refuses an archive whose end record states more entries than
//! there are: one bad entry would take all behind it along, and each is to cost itself alone. It also reads the file
//! once per header where the directory is read here at once, and makes some ten allocations of an entry. Entries are
//! read by many threads at their offsets, each with the size that was judged before as its bound; a reader of the
//! crate is one cursor. What the crate does here is to write archives, also those that the tests read.
//! Contents are not touched while listing.

mod directory;

use std::path::Path;
use std::sync::Arc;

use self::directory::{Directory, Header};
use super::archive::Archive;
use super::error::{InputError, InputErrorKind};
use super::listing::{Link, Listed, Listing, Packed, Source};
use super::{Limits, names, shared};
use crate::artifact::{EntryProblemKind, ReadError};
use crate::text;

/// Deflate cannot pack better than this, plus a few bytes.
const DEFLATE_RATIO: u64 = 1032;
/// A symbolic link's target is a path.
const LINK_BYTES: u64 = 4096;

/// Lists the entries of the zip at `path`.
pub(super) fn list(path: &Path, limits: &Limits) -> Result<(Listing, u64), InputError> {
    let (file, len) = shared::archive(path).map_err(|error| InputError::io(path, &error))?;
    let archive = Arc::new(Archive::new(file, len));
    let directory = Directory::find(&archive, path, limits)?;
    let mut listing = Listing::default();
    let mut spans = Vec::new();
    for header in directory.headers() {
        if listing.files.len() + listing.links.len() >= limits.entries {
            return Err(too_many(path, limits));
        }
        add(&mut listing, &mut spans, &archive, &header, limits);
    }
    if let Some(detail) = directory.shortfall() {
        listing.problem(names::shown_path(path), EntryProblemKind::LyingHeader, detail);
    }
    refuse_overlaps(&mut listing, spans, directory.start);
    if directory.is_empty() {
        return Err(InputError::new(path, InputErrorKind::Empty, "the archive is empty"));
    }
    Ok((listing, len))
}

/// Whether a file has a zip directory at its end, whatever stands at its start.
pub(super) fn is_zip(archive: &Archive, path: &Path, limits: &Limits) -> bool {
    match Directory::find(archive, path, limits) {
        Ok(_) => true,
        Err(error) => error.kind == InputErrorKind::TooLarge,
    }
}

fn too_many(path: &Path, limits: &Limits) -> InputError {
    InputError::new(path, InputErrorKind::TooLarge, format!("more than {} files", limits.entries))
        .advise("point defrost at the deployment package, or at one function's folder")
}

/// The bytes that a listed file claims, to find claims that overlap.
struct Claim {
    start: u64,
    end: u64,
    file: usize,
}

/// Adds one entry of the directory, or what is wrong with it.
fn add(listing: &mut Listing, claims: &mut Vec<Claim>, archive: &Arc<Archive>, header: &Header<'_>, limits: &Limits) {
    let name = names::judge(header.name, limits);
    let path = match name.path {
        Err(detail) => return listing.problem(name.shown.text(), EntryProblemKind::UnsafeName, detail),
        Ok(path) if path.is_empty() => return,
        Ok(path) => path,
    };
    if let Some((kind, note)) = name.note {
        listing.problem(name.shown.text(), kind, note);
    }
    if name.folder {
        if header.bytes > 0 {
            let detail = "it is named like a folder but has content";
            listing.problem(name.shown.text(), EntryProblemKind::LyingHeader, detail);
        }
        listing.folders.extend(header.permissions().map(|mode| (path, mode)));
        return;
    }
    let packed = header.packed();
    let trouble = trouble(header, archive, limits);
    if header.is_link() && trouble.is_none() {
        match link_target(archive, &packed) {
            Ok(target) => listing.links.push(Link { path, target }),
            Err(error) => {
                listing.problem(name.shown.text(), EntryProblemKind::BadLink, error.message);
            }
        }
        return;
    }
    let (source, bytes) = match trouble {
        None => (Source::Zipped(archive.clone(), packed), header.bytes),
        Some((kind, detail)) => {
            listing.problem(name.shown.text(), kind, detail.as_str());
            // A lie about the size must not spoil the sums that people see.
            let bytes = match kind {
                EntryProblemKind::LyingHeader => header.bytes.min(archive.len),
                _ => header.bytes,
            };
            (Source::Refused(detail.into()), bytes)
        }
    };
    if matches!(source, Source::Zipped(..)) {
        // The local header's extra fields are not known yet: this is the least it claims.
        claims.push(Claim {
            start: header.offset,
            end: header.offset + 30 + header.name.len() as u64 + header.packed_bytes,
            file: listing.files.len(),
        });
    }
    listing.files.push(Listed {
        bytes,
        zipped_bytes: Some(header.packed_bytes.min(archive.len)),
        crc32: Some(header.crc32),
        modified: Some(header.modified),
        mode: header.permissions(),
        ..Listed::new(path, source)
    });
}

/// Why the content of an entry must not be read, judged by its headers.
fn trouble(header: &Header<'_>, archive: &Archive, limits: &Limits) -> Option<(EntryProblemKind, String)> {
    if let Some(detail) = header.broken {
        return Some((EntryProblemKind::LyingHeader, detail.to_owned()));
    }
    if header.is_encrypted() {
        let detail = "it is encrypted; the platform cannot unpack it either";
        return Some((EntryProblemKind::Encrypted, detail.to_owned()));
    }
    if !matches!(header.method, 0 | 8) {
        let detail = format!(
            "it is compressed with {}; deployment packages may only be stored or deflated",
            method_name(header.method)
        );
        return Some((EntryProblemKind::UnknownCompression, detail));
    }
    let lie = |detail: &str| Some((EntryProblemKind::LyingHeader, detail.to_owned()));
    let data_bytes = header.packed_bytes.saturating_add(30 + header.name.len() as u64);
    if header.offset.saturating_add(data_bytes) > archive.len {
        return lie("its data would end behind the end of the archive");
    }
    if header.method == 0 && header.bytes != header.packed_bytes {
        return lie("it is stored, yet its packed and unpacked sizes differ");
    }
    if header.bytes > header.packed_bytes.saturating_mul(DEFLATE_RATIO) {
        return lie("its packed size cannot hold as much as it states");
    }
    too_large(header, limits).map(|detail| (EntryProblemKind::TooLarge, detail))
}

fn too_large(header: &Header<'_>, limits: &Limits) -> Option<String> {
    if header.bytes > limits.file_bytes {
        let [bytes, limit] = [header.bytes, limits.file_bytes].map(text::bytes);
        return Some(format!("it unpacks to {bytes}, the limit for one file is {limit}"));
    }
    let ratio = header.bytes / header.packed_bytes.max(1);
    (header.bytes >= limits.ratio_from_bytes && ratio > limits.ratio).then(|| {
        format!(
            "it unpacks to {ratio} times its packed size ({}), the limit is {} times",
            text::bytes(header.bytes),
            limits.ratio
        )
    })
}

/// Compression methods by the numbers of the zip specification (APPNOTE 4.4.5).
fn method_name(method: u16) -> String {
    let name = match method {
        1 => "Shrink",
        2..=5 => "Reduce",
        6 | 10 => "Implode",
        9 => "Deflate64",
        12 => "bzip2",
        14 => "LZMA",
        20 | 93 => "Zstandard",
        94 => "MP3",
        95 => "XZ",
        96 => "JPEG",
        97 => "WavPack",
        98 => "PPMd",
        _ => return format!("an unknown method ({method})"),
    };
    name.to_owned()
}

fn link_target(archive: &Archive, packed: &Packed) -> Result<String, ReadError> {
    let bad = |message: &str| ReadError { message: message.to_owned() };
    if packed.bytes > LINK_BYTES {
        return Err(bad("a symbolic link with an absurdly long target"));
    }
    let content = archive.read_entry(packed)?;
    match std::str::from_utf8((*content).as_ref()) {
        Ok(target) => Ok(target.to_owned()),
        Err(_) => Err(bad("a symbolic link whose target is not UTF-8")),
    }
}

/// Refuses the entries whose data runs into the next entry or into the directory: whoever
/// unpacks them reads the same bytes many times over. The entry that is run into stays.
fn refuse_overlaps(listing: &mut Listing, mut claims: Vec<Claim>, directory: u64) {
    claims.sort_unstable_by_key(|claim| (claim.start, claim.file));
    let following = claims.iter().skip(1).map(|claim| claim.start);
    let ends: Vec<u64> = following.chain([directory]).collect();
    for (claim, next) in claims.iter().zip(ends) {
        if claim.end <= next {
            continue;
        }
        let detail = "its data overlaps that of another entry";
        let file = &mut listing.files[claim.file];
        file.source = Source::Refused(detail.into());
        let shown = names::printable(&file.path).into_owned();
        listing.problem(shown, EntryProblemKind::LyingHeader, detail);
    }
}
