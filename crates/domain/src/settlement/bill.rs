//! An invoice as people read it: how it stands, what is asked for and until when, and what paid it. Its lines stand in its snapshot.

use serde::{Deserialize, Serialize};

use super::{Place, Settlement, standing::invoice_status, taken_back::Sale};
use crate::{
    fact::{ChargeStatus, CreditNoteStatus, InvoiceDetails, InvoicePaymentStatus, InvoiceStatus, PaidBy, Signal},
    id::{EventId, ObjectKind, ObjectRef},
    money::Currency,
    object::Object,
    order::Moment,
    time::Timestamp,
};

/// An invoice with everything that is known around it. Amounts are minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// Its state. Once seen paid it stays paid.
    pub status: InvoiceStatus,
    /// Currency of all amounts.
    pub currency: Option<Currency>,
    /// After discounts and tax.
    pub total: i64,
    /// All tax in `total`.
    pub tax: i64,
    /// What is asked for after the customer's balance.
    pub amount_due: i64,
    /// What was paid.
    pub amount_paid: i64,
    /// What is left to pay.
    pub amount_remaining: i64,
    /// Given back so far of what was paid.
    pub refunded: i64,
    /// Credited by credit notes that stand.
    pub credited: i64,
    /// The customer's balance before and, once finalized, after.
    pub balance: (i64, Option<i64>),
    /// Why it was made, as Stripe writes it.
    pub billing_reason: Option<Box<str>>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was finalized.
    pub finalized: Option<Timestamp>,
    /// When it was or will be due, for invoices that are sent.
    pub due: Option<Timestamp>,
    /// Attempts to collect so far.
    pub attempts: i64,
    /// When the next one is planned; none once it is settled.
    pub next_attempt: Option<Timestamp>,
    /// The first attempt that failed.
    pub failed: Option<Moment>,
    /// The first time the customer was asked to act.
    pub action_required: Option<Moment>,
    /// When it was first seen paid, at Stripe's own `paid_at` where it says so.
    pub paid: Option<Moment>,
    /// When it was voided or written off.
    pub closed: Option<Timestamp>,
    /// What paid it.
    pub paid_with: Vec<PaidWith>,
    /// Where it belongs.
    pub place: Place,
    /// Number, discounts, taxes, and what else people read.
    pub details: InvoiceDetails,
    /// Whether events showed only its first lines.
    pub lines_truncated: bool,
    /// The event that shows it as it is now.
    pub cause: EventId,
}

/// Money that was paid for an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaidWith {
    /// What it came from.
    pub by: PaidBy,
    /// The invoice payment that says so; since basil.
    pub invoice_payment: Option<Box<str>>,
    /// Minor units; none where no event says.
    pub amount: Option<i64>,
    /// When.
    pub at: Option<Timestamp>,
}

impl Bill {
    /// Whether money is still asked for.
    pub fn is_open(&self) -> bool {
        matches!(self.status, InvoiceStatus::Open)
    }

    /// Whether an attempt to collect it failed and it is still open.
    pub fn is_failing(&self) -> bool {
        self.is_open() && self.failed.is_some()
    }

    /// The events that show it: failed, paid, as it is now; each once.
    pub fn causes(&self) -> Vec<&EventId> {
        let mut causes = vec![&self.cause];
        for moment in [&self.failed, &self.paid].into_iter().flatten() {
            if !causes.contains(&&moment.event) {
                causes.push(&moment.event);
            }
        }
        causes
    }
}

impl Settlement<'_> {
    /// One of its invoices as people read it; none while no event has shown it.
    pub fn bill(&self, id: &str) -> Option<Bill> {
        let object = self.get(ObjectKind::Invoice, id)?;
        let (invoice, shown) = (object.invoice()?, object.moment()?);
        let status = invoice_status(object, &invoice.status);
        let open = matches!(status, InvoiceStatus::Draft | InvoiceStatus::Open);
        let first = |state: &str| object.milestones.first(state).cloned();
        let paid = first(InvoiceStatus::Paid.as_str());
        let named = object.milestones.iter().filter(|(state, _)| !state.starts_with('!'));
        let seen = named.map(|(_, moment)| moment.at).min().unwrap_or(shown.at);
        Some(Bill {
            currency: invoice.currency,
            total: invoice.total,
            tax: invoice.tax,
            amount_due: invoice.amount_due,
            amount_paid: invoice.amount_paid,
            amount_remaining: if status == InvoiceStatus::Paid { 0 } else { invoice.amount_remaining },
            refunded: self.refunded_for(Sale::Invoice(id)),
            credited: self.credited(id),
            balance: (invoice.starting_balance, invoice.ending_balance),
            billing_reason: invoice.billing_reason.clone(),
            created: invoice.created.unwrap_or(seen),
            finalized: invoice.finalized_at,
            due: invoice.due,
            attempts: invoice.attempt_count,
            next_attempt: invoice.next_attempt.filter(|_| open),
            failed: first(Signal::PaymentFailed.milestone()),
            action_required: first(Signal::ActionRequired.milestone()),
            paid: paid.map(|seen| Moment { at: invoice.paid_at.unwrap_or(seen.at), ..seen }),
            closed: invoice.voided_at.or(invoice.uncollectible_at).filter(|_| status != InvoiceStatus::Paid),
            paid_with: self.paid_with(id),
            place: self.place(&ObjectRef::new(ObjectKind::Invoice, id), object),
            details: (*invoice.details).clone(),
            lines_truncated: invoice.lines_truncated,
            cause: shown.event.clone(),
            status,
        })
    }

    fn credited(&self, invoice: &str) -> i64 {
        let notes = self.of_kind(ObjectKind::CreditNote);
        let notes = notes.filter(|(_, note)| note.linked(ObjectKind::Invoice) == Some(invoice));
        let standing =
            notes.filter_map(|(_, note)| note.credit_note()).filter(|note| note.status != CreditNoteStatus::Void);
        standing.fold(0, |sum, note| sum.saturating_add(note.total))
    }

    /// What paid an invoice: its invoice payments, or, in shapes that have none, charges that name it.
    fn paid_with(&self, id: &str) -> Vec<PaidWith> {
        let payments = self.of_kind(ObjectKind::InvoicePayment);
        let payments = payments.filter(|(_, payment)| payment.linked(ObjectKind::Invoice) == Some(id));
        let mut paid: Vec<PaidWith> = payments
            .filter_map(|(payment, object)| Some((payment, object.invoice_payment()?)))
            .filter(|(_, shown)| shown.status == InvoicePaymentStatus::Paid)
            .map(|(payment, shown)| PaidWith {
                by: shown.paid_by.clone(),
                invoice_payment: Some(payment.into()),
                amount: shown.amount_paid,
                at: shown.paid_at.or(shown.created),
            })
            .collect();
        if paid.is_empty() {
            paid.extend(self.charges_that_paid(id));
        }
        let outside = self.get(ObjectKind::Invoice, id).and_then(Object::invoice);
        if let Some(invoice) = outside.filter(|invoice| paid.is_empty() && invoice.paid_out_of_band) {
            let amount = Some(invoice.amount_paid);
            paid.push(PaidWith { by: PaidBy::OutOfBand, invoice_payment: None, amount, at: invoice.paid_at });
        }
        paid
    }

    fn charges_that_paid(&self, id: &str) -> impl Iterator<Item = PaidWith> {
        let charges = self.of_kind(ObjectKind::Charge);
        let charges = charges.filter_map(|(charge, object)| Some((charge, object.charge()?)));
        let taken =
            charges.filter(|(_, charge)| charge.status == ChargeStatus::Succeeded && charge.amount_captured > 0);
        let own = taken.filter(move |(charge, _)| self.invoice_of_charge(charge) == Some(id));
        own.map(|(charge, shown)| PaidWith {
            by: PaidBy::Charge(charge.into()),
            invoice_payment: None,
            amount: Some(shown.amount_captured),
            at: shown.created,
        })
    }
}
