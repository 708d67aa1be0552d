//! Times as people write them: `2026-12-01`, `2026-12-01 14:30`, `2026-12-01T14:30:00Z`, `now`, or a length of time from another one: `30 days`.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use daybook_domain::entitlement::policy::Duration;
use daybook_domain::time::Timestamp;

/// A time as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// This second.
    At(Timestamp),
    /// So long after the time it is counted from.
    After(Duration),
}

impl When {
    /// Reads a time.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text == "now" {
            return Ok(Self::After(Duration::NONE));
        }
        if let Some(length) = Duration::parse(text) {
            return Ok(Self::After(length));
        }
        let time = DateTime::parse_from_rfc3339(text).map(|time| time.timestamp()).ok().or_else(|| {
            let forms = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"];
            let date = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|date| date.and_hms_opt(0, 0, 0));
            let time = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()).or_else(date);
            time.map(|time| time.and_utc().timestamp())
        });
        time.and_then(Timestamp::from_unix).map(Self::At).ok_or_else(|| {
            "it is a date such as 2026-12-01 (UTC), a time such as 2026-12-01T14:30:00Z, a length of time such as \"30 days\", or now"
                .to_owned()
        })
    }

    /// The second that is meant, counted from another one.
    pub fn from(&self, start: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => *at,
            Self::After(length) => start.plus_seconds(length.seconds()),
        }
    }
}

/// The clock's second.
pub fn now() -> Timestamp {
    Timestamp::from_unix(Utc::now().timestamp()).unwrap_or(Timestamp::MIN)
}

/// A second for people.
pub fn shown(at: Timestamp) -> String {
    DateTime::from_timestamp(at.unix(), 0).unwrap_or_default().format("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let start = Timestamp::from_unix(86_400).unwrap();
        for (text, seconds) in [
            ("1970-01-03", 172_800),
            ("1970-01-03 00:01", 172_860),
            ("1970-01-03T01:00:00+01:00", 172_800),
            ("now", 86_400),
            ("1 day", 172_800),
        ] {
            assert_eq!(When::parse(text).unwrap().from(start).unix(), seconds, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused_with_what_would_be_one() {
        for text in ["", "tomorrow", "2026-13-01", "1969-01-01", "30"] {
            assert!(When::parse(text).unwrap_err().contains("2026-12-01"), "{text}");
        }
    }
}
