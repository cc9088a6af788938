//! From cold starts and estimates to factors.

use std::collections::BTreeMap;

use super::Start;
use crate::cost::{Calibration, State};
use crate::platform::Language;

/// With so many functions in one state, that state gets a factor of its own.
const ENOUGH: usize = 3;
/// A function whose own code takes less than this, milliseconds, says nothing about it.
const LEAST_MS: f64 = 5.0;
/// Factors beyond this are mistakes of matching rather than measurements.
const LARGEST: f64 = 30.0;
/// Factors around which the functions lie farther than this say less than the published times, which differ from each
/// other by as much.
const MOST_ERROR: f64 = 2.4;

/// What is estimated of a function, without any calibration. Milliseconds.
#[derive(Clone, Debug)]
pub struct Estimated {
    /// Its name in the report.
    pub name: String,
    /// Its language.
    pub language: Language,
    /// The state of its code.
    pub state: Option<State>,
    /// The runtime's own start.
    pub runtime_ms: f64,
    /// Init with it.
    pub init_ms: f64,
    /// Whether something that it loads is not in the estimate.
    pub is_incomplete: bool,
}

/// Factors that were fitted.
#[derive(Clone, Debug, Default)]
pub struct Fit {
    /// The factors, those of a state behind that of its language.
    pub calibrations: Vec<Calibration>,
    /// Factors that contradict too many of the starts.
    pub refused: Vec<Calibration>,
    /// Per function its name, the number of its starts, their median, and its factor.
    pub functions: Vec<(String, usize, f64, f64)>,
    /// Functions that say nothing, with the reason.
    pub skipped: Vec<(String, Skipped)>,
    /// Starts of functions that are not among those estimated, by their name; empty where the log names none.
    pub unmatched: BTreeMap<String, usize>,
}

/// Why a function says nothing about the factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skipped {
    /// Its own code takes too little.
    Bare,
    /// It starts faster than the bare runtime, or absurdly slowly.
    Implausible,
    /// What it loads is not all here.
    Incomplete,
}

/// Fits factors to cold starts: those of `only`, where one is named. Starts without a name are its, or those of the only
/// function there is.
#[must_use]
pub fn fit(starts: &[Start], estimated: &[Estimated], only: Option<&str>) -> Fit {
    let mut fit = Fit::default();
    // Where there is but one function, the name is that under which it is deployed.
    let target = match estimated {
        [one] => Some(&*one.name),
        _ => only,
    };
    let mut measured: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for start in starts {
        // A start that says whose it is, is nobody else's.
        let whose = match (start.function.as_deref(), only) {
            (Some(name), Some(only)) => target.filter(|_| is_deployed_as(only, name)),
            (Some(name), None) => matching(name, estimated),
            (None, _) => target,
        };
        match whose {
            Some(name) => measured.entry(name).or_default().push(start.init_ms),
            None => *fit.unmatched.entry(start.function.clone().unwrap_or_default()).or_default() += 1,
        }
    }
    let mut samples = Vec::new();
    for one in estimated {
        let Some(times) = measured.get_mut(&*one.name) else { continue };
        times.sort_by(f64::total_cmp);
        let median = middle(times);
        let factor = (median - one.runtime_ms) / (one.init_ms - one.runtime_ms);
        if one.is_incomplete {
            fit.skipped.push((one.name.clone(), Skipped::Incomplete));
        } else if one.init_ms - one.runtime_ms < LEAST_MS {
            fit.skipped.push((one.name.clone(), Skipped::Bare));
        } else if !(1.0 / LARGEST..=LARGEST).contains(&factor) {
            fit.skipped.push((one.name.clone(), Skipped::Implausible));
        } else {
            fit.functions.push((one.name.clone(), times.len(), median, factor));
            samples.push(Sample { one, factor, starts: times.len(), spread: spread(times, median) });
        }
    }
    for language in [Language::Python, Language::Node, Language::Native] {
        let all: Vec<&Sample<'_>> = samples.iter().filter(|sample| sample.one.language == language).collect();
        fit.calibrations.extend(together(&all, None));
        for state in [State::Source, State::Bytecode] {
            let some: Vec<&Sample<'_>> = all.iter().filter(|s| s.one.state == Some(state)).copied().collect();
            if some.len() >= ENOUGH && some.len() < all.len() {
                fit.calibrations.extend(together(&some, Some(state)));
            }
        }
    }
    (fit.refused, fit.calibrations) = fit.calibrations.into_iter().partition(|one| one.error > MOST_ERROR);
    fit
}

struct Sample<'a> {
    one: &'a Estimated,
    factor: f64,
    starts: usize,
    /// Median factor by which its starts lie around their median.
    spread: f64,
}

fn together(samples: &[&Sample<'_>], state: Option<State>) -> Option<Calibration> {
    let language = samples.first()?.one.language;
    let mean = samples.iter().map(|sample| sample.factor.ln()).sum::<f64>() / samples.len() as f64;
    let factor = mean.exp();
    let mut errors: Vec<f64> = samples.iter().map(|s| (s.factor / factor).max(factor / s.factor)).collect();
    let mut spreads: Vec<f64> = samples.iter().map(|sample| sample.spread).collect();
    errors.sort_by(f64::total_cmp);
    spreads.sort_by(f64::total_cmp);
    Some(Calibration {
        language,
        state,
        factor,
        starts: samples.iter().map(|sample| sample.starts as u64).sum(),
        error: middle(&errors).max(middle(&spreads)),
    })
}

/// The middle of sorted values.
fn middle(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    match (sorted.len() % 2, sorted.get(half)) {
        (_, None) => 0.0,
        (1, Some(one)) => *one,
        (_, Some(upper)) => f64::midpoint(sorted.get(half.saturating_sub(1)).copied().unwrap_or(*upper), *upper),
    }
}

fn spread(times: &[f64], median: f64) -> f64 {
    let mut factors: Vec<f64> = times.iter().map(|ms| (ms / median).max(median / ms)).collect();
    factors.sort_by(f64::total_cmp);
    middle(&factors)
}

/// The estimated function that a deployed name stands for: of that very name, or whose name is the longest among
/// those that are words of it. Tools deploy `Orders` as `shop-Orders-1X2Y3Z` and `api` as `shop-dev-api`.
fn matching<'e>(deployed: &str, estimated: &'e [Estimated]) -> Option<&'e str> {
    if let Some(one) = estimated.iter().find(|one| one.name == deployed) {
        return Some(&one.name);
    }
    let mut fitting: Vec<&str> =
        estimated.iter().map(|one| &*one.name).filter(|name| is_deployed_as(name, deployed)).collect();
    fitting.sort_by_key(|name| (std::cmp::Reverse(name.len()), *name));
    match fitting.as_slice() {
        [one] => Some(one),
        [first, second, ..] if first.len() > second.len() => Some(first),
        _ => None,
    }
}

/// Whether the words of a name are among those of a deployed one.
fn is_deployed_as(name: &str, deployed: &str) -> bool {
    let words = |name: &str| format!("-{}-", name.to_lowercase().replace('_', "-"));
    words(deployed).contains(&words(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimated(name: &str, state: State, init_ms: f64) -> Estimated {
        Estimated {
            name: name.to_owned(),
            language: Language::Python,
            state: Some(state),
            runtime_ms: 80.0,
            init_ms,
            is_incomplete: false,
        }
    }

    fn start(name: &str, init_ms: f64) -> Start {
        Start { function: Some(name.to_owned()).filter(|name| !name.is_empty()), init_ms }
    }

    #[test]
    fn deployed_names_find_their_function() {
        let all = [estimated("Orders", State::Source, 1.0), estimated("OrdersAdmin", State::Source, 1.0)];
        assert_eq!(matching("shop-Orders-1X2Y", &all), Some("Orders"));
        assert_eq!(matching("shop_dev_ordersadmin", &all), Some("OrdersAdmin"));
        assert_eq!(matching("reorders", &all), None);
    }

    #[test]
    fn one_factor_for_few_functions_and_one_per_state_for_enough() {
        let few =
            fit(&[start("", 180.0), start("", 200.0), start("", 400.0)], &[estimated("f", State::Source, 140.0)], None);
        assert_eq!(few.calibrations.len(), 1);
        assert!((few.calibrations[0].factor - 2.0).abs() < 1e-9 && few.calibrations[0].starts == 3);
        let (mut starts, mut functions) = (Vec::new(), Vec::new());
        for (at, state) in [State::Source, State::Bytecode].into_iter().cycle().take(6).enumerate() {
            let name = format!("f{at}");
            let factor = if state == State::Source { 1.0 } else { 3.0 };
            starts.push(start(&name, 80.0 + 100.0 * factor));
            functions.push(estimated(&name, state, 180.0));
        }
        let fitted = fit(&starts, &functions, None);
        let factors: Vec<_> = fitted.calibrations.iter().map(|c| (c.state, (c.factor * 100.0).round())).collect();
        assert_eq!(factors, [(None, 173.0), (Some(State::Source), 100.0), (Some(State::Bytecode), 300.0)]);
    }

    #[test]
    fn what_is_incomplete_or_contradicts_itself_gives_no_factor() {
        let unknown = Estimated { is_incomplete: true, ..estimated("f", State::Source, 140.0) };
        let fitted = fit(&[start("f", 400.0)], &[unknown], None);
        assert_eq!((fitted.skipped, fitted.calibrations.len()), (vec![("f".to_owned(), Skipped::Incomplete)], 0));
        let both = [estimated("a", State::Source, 180.0), estimated("b", State::Source, 180.0)];
        let fitted = fit(&[start("a", 130.0), start("b", 1080.0)], &both, None);
        assert_eq!((fitted.calibrations.len(), fitted.refused.len()), (0, 1));
    }

    #[test]
    fn starts_of_other_functions_do_not_count() {
        let starts = [start("shop-orders-1X", 180.0), start("payments", 900.0), start("", 180.0)];
        let one = [estimated("app.handler", State::Source, 140.0)];
        let counted = |only| fit(&starts, &one, only).functions.first().map(|(_, starts, ..)| *starts);
        assert_eq!((counted(Some("orders")), counted(None)), (Some(2), Some(1)));
        let two = [estimated("orders", State::Source, 140.0), estimated("payments", State::Source, 140.0)];
        let fitted = fit(&starts, &two, Some("orders"));
        assert_eq!(
            fitted.functions.iter().map(|(name, starts, ..)| (&**name, *starts)).collect::<Vec<_>>(),
            [("orders", 2)]
        );
        assert_eq!(fitted.unmatched.get("payments"), Some(&1));
    }

    #[test]
    fn what_says_nothing_is_left_out_and_named() {
        let all = [estimated("bare", State::Source, 81.0), estimated("odd", State::Source, 180.0)];
        let fitted = fit(&[start("bare", 90.0), start("odd", 60.0), start("other", 5.0)], &all, None);
        assert_eq!(fitted.skipped, [("bare".to_owned(), Skipped::Bare), ("odd".to_owned(), Skipped::Implausible)]);
        assert_eq!(fitted.unmatched.get("other"), Some(&1));
        assert!(fitted.calibrations.is_empty());
    }
}
