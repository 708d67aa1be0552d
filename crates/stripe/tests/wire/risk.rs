//! Reviews, early fraud warnings, and what Stripe asks of connected accounts.

use daybook_domain::fact::{ConnectedAccount, FraudWarning, Review};
use serde_json::{Value, json};

use crate::shape::{event, facts, observed, reason, snapshot, subjects};

fn account(extra: &Value) -> ConnectedAccount {
    let mut object = json!({"id": "acct_1", "object": "account", "charges_enabled": true, "payouts_enabled": false});
    object.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    snapshot!(ConnectedAccount of observed("account.updated", &object))
}

#[test]
fn a_review_is_open_until_it_is_closed_and_then_says_how() {
    let review = |event_type: &str, object: Value| -> Review { snapshot!(Review of observed(event_type, &object)) };
    let object = json!({"id": "prv_1", "object": "review", "open": true, "reason": "rule", "charge": "ch_1",
        "payment_intent": "pi_1", "created": 7, "ip_address": "10.0.0.1", "billing_zip": "12345"});
    let opened = review("review.opened", object);
    assert!(opened.open);
    assert_eq!((opened.reason.as_deref(), opened.charge.as_deref()), (Some("rule"), Some("ch_1")));
    assert!(!format!("{opened:?}").contains("10.0.0.1"));
    let closed =
        json!({"id": "prv_1", "object": "review", "open": false, "reason": "approved", "closed_reason": "approved"});
    let closed = review("review.closed", closed);
    assert_eq!((closed.open, closed.reason.as_deref()), (false, Some("approved")));
}

#[test]
fn a_warning_of_fraud_names_its_charge_and_shows_it_where_it_is_expanded() {
    let object = json!({"id": "issfr_1", "object": "radar.early_fraud_warning", "actionable": true, "fraud_type": "misc",
        "charge": {"id": "ch_1", "object": "charge", "amount": 5, "status": "succeeded"}, "created": 7});
    let found = facts("radar.early_fraud_warning.created", &object);
    assert_eq!(subjects(&found), ["radar.early_fraud_warning issfr_1", "charge ch_1"]);
    let warning: FraudWarning = snapshot!(FraudWarning of found.into_iter().next().unwrap().observed);
    assert_eq!(
        (warning.actionable, warning.kind.as_deref(), warning.charge.as_deref()),
        (true, Some("misc"), Some("ch_1"))
    );
}

#[test]
fn an_account_says_what_is_asked_of_it_now_and_in_old_shapes() {
    let new = account(
        &json!({"requirements": {"currently_due": ["external_account", "business_type"], "past_due": ["business_type"],
        "disabled_reason": "requirements.past_due", "current_deadline": 99}, "email": "shop@example.com"}),
    );
    assert_eq!(new.due, ["business_type".into(), "external_account".into()]);
    assert_eq!((new.past_due.len(), new.disabled.as_deref()), (1, Some("requirements.past_due")));
    assert_eq!(new.deadline.unwrap().unix(), 99);
    assert!(new.needs_something() && !format!("{new:?}").contains("shop@"));
    let old = account(&json!({"verification": {"fields_needed": ["legal_entity.dob.day"], "due_by": 5}}));
    assert_eq!((old.due.len(), old.deadline.unwrap().unix()), (1, 5));
    assert!(!account(&json!({"requirements": {"currently_due": [], "eventually_due": ["x"]}})).needs_something());
    let many: Vec<String> = (0..50).map(|number| format!("person_{number:02}.dob")).collect();
    assert_eq!(account(&json!({"requirements": {"currently_due": many}})).due.len(), 20);
}

#[test]
fn a_review_without_an_id_is_quarantined() {
    assert_eq!(reason(&event("review.opened", &json!({"object": "review"}))), "data.object.id: it is missing");
}
