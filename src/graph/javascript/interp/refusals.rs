//! What functions of the runtime refuse that are not modelled: arguments of which it is known that they throw.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::Machine;
use super::urls::is_no_path;
use super::value::{Abrupt, At, Kind, ObjId, Slot, Value};
use super::views::member;
use crate::graph::javascript::resolve::is_builtin;
use crate::knowledge;

/// `refusals.toml`, which says what it lists.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusals {
    own_words: Vec<String>,
    digests: Vec<String>,
    keyless: Vec<String>,
    locales: Vec<String>,
    calls_back: Vec<String>,
    areas: Vec<String>,
    arguments: BTreeMap<String, Vec<Wanted>>,
    options: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

/// What an argument has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Wanted {
    String,
    Number,
    Text,
    Place,
    Single,
    Object,
    Function,
    Settings,
}

impl Wanted {
    /// Whether a value is surely none.
    fn refuses(self, value: Value) -> bool {
        let (is_text, is_number) = (matches!(value, Value::Str(_)), matches!(value, Value::Num(_)));
        let is_nothing = value == Value::Undefined;
        match value {
            Value::Unknown(_) | Value::Import(_) | Value::Obj(_) => false,
            _ => match self {
                Self::String | Self::Text | Self::Single => !is_text,
                Self::Place => !is_text && !is_number,
                Self::Number => !is_number,
                Self::Object | Self::Function => true,
                Self::Settings => !is_nothing && value != Value::Null,
            },
        }
    }
}

knowledge::table! {
    static REFUSALS: Refusals = "node/refusals.toml", tested by the_refusals_read;
}

/// An error that a function throws: class, message and code.
type Refusal = (&'static str, String, Option<&'static str>);

/// Options of `NumberFormat` that are numbers, with the least and the most of each (ECMA-402, 11).
const DIGITS: &[(&str, f64, f64)] = &[
    ("minimumIntegerDigits", 1.0, 21.0),
    ("minimumFractionDigits", 0.0, 100.0),
    ("maximumFractionDigits", 0.0, 100.0),
    ("minimumSignificantDigits", 1.0, 21.0),
    ("maximumSignificantDigits", 1.0, 21.0),
];

/// `DOMException.DATA_CLONE_ERR`.
const CLONE_ERROR: f64 = 25.0;
const WRONG_TYPE: Option<&str> = Some("ERR_INVALID_ARG_TYPE");

fn refusal(class: &'static str, message: &str) -> Option<Refusal> {
    Some((class, message.to_owned(), None))
}

fn wrong_type(argument: &str, wanted: &str) -> Option<Refusal> {
    Some(("TypeError", format!("The \"{argument}\" argument must be {wanted}"), WRONG_TYPE))
}

impl Machine<'_> {
    /// Throws what a function of the runtime, by its name, throws for what it is given.
    pub(super) fn refuse_known(&mut self, name: &str, args: &[Value], at: At) -> Result<(), Abrupt> {
        let Some((class, message, code)) = self.refusal_of(name, args) else { return Ok(()) };
        self.bad_argument(class, &message, at).map_err(|thrown| {
            if let Abrupt::Throw(Value::Obj(id)) = thrown {
                let module = name.split('.').next().unwrap_or(name);
                // Those of Node say more than their messages.
                self.object_mut(id).open |= is_builtin(module);
                if class.ends_with("CloneError") {
                    self.define(id, "code", Value::Num(CLONE_ERROR));
                    self.object_mut(id).open = true;
                }
            }
            match code {
                Some(code) => self.with_code(thrown, code),
                None => thrown,
            }
        })
    }

    fn refusal_of(&mut self, name: &str, args: &[Value]) -> Option<Refusal> {
        let first = args.first().copied().unwrap_or(Value::Undefined);
        let (is_new, plain) = match name.strip_prefix("new ") {
            Some(class) => (true, class),
            None => (false, name),
        };
        if REFUSALS.calls_back.iter().any(|known| known == plain) {
            return first.is_primitive().then(|| wrong_type("callback", "of type function")).flatten();
        }
        if let Some(intl) =
            plain.strip_prefix("Intl.").filter(|name| REFUSALS.locales.iter().any(|known| known == name))
        {
            return self
                .bad_locale(first)
                .or_else(|| self.bad_option(intl, args))
                .or_else(|| self.bad_settings(intl, args));
        }
        if let Some(refused) = wrong_argument(plain, args) {
            return Some(refused);
        }
        match plain.split_once('.') {
            Some(("vm", _)) => self.refusal_of_script(plain, first),
            Some(("crypto", _)) => self.refusal_of_crypto(plain, args, first),
            Some(("Buffer", _)) => refusal_of_buffer(plain, first),
            _ if is_new => refusal_of_new(plain, first).or_else(|| self.refusal_of_value(plain, first, is_new)),
            _ => self.refusal_of_value(plain, first, is_new),
        }
    }

    /// A text that is run as a script.
    fn refusal_of_script(&mut self, name: &str, text: Value) -> Option<Refusal> {
        let ("vm.runInThisContext" | "vm.runInNewContext" | "vm.Script", Value::Str(text)) = (name, text) else {
            return None;
        };
        let text = self.str(text);
        self.charge(text.len());
        Some(("SyntaxError", super::evaluate::problem(&text, false)?, None))
    }

    fn refusal_of_crypto(&mut self, name: &str, args: &[Value], first: Value) -> Option<Refusal> {
        match name {
            "crypto.randomBytes" if is_no_size(first) => {
                Some(("RangeError", "The value of \"size\" is out of range".to_owned(), Some("ERR_OUT_OF_RANGE")))
            }
            "crypto.createCipheriv" | "crypto.createDecipheriv" => self.bad_key(args),
            "crypto.createHash" => match first {
                Value::Str(digest) => {
                    let is_known = is_digest(&self.str(digest));
                    (!is_known).then(|| refusal("Error", "Digest method not supported")).flatten()
                }
                other if is_no_path(other) => wrong_type("algorithm", "of type string"),
                _ => None,
            },
            "crypto.createHmac" => match first {
                Value::Str(digest) => {
                    let digest = self.str(digest);
                    if REFUSALS.keyless.contains(&digest.to_lowercase()) {
                        return refusal("Error", "a digest without a length takes no key");
                    }
                    let code = Some("ERR_CRYPTO_INVALID_DIGEST");
                    (!is_digest(&digest)).then(|| ("TypeError", format!("Invalid digest: {digest}"), code))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// What a function of the language itself says to the value that it is given.
    fn refusal_of_value(&mut self, name: &str, first: Value, is_new: bool) -> Option<Refusal> {
        match name {
            "decodeURIComponent" | "decodeURI" => {
                let text = self.text_of_value(first)?;
                decoded(&text).is_none().then(|| refusal("URIError", "URI malformed")).flatten()
            }
            "BigInt" => self.no_bigint(first, is_new),
            "structuredClone" if matches!(first, Value::Sym(_)) || self.callable(first) => {
                refusal("DataCloneError", "what it is given could not be cloned")
            }
            "Date().toLocaleString" | "Date().toLocaleDateString" | "Date().toLocaleTimeString" => {
                self.bad_locale(first)
            }
            _ => None,
        }
    }

    /// A key or a first block that is not as long as a cipher wants it.
    fn bad_key(&mut self, args: &[Value]) -> Option<Refusal> {
        let [Value::Str(cipher), key, block, ..] = args else { return None };
        let cipher = self.str(*cipher).to_lowercase();
        let mut parts = cipher.strip_prefix("aes-")?.split('-');
        let (bits, mode) = (parts.next()?.parse::<usize>().ok()?, parts.next()?);
        if !matches!((bits, mode), (128 | 192 | 256, "cbc" | "ctr" | "gcm" | "ecb")) {
            return None;
        }
        let mut length = |value: Value| match value {
            Value::Str(text) => Some(self.str(text).len()),
            value => self.seen_bytes(value).map(|bytes| bytes.len()),
        };
        if length(*key).is_some_and(|length| length * 8 != bits) {
            return Some(("RangeError", "Invalid key length".to_owned(), Some("ERR_CRYPTO_INVALID_KEYLEN")));
        }
        let wants_block = matches!(mode, "cbc" | "ctr") && length(*block).is_some_and(|length| length != 16);
        wants_block.then(|| ("TypeError", "Invalid initialization vector".to_owned(), Some("ERR_CRYPTO_INVALID_IV")))
    }

    /// Throws where a text is no language.
    pub(super) fn refuse_locale(&mut self, locale: Value, at: At) -> Result<(), Abrupt> {
        match self.bad_locale(locale) {
            Some((class, message, _)) => self.bad_argument(class, &message, at),
            None => Ok(()),
        }
    }

    fn text_of_value(&mut self, value: Value) -> Option<String> {
        if matches!(value, Value::Obj(_)) {
            return None;
        }
        self.coerce_text(value).map(|text| self.str(text).to_string())
    }

    /// What `BigInt` makes nothing of.
    fn no_bigint(&mut self, value: Value, is_new: bool) -> Option<Refusal> {
        match value {
            _ if is_new => refusal("TypeError", "BigInt is not a constructor"),
            Value::Undefined | Value::Null => refusal("TypeError", "Cannot convert undefined or null to a BigInt"),
            Value::Num(number) if !number.is_finite() || number.fract() != 0.0 => {
                refusal("RangeError", "The number cannot be converted to a BigInt because it is not an integer")
            }
            Value::Str(text) => {
                let text = self.str(text);
                let digits = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
                let is_blank = digits.is_empty();
                let (digits, base) = match digits.get(..2) {
                    Some("0x" | "0X") => (&digits[2..], 16),
                    Some("0o" | "0O") => (&digits[2..], 8),
                    Some("0b" | "0B") => (&digits[2..], 2),
                    _ => (digits.strip_prefix(['+', '-']).unwrap_or(digits), 10),
                };
                let is_number = digits.chars().all(|c| c.is_digit(base)) && (!digits.is_empty() || is_blank);
                (!is_number).then(|| refusal("SyntaxError", "Cannot convert a text to a BigInt")).flatten()
            }
            _ => None,
        }
    }

    /// A language that `Intl` does not take for one, by its form.
    pub(super) fn bad_locale(&mut self, value: Value) -> Option<Refusal> {
        match value {
            Value::Null => refusal("TypeError", "Cannot convert undefined or null to object"),
            Value::Str(tag) if !is_language_tag(&self.str(tag)) => {
                let message = format!("Incorrect locale information provided: {}", self.str(tag));
                Some(("RangeError", message, None))
            }
            _ => None,
        }
    }

    /// Options of `Intl` that do not go together, or are out of their ranges.
    fn bad_settings(&mut self, class: &str, args: &[Value]) -> Option<Refusal> {
        let Some(Value::Obj(options)) = args.get(1).copied() else { return None };
        if !matches!(self.object(options).kind, Kind::Plain) || self.object(options).open {
            return None;
        }
        match class {
            "DateTimeFormat" => self.bad_zone(options),
            "NumberFormat" => self.bad_unit(options).or_else(|| self.bad_digits(options)),
            _ => None,
        }
    }

    fn text_option(&mut self, options: ObjId, name: &str) -> Option<Arc<str>> {
        match member(self, options, name) {
            Some(Value::Str(text)) => Some(self.str(text)),
            _ => None,
        }
    }

    fn bad_zone(&mut self, options: ObjId) -> Option<Refusal> {
        let zone = self.text_option(options, "timeZone")?;
        let area = zone.split_once('/').map(|(area, _)| area.to_lowercase());
        let is_odd = zone.is_empty() || zone.contains(' ') || area.is_some_and(|area| !REFUSALS.areas.contains(&area));
        is_odd.then(|| ("RangeError", format!("Invalid time zone specified: {zone}"), None))
    }

    /// What `style` asks for and is not there, and currencies that are none by their form.
    fn bad_unit(&mut self, options: ObjId) -> Option<Refusal> {
        let style = self.text_option(options, "style");
        let wanted = style.filter(|style| matches!(&**style, "currency" | "unit"));
        if let Some(wanted) = wanted
            && matches!(member(self, options, &wanted), None | Some(Value::Undefined))
        {
            return Some(("TypeError", format!("{wanted} is required with {wanted} style."), None));
        }
        let code = self.text_option(options, "currency")?;
        let is_code = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
        (!is_code).then(|| ("RangeError", format!("Invalid currency code : {code}"), None))
    }

    fn bad_digits(&mut self, options: ObjId) -> Option<Refusal> {
        let number = |m: &mut Self, name: &str| match member(m, options, name) {
            Some(Value::Num(number)) => Some(number),
            _ => None,
        };
        for (name, least, most) in DIGITS {
            if number(self, name).is_some_and(|number| number.is_nan() || number < *least || number >= *most + 1.0) {
                return Some(("RangeError", format!("{name} value is out of range."), None));
            }
        }
        for part in ["FractionDigits", "SignificantDigits"] {
            let [least, most] = ["minimum", "maximum"].map(|end| number(self, &format!("{end}{part}")));
            if least.zip(most).is_some_and(|(least, most)| least.trunc() > most.trunc()) {
                return Some(("RangeError", format!("maximum{part} value is out of range."), None));
            }
        }
        None
    }

    /// An option that is none of the words which it can be.
    fn bad_option(&mut self, class: &str, args: &[Value]) -> Option<Refusal> {
        let known = REFUSALS.options.get(class)?;
        let Some(Value::Obj(options)) = args.get(1).copied() else { return None };
        for (option, words) in known {
            let key = self.atom(option);
            if let Some(Slot::Value(Value::Str(value))) = self.object(options).props.get(key) {
                let value = self.str(value);
                if !words.iter().any(|word| **word == *value) {
                    return Some(("RangeError", format!("Value {value} out of range for option {option}"), None));
                }
            }
        }
        None
    }
}

/// Whether a message is one of the runtime's own, word for word.
pub(super) fn is_in_own_words(message: &str) -> bool {
    REFUSALS.own_words.iter().any(|words| match words.split_once('*') {
        Some((start, end)) => message.strip_prefix(start).is_some_and(|rest| rest.ends_with(end)),
        None => words == message,
    })
}

/// Whether OpenSSL knows a digest by a name; the numbers that standards give to digests are not judged.
fn is_digest(name: &str) -> bool {
    let is_number = name.starts_with(|c: char| c.is_ascii_digit());
    is_number || REFUSALS.digests.contains(&name.to_lowercase())
}

/// Whether a text has the form of a language tag (BCP 47, as `Intl` reads it).
fn is_language_tag(tag: &str) -> bool {
    let parts: Vec<&str> = tag.split('-').collect();
    let plain = |part: &&str| !part.is_empty() && part.len() <= 8 && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let Some((language, rest)) = parts.split_first() else { return false };
    let letters = language.bytes().all(|b| b.is_ascii_alphabetic());
    letters && matches!(language.len(), 2 | 3 | 5..=8) && rest.iter().all(plain)
}

/// What percent signs in a text stand for; nothing where that is no text.
pub(super) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let (high, low) = (digit(rest.next())?, digit(rest.next())?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// An argument that is not of the type that the table wants at its place.
fn wrong_argument(name: &str, args: &[Value]) -> Option<Refusal> {
    let wanted = REFUSALS.arguments.get(name)?;
    let given = |at: usize| args.get(at).copied().unwrap_or(Value::Undefined);
    let (at, _) = wanted
        .iter()
        .enumerate()
        .find(|(at, wanted)| wanted.refuses(given(*at)) && (**wanted != Wanted::Single || args.len() <= at + 1))?;
    Some(("TypeError", format!("The argument at position {} is of a wrong type", at + 1), WRONG_TYPE))
}

fn refusal_of_buffer(name: &str, first: Value) -> Option<Refusal> {
    match name {
        "Buffer.from" if is_no_path(first) => wrong_type("first", "of type string or an instance of Buffer"),
        "Buffer.alloc" | "Buffer.allocUnsafe" | "Buffer.allocUnsafeSlow" => match first {
            size if is_no_size(size) => {
                Some(("RangeError", "The value of \"size\" is out of range".to_owned(), Some("ERR_OUT_OF_RANGE")))
            }
            Value::Undefined | Value::Null | Value::Bool(_) | Value::Str(_) => wrong_type("size", "of type number"),
            _ => None,
        },
        _ => None,
    }
}

/// What a constructor says to the value that it is given.
fn refusal_of_new(class: &str, first: Value) -> Option<Refusal> {
    let is_plain = is_no_path(first) || matches!(first, Value::Str(_));
    match class {
        "ArrayBuffer" | "Uint8Array" | "Uint16Array" | "Uint32Array" | "Int8Array" | "Int16Array" | "Int32Array"
        | "Float32Array" | "Float64Array" | "Uint8ClampedArray"
            if matches!(first, Value::Num(size) if size <= -1.0) =>
        {
            refusal("RangeError", "Invalid typed array length")
        }
        "WeakRef" if is_plain => refusal("TypeError", "WeakRef: target must be an object"),
        "FinalizationRegistry" if is_plain => refusal("TypeError", "FinalizationRegistry: cleanup must be callable"),
        _ => None,
    }
}

/// A number that counts nothing.
fn is_no_size(value: Value) -> bool {
    matches!(value, Value::Num(size) if size < 0.0 || size.is_nan())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_told_by_their_form() {
        for tag in ["en", "en-US", "zh-Hant-TW", "de-DE-u-co-phonebk", "sl-rozaj-biske-1994", "root0"] {
            assert_eq!(is_language_tag(tag), tag != "root0", "{tag}");
        }
        for tag in ["", "e", "bad_loc", "en--US", "en-", "xx-invalid-locale-zzzzzzzzz", "4en"] {
            assert!(!is_language_tag(tag), "{tag}");
        }
    }

    #[test]
    fn own_words_are_told_from_ours() {
        assert!(is_in_own_words("Cannot read properties of undefined (reading 'a')"));
        assert!(is_in_own_words("Invalid array length") && is_in_own_words("Invalid digest: x"));
        assert!(!is_in_own_words("Invalid array length 5") && !is_in_own_words("it is not iterable"));
    }

    #[test]
    fn digests_are_known_by_all_their_names() {
        for name in ["SHA-512/256", "sha2-512/224", "RSA-SHA512/224", "2.16.840.1.101.3.4.2.1", "blake2b512"] {
            assert!(is_digest(name), "{name}");
        }
        for name in ["sha512/256", "null", "sha257", "md4", ""] {
            assert!(!is_digest(name), "{name}");
        }
    }

    #[test]
    fn percent_signs_are_decoded() {
        assert_eq!(decoded("a%20b%C3%A9").as_deref(), Some("a bé"));
        assert!(decoded("%").is_none() && decoded("%E0%A4%A").is_none() && decoded("%zz").is_none());
    }
}
