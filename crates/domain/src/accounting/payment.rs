//! Money received, and what it is applied to. A charge owns its capture; payment intents, invoice payments, paid
//! invoices and checkout sessions only stand in for one that no event shows.

use super::{
    Account, Problem, Transaction,
    book::Book,
    draft::{Draft, When},
    payer,
};
use crate::{
    fact::{InvoicePaymentStatus, InvoiceStatus, PaidBy, PaymentIntentStatus},
    id::{ObjectKind, ObjectRef},
    money::Currency,
    object::{FIRST_PAYMENT, Object},
};

/// Money received from a payer.
#[derive(Clone, Debug)]
pub(super) struct Capture {
    /// The charge, or what stands for it.
    pub payer: ObjectRef,
    /// Minor units.
    pub amount: i128,
    /// Their currency.
    pub currency: Currency,
    /// When.
    pub when: When,
}

/// Where applied money comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A charge, or what stands for it
    Payer(ObjectRef),
    /// Outside Stripe
    Bank,
    /// No event says
    Unknown,
}

/// Money applied to what it pays.
#[derive(Clone, Debug)]
pub(super) struct Application {
    /// The object that owns the movement: an invoice payment, an invoice, a session, a charge.
    pub owner: ObjectRef,
    /// What it pays: an invoice, else the owner itself is the sale. None where an invoice payment names none.
    pub target: Option<ObjectRef>,
    /// Where the money comes from.
    pub source: Source,
    /// Minor units.
    pub amount: i128,
    /// Their currency.
    pub currency: Currency,
    /// When.
    pub when: When,
}

impl Application {
    /// Whether this payer is the source.
    pub fn is_from(&self, payer: &ObjectRef) -> bool {
        matches!(&self.source, Source::Payer(from) if from == payer)
    }
}

/// Invoice payments that were paid.
pub(super) fn of_invoice_payments(book: &Book<'_>) -> Vec<Application> {
    let payments = book.settlement.of_kind(ObjectKind::InvoicePayment);
    payments.filter_map(|(id, object)| of_invoice_payment(book, id, object)).collect()
}

fn of_invoice_payment(book: &Book<'_>, id: &str, object: &Object) -> Option<Application> {
    let payment = object.invoice_payment()?;
    let seen = object.milestones.first(InvoicePaymentStatus::Paid.as_str())?;
    let source = match (&payment.paid_by, object.linked(ObjectKind::Charge), object.linked(ObjectKind::PaymentIntent)) {
        (PaidBy::OutOfBand, ..) => Source::Bank,
        (_, Some(charge), _) => Source::Payer(ObjectRef::new(ObjectKind::Charge, charge)),
        (_, None, Some(intent)) => Source::Payer(payer::of_intent(book.settlement, intent)),
        (_, None, None) => Source::Unknown,
    };
    Some(Application {
        owner: ObjectRef::new(ObjectKind::InvoicePayment, id),
        target: object.linked(ObjectKind::Invoice).map(|invoice| ObjectRef::new(ObjectKind::Invoice, invoice)),
        source,
        amount: i128::from(payment.amount_paid.unwrap_or(0)),
        currency: book.currency(payment.currency),
        when: When::new(payment.paid_at, seen),
    })
}

/// What an invoice says was paid beyond all known invoice payments.
pub(super) fn of_invoice(book: &Book<'_>, id: &str, object: &Object) -> Vec<Application> {
    let Some((invoice, newest)) = object.invoice().zip(object.moment()) else { return Vec::new() };
    let target = ObjectRef::new(ObjectKind::Invoice, id);
    let covered: i128 = book.applied_to(&target).map(|applied| applied.amount).sum();
    let open = i128::from(invoice.amount_paid) - covered;
    if open <= 0 {
        return Vec::new();
    }
    let seen = |milestone: &str| object.milestones.first(milestone);
    let seen = seen(InvoiceStatus::Paid.as_str()).or_else(|| seen(FIRST_PAYMENT)).unwrap_or(newest);
    let when = When::new(invoice.paid_at, seen);
    let sources = if invoice.paid_out_of_band { vec![(Source::Bank, open)] } else { sources(book, id, object, open) };
    let applied = sources.into_iter().map(|(source, amount)| Application {
        owner: target.clone(),
        target: Some(target.clone()),
        source,
        amount,
        currency: book.currency(invoice.currency),
        when: when.clone(),
    });
    applied.collect()
}

/// Where the money of a paid invoice comes from: what its charges took and nothing else used, else the payer it names.
fn sources(book: &Book<'_>, id: &str, object: &Object, mut open: i128) -> Vec<(Source, i128)> {
    let mut sources = Vec::new();
    for capture in &book.captures {
        let amount = open.min(book.unapplied(capture));
        if amount > 0 && payer::invoice_of(book.settlement, &capture.payer) == Some(id) {
            open -= amount;
            sources.push((Source::Payer(capture.payer.clone()), amount));
        }
    }
    if open > 0 {
        sources.push((unseen_payer(book, id, object).map_or(Source::Unknown, Source::Payer), open));
    }
    sources
}

/// The payer an invoice names of which no event shows that it took money.
fn unseen_payer(book: &Book<'_>, id: &str, object: &Object) -> Option<ObjectRef> {
    let settlement = book.settlement;
    let charge = object.linked(ObjectKind::Charge).map(|charge| ObjectRef::new(ObjectKind::Charge, charge));
    let intent = || object.linked(ObjectKind::PaymentIntent).map(|intent| payer::of_intent(settlement, intent));
    let linked = || {
        let intents = settlement.members().filter(|(reference, _)| reference.kind == ObjectKind::PaymentIntent);
        let mut payers = intents.map(|(reference, _)| payer::of_intent(settlement, &reference.id));
        payers.find(|payer| payer::invoice_of(settlement, payer) == Some(id))
    };
    let payer = charge.or_else(intent).or_else(linked)?;
    (!book.captures.iter().any(|capture| capture.payer == payer)).then_some(payer)
}

/// Charges that took money, and payment intents whose charge no event shows.
pub(super) fn captures(book: &Book<'_>) -> Vec<Capture> {
    let mut captures: Vec<Capture> = payer::captured_charges(book.settlement)
        .into_iter()
        .filter_map(|(id, object)| of_charge(book, id, object))
        .collect();
    for (id, object) in book.settlement.of_kind(ObjectKind::PaymentIntent) {
        let payer = payer::of_intent(book.settlement, id);
        let succeeded = object.milestones.first(PaymentIntentStatus::Succeeded.as_str());
        if let Some((intent, seen)) = object.payment_intent().zip(succeeded)
            && !captures.iter().any(|capture| capture.payer == payer)
        {
            let amount = i128::from(intent.amount_received);
            let currency = book.currency(intent.currency);
            captures.push(Capture { payer, amount, currency, when: When::new(None, seen) });
        }
    }
    captures
}

fn of_charge(book: &Book<'_>, id: &str, object: &Object) -> Option<Capture> {
    let charge = payer::captured(object)?;
    let seen = object.milestones.first("succeeded")?;
    // A charge that was seen waiting took its money later than it was created.
    let waited = object.milestones.first_of(&["authorized", "pending"]).is_some();
    Some(Capture {
        payer: ObjectRef::new(ObjectKind::Charge, id),
        amount: i128::from(charge.amount_captured),
        currency: book.currency(charge.currency),
        when: When::new(charge.created.filter(|_| !waited), seen),
    })
}

/// Captures that nothing shows but that what they paid for proves.
pub(super) fn stand_ins(book: &Book<'_>) -> Vec<Capture> {
    let mut found: Vec<Capture> = Vec::new();
    for applied in &book.applications {
        let Source::Payer(payer) = &applied.source else { continue };
        if book.captures.iter().any(|capture| capture.payer == *payer) {
            continue;
        }
        match found.iter_mut().find(|capture| capture.payer == *payer) {
            Some(capture) => {
                capture.amount += applied.amount;
                capture.when = capture.when.clone().min(applied.when.clone());
            }
            None => found.push(Capture {
                payer: payer.clone(),
                amount: applied.amount,
                currency: applied.currency,
                when: applied.when.clone(),
            }),
        }
    }
    found
}

/// `ch_1:captured`, `py_1:paid`, `in_1:paid`.
pub(super) fn post(book: &Book<'_>, into: &mut Vec<Transaction>) {
    for capture in &book.captures {
        let mut draft = book.draft(capture.payer.clone(), "captured", &capture.when);
        draft.debit(Account::Clearing, &capture.payer.id, capture.currency, capture.amount);
        draft.credit(Account::Unapplied, &capture.payer.id, capture.currency, capture.amount);
        into.extend(draft.finish());
    }
    let paid = book.applications.iter().filter(|applied| {
        applied.owner.kind == ObjectKind::InvoicePayment || applied.owner.kind == ObjectKind::Invoice
    });
    let mut open: Vec<(ObjectRef, Draft)> = Vec::new();
    for applied in paid {
        let place = open.iter().position(|(owner, _)| *owner == applied.owner).unwrap_or(open.len());
        if place == open.len() {
            open.push((applied.owner.clone(), book.draft(applied.owner.clone(), "paid", &applied.when)));
        }
        if let Some((_, draft)) = open.get_mut(place) {
            apply(draft, applied);
        }
    }
    into.extend(open.into_iter().filter_map(|(_, draft)| draft.finish()));
}

fn apply(draft: &mut Draft, applied: &Application) {
    from_source(draft, applied);
    if let Some(target) = &applied.target {
        draft.credit(Account::Receivable, &target.id, applied.currency, applied.amount);
    } else {
        draft.mark(Problem::NothingToUndo);
        draft.credit(Account::Suspense, &applied.owner.id, applied.currency, applied.amount);
    }
}

/// The debit of applied money.
pub(super) fn from_source(draft: &mut Draft, applied: &Application) {
    match &applied.source {
        Source::Payer(payer) => draft.debit(Account::Unapplied, &payer.id, applied.currency, applied.amount),
        Source::Bank => draft.debit(Account::Bank, &applied.owner.id, applied.currency, applied.amount),
        Source::Unknown => {
            draft.mark(Problem::SourceUnknown);
            draft.debit(Account::Suspense, &applied.owner.id, applied.currency, applied.amount);
        }
    }
}
