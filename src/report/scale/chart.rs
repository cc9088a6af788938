//! Environments over time, as lines of text.

use crate::scaling::plan::Point;
use crate::text;

/// Lines of a chart.
const ROWS: usize = 5;
/// Columns before the chart's own: the indent, the label and the axis.
const BEFORE: usize = 14;
/// A course whose least is this share of its most is flat: a sentence has told it.
const FLAT: f64 = 0.9;

/// Environments over time, with `x` where requests were refused and `w` where some waited; nothing for a course in
/// which nothing happens.
pub(super) fn lines(course: &[Point], width: usize) -> Vec<String> {
    let most = course.iter().map(|point| point.environments).fold(0.0, f64::max);
    let least = course.iter().map(|point| point.environments).fold(f64::INFINITY, f64::min);
    let refused = course.iter().filter(|point| point.throttled > 0.0).count();
    let waiting = course.iter().filter(|point| point.waiting > 0.0).count();
    if most < 2.0 || course.len() < 2 || (least >= most * FLAT && refused.max(waiting) < 2) {
        return Vec::new();
    }
    let room = width.saturating_sub(BEFORE).max(20);
    let columns = narrowed(course, room);
    let row = |mark: char, is_marked: &dyn Fn(&Point) -> bool| {
        let cells: String = columns.iter().map(|point| if is_marked(point) { mark } else { ' ' }).collect();
        cells.trim_end().to_owned()
    };
    let mut lines = Vec::new();
    for step in (0..ROWS).rev() {
        let level = most * (step as f64 + 0.5) / ROWS as f64;
        let label = if step + 1 == ROWS { format!("{most:>7.0} ") } else { " ".repeat(8) };
        lines.push(format!("{label}|{}", row('#', &|point| point.environments >= level)));
    }
    if refused > 0 {
        lines.push(format!("{:>9}{}", "refused ", row('x', &|point| point.throttled > 0.0)));
    }
    if waiting > 0 {
        lines.push(format!("{:>9}{}", "waiting ", row('w', &|point| point.waiting > 0.0)));
    }
    let end = text::seconds(course.last().map_or(0, |point| point.second));
    let gap = columns.len().saturating_sub(3 + end.len()).max(1);
    lines.push(format!("{}0 s{}{end}", " ".repeat(9), " ".repeat(gap)));
    lines
}

/// The course in at most `room` columns, each as bad as the worst point in it.
fn narrowed(course: &[Point], room: usize) -> Vec<Point> {
    let stretch = course.len().div_ceil(room).max(1);
    let worst = |points: &[Point]| {
        points.iter().copied().reduce(|one, other| Point {
            second: other.second,
            requests: one.requests + other.requests,
            cold_starts: one.cold_starts + other.cold_starts,
            throttled: one.throttled + other.throttled,
            waiting: one.waiting.max(other.waiting),
            environments: one.environments.max(other.environments),
        })
    };
    course.chunks(stretch).filter_map(worst).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(second: u32, environments: f64, throttled: f64) -> Point {
        Point { second, requests: 0.0, cold_starts: 0.0, throttled, waiting: 0.0, environments }
    }

    #[test]
    fn a_chart_shows_growth_and_what_is_refused() {
        let lines = lines(&[point(1, 10.0, 0.0), point(2, 50.0, 3.0), point(3, 100.0, 0.0)], 80);
        assert_eq!(lines[0], "    100 |  #");
        assert_eq!(lines[4], "        |###");
        assert_eq!(lines[5], " refused  x");
    }

    #[test]
    fn what_stays_needs_no_chart() {
        assert!(lines(&[point(1, 100.0, 3.0), point(2, 100.0, 0.0)], 80).is_empty());
    }

    #[test]
    fn a_narrow_terminal_gets_a_narrow_chart() {
        let course: Vec<Point> = (0..60).map(|second| point(second, f64::from(second), 0.0)).collect();
        assert!(lines(&course, 50).iter().all(|line| line.chars().count() + 4 <= 50));
    }
}
