use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What a result depends on, in short.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key([u8; 32]);

impl Key {
    /// As text.
    #[must_use]
    pub fn hex(&self) -> String {
        self.0.iter().fold(String::with_capacity(64), |mut hex, byte| {
            hex.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
            hex.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
            hex
        })
    }
}

/// A key in the making: everything that a result depends on, one by one.
#[derive(Clone, Debug)]
pub struct KeyMaker(Sha256);

impl KeyMaker {
    /// Begins with what is kept, such as `check`, and with this very build: its version, and the executable where it
    /// can be told, since rules and tables are part of it. Nothing where it cannot.
    #[must_use]
    pub fn new(kind: &str) -> Option<Self> {
        let executable = std::env::current_exe().ok()?;
        let metadata = std::fs::metadata(executable).ok()?;
        let built = metadata.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        let mut maker = Self(Sha256::new());
        maker.add(kind).add(env!("CARGO_PKG_VERSION"));
        maker.add(metadata.len().to_le_bytes()).add(built.as_nanos().to_le_bytes());
        Some(maker)
    }

    /// Adds something; parts do not run into each other.
    pub fn add(&mut self, part: impl AsRef<[u8]>) -> &mut Self {
        let part = part.as_ref();
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }

    /// The key of all that was added.
    #[must_use]
    pub fn finish(&self) -> Key {
        Key(self.0.clone().finalize().into())
    }
}
