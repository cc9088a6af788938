//! `Date`: moments that constant code names, their parts and their texts. The zone is that of Lambda, unless the
//! function says otherwise; what the clock says is not known.

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;

use super::Machine;
use super::tables::Table;
use super::value::{Abrupt, At, Call, Kind, R, Slot, UNKNOWN, Value};

const DAY: f64 = 86_400_000.0;
/// Farthest moment that the language has.
const FARTHEST: f64 = 8.64e15;
/// Names of zones that are UTC.
const UTC: &[&str] = &["", "UTC", ":UTC", "Etc/UTC", "GMT", "UTC0"];

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

pub(super) const FUNCTIONS: Table = &[
    ("new Date", make),
    ("Date.UTC", |m, c| Ok(fields(m, c)?.and_then(|fields| moment(&fields)).map_or(UNKNOWN, Value::Num))),
    ("Date.parse", |m, c| {
        let Some(text) = m.text_by_code(c.arg(0), c.at)? else { return Ok(UNKNOWN) };
        let text = m.str(text);
        Ok(m.parsed(&text).map_or(UNKNOWN, Value::Num))
    }),
];

macro_rules! parts {
    ($($local:literal, $utc:literal, $part:expr;)*) => {
        &[$(($local, |m, c| Ok(part(m, c, $part, true))), ($utc, |m, c| Ok(part(m, c, $part, false))),)*]
    };
}

/// Parts of a moment, by their places among year, month, day, hours, minutes, seconds, milliseconds and weekday.
const PARTS: Table = parts! {
    "getFullYear", "getUTCFullYear", 0;
    "getMonth", "getUTCMonth", 1;
    "getDate", "getUTCDate", 2;
    "getHours", "getUTCHours", 3;
    "getMinutes", "getUTCMinutes", 4;
    "getSeconds", "getUTCSeconds", 5;
    "getMilliseconds", "getUTCMilliseconds", 6;
    "getDay", "getUTCDay", 7;
};

macro_rules! setters {
    ($($local:literal, $utc:literal, $part:expr, $most:expr;)*) => {
        &[$(
            ($local, |m, c| set_parts(m, c, $part, $most, true)),
            ($utc, |m, c| set_parts(m, c, $part, $most, false)),
        )*]
    };
}

/// What sets parts, and how many it takes.
const SETTERS: Table = setters! {
    "setFullYear", "setUTCFullYear", 0, 3;
    "setMonth", "setUTCMonth", 1, 2;
    "setDate", "setUTCDate", 2, 1;
    "setHours", "setUTCHours", 3, 4;
    "setMinutes", "setUTCMinutes", 4, 3;
    "setSeconds", "setUTCSeconds", 5, 2;
    "setMilliseconds", "setUTCMilliseconds", 6, 1;
};

const METHODS: Table = &[
    ("getTime", |m, c| Ok(asked(m, c, false, Value::Num))),
    ("valueOf", |m, c| Ok(asked(m, c, false, Value::Num))),
    ("getTimezoneOffset", |m, c| Ok(asked(m, c, true, |time| Value::Num(if time.is_nan() { f64::NAN } else { 0.0 })))),
    ("setTime", |m, c| {
        let time = m.number_of(c.arg(0), c.at)?;
        Ok(put(m, c, time.map(clipped)))
    }),
    ("toISOString", |m, c| {
        let Some(time) = time_of(m, c.this) else { return Ok(named(m, c)) };
        if time.is_nan() {
            m.note_read(c.this);
            m.bad_argument("RangeError", "Invalid time value", c.at)?;
            return Ok(UNKNOWN);
        }
        Ok(text_of(m, c.this, iso))
    }),
    ("toJSON", |m, c| {
        Ok(if time_of(m, c.this).is_some_and(f64::is_nan) { Value::Null } else { text_of(m, c.this, iso) })
    }),
    ("toString", |m, c| {
        Ok(zoned(m, c, |parts| {
            format!("{} {} GMT+0000 (Coordinated Universal Time)", day_text(parts), clock_text(parts))
        }))
    }),
    ("toDateString", |m, c| Ok(zoned(m, c, day_text))),
    ("toTimeString", |m, c| {
        Ok(zoned(m, c, |parts| format!("{} GMT+0000 (Coordinated Universal Time)", clock_text(parts))))
    }),
    ("toUTCString", |m, c| Ok(text_of(m, c.this, utc_text))),
    ("toGMTString", |m, c| Ok(text_of(m, c.this, utc_text))),
    ("toLocaleString", in_words),
    ("toLocaleDateString", in_words),
    ("toLocaleTimeString", in_words),
];

fn in_words(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    m.refuse_locale(c.arg(0), c.at)?;
    Ok(match time_of(m, c.this) {
        Some(time) if time.is_nan() => m.string("Invalid Date"),
        _ => UNKNOWN,
    })
}

/// Year, month, day, hours, minutes, seconds, milliseconds and weekday.
type Parts = [i64; 8];

/// Makes the prototype.
pub(super) fn install(m: &mut Machine<'_>) {
    let Value::Obj(proto) = m.proto("Date") else { return };
    for table in [PARTS, SETTERS, METHODS] {
        super::tables::fill(m, proto, table);
    }
    let class = Value::Unknown(m.atom("Date"));
    m.define(proto, "constructor", class);
}

fn make(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let time = match c.args {
        [] => None,
        [Value::Obj(id)] if matches!(m.object(*id).kind, Kind::Date(_)) => {
            m.note_read(c.arg(0));
            time_of(m, c.arg(0))
        }
        [one] => {
            let one = m.primitive(*one, super::primitives::Hint::Default, c.at)?;
            match one {
                Value::Str(text) => {
                    let text = m.str(text);
                    m.parsed(&text)
                }
                other => m.to_number(other).map(clipped),
            }
        }
        _ if !m.is_utc() => None,
        _ => fields(m, c)?.and_then(|fields| moment(&fields)),
    };
    let proto = m.proto("Date");
    let id = m.alloc(Kind::Date(time), proto);
    m.object_mut(id).name = m.atom("Date()");
    m.object_mut(id).open = true;
    Ok(Value::Obj(id))
}

/// The fields that arguments name: those that are left out have their first value.
fn fields(m: &mut Machine<'_>, c: &Call<'_>) -> Result<Option<[f64; 7]>, Abrupt> {
    let mut fields = [f64::NAN, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    for (field, arg) in fields.iter_mut().zip(c.args) {
        let Some(number) = m.number_of(*arg, c.at)? else { return Ok(None) };
        *field = number;
    }
    let year = fields[0].trunc();
    if (0.0..=99.0).contains(&year) {
        fields[0] = 1900.0 + year;
    }
    Ok(Some(fields))
}

/// The moment that fields name; they may be out of their ranges. Not a number where there is none, nothing where the
/// calendar at hand does not reach it.
fn moment(fields: &[f64; 7]) -> Option<f64> {
    if fields.iter().any(|field| !field.is_finite()) {
        return Some(f64::NAN);
    }
    let [year, month, day, hours, minutes, seconds, ms] = fields.map(f64::trunc);
    let (year, month) = (year + (month / 12.0).floor(), month.rem_euclid(12.0));
    let first = i16::try_from(year as i64).ok().and_then(|year| civil::Date::new(year, month as i8 + 1, 1).ok());
    let first = first?.to_zoned(TimeZone::UTC).ok()?;
    let days = first.timestamp().as_millisecond() as f64 / DAY + day - 1.0;
    Some(clipped(days * DAY + hours * 3_600_000.0 + minutes * 60_000.0 + seconds * 1_000.0 + ms))
}

fn clipped(time: f64) -> f64 {
    if time.is_finite() && time.abs() <= FARTHEST { time.trunc() + 0.0 } else { f64::NAN }
}

/// The parts of a moment; nothing where the calendar at hand does not reach it.
fn parts_of(time: f64) -> Option<Parts> {
    let stamp = Timestamp::from_millisecond(time as i64).ok()?;
    let at = stamp.to_zoned(TimeZone::UTC).datetime();
    let weekday = i64::from(at.weekday().to_sunday_zero_offset());
    Some([
        i64::from(at.year()),
        i64::from(at.month()) - 1,
        i64::from(at.day()),
        i64::from(at.hour()),
        i64::from(at.minute()),
        i64::from(at.second()),
        i64::from(at.millisecond()),
        weekday,
    ])
}

/// The moment that a date stands for.
pub(super) fn time_of(m: &Machine<'_>, value: Value) -> Option<f64> {
    match value {
        Value::Obj(id) => match m.object(id).kind {
            Kind::Date(time) => time,
            _ => None,
        },
        _ => None,
    }
}

/// What a method gives of a moment that is not known, by its name.
fn named(m: &mut Machine<'_>, c: &Call<'_>) -> Value {
    let key = match m.site_name(c.at) {
        Some(key) => key,
        None => return UNKNOWN,
    };
    Value::Unknown(m.atom(&format!("Date().{key}()")))
}

fn asked(m: &mut Machine<'_>, c: &Call<'_>, is_local: bool, tell: fn(f64) -> Value) -> Value {
    match time_of(m, c.this) {
        Some(time) if !is_local || m.is_utc() => tell(time),
        _ => named(m, c),
    }
}

fn part(m: &mut Machine<'_>, c: &Call<'_>, place: usize, is_local: bool) -> Value {
    match time_of(m, c.this) {
        _ if is_local && !m.is_utc() => named(m, c),
        Some(time) if time.is_nan() => Value::Num(f64::NAN),
        Some(time) => {
            parts_of(time).and_then(|parts| parts.get(place).copied()).map_or(UNKNOWN, |part| Value::Num(part as f64))
        }
        None => named(m, c),
    }
}

fn put(m: &mut Machine<'_>, c: &Call<'_>, time: Option<f64>) -> Value {
    let Value::Obj(id) = c.this else { return UNKNOWN };
    let Kind::Date(before) = m.object(id).kind else { return UNKNOWN };
    let is_sure = m.doubt <= u32::from(m.object(id).doubt);
    let time = if is_sure || before == time { time } else { None };
    m.object_mut(id).kind = Kind::Date(time);
    time.map_or(UNKNOWN, Value::Num)
}

fn set_parts(m: &mut Machine<'_>, c: &Call<'_>, first: usize, most: usize, is_local: bool) -> R {
    let mut given = Vec::new();
    for arg in c.args.iter().take(most) {
        given.push(m.number_of(*arg, c.at)?);
    }
    let known: Option<Vec<f64>> = given.into_iter().collect();
    let known = known.filter(|known| !known.is_empty() && (!is_local || m.is_utc()));
    let (Some(given), Some(mut time)) = (known, time_of(m, c.this)) else { return Ok(put(m, c, None)) };
    if time.is_nan() && first == 0 {
        time = 0.0;
    }
    if time.is_nan() {
        return Ok(put(m, c, Some(f64::NAN)));
    }
    let Some(parts) = parts_of(time) else { return Ok(put(m, c, None)) };
    let mut fields = [0.0; 7];
    for (field, part) in fields.iter_mut().zip(parts) {
        *field = part as f64;
    }
    for (field, part) in fields.iter_mut().skip(first).zip(given) {
        *field = part;
    }
    let time = moment(&fields);
    Ok(put(m, c, time))
}

/// A text about a moment that is known and one.
fn text_of(m: &mut Machine<'_>, this: Value, write: fn(&Parts) -> String) -> Value {
    match time_of(m, this) {
        Some(time) if time.is_nan() => m.string("Invalid Date"),
        Some(time) => parts_of(time).map_or(UNKNOWN, |parts| m.string(&write(&parts))),
        None => UNKNOWN,
    }
}

/// Likewise one that the zone is in.
fn zoned(m: &mut Machine<'_>, c: &Call<'_>, write: fn(&Parts) -> String) -> Value {
    if m.is_utc() { text_of(m, c.this, write) } else { UNKNOWN }
}

fn iso(parts: &Parts) -> String {
    let [year, month, day, hours, minutes, seconds, ms, _] = parts;
    let year = match year {
        0..=9999 => format!("{year:04}"),
        _ => format!("{}{:06}", if *year < 0 { "-" } else { "+" }, year.abs()),
    };
    format!("{year}-{:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{ms:03}Z", month + 1)
}

fn word(words: &[&'static str], at: i64) -> &'static str {
    usize::try_from(at).ok().and_then(|at| words.get(at)).copied().unwrap_or_default()
}

fn year_text(year: i64) -> String {
    if year < 0 { format!("-{:06}", -year) } else { format!("{year:04}") }
}

fn day_text(parts: &Parts) -> String {
    let [year, month, day, .., weekday] = *parts;
    format!("{} {} {day:02} {}", word(&DAYS, weekday), word(&MONTHS, month), year_text(year))
}

fn clock_text(parts: &Parts) -> String {
    let [_, _, _, hours, minutes, seconds, ..] = parts;
    format!("{hours:02}:{minutes:02}:{seconds:02}")
}

fn utc_text(parts: &Parts) -> String {
    let [year, month, day, .., weekday] = *parts;
    let (weekday, month) = (word(&DAYS, weekday), word(&MONTHS, month));
    format!("{weekday}, {day:02} {month} {} {} GMT", year_text(year), clock_text(parts))
}

/// A moment as a text gives it: the fields, and the minutes that its zone is ahead; nothing where it names none.
type Read = ([f64; 7], Option<f64>);

/// What is left of a text.
struct Rest<'t>(&'t str);

impl Rest<'_> {
    fn digits(&mut self, count: usize) -> Option<f64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
        self.0 = rest;
        Some(number)
    }

    fn takes(&mut self, wanted: &str) -> bool {
        let rest = self.0.strip_prefix(wanted);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }
}

/// What the standard's form of a date and time says; the outer nothing stands for another form.
fn standard(text: &str) -> Option<Option<Read>> {
    let mut rest = Rest(text);
    let mut fields = [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    fields[0] = rest.digits(4)?;
    let mut is_day = true;
    let mut has_day = false;
    let mut valid = true;
    if rest.takes("-") {
        fields[1] = rest.digits(2)? - 1.0;
        valid &= (0.0..12.0).contains(&fields[1]);
        if rest.takes("-") {
            fields[2] = rest.digits(2)?;
            has_day = true;
            valid &= (1.0..=31.0).contains(&fields[2]);
        }
    }
    let mut zone = None;
    if rest.takes("T") || has_day && rest.takes(" ") {
        is_day = false;
        fields[3] = rest.digits(2)?;
        fields[4] = rest.takes(":").then(|| rest.digits(2))??;
        if rest.takes(":") {
            fields[5] = rest.digits(2)?;
            if rest.takes(".") {
                let end = rest.0.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.0.len());
                let digits = rest.0.get(..end).filter(|digits| !digits.is_empty())?;
                let ms: f64 = format!("{digits:0<3}").get(..3)?.parse().ok()?;
                fields[6] = ms;
                rest.0 = rest.0.get(end..)?;
            }
        }
        let is_midnight = fields[3] == 24.0 && fields[4] == 0.0 && fields[5] == 0.0 && fields[6] == 0.0;
        valid &= (fields[3] < 24.0 || is_midnight) && fields[4] < 60.0 && fields[5] < 60.0;
        if rest.takes("Z") {
            zone = Some(0.0);
        } else if rest.0.starts_with(['+', '-']) {
            let sign = if rest.takes("-") { -1.0 } else { rest.takes("+").then_some(1.0)? };
            let hours = rest.digits(2)?;
            let minutes = rest.takes(":").then(|| rest.digits(2))??;
            valid &= hours < 24.0 && minutes < 60.0;
            zone = Some(sign * (hours * 60.0 + minutes));
        }
    }
    if !rest.0.is_empty() {
        return None;
    }
    let zone = if is_day { Some(0.0) } else { zone };
    Some(valid.then_some((fields, zone)))
}

/// `Jan 5, 2024`, and the same with a time of day behind it.
fn american(text: &str) -> Option<Read> {
    let (month, rest) = text.split_once(' ')?;
    let long = month.len() >= 3 && month.chars().all(|c| c.is_ascii_alphabetic());
    let month = MONTHS.iter().position(|known| long && month.get(..3) == Some(known))?;
    let (day, rest) = rest.split_once(", ")?;
    let (year, clock) = rest.split_once(' ').unwrap_or((rest, ""));
    let is_number =
        |text: &str, most: usize| !text.is_empty() && text.len() <= most && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(day, 2) || !is_number(year, 4) || year.len() < 4 {
        return None;
    }
    let mut fields = [year.parse().ok()?, month as f64, day.parse().ok()?, 0.0, 0.0, 0.0, 0.0];
    if !(1.0..=31.0).contains(&fields[2]) {
        return None;
    }
    if !clock.is_empty() {
        let parts: Vec<&str> = clock.split(':').collect();
        if !(2..=3).contains(&parts.len()) || !parts.iter().all(|part| part.len() == 2 && is_number(part, 2)) {
            return None;
        }
        for (field, part) in fields.iter_mut().skip(3).zip(parts) {
            *field = part.parse().ok()?;
        }
        if fields[3] >= 24.0 || fields[4] >= 60.0 || fields[5] >= 60.0 {
            return None;
        }
    }
    Some((fields, None))
}

/// A moment as `toUTCString` writes it, and mails have it.
fn of_mail(text: &str) -> Option<Read> {
    let rest = DAYS.iter().find_map(|day| text.strip_prefix(day)?.strip_prefix(", "))?;
    let mut words = rest.strip_suffix(" GMT")?.split(' ');
    let [day, month, year, clock] = [words.next()?, words.next()?, words.next()?, words.next()?];
    let (read, _) = american(&format!("{month} {day}, {year} {clock}"))?;
    (words.next().is_none() && month.len() == 3).then_some((read, Some(0.0)))
}

impl Machine<'_> {
    /// Whether local time is that of Lambda, which is UTC.
    fn is_utc(&mut self) -> bool {
        let key = self.atom("TZ");
        let Some(environment) = self.environment_object() else { return true };
        match self.object(environment).props.get(key) {
            None => true,
            Some(Slot::Value(Value::Str(zone))) => UTC.contains(&&*self.str(zone)),
            Some(_) => false,
        }
    }

    /// What a text says as a date; not a number where it says none, nothing where that is not known.
    fn parsed(&mut self, text: &str) -> Option<f64> {
        // Without a digit nothing is a date, whatever words there are.
        if !text.bytes().any(|byte| byte.is_ascii_digit()) {
            return Some(f64::NAN);
        }
        let read = match standard(text) {
            Some(Some(read)) => read,
            Some(None) => return Some(f64::NAN),
            None => american(text).or_else(|| of_mail(text))?,
        };
        match read {
            (fields, Some(zone)) => moment(&fields).map(|time| clipped(time - zone * 60_000.0)),
            (fields, None) if self.is_utc() => moment(&fields),
            (_, None) => None,
        }
    }

    /// The name of the method that a call asks for.
    fn site_name(&self, at: At) -> Option<String> {
        use crate::lang::javascript::ir::ExprKind;
        let program = self.loaded.get(at.module as usize)?.program.as_ref()?;
        let ExprKind::Call(callee, ..) = &program.exprs.get(at.expr as usize)?.kind else { return None };
        match &program.exprs.get(*callee as usize)?.kind {
            ExprKind::Member(_, name, _) => program.strings.get(*name as usize).map(|name| name.to_string()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<f64> {
        let read = standard(text).flatten().or_else(|| american(text)).or_else(|| of_mail(text))?;
        Some(moment(&read.0)? - read.1.unwrap_or(0.0) * 60_000.0)
    }

    #[test]
    fn dates_are_read_as_node_does() {
        for (text, iso_text) in [
            ("2024-02-30", "2024-03-01T00:00:00.000Z"),
            ("2024-01-01 10:00", "2024-01-01T10:00:00.000Z"),
            ("2024-01-01T24:00:00Z", "2024-01-02T00:00:00.000Z"),
            ("2024-01-01T10:00:00+02:00", "2024-01-01T08:00:00.000Z"),
            ("2024-01-01T10:00:00.123456Z", "2024-01-01T10:00:00.123Z"),
            ("2024", "2024-01-01T00:00:00.000Z"),
            ("Jan 1, 2024", "2024-01-01T00:00:00.000Z"),
            ("January 1, 2024 10:00:00", "2024-01-01T10:00:00.000Z"),
            ("Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(read(text).and_then(parts_of).map(|parts| iso(&parts)).as_deref(), Some(iso_text), "{text}");
        }
        for text in ["2024-13-01", "2024-00-10", "2024-02-32", "2024-01-01T25:00:00Z", "2024-01-01T10:00:60Z"] {
            assert_eq!(standard(text), Some(None), "{text}");
        }
        for text in ["2024-2-3", "20240101", "31/12/2024", "Jan 32, 2024", "2024-01-01T10:5", "2024-01-01Z"] {
            assert!(read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn fields_may_be_out_of_their_ranges() {
        let at = |fields| parts_of(moment(&fields)?).map(|parts| iso(&parts));
        assert_eq!(at([2020.0, 1.0, 31.0, 0.0, 0.0, 0.0, 0.0]).as_deref(), Some("2020-03-02T00:00:00.000Z"));
        assert_eq!(at([2024.0, -1.0, 0.0, 25.0, 0.0, 0.0, 0.0]).as_deref(), Some("2023-12-01T01:00:00.000Z"));
        assert!(moment(&[f64::NAN, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]).is_some_and(f64::is_nan));
        assert_eq!(moment(&[20_000.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]), None);
    }
}
