//! Times on the command line: a day or a moment.

use chrono::{DateTime, NaiveDate, Utc};

/// Reads `2026-11-21`, or `2026-11-21T14:00:00Z`.
///
/// # Errors
/// When it is neither.
pub fn time(text: &str) -> Result<DateTime<Utc>, String> {
    let moment = DateTime::parse_from_rfc3339(text.trim()).map(|time| time.to_utc());
    let day = || Some(NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0)?.and_utc());
    moment.ok().or_else(day).ok_or_else(|| "it is no time; for example 2026-11-21, or 2026-11-21T14:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_day_or_a_moment() {
        assert_eq!(time("1970-01-02").unwrap().timestamp(), 86_400);
        assert_eq!(time("1970-01-01T01:00:00+01:00").unwrap().timestamp(), 0);
        assert!(time("yesterday").unwrap_err().contains("2026-11-21T14:00:00Z"));
    }
}
