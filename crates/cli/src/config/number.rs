//! Numbers of the command line that have no variable. clap names the flag; what is wrong with it and an example stand here.

/// A position in the log, or where a page ends.
///
/// # Errors
/// When it is no whole number from 0.
pub fn position(text: &str) -> Result<i64, String> {
    let number = text.trim().parse().ok().filter(|number| *number >= 0);
    number.ok_or_else(|| "it is no whole number from 0; for example 1000, as the list before it says".to_owned())
}

/// A number that a list shows.
///
/// # Errors
/// When it is no whole number from 1.
pub fn number_above_zero(text: &str) -> Result<i64, String> {
    let number = text.trim().parse().ok().filter(|number| *number >= 1);
    number.ok_or_else(|| "it is no whole number from 1; for example 7, as the list shows it".to_owned())
}

/// How many lines a page has at most.
///
/// # Errors
/// When it is no number from 1 to 10000.
pub fn page_size(text: &str) -> Result<u32, String> {
    let count = text.trim().parse().ok().filter(|count| (1..=10_000).contains(count));
    count.ok_or_else(|| "it is no whole number from 1 to 10000; for example --limit 50".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_out_of_its_bounds_is_refused() {
        assert_eq!((position("0"), number_above_zero(" 1 "), page_size("10000")), (Ok(0), Ok(1), Ok(10_000)));
        assert!([position("-1"), position("x"), number_above_zero("0")].iter().all(Result::is_err));
        assert!(["0", "10001", "-5", ""].into_iter().all(|text| page_size(text).is_err()));
    }
}
