//! Medians, percentiles, rates and ratios, in whole numbers: rates per second, times in microseconds, ratios in thousandths.

use std::time::Duration;

/// The middle one of the samples, the lower one of two; 0 without any.
pub(crate) fn median(samples: &[u64]) -> u64 {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}

/// What so many of a thousand samples do not exceed; 0 without any. Sorts the samples.
pub(crate) fn percentile(samples: &mut [u64], of_thousand: usize) -> u64 {
    samples.sort_unstable();
    let place = (samples.len() * of_thousand.min(1_000)).div_ceil(1_000).saturating_sub(1);
    samples.get(place).copied().unwrap_or(0)
}

/// So many a second.
pub(crate) fn per_second(count: u64, micros: u64) -> u64 {
    ratio(count, micros.max(1), 1_000_000)
}

/// A part of a whole, in thousandths.
pub(crate) fn per_mille(part: u64, whole: u64) -> u64 {
    ratio(part, whole.max(1), 1_000)
}

/// Thousandths of each pair.
pub(crate) fn ratios(parts: &[u64], wholes: &[u64]) -> Vec<u64> {
    parts.iter().zip(wholes).map(|(part, whole)| per_mille(*part, *whole)).collect()
}

/// A time in microseconds.
pub(crate) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn ratio(part: u64, whole: u64, times: u64) -> u64 {
    u64::try_from(u128::from(part) * u128::from(times) / u128::from(whole)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        assert_eq!(median(&[9, 1, 5]), 5);
        assert_eq!(median(&[4, 1, 3, 2]), 2);
        assert_eq!(median(&[]), 0);
    }

    #[test]
    fn a_percentile_is_one_of_the_samples() {
        let mut samples: Vec<u64> = (1..=200).rev().collect();
        assert_eq!(percentile(&mut samples, 500), 100);
        assert_eq!(percentile(&mut samples, 990), 198);
        assert_eq!(percentile(&mut [], 990), 0);
    }

    #[test]
    fn rates_and_ratios_are_whole_numbers() {
        assert_eq!(per_second(10, 500_000), 20);
        assert_eq!(per_mille(1, 2), 500);
        assert_eq!(ratios(&[1, 3], &[2, 2]), [500, 1_500]);
    }
}
