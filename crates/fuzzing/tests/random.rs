//! What a fuzzer does, in a few seconds of every test run: scripts and bodies made by chance, always the same ones.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use daybook_fuzzing::{Target, fold};

/// Scripts of the fold.
const SCRIPTS: u64 = 1_000;
/// Headers and bodies.
const TEXTS: u64 = 20_000;

/// Numbers by chance (splitmix64).
struct Chance(u64);

impl Chance {
    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.number() % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.number().to_le_bytes()[0]).collect()
    }

    /// Words of a language put together, with a byte changed now and then.
    fn text(&mut self, words: &[&str]) -> Vec<u8> {
        let mut text: Vec<u8> = (0..self.below(40))
            .flat_map(|_| words.get(self.below(words.len())).copied().unwrap_or_default().bytes())
            .collect();
        for _ in 0..self.below(3) {
            let place = self.below(text.len());
            let byte = self.number().to_le_bytes()[0];
            if let Some(slot) = text.get_mut(place) {
                *slot = byte;
            }
        }
        text
    }
}

#[test]
fn scripts_made_by_chance_change_no_row_by_their_order_and_always_balance() {
    let mut most = fold::Folded::default();
    for seed in 0..SCRIPTS {
        let mut chance = Chance(seed);
        let length = 6 + chance.below(90);
        let script = chance.bytes(length);
        let folded = fold::check(&script).unwrap_or_else(|broken| panic!("script {seed}: {broken}"));
        most.transactions += folded.transactions;
        most.telling += folded.telling;
    }
    assert!(most.transactions > 3_000 && most.telling > 8_000, "{most:?}");
}

#[test]
fn headers_made_by_chance_are_verified_exactly_where_they_are_signed() {
    let words = [
        "t=1700000000",
        "t=1699999700",
        "t=1699999699",
        "t=",
        "v1=",
        "v0=",
        "{1}",
        "{2}",
        "{x}",
        "{u}",
        ",",
        ",",
        ",",
        " ",
        "=",
        "t",
        "0",
        "v1=00",
        "\n",
    ];
    hold(Target::Signature, &words);
}

#[test]
fn bodies_made_by_chance_get_the_answer_that_another_reader_of_json_gives() {
    let words = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\"id\":",
        "\"evt_1\"",
        "\"object\":",
        "\"event\"",
        "\"type\":\"customer.updated\"",
        "\"livemode\":false",
        "\"created\":1700000000",
        "\"data\":{\"object\":{\"id\":\"cus_1\"}}",
        "null",
        "true",
        "-0",
        "1e5",
        "0.5",
        "12345678901234567890",
        "\\u0000",
        "\\ud800",
        "\"account\":\"acct_1\"",
        "\"request\":",
        "\"context\":\"a/acct_2\"",
        " ",
        "\n",
    ];
    hold(Target::Event, &words);
    let envelope = r#"{"id":"evt_1","object":"event","type":"customer.updated","livemode":false,"created":1700000000,"#;
    for seed in 0..TEXTS {
        let body = [envelope.as_bytes(), &Chance(seed).text(&words), b"}"].concat();
        Target::Event.check(&body).unwrap_or_else(|broken| panic!("body {seed}: {broken}"));
    }
}

fn hold(target: Target, words: &[&str]) {
    for seed in 0..TEXTS {
        let text = Chance(seed).text(words);
        let tried = target.check(&text);
        assert!(tried.is_ok(), "text {seed}: {}", tried.unwrap_err());
    }
}
