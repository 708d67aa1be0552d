//! Fields stand where each version has them, and nowhere else.

use std::collections::BTreeSet;

use daybook_simulator::{ApiShape, Story};
use serde_json::Value;

use crate::common::{Seen, histories, render, world};

fn objects(shape: ApiShape) -> Vec<Seen> {
    histories().iter().flat_map(|history| render(history, shape)).collect()
}

fn has(object: &Value, fields: &[&str]) -> bool {
    fields.iter().all(|field| object.get(field).is_some())
}

fn lacks(object: &Value, fields: &[&str]) -> bool {
    fields.iter().all(|field| object.get(field).is_none())
}

const OLD_INVOICE: [&str; 9] = [
    "subscription",
    "subscription_details",
    "paid",
    "paid_out_of_band",
    "charge",
    "payment_intent",
    "tax",
    "total_tax_amounts",
    "discount",
];
const NEW_INVOICE: [&str; 2] = ["parent", "total_taxes"];
const OLD_LINE: [&str; 8] =
    ["price", "plan", "type", "proration", "subscription", "subscription_item", "tax_amounts", "proration_details"];
const NEW_LINE: [&str; 3] = ["pricing", "parent", "taxes"];

#[test]
fn fields_moved_by_basil_stand_on_one_side_of_it_only() {
    for shape in ApiShape::ALL {
        let new = shape.is_basil_or_later();
        for Seen { object, .. } in objects(shape) {
            let good = match object["object"].as_str().unwrap() {
                "invoice" => {
                    let lines = object["lines"]["data"].as_array().unwrap();
                    let (there, gone) =
                        if new { (&NEW_INVOICE[..], &OLD_INVOICE[..]) } else { (&OLD_INVOICE[..], &NEW_INVOICE[..]) };
                    let (line_there, line_gone) =
                        if new { (&NEW_LINE[..], &OLD_LINE[..]) } else { (&OLD_LINE[..], &NEW_LINE[..]) };
                    has(&object, there)
                        && lacks(&object, gone)
                        && lines.iter().all(|line| has(line, line_there) && lacks(line, line_gone))
                }
                "subscription" => {
                    let item = &object["items"]["data"][0];
                    let period = ["current_period_start", "current_period_end"];
                    if new {
                        lacks(&object, &period) && has(item, &period) && has(&object, &["billing_mode"])
                    } else {
                        has(&object, &period) && lacks(item, &period) && lacks(&object, &["billing_mode"])
                    }
                }
                "charge" | "payment_intent" => object.get("invoice").is_none() == new,
                "credit_note" => object.get("refunds").is_some() == new && object.get("refund").is_none() == new,
                _ => true,
            };
            assert!(good, "{shape:?} {object}");
        }
    }
}

#[test]
fn only_the_oldest_shape_inlines_refunds_and_charges() {
    for shape in ApiShape::ALL {
        for Seen { object, .. } in objects(shape) {
            match object["object"].as_str().unwrap() {
                "charge" => assert_eq!(object.get("refunds").is_some(), shape == ApiShape::V2020),
                "payment_intent" => {
                    assert_eq!(object.get("charges").is_some(), shape == ApiShape::V2020);
                    assert_eq!(object.get("latest_charge").is_some(), shape != ApiShape::V2020);
                }
                _ => {}
            }
        }
    }
}

#[test]
fn coupons_move_under_the_source_with_clover_and_status_details_come_with_endive() {
    for shape in ApiShape::ALL {
        for Seen { object, .. } in objects(shape) {
            match object["object"].as_str().unwrap() {
                "discount" => assert_eq!(object.get("coupon").is_none(), shape >= ApiShape::Clover),
                "subscription" => assert_eq!(object.get("status_details").is_some(), shape >= ApiShape::Endive),
                _ => {}
            }
        }
    }
}

#[test]
fn types_that_a_version_does_not_send_are_left_out_and_all_others_keep_their_ids() {
    let of = |shape: ApiShape| objects(shape).into_iter().map(|event| (event.id, event.kind)).collect::<BTreeSet<_>>();
    let kinds = |shape: ApiShape| of(shape).into_iter().map(|(_, kind)| kind).collect::<BTreeSet<_>>();
    let (old, new) = (kinds(ApiShape::V2020), kinds(ApiShape::Endive));
    let only_new: Vec<_> = new.difference(&old).copied().collect();
    let expected = [
        "entitlements.active_entitlement_summary.updated",
        "invoice_payment.paid",
        "refund.created",
        "refund.failed",
        "refund.updated",
    ];
    assert_eq!(only_new, expected);
    assert_eq!(old.difference(&new).copied().collect::<Vec<_>>(), ["charge.refund.updated"]);
    let all_old = of(ApiShape::V2020);
    let missing: Vec<_> =
        of(ApiShape::Endive).into_iter().filter(|event| !all_old.contains(event) && old.contains(event.1)).collect();
    assert_eq!(missing, []);
}

/// Every type that anything simulated sends.
fn told() -> BTreeSet<&'static str> {
    let mut kinds: BTreeSet<_> = objects(ApiShape::Acacia).into_iter().map(|event| event.kind).collect();
    kinds.extend(objects(ApiShape::Basil).into_iter().map(|event| event.kind));
    let world = world(63, 0);
    for number in 0..20 {
        let story = [Story::PayoutFails, Story::MarketplaceRefunded][number % 2];
        kinds.extend(render(&world.story_of(number, &[story]), ApiShape::Basil).into_iter().map(|event| event.kind));
    }
    kinds
}

#[test]
fn every_type_that_matters_is_told() {
    let kinds = told();
    for kind in [
        "application_fee.created",
        "application_fee.refunded",
        "charge.captured",
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.dispute.funds_reinstated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.failed",
        "charge.refunded",
        "charge.succeeded",
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
        "credit_note.created",
        "credit_note.voided",
        "customer.created",
        "customer.deleted",
        "customer.subscription.created",
        "customer.subscription.deleted",
        "customer.subscription.paused",
        "customer.subscription.resumed",
        "customer.subscription.trial_will_end",
        "customer.subscription.updated",
        "customer.updated",
        "invoice.created",
        "invoice.finalized",
        "invoice.marked_uncollectible",
        "invoice.paid",
        "invoice.payment_action_required",
        "invoice.payment_failed",
        "invoice.payment_succeeded",
        "invoice.sent",
        "invoice.upcoming",
        "invoice.updated",
        "invoice.voided",
        "invoice_payment.paid",
        "payment_intent.amount_capturable_updated",
        "payment_intent.canceled",
        "payment_intent.created",
        "payment_intent.payment_failed",
        "payment_intent.succeeded",
        "payout.canceled",
        "payout.created",
        "payout.failed",
        "payout.paid",
        "payout.updated",
        "refund.created",
        "refund.failed",
        "refund.updated",
        "transfer.created",
        "transfer.reversed",
    ] {
        assert!(kinds.contains(kind), "{kind} never happens");
    }
}

#[test]
fn one_history_has_the_same_outcome_whatever_the_shape() {
    let history = &world(41, 0).story_of(1, &[Story::PartialRefund]);
    let paid = |shape: ApiShape| -> Vec<i64> {
        render(history, shape)
            .iter()
            .filter(|event| event.kind == "invoice.paid")
            .map(|event| event.object["amount_paid"].as_i64().unwrap())
            .collect()
    };
    for shape in ApiShape::ALL {
        assert_eq!(paid(shape), paid(ApiShape::V2020));
    }
}
