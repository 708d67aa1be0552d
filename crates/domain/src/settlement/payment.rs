//! A charge, a refund, or a payment intent that has not come to an end, as people read it.

use serde::{Deserialize, Serialize};

use super::{DisputePhase, Place, Settlement, standing::dispute_phase};
use crate::{
    fact::{Charge, ChargeStatus, Failure, Observed, PaymentIntent, PaymentIntentStatus, Refund},
    id::{EventId, ObjectKind, ObjectRef},
    money::Currency,
    object::Object,
    order::Moment,
    time::Timestamp,
};

/// Money that moved, or that somebody tries to move. Amounts are minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Stripe's status; `authorized` for a charge that succeeded and is not captured.
    pub status: Box<str>,
    /// What was asked for.
    pub amount: i64,
    /// The currency.
    pub currency: Option<Currency>,
    /// What was taken: captured of a charge, received by an intent, given back by a refund.
    pub moved: i64,
    /// Of a charge: given back so far.
    pub refunded: i64,
    /// When it was made.
    pub created: Timestamp,
    /// When it was first seen in this status.
    pub since: Moment,
    /// Why it did not work.
    pub failure: Option<Failure>,
    /// How it was paid.
    pub method: Option<Box<str>>,
    /// Radar's estimate.
    pub risk: Option<Box<str>>,
    /// Of a refund: why it was made.
    pub reason: Option<Box<str>>,
    /// What the customer has to do.
    pub next_action: Option<Box<str>>,
    /// The dispute over it that is open or was lost.
    pub disputed_by: Option<Box<str>>,
    /// Where it belongs.
    pub place: Place,
    /// The event that shows it as it is now.
    pub cause: EventId,
}

impl Payment {
    /// The events that show it: in this status first, and as it is now; each once.
    pub fn causes(&self) -> Vec<&EventId> {
        let shown = Some(&self.cause).filter(|cause| **cause != self.since.event);
        std::iter::once(&self.since.event).chain(shown).collect()
    }
}

impl Settlement<'_> {
    /// A charge or refund of it, or a payment intent that has not come to an end: its charge then tells all there is.
    pub fn payment(&self, member: &ObjectRef, object: &Object) -> Option<Payment> {
        let shown = object.moment()?;
        let observed = object.snapshot()?;
        let place = || self.place(member, object);
        let frame = |status: &str| Frame {
            since: object.milestones.first(status).unwrap_or(shown).clone(),
            cause: shown.event.clone(),
        };
        match observed {
            Observed::Charge(charge) => {
                let frame = frame(observed.state()?);
                let refunded = self.refunded_of_charge(&member.id);
                Some(of_charge(charge, refunded, self.disputed_by(&member.id), place(), frame))
            }
            Observed::Refund(refund) => Some(of_refund(refund, place(), frame(refund.status.as_str()))),
            Observed::PaymentIntent(intent) if !is_over(object, intent) => {
                Some(of_intent(intent, place(), frame(intent.status.as_str())))
            }
            _ => None,
        }
    }

    /// The dispute over a charge that is open or was lost; of several the first by id.
    fn disputed_by(&self, charge: &str) -> Option<Box<str>> {
        let disputes = self.of_kind(ObjectKind::Dispute).filter(|(_, object)| self.charge_of(object) == Some(charge));
        let mut serious = disputes.filter(|(_, object)| {
            let phase = object.dispute().map(|dispute| dispute_phase(object, &dispute.status));
            matches!(phase, Some(DisputePhase::Open | DisputePhase::Lost))
        });
        serious.next().map(|(id, _)| id.into())
    }
}

struct Frame {
    since: Moment,
    cause: EventId,
}

/// Both ends are for good, whatever arrives late.
fn is_over(object: &Object, intent: &PaymentIntent) -> bool {
    [PaymentIntentStatus::Succeeded, PaymentIntentStatus::Canceled]
        .iter()
        .any(|end| *end == intent.status || object.milestones.first(end.as_str()).is_some())
}

fn of_charge(charge: &Charge, refunded: i64, disputed_by: Option<Box<str>>, place: Place, frame: Frame) -> Payment {
    let authorized = charge.status == ChargeStatus::Succeeded && !charge.captured;
    Payment {
        status: if authorized { "authorized" } else { charge.status.as_str() }.into(),
        amount: charge.amount,
        currency: charge.currency,
        moved: charge.amount_captured,
        refunded,
        created: charge.created.unwrap_or(frame.since.at),
        since: frame.since,
        failure: told(&charge.details.failure),
        method: charge.details.method.clone(),
        risk: charge.details.risk.clone(),
        reason: None,
        next_action: None,
        disputed_by,
        place,
        cause: frame.cause,
    }
}

fn of_refund(refund: &Refund, place: Place, frame: Frame) -> Payment {
    let failure = Failure { code: refund.details.failure.clone(), decline_code: None };
    Payment {
        status: refund.status.as_str().into(),
        amount: refund.amount,
        currency: refund.currency,
        moved: if refund.status == crate::fact::RefundStatus::Succeeded { refund.amount } else { 0 },
        refunded: 0,
        created: refund.created.unwrap_or(frame.since.at),
        since: frame.since,
        failure: told(&failure),
        method: None,
        risk: None,
        reason: refund.details.reason.clone(),
        next_action: None,
        disputed_by: None,
        place,
        cause: frame.cause,
    }
}

fn of_intent(intent: &PaymentIntent, place: Place, frame: Frame) -> Payment {
    Payment {
        status: intent.status.as_str().into(),
        amount: intent.amount,
        currency: intent.currency,
        moved: intent.amount_received,
        refunded: 0,
        created: intent.created.unwrap_or(frame.since.at),
        since: frame.since,
        failure: told(&intent.details.failure),
        method: None,
        risk: None,
        reason: None,
        next_action: intent.details.next_action.clone(),
        disputed_by: None,
        place,
        cause: frame.cause,
    }
}

fn told(failure: &Failure) -> Option<Failure> {
    Some(failure).filter(|failure| !failure.is_silent()).cloned()
}
