//! The query of a request, read strictly: a parameter that a route does not know, stands twice, is no text or is out of its range is refused with the
//! parameter's name. An answer to another question than the one that was meant would look right, and nobody would notice.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{DateTime, NaiveDate, NaiveTime};
use daybook_domain::time::Timestamp;

use crate::Problem;
use crate::config::Config;
use crate::extract::check_id;
use crate::state::Shared;

/// The parameters of a route, read from its query.
#[derive(Debug)]
pub struct Asked<T>(pub T);

/// What a route may be asked in its query. A tuple knows the parameters of all.
pub trait Parameters: Sized {
    /// The names of the parameters, as OpenAPI lists them.
    fn names() -> impl Iterator<Item = &'static str>;

    /// Reads them.
    ///
    /// # Errors
    /// [`Problem::Malformed`], which names the parameter.
    fn read(query: &Query, config: &Config) -> Result<Self, Problem>;
}

/// Nothing may be asked.
impl Parameters for () {
    fn names() -> impl Iterator<Item = &'static str> {
        std::iter::empty()
    }

    fn read(_: &Query, _: &Config) -> Result<Self, Problem> {
        Ok(())
    }
}

impl<A: Parameters, B: Parameters> Parameters for (A, B) {
    fn names() -> impl Iterator<Item = &'static str> {
        A::names().chain(B::names())
    }

    fn read(query: &Query, config: &Config) -> Result<Self, Problem> {
        Ok((A::read(query, config)?, B::read(query, config)?))
    }
}

impl<A: Parameters, B: Parameters, C: Parameters> Parameters for (A, B, C) {
    fn names() -> impl Iterator<Item = &'static str> {
        A::names().chain(B::names()).chain(C::names())
    }

    fn read(query: &Query, config: &Config) -> Result<Self, Problem> {
        Ok((A::read(query, config)?, B::read(query, config)?, C::read(query, config)?))
    }
}

impl<T: Parameters> FromRequestParts<Shared> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        read(parts.uri.query().unwrap_or_default(), &app.config).map(Self)
    }
}

/// Reads what stands behind the question mark.
fn read<T: Parameters>(text: &str, config: &Config) -> Result<T, Problem> {
    let query = Query::parse(text)?;
    for (index, (name, _)) in query.0.iter().enumerate() {
        if !T::names().any(|known| known == name) {
            return Err(unknown::<T>(name));
        }
        if query.0.iter().skip(index + 1).any(|(other, _)| other == name) {
            return Err(Problem::malformed(format!("the query: `{name}` stands there more than once")));
        }
    }
    T::read(&query, config)
}

/// So much of an unknown name is repeated, in characters.
const LONGEST_NAME: usize = 60;

fn unknown<T: Parameters>(name: &str) -> Problem {
    let shown: String = name.chars().take(LONGEST_NAME).collect();
    let known: Vec<String> = T::names().map(|name| format!("`{name}`")).collect();
    let known = match known.len() {
        0 => "there are none here".to_owned(),
        _ => format!("known here: {}", known.join(", ")),
    };
    Problem::malformed(format!("the query: `{}` is no parameter of this; {known}", shown.escape_debug()))
}

/// Names and values, decoded.
#[derive(Debug)]
pub struct Query(Vec<(String, String)>);

impl Query {
    fn parse(text: &str) -> Result<Self, Problem> {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name)
                .ok_or_else(|| Problem::malformed("the query: a parameter's name is not percent-encoded UTF-8"))?;
            match decode(value) {
                Some(value) => Ok((name, value)),
                None => Err(Problem::malformed(format!(
                    "the query: the value of `{}` is not percent-encoded UTF-8",
                    name.chars().take(LONGEST_NAME).collect::<String>().escape_debug()
                ))),
            }
        });
        pairs.collect::<Result<_, _>>().map(Self)
    }

    /// The value of a parameter as it is written.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// An id.
    ///
    /// # Errors
    /// [`Problem::Malformed`] when it cannot be one.
    pub fn id(&self, name: &'static str) -> Result<Option<String>, Problem> {
        self.text(name).map(|id| check_id(id, name).map(str::to_owned)).transpose()
    }

    /// A whole number of this range.
    ///
    /// # Errors
    /// [`Problem::Malformed`], with the range, when it is none.
    pub fn whole<N>(&self, name: &'static str, range: RangeInclusive<N>) -> Result<Option<N>, Problem>
    where
        N: FromStr + PartialOrd + Display,
    {
        let Some(text) = self.text(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| range.contains(number));
        let expected = || format!("{name}: expected a whole number from {} to {}", range.start(), range.end());
        number.map(Some).ok_or_else(|| Problem::malformed(expected()))
    }
}

/// A position or a size of the log.
pub const POSITIONS: RangeInclusive<i64> = 0..=i64::MAX;

/// Seconds since 1970, written as such, as a time or as a day.
///
/// # Errors
/// [`Problem::Malformed`], which names the parameter.
pub fn read_time(text: &str, name: &'static str) -> Result<i64, Problem> {
    let seconds = text.parse().ok();
    let written = || DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp());
    let day = || text.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN).and_utc().timestamp());
    let read = seconds.or_else(written).or_else(day).ok_or_else(|| {
        let expected = "expected a time like 2026-09-30T12:00:00Z, a day like 2026-09-30 (its first second), or seconds since 1970";
        Problem::malformed(format!("{name}: {expected}"))
    })?;
    let beyond = || Problem::malformed(format!("{name}: the time lies beyond the years 1970 to 9999"));
    Timestamp::from_unix(read).map(|_| read).ok_or_else(beyond)
}

/// Undoes `application/x-www-form-urlencoded`, if it is UTF-8 that was encoded.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => digit(rest.next()?)? << 4 | digit(rest.next()?)?,
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use utoipa::IntoParams;

    use super::*;
    use crate::past::When;
    use crate::v1::Explanation;
    use crate::v1::{attention, balances, disputes, events, invoices, list, payments, story, view};
    use crate::wait::Wait;

    fn refusal<T: Parameters>(text: &str) -> String {
        read::<T>(text, &Config::default()).map_or_else(|problem| problem.to_string(), |_| "read".to_owned())
    }

    #[test]
    fn the_names_that_are_known_are_those_that_are_described() {
        fn assert_described<T: Parameters + IntoParams>() {
            let described: Vec<String> = T::into_params(|| None).into_iter().map(|one| one.name).collect();
            assert_eq!(T::names().collect::<Vec<_>>(), described);
        }
        assert_described::<Wait>();
        assert_described::<Explanation>();
        assert_described::<When>();
        assert_described::<story::Length>();
        assert_described::<events::Wanted>();
        assert_described::<balances::Shown>();
        assert_described::<list::Part>();
        assert_described::<attention::Wanted>();
        assert_described::<disputes::Wanted>();
        assert_described::<invoices::Wanted>();
        assert_described::<payments::Wanted>();
        assert_described::<view::View>();
    }

    #[test]
    fn what_is_not_known_stands_twice_or_is_no_text_is_refused_by_its_name() {
        let told: Vec<String> =
            ["at=2020-01-01", "explain=true&explain=true", "explain=maybe", "after_object=%ff", "%ff=1", "explain=%2"]
                .map(refusal::<(Explanation, Wait)>)
                .into();
        insta::assert_snapshot!(told.join("\n"), @r"
        the query: `at` is no parameter of this; known here: `explain`, `min_size`, `after_object`, `wait_ms`
        the query: `explain` stands there more than once
        explain: expected true or false
        the query: the value of `after_object` is not percent-encoded UTF-8
        the query: a parameter's name is not percent-encoded UTF-8
        the query: the value of `explain` is not percent-encoded UTF-8
        ");
        assert_eq!(refusal::<()>("%00=1"), "the query: `\\0` is no parameter of this; there are none here");
        assert_eq!(refusal::<(Explanation, Wait)>("explain&min_size=3&&after_object=a%20b%C3%A4+c"), "read");
    }

    #[test]
    fn what_is_out_of_its_range_is_refused_with_the_range() {
        let of_events = ["limit=0", "limit=201", "limit=", "from_position=-1", "before=x", "created_from=yesterday"];
        let mut told: Vec<String> = of_events.map(refusal::<(events::Wanted, Wait)>).into();
        told.extend(["min_size=-1", "min_size=9223372036854775808", "wait_ms=15001"].map(refusal::<Wait>));
        told.extend(["postings=-1", "postings=501"].map(refusal::<balances::Shown>));
        told.extend(["basis=cash", "as_of=soon", "as_of=-1", "as_of=999999999999"].map(refusal::<view::View>));
        insta::assert_snapshot!(told.join("\n"), @r"
        limit: expected a whole number from 1 to 200
        limit: expected a whole number from 1 to 200
        limit: expected a whole number from 1 to 200
        from_position: expected a whole number from 0 to 9223372036854775807
        before: expected a whole number from 0 to 9223372036854775807
        created_from: expected a time like 2026-09-30T12:00:00Z, a day like 2026-09-30 (its first second), or seconds since 1970
        min_size: expected a whole number from 0 to 9223372036854775807
        min_size: expected a whole number from 0 to 9223372036854775807
        wait_ms: expected a whole number from 0 to 15000
        postings: expected a whole number from 0 to 500
        postings: expected a whole number from 0 to 500
        basis: expected posted or earned
        as_of: expected a time like 2026-09-30T12:00:00Z, a day like 2026-09-30 (its first second), or seconds since 1970
        as_of: the time lies beyond the years 1970 to 9999
        as_of: the time lies beyond the years 1970 to 9999
        ");
        assert_eq!(refusal::<(events::Wanted, Wait)>("limit=200&min_size=0&wait_ms=15000"), "read");
    }
}
