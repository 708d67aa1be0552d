//! What one settlement amounts to, worked out in the order in which one thing rests on another: money received, what
//! it was applied to, what was taken back of it, and which parts of a sale that undoes.

use std::collections::BTreeMap;

use super::{
    connect::{self, Passed},
    credit_note, dispute,
    draft::{Draft, NO_CURRENCY, When},
    invoice, payer,
    payment::{self, Application, Capture},
    reduction::{self, Key},
    refund, sale,
    split::Undone,
    taking::{self, Taking},
};
use crate::{
    fact::Observed,
    id::{CustomerId, ObjectKind, ObjectRef},
    money::Currency,
    object::Object,
    settlement::Settlement,
};

/// One settlement, worked out.
pub(super) struct Book<'a> {
    /// What is known.
    pub settlement: &'a Settlement<'a>,
    /// Whose it is.
    pub customer: Option<CustomerId>,
    /// The currency of members that do not say theirs.
    fallback: Currency,
    /// Money received.
    pub captures: Vec<Capture>,
    /// What it was applied to.
    pub applications: Vec<Application>,
    /// What connected accounts receive of it.
    pub passed: Vec<Passed>,
    /// What was taken back.
    pub takings: Vec<Taking>,
    /// What each reduction undoes.
    pub undone: BTreeMap<Key, Undone>,
}

impl<'a> Book<'a> {
    /// Works a settlement out.
    pub fn of(settlement: &'a Settlement<'a>) -> Option<Self> {
        let named = settlement.members().find_map(|(_, object)| object.snapshot().and_then(currency_of));
        let mut book = Self {
            settlement,
            customer: settlement.customer().cloned(),
            fallback: named.or_else(|| Currency::parse(NO_CURRENCY))?,
            captures: Vec::new(),
            applications: Vec::new(),
            passed: Vec::new(),
            takings: Vec::new(),
            undone: BTreeMap::new(),
        };
        book.captures = payment::captures(&book);
        book.applications = payment::of_invoice_payments(&book);
        for (id, object) in settlement.of_kind(ObjectKind::Invoice) {
            let paid = payment::of_invoice(&book, id, object);
            book.applications.extend(paid);
        }
        book.passed = connect::passed(&book);
        let sold = sale::of_sessions(&book);
        book.applications.extend(sold);
        let sold = sale::of_charges(&book);
        book.applications.extend(sold);
        let proved = payment::stand_ins(&book);
        book.captures.extend(proved);
        let takings = refund::takings(&book).into_iter().chain(dispute::takings(&book)).collect();
        book.takings = taking::share_out(&book, takings);
        book.undone = reduction::undone(&book);
        Some(book)
    }

    /// The currency stated, else the settlement's.
    pub fn currency(&self, stated: Option<Currency>) -> Currency {
        stated.unwrap_or(self.fallback)
    }

    /// A transaction of this settlement in the making. Documents carry their own customer, whose credit they explain.
    pub fn draft(&self, object: ObjectRef, transition: &str, when: &When) -> Draft {
        let is_document = matches!(object.kind, ObjectKind::Invoice | ObjectKind::CreditNote);
        let own = self.settlement.get(object.kind, &object.id).filter(|_| is_document).and_then(Object::customer);
        let customer = own.or(self.customer.as_ref()).cloned();
        Draft::new(object, transition, when, customer)
    }

    /// What was applied to one sale.
    pub fn applied_to(&self, target: &ObjectRef) -> impl Iterator<Item = &Application> {
        self.applications.iter().filter(move |applied| applied.target.as_ref() == Some(target))
    }

    /// What of received money is not applied to anything, nor passed on.
    pub fn unapplied(&self, capture: &Capture) -> i128 {
        let applied = self.applications.iter().filter(|applied| applied.is_from(&capture.payer));
        capture.amount - applied.map(|applied| applied.amount).sum::<i128>() - self.passed_on(&capture.payer)
    }

    /// What of a payer's unapplied money connected accounts received and did not give back.
    pub fn passed_on(&self, payer: &ObjectRef) -> i128 {
        self.passed.iter().filter(|passed| passed.charge == *payer).map(Passed::kept).sum()
    }

    /// Received money that pays an invoice and was not applied to anything.
    pub fn unapplied_of_invoice(&self, invoice: &str) -> Vec<(&Capture, i128)> {
        let captures = self.captures.iter().filter(|capture| {
            payer::invoice_of(self.settlement, &capture.payer) == Some(invoice)
                || self.applications.iter().any(|applied| {
                    applied.is_from(&capture.payer)
                        && applied.target.as_ref().is_some_and(|target| &*target.id == invoice)
                })
        });
        captures.map(|capture| (capture, self.unapplied(capture))).filter(|(_, left)| *left > 0).collect()
    }

    /// What credit notes took off what was left to pay of an invoice, those voided aside.
    pub fn credited_before_payment(&self, invoice: &str) -> Vec<(When, i128)> {
        let notes = credit_note::of_invoice(self.settlement, invoice);
        notes
            .filter(|(_, object, _)| credit_note::voided(object).is_none())
            .filter_map(|(_, object, note)| Some((credit_note::issued(object)?, i128::from(note.pre_payment))))
            .collect()
    }

    /// What of an invoice is receivable after payments and credit notes up to a moment (all of them where none is
    /// given), before any write-off.
    pub fn receivable(&self, id: &str, counts: impl Fn(&When) -> bool) -> i128 {
        let target = ObjectRef::new(ObjectKind::Invoice, id);
        let Some(invoice) = self.settlement.get(ObjectKind::Invoice, id).and_then(|object| object.invoice()) else {
            return 0;
        };
        let paid = self.applied_to(&target).filter(|applied| counts(&applied.when)).map(|applied| applied.amount);
        let credited = self.credited_before_payment(id);
        let credited = credited.into_iter().filter(|(when, _)| counts(when)).map(|(_, amount)| amount);
        i128::from(invoice.total) - invoice::balance_change(invoice) - paid.sum::<i128>() - credited.sum::<i128>()
    }
}

fn currency_of(observed: &Observed) -> Option<Currency> {
    match observed {
        Observed::Invoice(invoice) => invoice.currency,
        Observed::InvoicePayment(payment) => payment.currency,
        Observed::PaymentIntent(intent) => intent.currency,
        Observed::Charge(charge) => charge.currency,
        Observed::Refund(refund) => refund.currency,
        Observed::Dispute(dispute) => dispute.currency,
        Observed::CreditNote(note) => note.currency,
        Observed::CheckoutSession(session) => session.currency,
        Observed::Payout(payout) => payout.currency,
        Observed::Transfer(transfer) => transfer.currency,
        Observed::TransferReversal(reversal) => reversal.currency,
        Observed::ApplicationFee(fee) => fee.currency,
        Observed::FeeRefund(refund) => refund.currency,
        Observed::OtherMoney(other) => other.currency,
        _ => None,
    }
}
