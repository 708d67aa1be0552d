//! What people read of an object and no posting needs. Money is never refused for the sake of a description: what cannot be read
//! here is left out.

use daybook_domain::fact::{ChargeDetails, DisputeDetails, Failure, IntentDetails, Parties, RefundDetails};

use crate::json::Object;

/// Longer texts are cut: characters.
const LONGEST: usize = 500;
/// Names under which platforms keep the seller in metadata, in the order in which they count.
const SELLER_NAMES: &[&str] =
    &["seller", "seller_id", "seller_account", "connected_account", "connected_account_id", "vendor_id", "merchant_id"];
/// How ids of Stripe's accounts begin.
const ACCOUNT: &str = "acct_";

/// A text, cut where it is too long.
pub(super) fn text(object: &Object<'_>, name: &str) -> Option<Box<str>> {
    let text = object.boxed(name).ok().flatten().filter(|text| !text.is_empty())?;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => text.get(..end).map(Box::from),
        None => Some(text),
    }
}

/// A nested object; an empty one where there is none.
pub(super) fn inner<'t>(object: &Object<'t>, name: &str) -> Object<'t> {
    object.object(name).ok().flatten().unwrap_or_default()
}

fn named(object: &Object<'_>, name: &str) -> Option<Box<str>> {
    object.reference(name).ok()?.boxed()
}

/// Who is behind a sale.
pub(super) fn parties(object: &Object<'_>) -> Parties {
    Parties {
        destination: named(&inner(object, "transfer_data"), "destination").or_else(|| named(object, "destination")),
        on_behalf_of: named(object, "on_behalf_of"),
        metadata: seller(object),
    }
}

/// What the metadata names as the seller: by the name of the entry, else the first account of Stripe's among its values.
fn seller(object: &Object<'_>) -> Option<Box<str>> {
    let metadata = inner(object, "metadata");
    let by_name = SELLER_NAMES.iter().find_map(|name| text(&metadata, name));
    by_name.or_else(|| {
        let names = metadata.iter().filter(|(_, value)| value.plain().is_some_and(|text| text.starts_with(ACCOUNT)));
        let first = names.map(|(name, _)| name).min()?;
        text(&metadata, &first)
    })
}

pub(super) fn charge(object: &Object<'_>) -> ChargeDetails {
    let outcome = inner(object, "outcome");
    let method = text(&inner(object, "payment_method_details"), "type");
    ChargeDetails {
        parties: parties(object),
        failure: Failure { code: text(object, "failure_code"), decline_code: decline(&outcome) },
        method: method.or_else(|| text(&inner(object, "source"), "object")),
        risk: text(&outcome, "risk_level"),
    }
}

/// The bank's reason for a refusal; an authorized payment has no reason worth telling.
fn decline(outcome: &Object<'_>) -> Option<Box<str>> {
    let authorized = text(outcome, "type").as_deref() == Some("authorized");
    if authorized { None } else { text(outcome, "reason") }
}

pub(super) fn intent(object: &Object<'_>) -> IntentDetails {
    let error = inner(object, "last_payment_error");
    let action = inner(object, "next_action");
    // Before 2019-02-11 the next action was that of a source.
    let action = text(&action, "type").or_else(|| text(&inner(object, "next_source_action"), "type"));
    IntentDetails {
        parties: parties(object),
        failure: Failure { code: text(&error, "code"), decline_code: text(&error, "decline_code") },
        next_action: action,
        cancellation: text(object, "cancellation_reason"),
    }
}

pub(super) fn refund(object: &Object<'_>) -> RefundDetails {
    RefundDetails { reason: text(object, "reason"), failure: text(object, "failure_reason") }
}

pub(super) fn dispute(object: &Object<'_>) -> DisputeDetails {
    let evidence = inner(object, "evidence_details");
    let flag = |name: &str| evidence.flag(name).ok().flatten().unwrap_or_default();
    let method = inner(&inner(object, "payment_method_details"), "card");
    DisputeDetails {
        seller: seller(object),
        network_reason: text(object, "network_reason_code").or_else(|| text(&method, "network_reason_code")),
        submissions: evidence.int("submission_count").ok().flatten().unwrap_or_default(),
        has_evidence: flag("has_evidence"),
        past_due: flag("past_due"),
    }
}
