//! Tables of words and facts below `rules/knowledge/`: read once, when somebody asks first, from text that is part
//! of the executable.

use serde::de::DeserializeOwned;

/// Declares a table with the file that it comes from, and the test that reads it.
///
/// ```text
/// table! {
///     static WORDS: FxHashMap<String, Vec<String>> = "LANGUAGE/words.toml", tested by the_words_read;
/// }
/// ```
macro_rules! table {
    ($($(#[$meta:meta])* $vis:vis static $name:ident: $type:ty = $path:literal, tested by $test:ident;)+) => {$(
        $(#[$meta])*
        $vis static $name: std::sync::LazyLock<$type> = std::sync::LazyLock::new(|| {
            let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/knowledge/", $path));
            $crate::knowledge::read($path, text)
        });

        #[cfg(test)]
        #[test]
        fn $test() {
            std::sync::LazyLock::force(&$name);
        }
    )+};
}
pub(crate) use table;

/// A table from its text.
///
/// # Panics
/// When the text is no such table. The text is part of the executable, and every table has a test that reads it: a
/// broken one never gets that far, and an empty one in its place would be a silent wrong answer.
#[allow(clippy::panic, reason = "reached by a broken build only, as said above")]
pub(crate) fn read<T: DeserializeOwned>(path: &str, text: &str) -> T {
    toml::from_str(text).unwrap_or_else(|error| panic!("rules/knowledge/{path}: {error}"))
}
