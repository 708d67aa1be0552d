//! Tax goes with what it was charged on: as much as the document says when it is sold, never less than nothing or more than all
//! of it left, and none of it once nothing of the sale is left.

use std::collections::BTreeSet;

use super::{Breach, Invariant, View};
use crate::{
    accounting::Account,
    fact::{Invoice, SessionMode},
    id::ObjectKind,
    money::Currency,
};

/// I8.
pub(super) fn check(view: &View<'_>, breaches: &mut Vec<Breach>) {
    for (id, object) in view.settlement.of_kind(ObjectKind::Invoice) {
        let Some(invoice) = object.invoice() else { continue };
        let Some(currency) = invoice.currency else { continue };
        let lines: BTreeSet<&str> = invoice.lines.iter().map(|line| line.id.as_str()).chain([id]).collect();
        let sale = Sale { id, transition: "finalized", currency, tax: charged(view, id, invoice), lines };
        sale.check(view, breaches);
    }
    for (id, object) in view.settlement.of_kind(ObjectKind::CheckoutSession) {
        let Some(session) = object.checkout_session().filter(|session| session.mode == SessionMode::Payment) else {
            continue;
        };
        let Some(currency) = session.currency else { continue };
        let sold = view.legs.iter().any(|leg| leg.key == format!("{id}:sold"));
        let tax = if sold { i128::from(session.amount_tax) } else { 0 };
        Sale { id, transition: "sold", currency, tax, lines: BTreeSet::from([id]) }.check(view, breaches);
    }
}

/// The tax of an invoice, if it was finalized.
fn charged(view: &View<'_>, id: &str, invoice: &Invoice) -> i128 {
    let finalized = view.legs.iter().any(|leg| leg.key == format!("{id}:finalized"));
    if finalized { i128::from(invoice.tax) } else { 0 }
}

/// Something that was sold with tax.
struct Sale<'a> {
    id: &'a str,
    transition: &'static str,
    currency: Currency,
    /// As the document says.
    tax: i128,
    /// What its parts are about.
    lines: BTreeSet<&'a str>,
}

impl Sale<'_> {
    fn check(&self, view: &View<'_>, breaches: &mut Vec<Breach>) {
        let of_it = || view.on(Account::Tax).filter(|leg| leg.subject == self.id && leg.currency == self.currency);
        let sold_key = format!("{}:{}", self.id, self.transition);
        let sold: i128 = of_it().filter(|leg| leg.key == sold_key).map(|leg| -leg.amount).sum();
        let left: i128 = of_it().map(|leg| -leg.amount).sum();
        let mut breach = |expected: i128, found: i128, why: &'static str| {
            breaches.push(Breach {
                invariant: Invariant::Tax,
                object: self.id.into(),
                currency: self.currency,
                expected: -expected,
                found: -found,
                why,
            });
        };
        if sold != self.tax {
            breach(self.tax, sold, "the tax the document says");
        }
        if !(self.tax.min(0)..=self.tax.max(0)).contains(&left) {
            breach(self.tax, left, "what is left lies beyond what was charged");
        } else if left != 0 && self.net_left(view) == 0 {
            breach(0, left, "nothing is left of what it was charged on");
        }
    }

    /// What is left of the sale without its tax.
    fn net_left(&self, view: &View<'_>) -> i128 {
        let counts = |account: Account| {
            matches!(
                account,
                Account::Deferred
                    | Account::Revenue
                    | Account::ContraRefunds
                    | Account::ContraCreditNotes
                    | Account::ContraDisputes
                    | Account::ContraVoids
                    | Account::BadDebt
            )
        };
        let legs = view.legs.iter().filter(|leg| counts(leg.account) && leg.currency == self.currency);
        legs.filter(|leg| self.lines.contains(leg.subject)).map(|leg| leg.amount).sum()
    }
}
