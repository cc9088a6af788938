//! From the machine on which the model was fitted to the platform, and how far that can be off.

use std::ops::Deref;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CostInput;
use super::model::Coefficients;
use crate::artifact::ArtifactKind;
use crate::graph::{ModuleGraph, ModuleKind, Phase};
use crate::platform::{Factor, Language, Packaging};

/// Nine in ten errors lie below the median error to this power, where they are spread as errors of factors are.
pub const CALIBRATION_ERROR: f64 = 2.44;

/// In which state most of a function's code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Compiled at every cold start.
    Source,
    /// Compiled already.
    Bytecode,
}

/// What cold starts of the user's own functions say about estimates for such functions.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// The language that it holds for.
    pub language: Language,
    /// The state of the code that it holds for; both where there is none.
    pub state: Option<State>,
    /// How many times longer than estimated Init takes beyond the runtime's own start.
    pub factor: f64,
    /// Cold starts behind it.
    pub starts: u64,
    /// Median factor by which functions lie off after it, at least 1.
    pub error: f64,
}

/// What ties an estimate to the platform.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Basis {
    /// How many times longer the same work takes there than on the machine on which the model was fitted.
    pub factor: f64,
    /// Where that is from.
    pub source: String,
    /// In which state most of the code is; `null` where nothing is known of its code.
    pub state: Option<State>,
    /// Cold starts of the user's own that it is fitted to; `null` where the factor is a published one.
    pub starts: Option<u64>,
}

/// The coefficients as they hold for one function.
pub(super) struct Model<'a> {
    fitted: &'a Coefficients,
    /// From the machine's milliseconds to the platform's.
    pub(super) scale: f64,
    /// The same if all code were compiled already.
    pub(super) with_bytecode: f64,
    /// Factors for the low and high end, of model and platform together.
    pub(super) spread: [f64; 2],
    /// What to say of it.
    pub(super) basis: Basis,
}

impl Deref for Model<'_> {
    type Target = Coefficients;

    fn deref(&self) -> &Coefficients {
        self.fitted
    }
}

impl<'a> Model<'a> {
    pub(super) fn new(fitted: &'a Coefficients, input: &CostInput<'_>) -> Self {
        let language = input.spec.runtime.language();
        let Some(factor) = input.spec.platform.factor(language, packaging(input)) else {
            let basis = Basis { factor: 1.0, ..Basis::default() };
            return Self { fitted, scale: 1.0, with_bytecode: 1.0, spread: fitted.range, basis };
        };
        let compiled = compiled_share(input.graph);
        let state = if compiled > 0.5 { State::Source } else { State::Bytecode };
        let published = factor.source * compiled + factor.bytecode * (1.0 - compiled);
        match calibration(input.calibrations, language, state) {
            Some(own) => Self {
                fitted,
                scale: published * own.factor,
                with_bytecode: factor.bytecode * own.factor,
                spread: calibrated(fitted.range, own.error),
                basis: Basis {
                    factor: published * own.factor,
                    source: "calibrated with cold starts of one's own".to_owned(),
                    state: Some(state),
                    starts: Some(own.starts),
                },
            },
            None => Self {
                fitted,
                scale: published,
                with_bytecode: factor.bytecode,
                spread: combined(fitted.range, factor),
                basis: Basis { factor: published, source: factor.evidence.clone(), state: Some(state), starts: None },
            },
        }
    }
}

fn packaging(input: &CostInput<'_>) -> Packaging {
    match input.artifact.kind {
        ArtifactKind::Image => Packaging::Image,
        _ => Packaging::Zip,
    }
}

/// Share of the bytes of code loaded during Init that is compiled then. Data that source reads does not count.
fn compiled_share(graph: &ModuleGraph) -> f64 {
    let loaded = graph.modules.iter().filter(|module| module.loaded == Phase::Init && !module.preloaded);
    let (mut compiled, mut read) = (0u64, 0u64);
    for module in loaded.filter(|module| matches!(module.kind, ModuleKind::Source | ModuleKind::Bytecode)) {
        match module.weight.compiled_bytes {
            0 => read += module.weight.read_bytes,
            bytes => compiled += bytes,
        }
    }
    if compiled == 0 { 0.0 } else { compiled as f64 / (compiled + read) as f64 }
}

/// The calibration for a language and a state; one for the state alone goes first.
fn calibration(all: &[Calibration], language: Language, state: State) -> Option<&Calibration> {
    let of = |wanted: Option<State>| all.iter().find(|one| one.language == language && one.state == wanted);
    of(Some(state)).or_else(|| of(None))
}

/// The range that holds two spreads which know nothing of each other.
fn combined(model: [f64; 2], platform: &Factor) -> [f64; 2] {
    let both = |a: f64, b: f64| a.ln().hypot(b.ln());
    [(-both(model[0], platform.spread[0])).exp(), both(model[1], platform.spread[1]).exp()]
}

/// The model's range, or that of the errors which were left after calibrating, whichever is wider.
fn calibrated(model: [f64; 2], error: f64) -> [f64; 2] {
    let off = error.max(1.0).powf(CALIBRATION_ERROR);
    [model[0].min(1.0 / off), model[1].max(off)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calibration_for_the_state_goes_before_one_for_the_language() {
        let one = |state, factor| Calibration { language: Language::Python, state, factor, starts: 3, error: 1.1 };
        let all = [one(None, 1.0), one(Some(State::Bytecode), 2.0)];
        let factor = |state| calibration(&all, Language::Python, state).map(|one| one.factor);
        assert_eq!((factor(State::Bytecode), factor(State::Source)), (Some(2.0), Some(1.0)));
        assert_eq!(calibration(&all, Language::Node, State::Source), None);
    }

    #[test]
    fn ranges_hold_both_spreads() {
        let factor = crate::platform::Platform::AwsLambda.factor(Language::Python, Packaging::Zip).unwrap();
        let [low, high] = combined([0.8, 1.25], factor);
        assert!(low < factor.spread[0] && high > factor.spread[1], "{low} {high}");
        assert_eq!(calibrated([0.8, 1.25], 1.0), [0.8, 1.25]);
        assert!(calibrated([0.8, 1.25], 1.3)[1] > 1.8);
    }
}
