//! Routes taken out of a module: what is common to all languages.

use std::collections::BTreeSet;

use super::moving::Refusal;
use crate::span::Span;

/// How often what is unused is looked for: each round may leave more behind.
pub(super) const ROUNDS: usize = 40;

/// Replacements in one file.
pub(super) type Edits = Vec<(Span, String)>;

/// What takes routes out of a module, as its statements are looked through.
pub(super) struct Removals<'t> {
    /// The module.
    pub(super) text: &'t str,
    /// The changes so far, in any order.
    pub(super) edits: Edits,
    /// Places where routes that go are registered.
    gone: &'t [u32],
    /// Those of routes that stay.
    kept: &'t [u32],
    /// Places of routes whose registration goes.
    found: BTreeSet<u32>,
    refused: Option<Refusal>,
}

fn within(span: Span, places: &[u32]) -> impl Iterator<Item = u32> + '_ {
    places.iter().copied().filter(move |place| span.start <= *place && *place < span.end)
}

impl<'t> Removals<'t> {
    /// Nothing is taken out yet.
    pub(super) fn new(text: &'t str, gone: &'t [u32], kept: &'t [u32]) -> Self {
        Self { text, edits: Vec::new(), gone, kept, found: BTreeSet::new(), refused: None }
    }

    /// Places in some code that register routes which go.
    pub(super) fn gone_in(&self, span: Span) -> impl Iterator<Item = u32> + '_ {
        within(span, self.gone)
    }

    /// Whether some code registers a route that stays.
    pub(super) fn keeps(&self, span: Span) -> bool {
        within(span, self.kept).next().is_some()
    }

    /// Whether some code registers only routes that go; one that registers both cannot be taken apart, nor can one
    /// when a route that stays is inside of the `whole` that would go with it.
    pub(super) fn goes(&mut self, head: Span, whole: Span) -> bool {
        if self.gone_in(head).next().is_none() {
            return false;
        }
        if self.keeps(head) {
            self.refuse(head.start, "one condition stands for routes of several groups");
        } else if self.keeps(whole) {
            self.refuse(head.start, "a route of another group is inside of the code of this one");
        } else {
            self.found.extend(within(whole, self.gone));
            return true;
        }
        false
    }

    /// Notes that the routes cannot be taken out.
    pub(super) fn refuse(&mut self, at: u32, why: &str) {
        self.refused = Some(Refusal::at(at, why));
    }

    /// The changes, in order.
    ///
    /// # Errors
    /// When something was refused, a route was not met, or changes cross each other.
    pub(super) fn settled(mut self) -> Result<Edits, Refusal> {
        if let Some(refused) = self.refused {
            return Err(refused);
        }
        if let Some(missed) = self.gone.iter().find(|place| !self.found.contains(*place)) {
            return Err(Refusal::at(*missed, "a route is registered in a way that cannot be taken out by itself"));
        }
        self.edits.sort();
        self.edits.dedup();
        let crosses = self.edits.windows(2).any(|pair| pair[0].0.end > pair[1].0.start);
        if crosses { Err(Refusal::new("routes are registered inside one another")) } else { Ok(self.edits) }
    }
}

/// What a condition demands: the texts of what is compared, each with the constant that it must be.
pub(super) type Demands = Vec<(String, String)>;

/// Branches of which one runs at most, as they stand in a block.
pub(super) struct Chain {
    /// Where it is.
    pub(super) span: Span,
    /// The condition of each branch.
    pub(super) tests: Vec<Demands>,
    /// Whether what stands behind it may run once a branch did.
    pub(super) goes_on: bool,
}

impl Removals<'_> {
    /// Refuses to take chains apart of which one request may run through several: each part would do half of it.
    pub(super) fn refuse_joint(&mut self, chains: &[Chain]) {
        for (at, first) in chains.iter().enumerate().filter(|(_, chain)| chain.goes_on) {
            for later in &chains[at + 1..] {
                if self.parts(first.span, later.span) && may_join(first, later) {
                    self.refuse(
                        later.span.start,
                        "a branch before it goes on to this one: a request may run through both",
                    );
                }
            }
        }
    }

    /// Whether routes of one piece of code go and routes of the other stay.
    fn parts(&self, one: Span, other: Span) -> bool {
        let goes = |span| self.gone_in(span).next().is_some();
        goes(one) && self.keeps(other) || self.keeps(one) && goes(other)
    }
}

fn may_join(one: &Chain, other: &Chain) -> bool {
    let excludes =
        |a: &Demands, b: &Demands| a.iter().any(|(of, is)| b.iter().any(|(same, other)| of == same && is != other));
    one.tests.iter().any(|test| other.tests.iter().any(|later| !excludes(test, later)))
}
