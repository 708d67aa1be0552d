//! What is known only by name, while something waits for it: an object that others name and no event has shown, where
//! those others cannot find their place without it.
//!
//! Not everything that is only named is waited for: a payment intent whose charge is known to pay an invoice adds
//! nothing. What waits is decided by everything known around it, so the answer does not depend on the order of arrival.

use crate::{
    fact::{Observed, SessionMode},
    id::{ObjectKind, ObjectRef},
    object::Object,
    settlement::Settlement,
    time::Timestamp,
};

/// Something only named, and what waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The first time an event showed something that waits.
    pub since: Timestamp,
    /// What waits, longest first.
    pub waiting: Vec<ObjectRef>,
}

impl Parked {
    /// What waits for one member of a settlement. None when events have shown it, or nothing needs it.
    pub fn of(itself: &ObjectRef, settlement: &Settlement<'_>) -> Option<Self> {
        let object = settlement.get(itself.kind, &itself.id).filter(|object| object.is_only_named())?;
        let naming = object.incoming.iter().filter_map(|by| Some((by, settlement.get(by.kind, &by.id)?)));
        let waits = naming.filter(|(by, object)| needs(settlement, itself, by, object));
        let mut waiting: Vec<(Timestamp, ObjectRef)> =
            waits.filter_map(|(by, object)| Some((object.milestones.earliest()?.at, by.clone()))).collect();
        waiting.sort();
        let since = waiting.first().map(|(at, _)| *at)?;
        Some(Self { since, waiting: waiting.into_iter().map(|(_, by)| by).collect() })
    }
}

/// Whether an object cannot find its place without the one it names.
fn needs(settlement: &Settlement<'_>, named: &ObjectRef, by: &ObjectRef, object: &Object) -> bool {
    match named.kind {
        // Whatever names its charge knows where money comes from; only what takes money back, or passes it on, needs more.
        ObjectKind::Charge => {
            takes_from_charge(by.kind)
                && settlement.invoice_of_charge(&named.id).is_none_or(|id| !is_shown(settlement, id))
        }
        ObjectKind::PaymentIntent => match by.kind {
            ObjectKind::Refund | ObjectKind::Dispute => object.linked(ObjectKind::Charge).is_none(),
            ObjectKind::Charge => took_money(object) && !has_place(settlement, &by.id, &named.id, object),
            _ => false,
        },
        _ => true,
    }
}

fn takes_from_charge(kind: ObjectKind) -> bool {
    matches!(kind, ObjectKind::Refund | ObjectKind::Dispute | ObjectKind::Transfer | ObjectKind::BalanceTransaction)
}

fn took_money(object: &Object) -> bool {
    matches!(object.snapshot(), Some(Observed::Charge(charge)) if charge.captured && charge.amount_captured > 0)
}

/// Whether it is known what a charge pays for: an invoice, a checkout session, or nothing that is billed.
fn has_place(settlement: &Settlement<'_>, charge: &str, intent: &str, object: &Object) -> bool {
    let mut sessions = settlement.of_kind(ObjectKind::CheckoutSession);
    object.without_invoice
        || settlement.invoice_of_charge(charge).is_some()
        || sessions.any(|(_, session)| {
            session.linked(ObjectKind::PaymentIntent) == Some(intent)
                && session.checkout_session().is_some_and(|session| session.mode == SessionMode::Payment)
        })
}

fn is_shown(settlement: &Settlement<'_>, invoice: &str) -> bool {
    settlement.get(ObjectKind::Invoice, invoice).is_some_and(|invoice| !invoice.is_only_named())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        fact::{Fact, InvoicePayment, InvoicePaymentStatus, PaidBy, Refund, RefundStatus},
        id::{EventId, InvoiceId},
        order::{Evidence, Moment, Rank},
    };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix(second).unwrap()
    }

    fn fact(event: &str, second: i64, id: &str, observed: Observed) -> Fact {
        let moment = Moment { at: at(second), rank: Rank::Updated, event: EventId::new(event) };
        Fact { id: id.into(), moment, evidence: Evidence::default(), signal: None, observed }
    }

    fn refund(event: &str, second: i64, id: &str) -> Fact {
        let refund = Refund {
            charge: Some("ch_1".into()),
            payment_intent: None,
            status: RefundStatus::Succeeded,
            amount: 100,
            currency: None,
            created: None,
            details: Box::default(),
        };
        fact(event, second, id, Observed::Refund(Box::new(refund)))
    }

    fn payment(paid_by: PaidBy) -> Fact {
        let payment = InvoicePayment {
            invoice: Some(InvoiceId::new("in_1")),
            status: InvoicePaymentStatus::Paid,
            amount_paid: Some(100),
            currency: None,
            paid_by,
            paid_at: None,
            created: None,
        };
        fact("evt_p", 5, "inpay_1", Observed::InvoicePayment(Box::new(payment)))
    }

    /// What waits for `id` after these facts, however they arrive.
    fn parked(facts: &[Fact], named: &ObjectRef) -> Option<Parked> {
        let learn = |facts: &mut dyn Iterator<Item = &Fact>| {
            let mut objects: BTreeMap<ObjectRef, Object> = BTreeMap::new();
            for fact in facts {
                let object = objects.entry(fact.subject()).or_default();
                object.observe(fact);
                let targets: Vec<ObjectRef> = object.outgoing().collect();
                for target in targets {
                    objects.entry(target).or_default().incoming.insert(fact.subject());
                }
            }
            Parked::of(named, &Settlement::around(named, |wanted| objects.get(wanted)))
        };
        let straight = learn(&mut facts.iter());
        assert_eq!(straight, learn(&mut facts.iter().rev()));
        straight
    }

    fn names(parked: &Parked) -> Vec<String> {
        parked.waiting.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn refunds_wait_for_their_charge_the_oldest_first() {
        let charge = ObjectRef::new(ObjectKind::Charge, "ch_1");
        let found = parked(&[refund("evt_1", 9, "re_1"), refund("evt_2", 7, "re_2")], &charge).unwrap();
        assert_eq!((found.since, names(&found)), (at(7), vec!["refund re_2".to_owned(), "refund re_1".to_owned()]));
    }

    #[test]
    fn a_payment_waits_for_its_invoice_and_not_for_who_paid() {
        let facts = [payment(PaidBy::PaymentIntent("pi_1".into()))];
        let invoice = parked(&facts, &ObjectRef::new(ObjectKind::Invoice, "in_1")).unwrap();
        assert_eq!(names(&invoice), ["invoice_payment inpay_1"]);
        assert_eq!(parked(&facts, &ObjectRef::new(ObjectKind::PaymentIntent, "pi_1")), None);
    }

    #[test]
    fn what_was_shown_is_not_parked() {
        let refund = refund("evt_1", 9, "re_1");
        assert_eq!(parked(std::slice::from_ref(&refund), &refund.subject()), None);
    }
}
