//! What is bought once: what it gives, for how long, and what ends it.

use super::given::{KNOWN, because, day, dispute, moment, next, policy, source, standing};
use crate::{
    entitlement::{Answer, Code, Policy, Source, SourceRef, Value, Warning, evaluate},
    id::{CustomerId, EventId, PriceId},
    settlement::{Bought, DisputePhase, Purchase, PurchaseDispute},
};

const FEATURES: &str = "[features]\npro = { kind = \"switch\" }\ncalls = { kind = \"limit\", combine = \"sum\" }\n";

fn by_link(lasts: &str) -> Policy {
    policy(&format!(
        "{FEATURES}[purchases.once]\npayment_links = [\"plink_1\"]\nlasts = \"{lasts}\"\ngrants = {{ pro = true }}"
    ))
}

/// Bought on day 3 through the payment link.
fn purchase() -> Purchase {
    Purchase {
        customer: CustomerId::new("cus_1"),
        payment_link: Some("plink_1".into()),
        metadata: [("pack".into(), "calls".into()), ("colour".into(), "green".into())].into(),
        items: Vec::new(),
        items_truncated: false,
        paid: moment("evt_bought", 3),
        refunded_by: Vec::new(),
        disputes: Vec::new(),
    }
}

fn bought(purchase: Purchase) -> Source {
    Source::Purchase { id: "cs_1".into(), purchase: Box::new(purchase) }
}

fn ask(policy: &Policy, purchase: Purchase, feature: &str, number: i64) -> Answer {
    evaluate(policy, KNOWN, &[bought(purchase)], feature, day(number))
}

fn disputed(phase: DisputePhase) -> Purchase {
    let dispute = dispute(phase);
    let disputes =
        vec![PurchaseDispute { dispute: dispute.dispute, phase, opened: dispute.opened, closed: dispute.closed }];
    Purchase { disputes, ..purchase() }
}

#[test]
fn a_lifetime_purchase_gives_for_good_and_names_the_event_that_shows_it_paid() {
    let answer = ask(&by_link("lifetime"), purchase(), "pro", 9_000);
    assert_eq!((answer.allowed, answer.code, next(&answer)), (true, Code::Purchased, None));
    assert_eq!(answer.source, Some(SourceRef::Purchase { id: "cs_1".into() }));
    assert_eq!(because(&answer), ["evt_bought"]);
}

#[test]
fn a_purchase_for_some_time_ends_by_itself() {
    let policy = by_link("30 days");
    let answer = ask(&policy, purchase(), "pro", 10);
    assert_eq!((answer.code, next(&answer)), (Code::Purchased, Some((day(33), Code::PurchaseEnded))));
    assert_eq!(ask(&policy, purchase(), "pro", 33).code, Code::PurchaseEnded);
}

#[test]
fn a_full_refund_ends_it_and_is_named() {
    let refunded = Purchase { refunded_by: vec![EventId::new("evt_refund")], ..purchase() };
    let answer = ask(&by_link("lifetime"), refunded, "pro", 10);
    assert_eq!((answer.code, because(&answer)), (Code::Refunded, vec!["evt_refund"]));
}

#[test]
fn an_open_dispute_holds_it_and_a_lost_one_ends_it() {
    let policy = by_link("lifetime");
    assert_eq!(ask(&policy, disputed(DisputePhase::Open), "pro", 10).code, Code::Disputed);
    assert_eq!(ask(&policy, disputed(DisputePhase::Won), "pro", 25).code, Code::Purchased);
    assert_eq!(ask(&policy, disputed(DisputePhase::Lost), "pro", 25).code, Code::DisputeLost);
    let keep = super::given::policy(&format!("{policy}").replace("hold_until_paid", "keep"));
    let kept = ask(&keep, disputed(DisputePhase::Lost), "pro", 25);
    assert_eq!((kept.code, kept.warnings), (Code::Purchased, vec![Warning::Disputed]));
}

#[test]
fn a_lost_dispute_over_a_purchase_takes_no_default_away() {
    let policy = policy(&format!("{}\n[defaults]\npro = true", by_link("lifetime")).replace("[defaults]\n\n", ""));
    assert_eq!(ask(&policy, disputed(DisputePhase::Lost), "pro", 25).code, Code::Default);
    assert_eq!(ask(&policy, disputed(DisputePhase::Open), "pro", 10).code, Code::Disputed);
}

#[test]
fn a_rule_means_purchases_by_price_and_by_all_of_its_metadata() {
    let with = |rule: &str| {
        policy(&format!(
            "{FEATURES}[purchases.pack]\n{rule}\nlasts = \"lifetime\"\ngrants = {{ calls = {{ limit = 100, per_quantity = true }} }}"
        ))
    };
    let item =
        |price: &str, quantity| Bought { price: Some(PriceId::new(price)), product: None, quantity: Some(quantity) };
    let invoiced = Purchase { items: vec![item("price_pack", 3), item("price_else", 7)], ..purchase() };
    let by_price = ask(&with("prices = [\"price_pack\"]"), invoiced, "calls", 10);
    assert_eq!(by_price.value, Some(Value::Limit(300)));
    assert!(ask(&with("metadata = { pack = \"calls\" }"), purchase(), "calls", 10).allowed);
    assert!(!ask(&with("metadata = { pack = \"calls\", colour = \"red\" }"), purchase(), "calls", 10).allowed);
    assert!(!ask(&with("prices = [\"price_pack\"]"), purchase(), "calls", 10).allowed);
}

#[test]
fn what_was_bought_once_is_added_to_what_is_subscribed_to() {
    let policy = policy(&format!(
        "{FEATURES}[plans.pro]\nprices = [\"price_pro\"]\ngrants = {{ calls = 10 }}\n[purchases.pack]\n\
         payment_links = [\"plink_1\"]\nlasts = \"lifetime\"\ngrants = {{ calls = 100 }}"
    ));
    let sources = [source("sub_1", standing("active")), bought(purchase())];
    let answer = evaluate(&policy, KNOWN, &sources, "calls", day(10));
    assert_eq!((answer.code, answer.value), (Code::Active, Some(Value::Limit(110))));
}

#[test]
fn without_a_rule_a_purchase_gives_nothing() {
    assert_eq!(ask(&Policy::default(), purchase(), "pro", 10).code, Code::NoSubscription);
}

#[test]
fn a_purchase_with_more_lines_than_events_show_proves_no_absence() {
    let policy = policy(&format!(
        "{FEATURES}[purchases.pack]\nprices = [\"price_pack\"]\nlasts = \"lifetime\"\ngrants = {{ calls = 100 }}\n\
         [purchases.once]\npayment_links = [\"plink_2\"]\nlasts = \"lifetime\"\ngrants = {{ pro = true }}"
    ));
    let warnings = |truncated, feature| {
        let answer = ask(&policy, Purchase { items_truncated: truncated, ..purchase() }, feature, 10);
        assert!(!answer.allowed);
        answer.warnings
    };
    assert_eq!(warnings(true, "calls"), [Warning::PurchaseTruncated]);
    assert_eq!(warnings(false, "calls"), []);
    assert_eq!(warnings(true, "pro"), [], "no line of an invoice grants it");
}
