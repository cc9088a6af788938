//! Invocations over time, as CloudWatch hands them out: a graph of its console as CSV, or the answers of
//! `get-metric-statistics` and `get-metric-data` as JSON or text. Moments without a figure had no invocations.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Deserialize;

/// Seconds that are read: a week.
const MOST_SECONDS: usize = 7 * 24 * 60 * 60;
/// Seconds of a figure that is alone.
const MINUTE: i64 = 60;
/// Seconds that CloudWatch counts over, the longest first.
const PERIODS: [i64; 9] = [86_400, 21_600, 3_600, 900, 300, 60, 30, 10, 5];
/// What the column, or metric, is called.
const WANTED: &str = "invocations";

/// Why a text has no invocations.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// The line, from 1, where one is to blame.
    pub(super) line: Option<usize>,
    /// What is wrong.
    pub(super) message: String,
}

impl Wrong {
    fn whole(message: impl Into<String>) -> Self {
        Self { line: None, message: message.into() }
    }

    fn at(line: usize, message: impl Into<String>) -> Self {
        Self { line: Some(line), message: message.into() }
    }
}

/// Invocations by the second since 1970 in which what they are counted over begins.
type Series = BTreeMap<i64, f64>;

/// The rate of each second.
pub(super) fn rates(text: &str) -> Result<Vec<f64>, Wrong> {
    let text = text.trim_start_matches('\u{feff}');
    let series = if text.trim_start().starts_with('{') { answer(text)? } else { table(text)? };
    if series.is_empty() {
        return Err(Wrong::whole("no line has a number of invocations"));
    }
    Ok(spread(&series))
}

/// Seconds that one figure counts over: the longest of CloudWatch's periods by which all figures lie apart.
fn period(series: &Series) -> i64 {
    let apart = |(one, next): (&i64, &i64)| next.saturating_sub(*one);
    let gaps: Vec<i64> = series.keys().zip(series.keys().skip(1)).map(apart).collect();
    let divides = |period: &i64| gaps.iter().all(|gap| gap % period == 0);
    let found = PERIODS.into_iter().find(divides).unwrap_or(1);
    if gaps.is_empty() { MINUTE } else { found }
}

/// Each figure over the seconds that it stands for.
fn spread(series: &Series) -> Vec<f64> {
    let seconds = usize::try_from(period(series)).unwrap_or(1);
    let first = series.keys().next().copied().unwrap_or_default();
    let mut rates = Vec::new();
    for (moment, count) in series {
        let from = usize::try_from(moment.saturating_sub(first)).unwrap_or(MOST_SECONDS);
        if from >= MOST_SECONDS {
            break;
        }
        rates.resize(from, 0.0);
        rates.resize((from + seconds).min(MOST_SECONDS), count / seconds as f64);
    }
    rates
}

/// What the command line of AWS prints.
#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    /// `get-metric-statistics`.
    Statistics {
        #[serde(rename = "Datapoints")]
        points: Vec<Point>,
    },
    /// `get-metric-data`.
    Data {
        #[serde(rename = "MetricDataResults")]
        metrics: Vec<Metric>,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Point {
    timestamp: String,
    sum: Option<f64>,
    sample_count: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    #[serde(default)]
    label: String,
    timestamps: Vec<String>,
    values: Vec<f64>,
}

fn answer(text: &str) -> Result<Series, Wrong> {
    // In two steps, so that what is no JSON at all has its line.
    let value: serde_json::Value =
        serde_json::from_str(text).map_err(|error| Wrong::at(error.line(), format!("is no JSON: {error}")))?;
    let answer: Answer = serde_json::from_value(value)
        .map_err(|_| Wrong::whole("is no answer of `aws cloudwatch get-metric-statistics` or `get-metric-data`"))?;
    let figures: Vec<(String, Option<f64>)> = match answer {
        Answer::Statistics { points } => {
            points.into_iter().map(|point| (point.timestamp, point.sum.or(point.sample_count))).collect()
        }
        Answer::Data { metrics } => {
            let metric = the_metric(metrics)?;
            metric.timestamps.into_iter().zip(metric.values.into_iter().map(Some)).collect()
        }
    };
    let mut series = Series::new();
    for (moment, count) in figures {
        let at = seconds(&moment).ok_or_else(|| Wrong::whole(format!("`{moment}` is no time")))?;
        let count = count.ok_or_else(|| Wrong::whole("its figures have no `Sum`: ask for `--statistics Sum`"))?;
        if !is_count(count) {
            return Err(Wrong::whole(format!("{count} is no number of invocations")));
        }
        series.insert(at, count);
    }
    Ok(series)
}

/// The only metric, or the one that is called so.
fn the_metric(mut metrics: Vec<Metric>) -> Result<Metric, Wrong> {
    let at = match metrics.as_slice() {
        [_] => Some(0),
        several => several.iter().position(|metric| metric.label.to_lowercase().contains(WANTED)),
    };
    match at {
        Some(at) => Ok(metrics.swap_remove(at)),
        None => Err(Wrong::whole("none of its metrics is called `Invocations`")),
    }
}

fn is_count(count: f64) -> bool {
    count.is_finite() && count >= 0.0
}

/// Which columns of a table matter.
struct Columns {
    time: usize,
    count: usize,
}

/// A table while it is read.
#[derive(Default)]
struct Table {
    /// Rows before the first with a figure.
    heads: Vec<csv::StringRecord>,
    columns: Option<Columns>,
    /// Minutes so far, where rows have no time.
    minutes: usize,
    series: Series,
}

fn table(text: &str) -> Result<Series, Wrong> {
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter(text));
    let mut table = Table::default();
    for row in builder.from_reader(text.as_bytes()).records() {
        let row = row.map_err(|error| Wrong {
            line: error.position().map(|at| at.line() as usize),
            message: format!("is no table: {error}"),
        })?;
        let line = row.position().map_or(0, |at| at.line() as usize);
        table.row(row, line)?;
    }
    Ok(table.series)
}

impl Table {
    fn row(&mut self, row: csv::StringRecord, line: usize) -> Result<(), Wrong> {
        if row.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        if self.columns.is_none() && self.minutes == 0 {
            self.columns = columns(&row, &self.heads);
        }
        match self.columns {
            Some(Columns { time, count }) => self.of_time(&row, (time, count), line),
            None => self.of_minute(row, line),
        }
    }

    fn of_time(&mut self, row: &csv::StringRecord, (time, number): (usize, usize), line: usize) -> Result<(), Wrong> {
        let cell = |at: usize| row.get(at).unwrap_or_default().trim();
        let at = seconds(cell(time)).ok_or_else(|| Wrong::at(line, format!("`{}` is no time", cell(time))))?;
        if !cell(number).is_empty() {
            self.series.insert(at, count(cell(number), line)?);
        }
        Ok(())
    }

    /// A row without a time is one minute later than the one before; heads have no number at their end.
    fn of_minute(&mut self, row: csv::StringRecord, line: usize) -> Result<(), Wrong> {
        let cell = row.iter().next_back().unwrap_or_default().trim();
        if self.minutes == 0 && cell.parse::<f64>().is_err() {
            self.heads.push(row);
            return Ok(());
        }
        self.series.insert(self.minutes as i64 * MINUTE, count(cell, line)?);
        self.minutes += 1;
        Ok(())
    }
}

fn count(cell: &str, line: usize) -> Result<f64, Wrong> {
    let count = cell.parse::<f64>().ok().filter(|count| is_count(*count));
    count.ok_or_else(|| Wrong::at(line, format!("`{cell}` is no number of invocations")))
}

/// The columns of a table, by its first row that has a time: that of invocations is the one whose head says it,
/// otherwise the last with a number.
fn columns(row: &csv::StringRecord, heads: &[csv::StringRecord]) -> Option<Columns> {
    let cell = |at: usize| row.get(at).unwrap_or_default().trim();
    let time = (0..row.len()).find(|at| seconds(cell(*at)).is_some())?;
    let is_number = |at: &usize| *at != time && cell(*at).parse::<f64>().is_ok();
    let named = |wanted: &str| {
        let says =
            |head: &csv::StringRecord, at: usize| head.get(at).is_some_and(|c| c.to_lowercase().contains(wanted));
        let mut all = heads.iter().flat_map(|head| (0..head.len()).map(move |at| (head, at)));
        all.find(|(head, at)| says(head, *at) && (is_number(at) || *at != time && cell(*at).is_empty()))
    };
    let by_name = named(WANTED).or_else(|| named("sum")).map(|(_, at)| at);
    let count = by_name.or_else(|| (0..row.len()).rev().find(is_number)).unwrap_or(time + 1);
    Some(Columns { time, count })
}

/// What stands between the cells: what the first line with several of them has most of.
fn delimiter(text: &str) -> u8 {
    let most = |line: &str| {
        let count = |wanted: u8| line.bytes().filter(|byte| *byte == wanted).count();
        [b'\t', b';', b','].into_iter().filter(|wanted| count(*wanted) > 0).max_by_key(|wanted| count(*wanted))
    };
    text.lines().find_map(most).unwrap_or(b',')
}

/// Seconds since 1970 of a time as CloudWatch and spreadsheets write it; without an offset it is taken as UTC.
fn seconds(text: &str) -> Option<i64> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(moment.as_second());
    }
    let formats = ["%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M"];
    let civil = text.parse::<DateTime>().ok().filter(|_| text.contains(':'));
    let civil = civil.or_else(|| formats.iter().find_map(|format| DateTime::strptime(format, text).ok()))?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(text: &str) -> Vec<f64> {
        rates(text).unwrap().chunks(60).map(|minute| minute.iter().sum::<f64>().round()).collect()
    }

    fn failure(text: &str) -> (Option<usize>, String) {
        let wrong = rates(text).unwrap_err();
        (wrong.line, wrong.message)
    }

    #[test]
    fn plain_tables_have_a_minute_in_each_line() {
        assert_eq!(minutes("time,Invocations\n2026-11-01T00:00,600\n2026-11-01T00:01,\"1200\"\n"), [600.0, 1200.0]);
        assert_eq!(minutes("600\n1200\n"), [600.0, 1200.0]);
        assert_eq!(minutes("minute;calls\n0;600\n1;1200\n"), [600.0, 1200.0]);
    }

    #[test]
    fn the_console_writes_heads_and_leaves_quiet_minutes_out() {
        let graph = "\u{feff}Id,m1,m2\nFull label,Errors,Invocations\n\
                     2026/11/01 00:00:00,1,60\n2026/11/01 00:01:00,,\n2026/11/01 00:03:00,2,120\n";
        assert_eq!(minutes(graph), [60.0, 0.0, 0.0, 120.0]);
    }

    #[test]
    fn newest_first_is_put_in_order() {
        assert_eq!(minutes("t,sum\n2026-11-01 00:01:00,20\n2026-11-01 00:00:00,10\n"), [10.0, 20.0]);
    }

    #[test]
    fn five_minutes_are_five_minutes() {
        let rates = rates("t,n\n2026-11-01T00:00:00Z,300\n2026-11-01T00:05:00Z,600\n").unwrap();
        assert_eq!((rates.len(), rates[0], rates[599]), (600, 1.0, 2.0));
    }

    #[test]
    fn what_lies_far_apart_still_is_a_minute_each() {
        let rates = rates("t,n\n2026-11-01T00:00:00Z,60\n2026-11-01T00:02:00Z,120\n2026-11-01T00:05:00Z,60\n").unwrap();
        assert_eq!((rates.len(), rates[0], rates[60], rates[120], rates[359]), (360, 1.0, 0.0, 2.0, 1.0));
    }

    #[test]
    fn answers_of_the_command_line_are_read() {
        let statistics = r#"{"Label": "Invocations", "Datapoints": [
            {"Timestamp": "2026-11-01T00:02:00+00:00", "Sum": 30.0, "Unit": "Count"},
            {"Timestamp": "2026-11-01T00:00:00Z", "Sum": 10.0, "Unit": "Count"},
            {"Timestamp": "2026-11-01T00:01:00Z", "Sum": 20.0, "Unit": "Count"}]}"#;
        assert_eq!(minutes(statistics), [10.0, 20.0, 30.0]);
        let data = r#"{"MetricDataResults": [
            {"Id": "e", "Label": "Errors", "Timestamps": ["2026-11-01T00:00:00Z"], "Values": [1.0]},
            {"Id": "i", "Label": "web Invocations", "StatusCode": "Complete", "Timestamps":
             ["2026-11-01T00:01:00Z", "2026-11-01T00:00:00Z"], "Values": [20.0, 10.0]}]}"#;
        assert_eq!(minutes(data), [10.0, 20.0]);
        let text = "Invocations\nDATAPOINTS\t10.0\t2026-11-01T00:00:00Z\tCount\n\
                    DATAPOINTS\t20.0\t2026-11-01T00:01:00Z\tCount\n";
        assert_eq!(minutes(text), [10.0, 20.0]);
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        assert_eq!(failure("nothing here\n").0, None);
        assert_eq!(failure("t,n\n2026-11-01T00:00:00Z,10\n2026-11-01T00:01:00Z,many\n").0, Some(3));
        assert_eq!(failure("t,n\n2026-11-01T00:00:00Z,10\nsoon,20\n"), (Some(3), "`soon` is no time".to_owned()));
        assert_eq!(failure("n\n10\n-1\n").0, Some(3));
        assert_eq!(failure("n\n10\nten\n").0, Some(3));
        assert_eq!(failure("{\n\"Datapoints\": [\n").0, Some(3));
        assert!(failure(r#"{"Functions": []}"#).1.contains("get-metric-statistics"));
        let average = r#"{"Datapoints": [{"Timestamp": "2026-11-01T00:00:00Z", "Average": 1.0}]}"#;
        assert!(failure(average).1.contains("--statistics Sum"));
    }
}
