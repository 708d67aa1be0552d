//! Invoices: what finalizing one sells, the customer's balance it uses, overpayment, write-off and void. Its payment is
//! not here: payments own that.

use super::{
    Account, Problem, Transaction,
    book::Book,
    draft::{Draft, When},
    reduction::{How, Reduction, Step},
    split::{Part, Share},
};
use crate::{
    fact::{Invoice, InvoiceStatus, Line, Signal},
    id::{ObjectKind, ObjectRef},
    object::Object,
};

/// States that only a finalized invoice has.
const FINAL: &[&str] = &["open", "paid", "void", "uncollectible"];

/// 2019-12-03: since then Stripe gives the credit that a voided invoice had used back.
const CREDIT_IS_GIVEN_BACK: i64 = 1_575_331_200;

/// When it was finalized.
fn finalized(object: &Object) -> Option<When> {
    let invoice = object.invoice()?;
    let seen = object.milestones.first_of(FINAL).or_else(|| {
        let stated = invoice.finalized_at.is_some() && invoice.status != InvoiceStatus::Draft;
        object.milestones.earliest().filter(|_| stated)
    })?;
    Some(When::new(invoice.finalized_at, seen))
}

/// `ending_balance - starting_balance`: credit used is positive, credit given negative.
pub(super) fn balance_change(invoice: &Invoice) -> i128 {
    invoice.ending_balance.map_or(0, |ending| i128::from(ending) - i128::from(invoice.starting_balance))
}

/// What a finalized invoice sold, in the order in which ties are settled.
pub(super) fn parts(id: &str, object: &Object) -> Vec<Part> {
    let (Some(invoice), Some(_)) = (object.invoice(), finalized(object)) else { return Vec::new() };
    let mut lines: Vec<&Line> = invoice.lines.iter().collect();
    lines.sort_by(|left, right| left.id.cmp(&right.id));
    let mut parts: Vec<Part> = lines.into_iter().map(line_part).collect();
    parts.push(Part::new(id, Share::AtOnce, i128::from(invoice.shipping)));
    parts.push(Part::new(id, Share::Tax, i128::from(invoice.tax)));
    let explained: i128 = parts.iter().map(|part| part.net).sum();
    parts.push(Part::new(id, Share::Unexplained, i128::from(invoice.total) - explained));
    parts.retain(|part| part.net != 0);
    parts
}

fn line_part(line: &Line) -> Part {
    let net = i128::from(line.amount) - i128::from(line.discount) - i128::from(line.tax_inclusive);
    let share = line.period.filter(|period| period.end > period.start).map_or(Share::AtOnce, Share::Over);
    Part { product: line.product.clone(), ..Part::new(line.id.as_str(), share, net) }
}

/// The write-off of one that became uncollectible: when, and how much.
fn written_off(book: &Book<'_>, id: &str, object: &Object) -> Option<(When, i128)> {
    let invoice = object.invoice()?;
    let seen = object.milestones.first(InvoiceStatus::Uncollectible.as_str())?;
    let when = When::new(invoice.uncollectible_at, seen);
    let known = book.receivable(id, |paid| paid.at < when.at);
    let untouched = known == book.receivable(id, |_| true);
    let stands = invoice.status == InvoiceStatus::Uncollectible && untouched;
    Some((when, if stands { i128::from(invoice.amount_remaining) } else { known }))
}

/// What of a write-off came in after all: since when, and how much.
fn recovered(book: &Book<'_>, id: &str, object: &Object) -> Option<(When, i128)> {
    let (off, amount) = written_off(book, id, object)?;
    let target = ObjectRef::new(ObjectKind::Invoice, id);
    let paid = book.applied_to(&target).map(|applied| (applied.when.clone(), applied.amount));
    let mut later: Vec<(When, i128)> =
        paid.chain(book.credited_before_payment(id)).filter(|(when, _)| when.at >= off.at).collect();
    later.sort();
    let sum: i128 = later.iter().map(|(_, amount)| amount).sum();
    let (first, _) = later.into_iter().next()?;
    Some((first, sum.min(amount)))
}

/// When it was voided, and whether the credit it had used came back.
fn voided(object: &Object) -> Option<(When, bool)> {
    let invoice = object.invoice()?;
    let when = When::new(invoice.voided_at, object.milestones.first(InvoiceStatus::Void.as_str())?);
    let given_back = when.at.unix() >= CREDIT_IS_GIVEN_BACK;
    Some((when, given_back))
}

/// What write-off and void undo of what was sold.
pub(super) fn reductions(book: &Book<'_>, id: &str, object: &Object) -> Vec<Reduction<'static>> {
    let mut found = Vec::new();
    let mut reduce = |when: &When, step: Step, amount: i128, how: How<'static>, contra: Account| {
        found.push(Reduction { at: when.at, by: id.into(), step, amount, how, contra });
    };
    let off = written_off(book, id, object);
    let back = recovered(book, id, object);
    if let Some((when, amount)) = &off {
        reduce(when, Step::Taken, *amount, How::ProRata, Account::BadDebt);
    }
    if let Some((when, amount)) = &back {
        reduce(when, Step::GivenBack, *amount, How::Back, Account::BadDebt);
    }
    if let Some((when, given_back)) = voided(object) {
        if let Some((_, amount)) = off {
            let left = amount - back.map_or(0, |(_, amount)| amount);
            reduce(&when, Step::Cleared, left, How::Back, Account::BadDebt);
        }
        let credit = object.invoice().filter(|_| given_back).map_or(0, balance_change);
        reduce(&when, Step::Voided, book.receivable(id, |_| true) + credit, How::ProRata, Account::ContraVoids);
    }
    found
}

/// `in_1:finalized`, `in_1:customer_balance`, `in_1:overpaid`, `in_1:uncollectible`, `in_1:recovered`, `in_1:voided`.
pub(super) fn post(book: &Book<'_>, into: &mut Vec<Transaction>) {
    for (id, object) in book.settlement.of_kind(ObjectKind::Invoice) {
        let Some((invoice, when)) = object.invoice().zip(finalized(object)) else { continue };
        let posting = Posting { book, id, object, invoice };
        into.extend(posting.finalized(&when));
        into.extend(posting.customer_balance(&when));
        into.extend(posting.overpaid());
        into.extend(posting.uncollectible());
        into.extend(posting.recovered());
        into.extend(posting.voided());
    }
}

/// One finalized invoice about to be posted.
struct Posting<'a> {
    book: &'a Book<'a>,
    id: &'a str,
    object: &'a Object,
    invoice: &'a Invoice,
}

impl Posting<'_> {
    fn draft(&self, transition: &str, when: &When) -> Draft {
        self.book.draft(ObjectRef::new(ObjectKind::Invoice, self.id), transition, when)
    }

    fn debit(&self, draft: &mut Draft, account: Account, amount: i128) {
        draft.debit(account, self.id, self.book.currency(self.invoice.currency), amount);
    }

    fn finalized(&self, when: &When) -> Option<Transaction> {
        let mut draft = self.draft("finalized", when);
        self.debit(&mut draft, Account::Receivable, i128::from(self.invoice.total));
        for part in parts(self.id, self.object) {
            if part.share == Share::Unexplained {
                draft.mark(if self.invoice.lines_truncated { Problem::NeedsFetch } else { Problem::Difference });
            }
            draft.entry(self.book.currency(self.invoice.currency), part.sold());
        }
        draft.finish()
    }

    fn customer_balance(&self, when: &When) -> Option<Transaction> {
        let change = balance_change(self.invoice);
        let mut draft = self.draft("customer_balance", when);
        self.debit(&mut draft, Account::CustomerCredit, change);
        self.debit(&mut draft, Account::Receivable, -change);
        draft.finish()
    }

    /// More was paid than asked for: what no part of the invoice takes becomes the customer's credit.
    fn overpaid(&self) -> Option<Transaction> {
        let seen = self.object.milestones.first(Signal::Overpaid.milestone())?;
        let mut draft = self.draft("overpaid", &When::new(None, seen));
        let beyond = -self.book.receivable(self.id, |_| true).min(0);
        self.debit(&mut draft, Account::Receivable, beyond);
        let mut credit = beyond;
        for (capture, left) in self.book.unapplied_of_invoice(self.id) {
            draft.debit(Account::Unapplied, &capture.payer.id, self.book.currency(self.invoice.currency), left);
            credit += left;
        }
        self.debit(&mut draft, Account::CustomerCredit, -credit);
        draft.finish()
    }

    fn uncollectible(&self) -> Option<Transaction> {
        let (when, _) = written_off(self.book, self.id, self.object)?;
        let mut draft = self.draft("uncollectible", &when);
        self.undo(&mut draft, Step::Taken);
        draft.finish()
    }

    fn recovered(&self) -> Option<Transaction> {
        let (when, _) = recovered(self.book, self.id, self.object)?;
        let mut draft = self.draft("recovered", &when);
        self.undo(&mut draft, Step::GivenBack);
        draft.finish()
    }

    fn voided(&self) -> Option<Transaction> {
        let (when, given_back) = voided(self.object)?;
        let mut draft = self.draft("voided", &when);
        self.undo(&mut draft, Step::Cleared);
        self.undo(&mut draft, Step::Voided);
        let change = if given_back { balance_change(self.invoice) } else { 0 };
        self.debit(&mut draft, Account::CustomerCredit, -change);
        self.debit(&mut draft, Account::Receivable, change);
        draft.finish()
    }

    /// What one step undoes, against the receivable.
    fn undo(&self, draft: &mut Draft, step: Step) {
        let target = ObjectRef::new(ObjectKind::Invoice, self.id);
        let Some(undone) = self.book.undone.get(&(target, self.id.into(), step)) else { return };
        let currency = self.book.currency(self.invoice.currency);
        for entry in undone.entries() {
            draft.entry(currency, entry);
        }
        if undone.excess != 0 {
            draft.mark(Problem::NothingToUndo);
            self.debit(draft, Account::Suspense, undone.excess);
        }
        self.debit(draft, Account::Receivable, -undone.sum() - undone.excess);
    }
}
