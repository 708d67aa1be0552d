//! Laws over arbitrary bodies: there is always an answer, and the same one.

use daybook_stripe::{Translation, envelope, translate};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::shape::event;

/// Events of several kinds with much inside.
fn samples() -> Vec<Value> {
    let refund = json!({"id": "re_1", "object": "refund", "amount": 5, "charge": "ch_1", "status": "succeeded"});
    let charge = json!({"id": "ch_1", "object": "charge", "amount": 5, "status": "succeeded", "captured": true,
        "refunds": {"data": [refund]}, "invoice": null, "transfer_data": {"destination": "acct_1"}});
    let line = json!({"id": "il_1", "amount": 5, "period": {"start": 1, "end": 2}, "taxes": [{"amount": 1,
        "tax_behavior": "inclusive"}], "pricing": {"price_details": {"price": "price_1", "product": "prod_1"}},
        "parent": {"subscription_item_details": {"subscription": "sub_1", "proration": false}}});
    let price = json!({"id": "price_1", "object": "price", "product": {"id": "prod_1", "object": "product"}});
    let mut updated = event(
        "customer.subscription.updated",
        &json!({"id": "sub_1", "object": "subscription",
        "customer": "cus_1", "status": "active", "metadata": {"a": "b"}, "trial_settings": {"end_behavior": {}},
        "items": {"data": [{"id": "si_1", "price": price, "quantity": 1}]}, "pause_collection": {"behavior": "void"}}),
    );
    updated["data"]["previous_attributes"] = json!({"status": "incomplete", "items": {"data": []}});
    vec![
        updated,
        event(
            "invoice.paid",
            &json!({"id": "in_1", "object": "invoice", "total": 5, "status": "paid", "customer": "cus_1",
            "lines": {"data": [line]}, "charge": charge, "status_transitions": {"paid_at": 5}, "tax": 1}),
        ),
        event("charge.refunded", &charge),
        event(
            "customer.updated",
            &json!({"id": "cus_1", "object": "customer", "balance": -5,
            "invoice_credit_balance": {"usd": -5}, "metadata": {"user_id": "u1"}}),
        ),
        event(
            "charge.dispute.closed",
            &json!({"id": "dp_1", "object": "dispute", "amount": 5, "status": "lost",
            "balance_transactions": [{"id": "txn_1", "amount": -5, "fee_details": [{"type": "x", "amount": 1}]}]}),
        ),
        event(
            "credit_note.created",
            &json!({"id": "cn_1", "object": "credit_note", "status": "issued", "total": 5,
            "refunds": [{"refund": refund}], "lines": {"data": [{"amount": 5, "invoice_line_item": "il_1"}]}}),
        ),
    ]
}

/// Values that do not belong where they are put.
fn intruder() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        Just(json!(true)),
        Just(json!(-1)),
        Just(json!(i64::MAX)),
        Just(json!(i64::MIN)),
        Just(json!(1.5)),
        Just(json!("")),
        Just(json!("a\u{0}b")),
        Just(json!([])),
        Just(json!([[1]])),
        Just(json!({})),
        Just(json!({"data": 5})),
        Just(json!({"id": "x"})),
        Just(json!({"object": "charge", "id": "ch_9"})),
        any::<i64>().prop_map(|number| json!(number)),
        any::<String>().prop_map(|text| json!(text)),
    ]
}

/// Pointers to every value inside.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(name, inner)| {
            found.push(format!("{at}/{name}"));
            pointers(inner, &format!("{at}/{name}"), found);
        }),
        Value::Array(list) => list.iter().enumerate().for_each(|(index, inner)| {
            found.push(format!("{at}/{index}"));
            pointers(inner, &format!("{at}/{index}"), found);
        }),
        _ => {}
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_always_get_an_answer(body in prop::collection::vec(any::<u8>(), 0..400)) {
        let first = translate(&body);
        prop_assert_eq!(&first, &translate(&body));
        prop_assert_eq!(envelope::read(&body).is_err(), matches!(first.translation, Translation::Quarantined { .. }));
    }

    #[test]
    fn an_event_with_anything_in_any_place_is_translated_or_quarantined(
        sample in 0_usize..6, places in prop::collection::vec((any::<prop::sample::Index>(), intruder()), 1..4),
    ) {
        let mut body = samples().swap_remove(sample);
        for (place, value) in places {
            let mut found = Vec::new();
            pointers(&body, "", &mut found);
            if let Some(slot) = body.pointer_mut(place.get(&found).as_str()) {
                *slot = value;
            }
        }
        let translated = translate(body.to_string().as_bytes());
        if let Translation::Facts(facts) = &translated.translation {
            prop_assert!(facts.iter().all(|fact| !fact.id.is_empty() && !fact.id.contains('\0')));
        }
    }

    #[test]
    fn an_event_with_bytes_changed_or_cut_off_always_gets_an_answer(
        sample in 0_usize..6, cut in any::<prop::sample::Index>(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut body = samples().swap_remove(sample).to_string().into_bytes();
        for (place, byte) in changes {
            let index = place.index(body.len());
            body[index] = byte;
        }
        let _ = translate(&body);
        body.truncate(cut.index(body.len()));
        let quarantined = matches!(translate(&body).translation, Translation::Quarantined { .. });
        prop_assert!(quarantined);
    }

    #[test]
    fn the_order_of_keys_changes_nothing(sample in 0_usize..6, order in any::<u64>()) {
        let body = samples().swap_remove(sample);
        prop_assert_eq!(translate(body.to_string().as_bytes()), translate(shuffled(&body, order).as_bytes()));
    }
}

/// The same value with its keys in another order and with white space between.
fn shuffled(value: &Value, order: u64) -> String {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> =
                map.iter().map(|(name, inner)| format!(" {} : {}\n", json!(name), shuffled(inner, order))).collect();
            let length = entries.len().max(1);
            entries.rotate_left(usize::try_from(order % length as u64).unwrap());
            format!("{{{}}}", entries.join(","))
        }
        Value::Array(list) => {
            format!("[ {}]", list.iter().map(|inner| shuffled(inner, order)).collect::<Vec<_>>().join(" ,"))
        }
        other => other.to_string(),
    }
}

#[test]
fn the_samples_are_all_translated() {
    for sample in samples() {
        assert!(matches!(translate(sample.to_string().as_bytes()).translation, Translation::Facts(_)), "{sample}");
    }
}
