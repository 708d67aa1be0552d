//! One-off sales: a checkout session in mode `payment` whose money came without an invoice, or a charge whose event says
//! explicitly that it has none. All of it is revenue at once.

use super::{
    Transaction,
    book::Book,
    draft::When,
    payer,
    payment::{Application, Source, from_source},
    split::{Part, Share},
};
use crate::{
    fact::SessionMode,
    id::{ObjectKind, ObjectRef},
    object::Object,
};

/// Sales that checkout sessions own.
pub(super) fn of_sessions(book: &Book<'_>) -> Vec<Application> {
    let sessions = book.settlement.of_kind(ObjectKind::CheckoutSession);
    sessions.filter_map(|(id, object)| of_session(book, id, object)).collect()
}

fn of_session(book: &Book<'_>, id: &str, object: &Object) -> Option<Application> {
    let session = object.checkout_session().filter(|session| session.mode == SessionMode::Payment)?;
    if object.linked(ObjectKind::Invoice).is_some() {
        return None;
    }
    let itself = ObjectRef::new(ObjectKind::CheckoutSession, id);
    let intent = object.linked(ObjectKind::PaymentIntent);
    let payer = intent.map_or_else(|| itself.clone(), |intent| payer::of_intent(book.settlement, intent));
    if payer::invoice_of(book.settlement, &payer).is_some() {
        return None;
    }
    let currency = book.currency(session.currency);
    let capture = book.captures.iter().find(|capture| capture.payer == payer);
    let when = match object.milestones.first("paid") {
        Some(seen) => When::new(None, seen),
        // Of money that is captured later, no event of the session tells.
        None => capture?.when.clone(),
    };
    let total = match (session.amount_total.map(i128::from), capture) {
        // What was not captured was not sold.
        (Some(total), Some(capture)) if capture.currency == currency => total.min(capture.amount),
        (Some(total), _) => total,
        (None, capture) => capture.map_or(0, |capture| capture.amount),
    };
    Some(Application {
        owner: itself.clone(),
        target: Some(itself),
        // What a connected account receives was sold by it.
        amount: total - book.passed_on(&payer).min(total),
        source: Source::Payer(payer),
        currency,
        when,
    })
}

/// Sales that charges own: nothing else explains them, and they say that no invoice does.
pub(super) fn of_charges(book: &Book<'_>) -> Vec<Application> {
    let sold = book.captures.iter().filter(|capture| {
        let says_so =
            book.settlement.get(capture.payer.kind, &capture.payer.id).is_some_and(|charge| charge.without_invoice);
        says_so
            && payer::invoice_of(book.settlement, &capture.payer).is_none()
            && !payer::has_session(book.settlement, &capture.payer)
            && !book.applications.iter().any(|applied| applied.is_from(&capture.payer))
    });
    sold.map(|capture| Application {
        owner: capture.payer.clone(),
        target: Some(capture.payer.clone()),
        source: Source::Payer(capture.payer.clone()),
        amount: book.unapplied(capture),
        currency: capture.currency,
        when: capture.when.clone(),
    })
    .collect()
}

/// What was sold by a sale.
pub(super) fn parts(book: &Book<'_>, sale: &Application) -> Vec<Part> {
    let session = book.settlement.get(sale.owner.kind, &sale.owner.id).and_then(Object::checkout_session);
    let tax = session.map_or(0, |session| i128::from(session.amount_tax)).min(sale.amount.max(0));
    vec![Part::new(&sale.owner.id, Share::AtOnce, sale.amount - tax), Part::new(&sale.owner.id, Share::Tax, tax)]
}

/// `cs_1:sold`, `ch_1:sold`.
pub(super) fn post(book: &Book<'_>, into: &mut Vec<Transaction>) {
    for sale in book.applications.iter().filter(|applied| applied.target.as_ref() == Some(&applied.owner)) {
        if sale.owner.kind == ObjectKind::Invoice {
            continue;
        }
        let mut draft = book.draft(sale.owner.clone(), "sold", &sale.when);
        from_source(&mut draft, sale);
        for part in parts(book, sale) {
            draft.entry(sale.currency, part.sold());
        }
        into.extend(draft.finish());
    }
}
