//! Reviews and warnings of fraud: while they need a person, and whose they are.

use super::read;
use crate::{
    accounting::tests::build::*,
    attention::{Code, Concern, of_account},
    fact::{Charge, ConnectedAccount, Fact, FraudWarning, Observed, Review, Shown},
    id::{ObjectKind, ObjectRef},
    object::Object,
};

fn concern(facts: &[Fact], kind: ObjectKind, id: &str) -> Option<Concern> {
    let member = ObjectRef::new(kind, id);
    read(facts, (kind, id), |settlement| settlement.concern(&member, settlement.get(kind, id)?))
}

fn review(event: &str, on: i64, open: bool) -> Fact {
    let review =
        Review { charge: Some("ch_1".into()), payment_intent: None, open, reason: Some("rule".into()), created: None };
    fact(event, on, "prv_1", Observed::Review(Box::new(review)))
}

#[test]
fn a_review_needs_somebody_until_it_is_closed_and_finds_the_customer_over_its_charge() {
    let taken = Charge { invoice: Shown::Id("in_1".into()), ..charge(5400, 0) };
    let open = [review("evt_1", 1, true), shown_charge("evt_2", 0, "ch_1", &taken)];
    let found = concern(&open, ObjectKind::Review, "prv_1").unwrap();
    assert_eq!((found.code, found.since, found.detail.as_deref()), (Code::ReviewOpen, day(1), Some("rule")));
    assert_eq!((found.place.customer, found.place.invoice.as_deref()), (Some(customer()), Some("in_1")));
    assert_eq!(concern(&[review("evt_1", 1, true), review("evt_2", 2, false)], ObjectKind::Review, "prv_1"), None);
}

#[test]
fn a_warning_needs_somebody_while_it_can_be_acted_upon() {
    let warning = |event: &str, on: i64, actionable: bool| {
        let warning = FraudWarning {
            charge: Some("ch_1".into()),
            payment_intent: None,
            actionable,
            kind: Some("misc".into()),
            created: Some(day(1)),
        };
        fact(event, on, "issfr_1", Observed::FraudWarning(Box::new(warning)))
    };
    let found = concern(&[warning("evt_1", 2, true)], ObjectKind::FraudWarning, "issfr_1").unwrap();
    assert_eq!((found.code, found.since), (Code::FraudWarning, day(1)));
    let over = [warning("evt_1", 2, true), warning("evt_2", 3, false)];
    assert_eq!(concern(&over, ObjectKind::FraudWarning, "issfr_1"), None);
}

#[test]
fn an_account_needs_somebody_while_something_is_asked_of_it() {
    let account = |account: ConnectedAccount| {
        let mut object = Object::default();
        object.observe(&fact("evt_1", 1, "acct_1", Observed::ConnectedAccount(Box::new(account))));
        of_account(&object)
    };
    assert_eq!(account(ConnectedAccount::default()), None);
    let asked = ConnectedAccount {
        due: vec!["external_account".into()],
        disabled: Some("requirements.past_due".into()),
        deadline: Some(day(9)),
        ..ConnectedAccount::default()
    };
    let found = account(asked).unwrap();
    assert_eq!(found.until, Some(day(9)));
    assert_eq!(found.detail.as_deref(), Some("disabled: requirements.past_due; due: external_account"));
}
