//! What people read of objects, in every place it has lived; and that none of it can refuse money.

use daybook_domain::fact::{Charge, Dispute, Invoice, PaymentIntent, Refund};
use serde_json::{Value, json};

use crate::shape::{observed, snapshot};

fn extended(mut object: Value, extra: &Value) -> Value {
    object.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    object
}

fn charge(extra: &Value) -> Charge {
    let object = json!({"id": "ch_1", "object": "charge", "amount": 500, "status": "failed"});
    snapshot!(Charge of observed("charge.failed", &extended(object, extra)))
}

fn intent(extra: &Value) -> PaymentIntent {
    let object = json!({"id": "pi_1", "object": "payment_intent", "amount": 500, "status": "requires_action"});
    snapshot!(PaymentIntent of observed("payment_intent.requires_action", &extended(object, extra)))
}

fn invoice(extra: &Value) -> Invoice {
    let object = json!({"id": "in_1", "object": "invoice", "total": 1080, "status": "open"});
    snapshot!(Invoice of observed("invoice.updated", &extended(object, extra)))
}

#[test]
fn a_failed_charge_says_why_and_how_it_was_to_be_paid() {
    let details = charge(&json!({
        "failure_code": "card_declined", "outcome": {"reason": "insufficient_funds", "risk_level": "elevated", "type": "issuer_declined"},
        "payment_method_details": {"type": "card", "card": {"last4": "4242"}},
    }))
    .details;
    assert_eq!(details.failure.code.as_deref(), Some("card_declined"));
    assert_eq!(details.failure.decline_code.as_deref(), Some("insufficient_funds"));
    assert_eq!((details.method.as_deref(), details.risk.as_deref()), (Some("card"), Some("elevated")));
    let old = charge(&json!({"source": {"id": "card_1", "object": "card", "last4": "4242"}})).details;
    assert_eq!(old.method.as_deref(), Some("card"));
    let fine = charge(&json!({"outcome": {"type": "authorized", "reason": null, "risk_level": "normal"}})).details;
    assert!(fine.failure.is_silent());
}

#[test]
fn nothing_of_a_person_is_kept() {
    let person = json!({
        "billing_details": {"email": "ada@example.com", "name": "Ada Lovelace"}, "receipt_email": "ada@example.com",
        "customer_email": "ada@example.com", "customer_name": "Ada Lovelace", "client_secret": "pi_1_secret_x",
        "payment_method_details": {"type": "card", "card": {"last4": "4242", "fingerprint": "print"}},
        "last_payment_error": {"code": "card_declined", "message": "Ada Lovelace's card", "payment_method": {"id": "pm_1"}},
    });
    let shown = [format!("{:?}", charge(&person)), format!("{:?}", intent(&person)), format!("{:?}", invoice(&person))];
    for text in shown {
        for word in ["ada@", "Lovelace", "4242", "print", "secret"] {
            assert!(!text.contains(word), "{word} in {text}");
        }
    }
}

#[test]
fn the_seller_is_read_from_transfers_from_the_name_it_is_sold_in_and_from_metadata() {
    let parties = |extra: Value| charge(&extra).details.parties;
    assert_eq!(parties(json!({"transfer_data": {"destination": "acct_1"}})).destination.as_deref(), Some("acct_1"));
    assert_eq!(parties(json!({"destination": "acct_1"})).destination.as_deref(), Some("acct_1"));
    let expanded = json!({"on_behalf_of": {"id": "acct_2", "object": "account"}});
    assert_eq!(parties(expanded).on_behalf_of.as_deref(), Some("acct_2"));
    let metadata = |metadata: Value| parties(json!({"metadata": metadata})).metadata;
    assert_eq!(metadata(json!({"order": "7", "seller_id": "shop 7"})).as_deref(), Some("shop 7"));
    assert_eq!(metadata(json!({"z": "acct_z", "b": "acct_b", "a": "x"})).as_deref(), Some("acct_b"));
    assert_eq!(metadata(json!({"order": "7"})), None);
    let dispute =
        json!({"id": "dp_1", "object": "dispute", "amount": 5, "status": "lost", "metadata": {"seller": "s"}});
    let dispute: Dispute = snapshot!(Dispute of observed("charge.dispute.closed", &dispute));
    assert_eq!(dispute.details.seller.as_deref(), Some("s"));
}

#[test]
fn an_intent_says_what_the_customer_has_to_do_now_and_in_old_shapes() {
    let new = intent(&json!({"next_action": {"type": "use_stripe_sdk", "use_stripe_sdk": {}},
        "last_payment_error": {"code": "authentication_required", "decline_code": "authentication_required"}}));
    assert_eq!(new.details.next_action.as_deref(), Some("use_stripe_sdk"));
    assert_eq!(new.details.failure.code.as_deref(), Some("authentication_required"));
    let old = intent(&json!({"next_source_action": {"type": "authorize_with_url"}}));
    assert_eq!(old.details.next_action.as_deref(), Some("authorize_with_url"));
}

#[test]
fn a_refund_says_its_reason_and_a_dispute_its_evidence() {
    let refund = json!({"id": "re_1", "object": "refund", "amount": 5, "status": "failed", "reason": "duplicate", "failure_reason": "expired_or_canceled_card"});
    let refund: Refund = snapshot!(Refund of observed("refund.failed", &refund));
    assert_eq!(refund.details.reason.as_deref(), Some("duplicate"));
    assert_eq!(refund.details.failure.as_deref(), Some("expired_or_canceled_card"));
    let dispute = json!({"id": "dp_1", "object": "dispute", "amount": 5, "status": "under_review", "evidence_details":
        {"due_by": 9, "has_evidence": true, "past_due": false, "submission_count": 2},
        "payment_method_details": {"card": {"network_reason_code": "10.4"}, "type": "card"}});
    let dispute: Dispute = snapshot!(Dispute of observed("charge.dispute.updated", &dispute));
    let details = &dispute.details;
    assert_eq!((details.submissions, details.has_evidence, details.past_due), (2, true, false));
    assert_eq!(details.network_reason.as_deref(), Some("10.4"));
}

#[test]
fn taxes_are_read_one_by_one_before_and_since_basil() {
    let rate =
        json!({"id": "txr_1", "object": "tax_rate", "display_name": "VAT", "jurisdiction": "DE", "percentage": 19.0});
    let old = invoice(&json!({
        "default_tax_rates": [rate],
        "total_tax_amounts": [{"amount": 80, "inclusive": false, "tax_rate": "txr_1", "taxable_amount": 1000}],
    }));
    let [tax] = old.details.taxes.as_slice() else { panic!("one tax") };
    assert_eq!((tax.amount, tax.inclusive, tax.taxable), (80, false, Some(1000)));
    assert_eq!((tax.name.as_deref(), tax.jurisdiction.as_deref()), (Some("VAT"), Some("DE")));
    assert_eq!((tax.rate.as_deref(), tax.percentage.as_deref()), (Some("txr_1"), Some("19.0")));
    let new = invoice(
        &json!({"total_taxes": [{"amount": 7, "tax_behavior": "inclusive", "taxability_reason": "standard_rated",
        "type": "tax_rate_details", "tax_rate_details": {"tax_rate": "txr_2"}, "taxable_amount": 93}]}),
    );
    let [tax] = new.details.taxes.as_slice() else { panic!("one tax") };
    assert_eq!((tax.amount, tax.inclusive, tax.rate.as_deref()), (7, true, Some("txr_2")));
    assert_eq!((tax.jurisdiction.as_deref(), tax.reason.as_deref()), (None, Some("standard_rated")));
}

#[test]
fn a_rate_without_a_jurisdiction_is_that_of_its_country_and_state() {
    let rate = json!({"id": "txr_1", "object": "tax_rate", "country": "US", "state": "CA"});
    let shown = invoice(&json!({"total_tax_amounts": [{"amount": 80, "inclusive": false, "tax_rate": rate}]}));
    assert_eq!(shown.details.taxes[0].jurisdiction.as_deref(), Some("US-CA"));
}

#[test]
fn lines_say_in_words_what_they_bill_and_the_price_of_one() {
    let line = |extra: Value| {
        let line = extended(json!({"id": "il_1", "object": "line_item", "amount": 1000}), &extra);
        invoice(&json!({"lines": {"data": [line]}})).lines.swap_remove(0).details
    };
    let new = line(json!({"description": "3 seats", "pricing": {"unit_amount_decimal": "333.33"}}));
    assert_eq!((new.description.as_deref(), new.unit_amount.as_deref()), (Some("3 seats"), Some("333.33")));
    let price = line(json!({"price": {"id": "price_1", "unit_amount": 500}}));
    assert_eq!(price.unit_amount.as_deref(), Some("500"));
    let plan = line(json!({"plan": {"id": "gold", "amount": 700},
        "tax_rates": [{"id": "txr_1", "jurisdiction": "FR"}], "tax_amounts": [{"amount": 9, "inclusive": true, "tax_rate": "txr_1"}]}));
    assert_eq!(plan.unit_amount.as_deref(), Some("700"));
    assert_eq!(plan.taxes[0].jurisdiction.as_deref(), Some("FR"));
    let long = line(json!({"description": "ä".repeat(600)}));
    assert_eq!(long.description.unwrap().chars().count(), 500);
}

#[test]
fn what_only_people_read_never_refuses_an_event() {
    let odd = json!({
        "failure_code": 7, "outcome": [], "payment_method_details": "card", "on_behalf_of": true,
        "metadata": {"seller": 7}, "next_action": 3, "last_payment_error": "x", "cancellation_reason": {},
    });
    assert_eq!(*charge(&odd).details, *charge(&json!({})).details);
    assert_eq!(*intent(&odd).details, *intent(&json!({})).details);
    let shown =
        invoice(&json!({"number": 5, "default_tax_rates": "txr", "subtotal": "x", "total_discount_amounts": 5}));
    assert_eq!(*shown.details, *invoice(&json!({})).details);
}
