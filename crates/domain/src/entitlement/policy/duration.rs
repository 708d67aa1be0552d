//! A length of time as people write it: `"7 days"`.

use std::fmt;

/// Units by name, greatest first, in seconds.
const UNITS: [(&str, i64); 5] = [("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)];

/// The longest that can be written: a hundred years of 366 days, in seconds.
const LONGEST: i64 = 100 * 366 * 86_400;

/// A length of time, never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(i64);

impl Duration {
    /// No time at all.
    pub const NONE: Self = Self(0);
    /// Seven days.
    pub const WEEK: Self = Self(604_800);

    /// What a reader of a policy expects.
    pub(super) const EXPECTED: &'static str =
        "a length of time in weeks, days, hours, minutes or seconds, such as \"7 days\"";

    /// So many seconds; none where that is negative.
    pub const fn of_seconds(seconds: i64) -> Self {
        if seconds < 0 { Self::NONE } else { Self(seconds) }
    }

    /// Reads a whole number and a unit: `"7 days"`, `"1 week"`, `"36 hours"`. At most a hundred years.
    pub fn parse(text: &str) -> Option<Self> {
        let (number, unit) = text.trim().split_once(' ')?;
        let unit = unit.trim_start();
        let unit = unit.strip_suffix('s').unwrap_or(unit);
        let (_, seconds) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let seconds = number.parse::<i64>().ok()?.checked_mul(seconds)?;
        (seconds <= LONGEST).then_some(Self(seconds))
    }

    /// Seconds.
    pub fn seconds(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Weeks are read but not written: "14 days" says what "2 weeks" says, and "7 days" is what people expect.
        let whole = UNITS.into_iter().skip(1).find(|(_, seconds)| self.0 % seconds == 0);
        let (name, seconds) = whole.unwrap_or(("second", 1));
        let count = self.0 / seconds;
        write!(formatter, "{count} {name}{}", if count == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::Duration;

    #[test]
    fn lengths_of_time_are_read_as_people_write_them_and_written_in_days_where_they_can_be() {
        for (text, seconds, written) in [
            ("7 days", 604_800, "7 days"),
            ("1 week", 604_800, "7 days"),
            ("1 day", 86_400, "1 day"),
            ("36 hours", 129_600, "36 hours"),
            (" 90  seconds", 90, "90 seconds"),
            ("0 days", 0, "0 days"),
        ] {
            let duration = Duration::parse(text).unwrap();
            assert_eq!((duration.seconds(), duration.to_string().as_str()), (seconds, written));
        }
    }

    #[test]
    fn what_is_no_length_of_time_is_refused() {
        for text in
            ["", "7", "7days", "seven days", "-1 days", "+1 days", "1.5 days", "7 fortnights", "40000 days", "7 dayss"]
        {
            assert_eq!(Duration::parse(text), None, "{text}");
        }
        assert_eq!(Duration::parse(&format!("{} days", i64::MAX)), None);
    }
}
