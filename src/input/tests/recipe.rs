//! Recipes for archives: ordinary ones through the `zip` crate's writer, hostile ones written
//! byte by byte.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::artifact::{Artifact, EntryProblemKind};
use crate::input::{InputError, Limits, open};

/// A scratch folder with one archive in it.
pub(super) struct Scratch {
    folder: TempDir,
}

impl Scratch {
    pub(super) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

/// Opens `bytes` as `fn.zip`.
pub(super) fn open_bytes(bytes: &[u8]) -> Result<Artifact, InputError> {
    open_limited(bytes, &Limits::default())
}

pub(super) fn open_limited(bytes: &[u8], limits: &Limits) -> Result<Artifact, InputError> {
    let scratch = Scratch::new();
    let path = scratch.write("fn.zip", bytes);
    open(&path, &[], limits)
}

pub(super) fn open_path(path: &Path) -> Artifact {
    open(path, &[], &Limits::default()).unwrap()
}

pub(super) fn paths(artifact: &Artifact) -> Vec<String> {
    artifact.entries().map(|(_, entry)| entry.path.to_string()).collect()
}

/// The content of an entry, or the message of its error.
pub(super) fn content(artifact: &Artifact, path: &str) -> Result<Vec<u8>, String> {
    let id = artifact.find(path).unwrap_or_else(|| panic!("no {path} in {:?}", paths(artifact)));
    artifact.read(id).map(|bytes| (*bytes).as_ref().to_vec()).map_err(|error| error.message)
}

pub(super) fn problems(artifact: &Artifact) -> Vec<(&str, EntryProblemKind)> {
    artifact.problems.iter().map(|problem| (problem.path.as_str(), problem.kind)).collect()
}

/// A deflated zip with these files, by the `zip` crate.
pub(super) fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(files, SimpleFileOptions::default())
}

pub(super) fn stored() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Stored)
}

pub(super) fn zip_with(files: &[(&str, &[u8])], options: SimpleFileOptions) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// One entry of a zip written byte by byte; every field can lie.
#[derive(Clone)]
pub(super) struct Raw {
    pub(super) name: Vec<u8>,
    /// The name in the local header, when it is another.
    pub(super) local_name: Option<Vec<u8>>,
    pub(super) data: Vec<u8>,
    pub(super) method: u16,
    pub(super) flags: u16,
    pub(super) bytes: u32,
    pub(super) packed_bytes: u32,
    pub(super) crc32: u32,
    pub(super) mode: u32,
    pub(super) extra: Vec<u8>,
    /// The offset in the directory, when it is not the true one.
    pub(super) offset: Option<u32>,
}

impl Raw {
    /// A stored entry that tells the truth.
    pub(super) fn stored(name: &str, data: &[u8]) -> Self {
        Self {
            name: name.as_bytes().to_vec(),
            local_name: None,
            data: data.to_vec(),
            method: 0,
            flags: 0,
            bytes: data.len() as u32,
            packed_bytes: data.len() as u32,
            crc32: crc32fast::hash(data),
            mode: 0o100_644,
            extra: Vec::new(),
            offset: None,
        }
    }

    /// A deflated entry that tells the truth.
    pub(super) fn deflated(name: &str, data: &[u8]) -> Self {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(data).unwrap();
        let packed = encoder.finish().unwrap();
        Self {
            method: 8,
            packed_bytes: packed.len() as u32,
            data: packed,
            ..Self { bytes: data.len() as u32, crc32: crc32fast::hash(data), ..Self::stored(name, &[]) }
        }
    }

    pub(super) fn link(name: &str, target: &str) -> Self {
        Self { mode: 0o120_777, ..Self::stored(name, target.as_bytes()) }
    }

    fn common(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for field in [self.flags, self.method, 0, 0x21] {
            out.extend(field.to_le_bytes());
        }
        for field in [self.crc32, self.packed_bytes, self.bytes] {
            out.extend(field.to_le_bytes());
        }
        out
    }
}

/// Writes the entries with a directory and an end record.
pub(super) fn raw_zip(entries: &[Raw]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut offsets = Vec::new();
    for entry in entries {
        let name = entry.local_name.as_ref().unwrap_or(&entry.name);
        offsets.push(out.len() as u32);
        out.extend(b"PK\x03\x04\x14\0");
        out.extend(entry.common());
        out.extend((name.len() as u16).to_le_bytes());
        out.extend(0u16.to_le_bytes());
        out.extend(name);
        out.extend(&entry.data);
    }
    let start = out.len() as u32;
    for (entry, offset) in entries.iter().zip(offsets) {
        out.extend(b"PK\x01\x02\x14\x03\x14\0");
        out.extend(entry.common());
        out.extend((entry.name.len() as u16).to_le_bytes());
        out.extend((entry.extra.len() as u16).to_le_bytes());
        out.extend([0; 6]);
        out.extend((entry.mode << 16).to_le_bytes());
        out.extend(entry.offset.unwrap_or(offset).to_le_bytes());
        out.extend(&entry.name);
        out.extend(&entry.extra);
    }
    let size = out.len() as u32 - start;
    out.extend(end_record(entries.len() as u16, size, start));
    out
}

pub(super) fn end_record(count: u16, size: u32, offset: u32) -> Vec<u8> {
    let mut out = b"PK\x05\x06\0\0\0\0".to_vec();
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(size.to_le_bytes());
    out.extend(offset.to_le_bytes());
    out.extend([0, 0]);
    out
}
