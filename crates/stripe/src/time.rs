//! RFC 3339 times, as thin events write `created`. Nothing else at Stripe writes times as text.

use daybook_domain::time::Timestamp;

const DAYS_BEFORE_MONTH: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/// Reads `2026-09-30T12:34:56.789Z` or with an offset; fractions are cut off. `None` for anything else.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let (clock, offset) = split_offset(time)?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    let fits = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60
        && digits(fraction);
    if !fits {
        return None;
    }
    let days = days_since_1970(year, month, day)?;
    Timestamp::from_unix(days * 86_400 + hour * 3_600 + minute * 60 + second - offset)
}

/// Separates the zone; its offset in seconds east of Greenwich.
fn split_offset(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let at = time.rfind(['+', '-'])?;
    let (clock, zone) = time.split_at_checked(at)?;
    let [hours, minutes] = numbers(zone.get(1..)?, ':', [2, 2])?;
    let size = hours * 3_600 + minutes * 60;
    (hours < 24 && minutes < 60).then_some((clock, if zone.starts_with('-') { -size } else { size }))
}

/// Days from 1970-01-01 in the Gregorian calendar.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    let before = year - 1;
    let leap_days = before / 4 - before / 100 + before / 400 - 477;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let month_start = DAYS_BEFORE_MONTH.get(usize::try_from(month - 1).ok()?)?;
    let leap_day = i64::from(leap && month > 2);
    Some((year - 1970) * 365 + leap_days + month_start + leap_day + day - 1)
}

/// Exactly `N` numbers of these many digits between separators.
fn numbers<const N: usize>(text: &str, separator: char, lengths: [usize; N]) -> Option<[i64; N]> {
    let mut found = [0; N];
    let mut parts = text.split(separator);
    for (place, length) in found.iter_mut().zip(lengths) {
        let part = parts.next().filter(|part| part.len() == length && digits(part))?;
        *place = part.parse().ok()?;
    }
    parts.next().is_none().then_some(found)
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn unix(text: &str) -> Option<i64> {
        parse(text).map(daybook_domain::time::Timestamp::unix)
    }

    #[test]
    fn times_with_fractions_and_offsets_are_read() {
        assert_eq!(unix("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(unix("2000-02-29T23:59:59.999Z"), Some(951_868_799));
        assert_eq!(unix("2026-09-30T12:34:56.789Z"), Some(1_790_771_696));
        assert_eq!(unix("2026-09-30T14:34:56+02:00"), Some(1_790_771_696));
        assert_eq!(unix("2026-09-30T07:04:56-05:30"), Some(1_790_771_696));
        assert_eq!(unix("9999-12-31T23:59:59Z"), Some(253_402_300_799));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "T", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00", "1969-01-01T00:00:00Z"] {
            assert_eq!(unix(text), None, "{text}");
        }
        assert_eq!(unix("2026-01-01T00:00:00.éZ"), None);
        assert_eq!(unix("1970-01-01T00:00:00+01:00"), None);
    }
}
