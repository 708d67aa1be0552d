//! `[attention]`: how long things may wait before a person is told of them. Entitlements know nothing of it.

use toml::Table;

use super::{
    Duration,
    parse::duration,
    reader::{Reader, Section},
};
use crate::attention::{DUPLICATE_WITHIN, DUPLICATES_BACK, SILENCE_AFTER, TRIAL_NOTICE};

/// How long things may wait before a person is told of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attention {
    /// A trial is told so long before it ends.
    pub trial_notice: Duration,
    /// Two payments of one customer and amount within this time may be one, made twice.
    pub duplicate_within: Duration,
    /// Such pairs are looked for so far back, unless the question says more.
    pub duplicates_back: Duration,
    /// No delivery for this long is silence.
    pub silence_after: Duration,
    /// Money that is for nothing, or that no event explains, is told when it is older than this.
    pub unapplied_after: Duration,
}

impl Default for Attention {
    /// The notice is Stripe's own; a day without any delivery is rare even for small shops; what happens within minutes is seldom meant twice.
    fn default() -> Self {
        Self {
            trial_notice: Duration::of_seconds(TRIAL_NOTICE),
            duplicate_within: Duration::of_seconds(DUPLICATE_WITHIN),
            duplicates_back: Duration::of_seconds(DUPLICATES_BACK),
            silence_after: Duration::of_seconds(SILENCE_AFTER),
            unapplied_after: Duration::NONE,
        }
    }
}

impl Attention {
    /// Each length of time by its key.
    fn lengths(&mut self) -> [(&'static str, &mut Duration); 5] {
        [
            ("trial_notice", &mut self.trial_notice),
            ("duplicate_within", &mut self.duplicate_within),
            ("duplicates_back", &mut self.duplicates_back),
            ("silence_after", &mut self.silence_after),
            ("unapplied_after", &mut self.unapplied_after),
        ]
    }
}

/// Reads the section.
pub(super) fn read(reader: &mut Reader<'_>, section: &Section<'_>) -> Attention {
    let mut attention = Attention::default();
    let lengths = attention.lengths();
    reader.only_keys(section, &lengths.each_ref().map(|(key, _)| *key));
    for (key, place) in lengths {
        if let Some(length) = section.get(key).and_then(|node| duration(reader, &node, Duration::EXPECTED)) {
            *place = length;
        }
    }
    attention
}

/// What differs from the usual, as the section writes it.
pub(super) fn write(mut attention: Attention) -> Table {
    let mut usual = Attention::default();
    let own = attention.lengths().into_iter().zip(usual.lengths());
    let differs = own.filter(|((_, length), (_, usual))| length != usual);
    differs.map(|((key, length), _)| (key.to_owned(), length.to_string().into())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Policy;
    use super::*;

    #[test]
    fn what_is_said_counts_and_all_else_is_as_usual() {
        let policy = Policy::parse("[attention]\nsilence_after = \"2 hours\"\nunapplied_after = \"3 days\"\n").unwrap();
        let expected = Attention {
            silence_after: Duration::parse("2 hours").unwrap(),
            unapplied_after: Duration::parse("3 days").unwrap(),
            ..Attention::default()
        };
        assert_eq!(policy.attention, expected);
        assert_eq!(Policy::parse(&policy.to_string()).unwrap(), policy, "what is written is read again");
    }

    #[test]
    fn a_policy_that_says_nothing_of_it_is_written_as_it_always_was() {
        assert!(!Policy::default().to_string().contains("attention"));
        assert_eq!(Policy::parse("[attention]\n").unwrap(), Policy::default());
    }

    #[test]
    fn what_is_no_length_of_time_and_what_nobody_knows_is_told_with_its_line() {
        let error = Policy::parse("[attention]\nsilence_after = 7\nsilence = \"1 day\"\n").unwrap_err();
        let lines: Vec<usize> = error.problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [2, 3], "{error}");
    }
}
