//! Where places of a text lie after it was edited.

use crate::span::Span;

/// The difference between a text that was analysed and what it has become: one stretch that was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moved {
    /// Bytes that both begin with.
    same: u32,
    /// Where the common end begins in the analysed text.
    end_then: u32,
    /// Where it begins in the text of now.
    end_now: u32,
}

impl Moved {
    /// What has changed from one text to another.
    pub(super) fn between(then: &str, now: &str) -> Self {
        let (a, b) = (then.as_bytes(), now.as_bytes());
        let least = a.len().min(b.len());
        let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
        let behind = a.iter().rev().zip(b.iter().rev()).take(least - same).take_while(|(a, b)| a == b).count();
        let (end_then, end_now) = (a.len() - behind, b.len() - behind);
        let (same, end_then, end_now) = (same as u32, end_then as u32, end_now as u32);
        Self { same, end_then, end_now }
    }

    /// Where a place is now; `None` where it was touched. Who types right behind a name changes that name, so that
    /// a place is touched by what is beside it, unless that begins a line.
    pub(super) fn span(&self, span: Span, now: &str) -> Option<Span> {
        let nothing = self.same == self.end_then && self.same == self.end_now;
        let new = now.get(self.same as usize..self.end_now as usize).unwrap_or_default();
        if nothing || span.end < self.same || (span.end == self.same && new.starts_with(['\n', '\r'])) {
            return Some(span);
        }
        let is_behind = span.start > self.end_then || (span.start == self.end_then && new.ends_with('\n'));
        let moved = |at: u32| at - self.end_then + self.end_now;
        is_behind.then(|| Span::new(moved(span.start), moved(span.end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(then: &str, now: &str, word: &str) -> Option<String> {
        let at = then.find(word).unwrap() as u32;
        let span = Moved::between(then, now).span(Span::new(at, at + word.len() as u32), now)?;
        now.get(span.start as usize..span.end as usize).map(str::to_owned)
    }

    #[test]
    fn places_move_with_what_is_typed_before_them() {
        let then = "import a\nimport b\nx = 1\n";
        let kept = |now: &str, word: &str| assert_eq!(moved(then, now, word).as_deref(), Some(word), "{now}");
        kept("import a\nimport b\nx = 12\n", "import b");
        kept("import a\nimport c\nimport b\nx = 1\n", "import b");
        kept("import a\nimport c\nimport b\nx = 1\n", "import a");
        kept("# \u{e4}\nimport a\nimport b\nx = 1\n", "import a");
        kept("import b\nx = 1\n", "import b");
        kept("import a\nimport b\n\nx = 1\n", "import b");
        kept(then, "import b");
    }

    #[test]
    fn what_was_touched_has_no_place() {
        let then = "import a\nimport b\nx = 1\n";
        for now in
            ["import a\nimport bb\nx = 1\n", "import a\nimprt b\nx = 1\n", "import a\nx = 1\n", "import a\n#import b\n"]
        {
            assert_eq!(moved(then, now, "import b"), None, "{now}");
        }
        assert_eq!(moved("", "x", ""), None);
        let (then, now) = ("aXa", "aXXa");
        assert_eq!(Moved::between(then, now), Moved { same: 2, end_then: 2, end_now: 3 });
    }
}
