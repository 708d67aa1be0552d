//! Who paid: the charge behind a payment, or the payment intent while no event names its charge.

use crate::{
    fact::{Charge, ChargeStatus, SessionMode},
    id::{ObjectKind, ObjectRef},
    object::Object,
    settlement::Settlement,
    time::Timestamp,
};

/// Whether money was taken by this charge.
pub(super) fn captured(object: &Object) -> Option<&Charge> {
    object.milestones.first(ChargeStatus::Succeeded.as_str())?;
    object.charge().filter(|charge| charge.captured)
}

/// Charges that took money, oldest first.
pub(super) fn captured_charges<'a>(settlement: &'a Settlement<'a>) -> Vec<(&'a str, &'a Object)> {
    let mut charges: Vec<(Option<Timestamp>, &str, &Object)> = settlement
        .of_kind(ObjectKind::Charge)
        .filter_map(|(id, object)| captured(object).map(|charge| (charge.created, id, object)))
        .collect();
    charges.sort_by(|left, right| (left.0, left.1).cmp(&(right.0, right.1)));
    charges.into_iter().map(|(_, id, object)| (id, object)).collect()
}

/// The charge that a payment intent made: one that took money, else one that may have, else the intent itself.
pub(super) fn of_intent(settlement: &Settlement<'_>, intent: &str) -> ObjectRef {
    let took = captured_charges(settlement).into_iter().find(|(id, _)| names_both(settlement, id, intent));
    if let Some((id, _)) = took {
        return ObjectRef::new(ObjectKind::Charge, id);
    }
    let newest = settlement.get(ObjectKind::PaymentIntent, intent).and_then(|object| object.linked(ObjectKind::Charge));
    let named = newest.filter(|charge| may_have_succeeded(settlement, charge)).or_else(|| {
        let charges = settlement.members().filter_map(|(_, object)| {
            let charge = object.linked(ObjectKind::Charge)?;
            (object.linked(ObjectKind::PaymentIntent) == Some(intent)).then_some(charge)
        });
        charges.filter(|charge| may_have_succeeded(settlement, charge)).min()
    });
    match named {
        Some(charge) => ObjectRef::new(ObjectKind::Charge, charge),
        None => ObjectRef::new(ObjectKind::PaymentIntent, intent),
    }
}

/// Whether any member says that this charge belongs to this payment intent.
fn names_both(settlement: &Settlement<'_>, charge: &str, intent: &str) -> bool {
    settlement.intent_of_charge(charge) == Some(intent)
        || settlement.members().any(|(_, object)| {
            object.linked(ObjectKind::Charge) == Some(charge)
                && object.linked(ObjectKind::PaymentIntent) == Some(intent)
        })
}

fn may_have_succeeded(settlement: &Settlement<'_>, charge: &str) -> bool {
    let shown = settlement.get(ObjectKind::Charge, charge).and_then(Object::charge);
    shown.is_none_or(|charge| charge.status != ChargeStatus::Failed)
}

/// Whom a refund or a dispute takes money back from; itself where nothing says.
pub(super) fn of_reversal(settlement: &Settlement<'_>, itself: &ObjectRef, object: &Object) -> ObjectRef {
    match (object.linked(ObjectKind::Charge), object.linked(ObjectKind::PaymentIntent)) {
        (Some(charge), _) => ObjectRef::new(ObjectKind::Charge, charge),
        (None, Some(intent)) => of_intent(settlement, intent),
        (None, None) => itself.clone(),
    }
}

/// The payment intent behind a payer.
fn intent_of<'a>(settlement: &'a Settlement<'a>, payer: &'a ObjectRef) -> Option<&'a str> {
    match payer.kind {
        ObjectKind::PaymentIntent => Some(&payer.id),
        ObjectKind::Charge => settlement.intent_of_charge(&payer.id),
        _ => None,
    }
}

/// The invoice a payer pays, through whichever link is known.
pub(super) fn invoice_of<'a>(settlement: &'a Settlement<'a>, payer: &'a ObjectRef) -> Option<&'a str> {
    match payer.kind {
        ObjectKind::Charge => settlement.invoice_of_charge(&payer.id),
        ObjectKind::PaymentIntent => settlement.invoice_of_intent(&payer.id),
        _ => None,
    }
}

/// Whether a checkout session in mode `payment` sells what this payer pays for.
pub(super) fn has_session(settlement: &Settlement<'_>, payer: &ObjectRef) -> bool {
    let Some(intent) = intent_of(settlement, payer) else { return false };
    settlement.of_kind(ObjectKind::CheckoutSession).any(|(_, session)| {
        session.linked(ObjectKind::PaymentIntent) == Some(intent)
            && session.checkout_session().is_some_and(|session| session.mode == SessionMode::Payment)
    })
}
