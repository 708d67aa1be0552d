//! Tax goes with what it was charged on: as much as the document says when it is sold, then less what each credit note says and
//! what refunds, losses, write-offs and voids take with them in proportion. Nothing else moves it, and none of it stays once
//! nothing of the sale is left.

mod walk;

use std::collections::{BTreeMap, BTreeSet};

use super::{Breach, Invariant, View};
use crate::{
    accounting::Account,
    fact::{Invoice, SessionMode},
    id::ObjectKind,
    money::Currency,
};
use walk::{Kind, Step, Taken, Walk};

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
        // What connected accounts receive of it was sold by them, tax last.
        let key = format!("{id}:sold");
        let sold =
            view.legs.iter().filter(|leg| leg.key == key && matches!(leg.account, Account::Revenue | Account::Tax));
        let sold: i128 = sold.map(|leg| -leg.amount).sum();
        let tax = i128::from(session.amount_tax).min(sold.max(0));
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
        let (sales, steps): (Vec<Step<'_>>, Vec<Step<'_>>) =
            self.steps(view).into_iter().partition(|step| step.kind == Kind::Sells);
        let sold = sales.iter().fold(Taken::default(), |sum, sale| sum - sale.taken);
        if sold.tax != self.tax {
            breaches.push(self.breach(self.id, self.tax, sold.tax, "the tax the document says"));
        }
        let proportions_are_known = !self.is_unexplained(view);
        let mut walk = Walk::of(view.settlement, sold);
        for step in &steps {
            let due = walk.take(step);
            if proportions_are_known && !due.fits(step.taken.tax) {
                breaches.push(self.breach(step.by, -due.tax, -step.taken.tax, due.why));
            }
        }
        let left = steps.iter().fold(sold, |left, step| left - step.taken);
        let possible = self.tax.min(0) - walk.slack..=self.tax.max(0) + walk.slack;
        if !possible.contains(&left.tax) {
            breaches.push(self.breach(self.id, self.tax, left.tax, "what is left lies beyond what was charged"));
        } else if left.tax.abs() > walk.slack && left.net == 0 && sold.net != 0 {
            breaches.push(self.breach(self.id, 0, left.tax, "nothing is left of what it was charged on"));
        }
    }

    /// Told as the account shows it: tax is a credit.
    fn breach(&self, object: &str, tax: i128, found: i128, why: &'static str) -> Breach {
        let (invariant, currency) = (Invariant::Tax, self.currency);
        Breach { invariant, object: object.into(), currency, expected: -tax, found: -found, why }
    }

    /// Whether its document does not say what all of it was for: then nothing says what a proportion is of.
    fn is_unexplained(&self, view: &View<'_>) -> bool {
        let key = format!("{}:{}", self.id, self.transition);
        view.on(Account::Suspense).any(|leg| leg.key == key)
    }

    /// What sold it and what took of it, in the order in which it did.
    fn steps<'v>(&self, view: &View<'v>) -> Vec<Step<'v>> {
        let mut steps: BTreeMap<&str, Step<'v>> = BTreeMap::new();
        for leg in view.legs.iter().filter(|leg| leg.currency == self.currency) {
            let taken = match leg.account {
                Account::Tax if leg.subject == self.id => Taken { tax: leg.amount, net: 0 },
                account if is_sold_or_taken(account) && self.lines.contains(leg.subject) => {
                    Taken { tax: 0, net: leg.amount }
                }
                _ => continue,
            };
            steps.entry(leg.key).or_insert_with(|| Step::of(self.id, leg)).add(taken);
        }
        let mut steps: Vec<Step<'v>> = steps.into_values().collect();
        steps.sort_by_key(|step| (step.at, step.by, step.kind));
        steps
    }
}

/// Where a sale and what takes of it stand, tax aside.
fn is_sold_or_taken(account: Account) -> bool {
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
}
