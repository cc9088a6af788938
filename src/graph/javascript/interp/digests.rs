//! `createHash` and `createHmac` of texts and bytes that are known, by the digests that most code uses.

use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use super::Machine;
use super::tables::{Table, fill};
use super::value::{Abrupt, Call, Kind, UNKNOWN, Value};
use super::views::member;

/// What has been given so far; the name of the digest; the key.
const GIVEN: &str = "@@given";
const NAME: &str = "@@digest";
const KEY: &str = "@@key";

pub(super) const FUNCTIONS: Table = &[
    ("crypto.createHash", |m, c| {
        if c.arg(1) != Value::Undefined {
            return Ok(UNKNOWN);
        }
        Ok(made(m, c, None, "crypto.createHash()"))
    }),
    ("crypto.createHmac", |m, c| {
        let key = match c.arg(1) {
            Value::Str(text) => Some(m.str(text).as_bytes().to_vec()),
            Value::Obj(_) => m.seen_bytes(c.arg(1)),
            _ => None,
        };
        if c.arg(2) != Value::Undefined {
            return Ok(UNKNOWN);
        }
        Ok(match key {
            Some(key) => made(m, c, Some(key), "crypto.createHmac()"),
            None => UNKNOWN,
        })
    }),
    ("crypto.timingSafeEqual", |m, c| {
        let (Some(a), Some(b)) = (m.seen_bytes(c.arg(0)), m.seen_bytes(c.arg(1))) else { return Ok(UNKNOWN) };
        if a.len() != b.len() {
            let (message, code) =
                ("Input buffers must have the same byte length", "ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH");
            m.bad_argument_of_node("RangeError", message, code, c.at)?;
            return Ok(UNKNOWN);
        }
        Ok(Value::Bool(a == b))
    }),
];

const METHODS: Table = &[
    ("update", |m, c| {
        let Value::Obj(id) = c.this else { return Ok(UNKNOWN) };
        refuse_done(m, c, id)?;
        let more = match c.arg(0) {
            Value::Str(text) => match c.arg(1) {
                Value::Undefined => Some(m.str(text).as_bytes().to_vec()),
                Value::Str(name) if matches!(&*m.str(name), "utf8" | "utf-8") => Some(m.str(text).as_bytes().to_vec()),
                _ => None,
            },
            Value::Obj(_) => m.seen_bytes(c.arg(0)),
            Value::Unknown(_) | Value::Import(_) => None,
            _ => {
                m.wrong_type("The \"data\" argument must be of type string or an instance of Buffer", c.at)?;
                None
            }
        };
        let before = member(m, id, GIVEN).and_then(|given| m.seen_bytes(given));
        let is_sure = m.doubt <= u32::from(m.object(id).doubt);
        let given = match (before, more) {
            (Some(mut given), Some(more)) if is_sure => {
                given.extend(more);
                m.buffer_of(given)
            }
            _ => UNKNOWN,
        };
        m.define(id, GIVEN, given);
        Ok(c.this)
    }),
    ("digest", |m, c| {
        let Value::Obj(id) = c.this else { return Ok(UNKNOWN) };
        refuse_done(m, c, id)?;
        let given = member(m, id, GIVEN).and_then(|given| m.seen_bytes(given));
        let key = member(m, id, KEY);
        let key = key.and_then(|key| m.seen_bytes(key));
        let name = member(m, id, NAME);
        m.define(id, GIVEN, Value::Null);
        let (Some(given), Some(Value::Str(name))) = (given, name) else { return Ok(UNKNOWN) };
        let name = m.str(name);
        let bytes = match key {
            Some(key) => keyed(&name, &key, &given),
            None => digest(&name, &given),
        };
        let Some(bytes) = bytes else { return Ok(UNKNOWN) };
        let made = m.buffer_of(bytes);
        if c.arg(0) == Value::Undefined {
            return Ok(made);
        }
        let key = m.atom("toString");
        let method = m.get(made, key)?;
        m.call_at(method, made, &[c.arg(0)], c.at)
    }),
];

fn refuse_done(m: &mut Machine<'_>, c: &Call<'_>, id: u32) -> Result<(), Abrupt> {
    match member(m, id, GIVEN) {
        Some(Value::Null) => {
            m.note_read(c.this);
            m.bad_argument_of_node("Error", "Digest already called", "ERR_CRYPTO_HASH_FINALIZED", c.at)
        }
        _ => Ok(()),
    }
}

fn made(m: &mut Machine<'_>, c: &Call<'_>, key: Option<Vec<u8>>, name: &str) -> Value {
    let Value::Str(digest) = c.arg(0) else { return UNKNOWN };
    let proto = m.proto("Object");
    let id = m.alloc(Kind::Plain, proto);
    fill(m, id, METHODS);
    let given = m.buffer_of(Vec::new());
    let digest = m.str(digest).to_lowercase().replace('-', "");
    let digest = m.string(&digest);
    m.define(id, GIVEN, given);
    m.define(id, NAME, digest);
    if let Some(key) = key {
        let key = m.buffer_of(key);
        m.define(id, KEY, key);
    }
    m.object_mut(id).name = m.atom(name);
    m.object_mut(id).open = true;
    Value::Obj(id)
}

fn digest(name: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    Some(match name {
        "sha224" => Sha224::digest(bytes).to_vec(),
        "sha256" => Sha256::digest(bytes).to_vec(),
        "sha384" => Sha384::digest(bytes).to_vec(),
        "sha512" => Sha512::digest(bytes).to_vec(),
        _ => return None,
    })
}

/// The digest of a text with a key (RFC 2104).
fn keyed(name: &str, key: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
    let block = match name {
        "sha224" | "sha256" => 64,
        "sha384" | "sha512" => 128,
        _ => return None,
    };
    let mut key = if key.len() > block { digest(name, key)? } else { key.to_vec() };
    key.resize(block, 0);
    let padded = |pad: u8| key.iter().map(|byte| byte ^ pad).collect::<Vec<u8>>();
    let inner = digest(name, &[padded(0x36), bytes.to_vec()].concat())?;
    digest(name, &[padded(0x5c), inner].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: Option<Vec<u8>>) -> String {
        bytes.unwrap_or_default().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn digests_are_those_of_the_standards() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(hex(digest("sha256", b"")), empty);
        // RFC 4231, test case 2.
        let keyed = hex(keyed("sha256", b"Jefe", b"what do ya want for nothing?"));
        assert_eq!(keyed, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert_eq!(digest("md5", b""), None);
    }
}
