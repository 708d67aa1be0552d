//! What refunds and disputes take back of a sale, found through whichever link is known: over the charge; where no event
//! shows that, or nothing links it, over the payment intent they name.

use std::collections::BTreeSet;

use super::{
    Settlement,
    release::{release_among, released},
};
use crate::{
    fact::{Charge, PaymentIntentStatus, Refund, RefundStatus},
    id::ObjectKind,
    object::Object,
};

/// What was paid for: an invoice, or what the payment intent of a checkout pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sale<'a> {
    Invoice(&'a str),
    Intent(Option<&'a str>),
}

impl<'a> Settlement<'a> {
    /// The charge that a refund or a dispute takes money back from.
    pub fn charge_of(&self, reversal: &'a Object) -> Option<&str> {
        reversal.linked(ObjectKind::Charge).or_else(|| {
            let intent = reversal.linked(ObjectKind::PaymentIntent)?;
            let object = self.get(ObjectKind::PaymentIntent, intent)?;
            object
                .linked(ObjectKind::Charge)
                .or_else(|| self.pointing_at(ObjectKind::PaymentIntent, intent, ObjectKind::Charge))
        })
    }

    /// The invoice whose payment a refund or a dispute takes back.
    pub(super) fn invoice_of_reversal(&self, reversal: &'a Object) -> Option<&str> {
        let by_charge = self.charge_of(reversal).and_then(|charge| self.invoice_of_charge(charge));
        by_charge.or_else(|| self.invoice_of_intent(reversal.linked(ObjectKind::PaymentIntent)?))
    }

    /// Whether a refund or a dispute takes back what was paid for this.
    pub(super) fn takes_back(&self, reversal: &'a Object, sale: Sale<'_>) -> bool {
        match sale {
            Sale::Invoice(invoice) => self.invoice_of_reversal(reversal) == Some(invoice),
            Sale::Intent(None) => false,
            Sale::Intent(intent) => {
                reversal.linked(ObjectKind::PaymentIntent) == intent
                    || self.charge_of(reversal).is_some_and(|charge| self.intent_of_charge(charge) == intent)
            }
        }
    }

    /// Charges that events show and that paid for this.
    pub(super) fn charges_for(&self, sale: Sale<'_>) -> impl Iterator<Item = (&str, &'a Object)> {
        self.of_kind(ObjectKind::Charge).filter(move |(charge, _)| match sale {
            Sale::Invoice(invoice) => self.invoice_of_charge(charge) == Some(invoice),
            Sale::Intent(intent) => intent.is_some() && self.intent_of_charge(charge) == intent,
        })
    }

    /// Refunds of what was paid for this.
    pub(super) fn refunds_for(&self, sale: Sale<'_>) -> impl Iterator<Item = &'a Object> {
        let refunds = self.of_kind(ObjectKind::Refund).map(|(_, refund)| refund);
        refunds.filter(move |refund| self.takes_back(refund, sale))
    }

    /// What was given back of all that was paid for this: charge by charge, and by refunds of charges that no event shows.
    pub(super) fn refunded_for(&self, sale: Sale<'_>) -> i64 {
        let charges: BTreeSet<&str> = self.charges_for(sale).map(|(id, _)| id).collect();
        let of_others =
            self.refunds_for(sale).filter(|refund| self.charge_of(refund).is_none_or(|id| !charges.contains(id)));
        let of_others = of_others.filter_map(Object::refund).map(given_back);
        charges.iter().map(|charge| self.refunded_of_charge(charge)).chain(of_others).fold(0, i64::saturating_add)
    }

    /// Refund by refund, failed ones aside; or as the charge itself shows it, where refunds send no events of their own.
    /// What a partial capture released is no refund, though the charge may count it.
    pub(super) fn refunded_of_charge(&self, id: &str) -> i64 {
        let object = self.get(ObjectKind::Charge, id);
        let charge = object.and_then(Object::charge);
        if charge.is_some_and(|charge| self.took_nothing(id, charge)) {
            return 0;
        }
        let refunds = self.of_kind(ObjectKind::Refund).filter(|(_, object)| self.charge_of(object) == Some(id));
        let refunds: Vec<_> = refunds.filter_map(|(refund, object)| Some((refund, object.refund()?))).collect();
        let captured = charge.filter(|charge| charge.captured);
        let release = captured.and_then(|charge| release_among(charge, &refunds));
        let shown_at = object.and_then(Object::moment).map(|moment| moment.at);
        let (mut known, mut given) = (0_i64, 0_i64);
        for (_, refund) in refunds.iter().filter(|(refund, _)| Some(*refund) != release) {
            if shown_at >= refund.created {
                known = known.saturating_add(refund.amount);
            }
            given = given.saturating_add(given_back(refund));
        }
        let shown = charge.map_or(0, |charge| charge.amount_refunded.saturating_sub(captured.map_or(0, released)));
        given.saturating_add(shown.saturating_sub(known).max(0))
    }

    /// Whether a charge only authorized money: what is refunded of it then is the authorization.
    fn took_nothing(&self, id: &str, charge: &Charge) -> bool {
        let intent = self.intent_of_charge(id).and_then(|intent| self.get(ObjectKind::PaymentIntent, intent));
        let succeeded = PaymentIntentStatus::Succeeded;
        !charge.captured && intent.is_none_or(|intent| intent.milestones.first(succeeded.as_str()).is_none())
    }
}

/// What a refund gave back: nothing, if it failed or was canceled.
fn given_back(refund: &Refund) -> i64 {
    if matches!(refund.status, RefundStatus::Failed | RefundStatus::Canceled) { 0 } else { refund.amount }
}
