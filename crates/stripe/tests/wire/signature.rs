//! The rules of `Stripe-Signature`, from outside.

use daybook_stripe::signature::{Error, InvalidSecret, MAX_HEADER, MAX_SIGNATURES, Match, Secret, verify};
use proptest::prelude::*;

const NOW: i64 = 1_700_000_000;
const BODY: &[u8] = br#"{"id":"evt_1"}"#;

fn secret(label: &str) -> Secret {
    Secret::new(label, &format!("whsec_{label}")).unwrap()
}

fn check(header: &str) -> Result<Match, Error> {
    verify(Some(header.as_bytes()), BODY, &[secret("a")], NOW, 300)
}

/// The hexadecimal part of a good signature.
fn v1(label: &str, timestamp: i64, body: &[u8]) -> String {
    secret(label).header(timestamp, body).split_once("v1=").unwrap().1.to_owned()
}

#[test]
fn a_signature_made_elsewhere_is_recognised() {
    // printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_a
    let header = "t=1700000000,v1=97ea69f91fd566038386bacf87292eb0d73a8207414ee62ed313d49996fe0639";
    assert_eq!(check(header), Ok(Match { secret: 0, timestamp: NOW }));
}

#[test]
fn a_delivery_within_the_tolerance_is_verified_on_both_sides() {
    for offset in [-300, -1, 0, 1, 300] {
        let header = secret("a").header(NOW + offset, BODY);
        assert_eq!(check(&header), Ok(Match { secret: 0, timestamp: NOW + offset }));
    }
}

#[test]
fn a_delivery_outside_the_tolerance_says_by_how_much() {
    assert_eq!(check(&secret("a").header(NOW - 301, BODY)), Err(Error::TooOld { seconds: 301, tolerance: 300 }));
    let hour_ahead = check(&secret("a").header(NOW + 3_600, BODY)).unwrap_err();
    assert_eq!(hour_ahead, Error::TooNew { seconds: 3_600, tolerance: 300 });
    assert!(hour_ahead.to_string().contains("clock"));
}

#[test]
fn the_age_of_a_forged_delivery_is_not_told() {
    assert_eq!(check(&secret("b").header(NOW - 5_000, BODY)), Err(Error::NoMatch));
}

#[test]
fn every_secret_in_force_is_tried_and_the_matching_one_named() {
    let secrets = [secret("a"), secret("b"), secret("c")];
    let header = secret("c").header(NOW, BODY);
    let found = verify(Some(header.as_bytes()), BODY, &secrets, NOW, 300).unwrap();
    assert_eq!(secrets[found.secret].label(), "c");
}

#[test]
fn while_a_secret_is_rolled_any_of_several_signatures_counts() {
    let header = format!("t={NOW},v1={},v1={},v0=abc", v1("old", NOW, BODY), v1("a", NOW, BODY));
    assert_eq!(check(&header), Ok(Match { secret: 0, timestamp: NOW }));
}

#[test]
fn wrong_secret_changed_body_and_changed_time_do_not_match() {
    assert_eq!(check(&secret("b").header(NOW, BODY)), Err(Error::NoMatch));
    assert_eq!(check(&secret("a").header(NOW, b"{}")), Err(Error::NoMatch));
    assert_eq!(check(&format!("t={},v1={}", NOW + 1, v1("a", NOW, BODY))), Err(Error::NoMatch));
    assert_eq!(verify(Some(secret("a").header(NOW, BODY).as_bytes()), BODY, &[], NOW, 300), Err(Error::NoMatch));
}

#[test]
fn only_scheme_v1_counts() {
    assert_eq!(check(&format!("t={NOW},v0={}", v1("a", NOW, BODY))), Err(Error::NoV1));
    assert_eq!(check(&format!("t={NOW},v2={}", v1("a", NOW, BODY))), Err(Error::NoV1));
}

#[test]
fn an_empty_body_can_be_signed() {
    let header = secret("a").header(NOW, b"");
    assert!(verify(Some(header.as_bytes()), b"", &[secret("a")], NOW, 300).is_ok());
}

#[test]
fn what_is_no_header_is_refused_with_what_is_missing() {
    assert_eq!(verify(None, BODY, &[secret("a")], NOW, 300), Err(Error::Missing));
    let malformed = |header: &str| matches!(check(header), Err(Error::Malformed { .. }));
    for header in ["", ",,,", "garbage", "v1=00", "t=,v1=00", "t=12x,v1=00", "t=-5,v1=00", "t=1,t=1,v1=00", "t=1,v1=zz"]
    {
        assert!(malformed(header), "{header}");
    }
    assert!(malformed(&format!("t=99999999999999999999,v1={}", "0".repeat(64))));
    assert!(matches!(verify(Some(b"\xff"), BODY, &[secret("a")], NOW, 300), Err(Error::Malformed { .. })));
}

#[test]
fn a_header_with_a_hundred_signatures_is_looked_at_only_in_part() {
    let wrong = format!(",v1={}", "0".repeat(64)).repeat(99);
    let last = format!("t={NOW}{wrong},v1={}", v1("a", NOW, BODY));
    assert_eq!(check(&last), Err(Error::TooMany));
    let first = format!("t={NOW},v1={}{wrong}", v1("a", NOW, BODY));
    assert!(check(&first).is_ok());
    let long = "x".repeat(MAX_HEADER + 1);
    assert_eq!(check(&long), Err(Error::TooLong { length: MAX_HEADER + 1 }));
}

#[test]
fn the_sixteenth_signature_counts_and_a_header_whose_seventeenth_is_right_says_that_there_are_too_many() {
    let wrong = format!(",v1={}", "0".repeat(64));
    let right_at = |place: usize, of: usize| {
        let (before, after) = (wrong.repeat(place - 1), wrong.repeat(of - place));
        check(&format!("t={NOW}{before},v1={}{after}", v1("a", NOW, BODY)))
    };
    assert!(right_at(MAX_SIGNATURES, MAX_SIGNATURES).is_ok());
    assert!(right_at(MAX_SIGNATURES, MAX_SIGNATURES + 1).is_ok());
    assert_eq!(right_at(MAX_SIGNATURES + 1, MAX_SIGNATURES + 1), Err(Error::TooMany));
    assert_eq!(check(&format!("t={NOW}{}", wrong.repeat(MAX_SIGNATURES))), Err(Error::NoMatch));
    assert!(Error::TooMany.to_string().contains("more than 16 v1 signatures"));
}

#[test]
fn an_empty_secret_is_refused_and_no_secret_is_ever_shown() {
    assert!(matches!(Secret::new("main", " \n"), Err(InvalidSecret::Empty { .. })));
    assert_eq!(format!("{:?}", secret("a")), r#"Secret { label: "a", .. }"#);
}

#[test]
fn extreme_times_overflow_nothing() {
    let header = secret("a").header(i64::MAX, BODY);
    for now in [i64::MIN, 0, i64::MAX] {
        let _ = verify(Some(header.as_bytes()), BODY, &[secret("a")], now, i64::MIN);
        let _ = verify(Some(header.as_bytes()), BODY, &[secret("a")], now, i64::MAX);
    }
}

proptest! {
    #[test]
    fn no_header_verifies_by_chance_or_panics(header in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(verify(Some(&header), BODY, &[secret("a")], NOW, 300).is_err());
    }

    #[test]
    fn what_was_signed_verifies_and_nothing_else(body in prop::collection::vec(any::<u8>(), 0..200), flip in 0_usize..200) {
        let header = secret("a").header(NOW, &body);
        prop_assert!(verify(Some(header.as_bytes()), &body, &[secret("a")], NOW, 300).is_ok());
        let mut other = body.clone();
        if let Some(byte) = other.get_mut(flip) {
            *byte ^= 1;
            prop_assert_eq!(verify(Some(header.as_bytes()), &other, &[secret("a")], NOW, 300), Err(Error::NoMatch));
        }
    }
}
