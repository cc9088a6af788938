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
    /// What has changed from one text to another. Where the stretch could lie in several places, as a line does that
    /// begins like the next one, it begins a line.
    pub(super) fn between(then: &str, now: &str) -> Self {
        let (a, b) = (then.as_bytes(), now.as_bytes());
        let least = a.len().min(b.len());
        let ahead = a.iter().zip(b).take_while(|(a, b)| a == b).count();
        let behind = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
        let begins_line = |at: &usize| *at == 0 || b.get(*at - 1) == Some(&b'\n');
        let same = (least.saturating_sub(behind)..=ahead).rev().find(begins_line).unwrap_or(ahead);
        let behind = behind.min(least - same);
        Self { same: same as u32, end_then: (a.len() - behind) as u32, end_now: (b.len() - behind) as u32 }
    }

    /// Where a place is now; `None` where it was touched. Who types right beside a name changes that name, so that only
    /// what ends a line or begins one is not touched by what is beside it.
    pub(super) fn span(&self, span: Span, now: &str) -> Option<Span> {
        let now = now.as_bytes();
        let nothing = self.same == self.end_then && self.same == self.end_now;
        let ends_line = || now.get(self.same as usize).is_none_or(|byte| matches!(byte, b'\n' | b'\r'));
        if nothing || span.end < self.same || (span.end == self.same && ends_line()) {
            return Some(span);
        }
        let begins_line = || self.end_now == 0 || now.get(self.end_now as usize - 1) == Some(&b'\n');
        let is_behind = span.start > self.end_then || (span.start == self.end_then && begins_line());
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
