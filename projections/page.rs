//! Pages of lists. A page ends at an entry, not at a number, so that what comes in meanwhile moves nothing.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use daybook_domain::time::Timestamp;

/// Where a page ended: the next one begins after this entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// When the entry was made.
    pub at: DateTime<Utc>,
    /// Its id.
    pub id: String,
}

/// Not the end of any page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not where a page ended; take it from `next` of the page before, like 1767225600:in_1")]
pub struct NoCursor;

/// Longest id a page can end at, in bytes.
const LONGEST_ID: usize = 255;

impl FromStr for Cursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let (seconds, id) = text.split_once(':').ok_or(NoCursor)?;
        // The times that both Stripe's events and PostgreSQL know.
        let seconds = seconds.parse().ok().and_then(Timestamp::from_unix).ok_or(NoCursor)?.unix();
        let at = DateTime::from_timestamp(seconds, 0).ok_or(NoCursor)?;
        let fits = (1..=LONGEST_ID).contains(&id.len()) && !id.chars().any(char::is_control);
        if fits { Ok(Self { at, id: id.to_owned() }) } else { Err(NoCursor) }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.at.timestamp(), self.id)
    }
}

/// Entries of a page, and where it ended if there are more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// In the order of the list.
    pub entries: Vec<T>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// The first `limit` of what was found when one more was asked for.
    pub fn of(mut found: Vec<T>, limit: u32, end: impl Fn(&T) -> Cursor) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let is_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| is_more).map(end);
        Self { entries: found, next }
    }
}

/// The cursor as the parameters of a statement: before this time, or at it and below this id.
pub(crate) fn before(cursor: Option<&Cursor>) -> (DateTime<Utc>, &str) {
    cursor.map_or((DateTime::<Utc>::MAX_UTC, ""), |cursor| (cursor.at, cursor.id.as_str()))
}

/// The same for a list that begins with the oldest: after this time, or at it and above this id.
pub(crate) fn after(cursor: Option<&Cursor>) -> (DateTime<Utc>, &str) {
    cursor.map_or((DateTime::UNIX_EPOCH, ""), |cursor| (cursor.at, cursor.id.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_and_anything_else_is_none() {
        let cursor: Cursor = "1767225600:in_1:x".parse().unwrap();
        assert_eq!(
            (cursor.at.timestamp(), cursor.id.as_str(), cursor.to_string().as_str()),
            (1_767_225_600, "in_1:x", "1767225600:in_1:x")
        );
        for wrong in ["", "in_1", "x:in_1", "5:", "99999999999999999:in_1", "-300000000000:in_1", "5:a\n"] {
            assert_eq!(wrong.parse::<Cursor>(), Err(NoCursor), "{wrong}");
        }
    }

    #[test]
    fn a_page_says_where_it_ended_only_when_there_is_more() {
        let end = |id: &i64| Cursor { at: DateTime::UNIX_EPOCH, id: id.to_string() };
        assert_eq!(Page::of(vec![3, 2, 1], 2, end), Page { entries: vec![3, 2], next: Some(end(&2)) });
        assert_eq!(Page::of(vec![3, 2], 2, end).next, None);
    }
}
