//! What the fuzz targets do, for a few thousand inputs made by recipe: seeds with some bytes
//! changed, moved or cut, always the same ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "no input of users runs through here")]

mod texts;

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use defrost::input::{self, Limits};
use defrost::lang::{native, python};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A small generator of numbers (xorshift), so that every run sees the same inputs.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }

    /// `seed` with one to four changes.
    fn mutate(&mut self, seed: &[u8]) -> Vec<u8> {
        const TELLING: [u8; 8] = [0, 1, 0x7F, 0x80, 0xFF, b'(', b'\n', b'P'];
        let mut bytes = seed.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len());
            match self.below(4) {
                0 => bytes.truncate(at),
                1 => bytes.extend_from_within(at..),
                _ if bytes.is_empty() => {}
                2 => bytes[at] = TELLING[self.below(TELLING.len())],
                _ => bytes[at] ^= 1 << self.below(8),
            }
        }
        bytes
    }
}

const PYTHON: &str = r#"
# -*- coding: utf-8 -*-
"""Docs."""
from __future__ import annotations
import os.path as path, sys
from . import (a, b as c)
try:
    import orjson as json
except ImportError:
    import json
@decorate(x=[1, *range(3)], **{"k": f"{path!r:>{10}}"})
class Model(Base, metaclass=Meta):
    field: "list[int]" = dict(a=1)
    async def run(self, *args, key: int = 3, **rest) -> None:
        async with self.open() as handle, other:
            yield [await x async for x in handle if (y := x) > 1]
match sys.argv:
    case [Point(x=0), *_] | {"a": 1, **more} if more:
        lambda *a, b=2: a[1:2, ...]
    case _:
        pass
type Alias[T: int] = list[T]
if __name__ == "__main__": raise SystemExit(main() or 0o17 + 1_000j)
"#;

#[test]
fn python_files_with_errors_never_panic() {
    let work = || {
        let mut dice = Dice(0x00C0_FFEE);
        for _ in 0..2_000 {
            let _ = python::parse(&dice.mutate(PYTHON.as_bytes()));
        }
        for open in ["(", "[", "{1:", "f'{", "not ", "-", "x if y else ", "lambda: ", "a.b(", "if x:\n "] {
            let _ = python::parse(open.repeat(100_000).as_bytes());
        }
    };
    let thread = std::thread::Builder::new().stack_size(python::PARSE_STACK).spawn(work);
    thread.unwrap().join().unwrap();
}

fn archive() -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, options) in
        [("app.py", SimpleFileOptions::default()), ("pkg/a.py", stored), ("b.py", stored.large_file(true))]
    {
        writer.start_file(name, options).unwrap();
        writer.write_all(PYTHON.as_bytes()).unwrap();
    }
    writer.add_symlink("link.py", "app.py", stored).unwrap();
    writer.finish().unwrap().into_inner()
}

fn open_and_read(path: &Path) {
    let Ok(artifact) = input::open(path, &[], &Limits::default()) else { return };
    for (id, entry) in artifact.entries() {
        if let Ok(content) = artifact.read(id) {
            assert_eq!((*content).as_ref().len() as u64, entry.bytes, "{}", entry.path);
        }
    }
}

#[test]
fn damaged_zips_never_panic() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("fn.zip");
    let seed = archive();
    let mut dice = Dice(0xDEF_2057);
    for _ in 0..2_000 {
        fs::write(&path, dice.mutate(&seed)).unwrap();
        open_and_read(&path);
    }
}

#[test]
fn damaged_executables_never_panic() {
    // The header of a 64-bit executable, and then nothing that it promises.
    let mut seed = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0".to_vec();
    seed.resize(2048, 0);
    for (at, value) in [(32, 64u64), (40, 512)] {
        seed[at..at + 8].copy_from_slice(&value.to_le_bytes());
    }
    for (at, value) in [(52, 64u16), (54, 56), (56, 8), (58, 64), (60, 24), (62, 1)] {
        seed[at..at + 2].copy_from_slice(&value.to_le_bytes());
    }
    for segment in 0..8usize {
        seed[64 + segment * 56] = segment as u8;
        seed[64 + segment * 56 + 33] = 8;
    }
    let mut dice = Dice(0x00E1_F000);
    for _ in 0..20_000 {
        if let Ok(facts) = native::read(&dice.mutate(&seed)) {
            assert!(facts.sections.iter().all(|section| section.bytes <= facts.bytes));
        }
    }
}
