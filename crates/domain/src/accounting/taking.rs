//! Money taken back from a payer: refunds, and disputes lost. Here it is decided, one after the other, which of the
//! payer's money each takes: money still owed from a refund that failed, money that was never applied, or money applied
//! to a sale, which that sale then loses.

use super::{
    Account, Problem,
    book::Book,
    draft::{Draft, When},
    reduction::Step,
    split::Undone,
};
use crate::{fact::Signal, id::ObjectRef, money::Currency, time::Timestamp};

/// One taking.
#[derive(Clone, Debug)]
pub(super) struct Taking {
    /// The refund, the dispute, or the charge that shows a refund nobody else does.
    pub object: ObjectRef,
    /// From whom.
    pub payer: ObjectRef,
    /// Minor units.
    pub amount: i128,
    /// Of it: what credit notes undo in its stead.
    pub covered: i128,
    /// Their currency.
    pub currency: Currency,
    /// When.
    pub when: When,
    /// When it failed: it is then still owed.
    pub failed: Option<Timestamp>,
    /// Where earned parts go.
    pub contra: Account,
    /// What came back of it (a won appeal).
    pub regained: Option<Regained>,
    /// What it takes from.
    pub shares: Vec<(From, i128)>,
}

/// What a taking takes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// Money never applied
    Unapplied,
    /// A sale, which loses it
    Sale(ObjectRef),
    /// Money that a connected account has: one's own loss, as long as it does not come back
    PassedOn,
}

/// What came back of a taking.
#[derive(Clone, Debug)]
pub(super) struct Regained {
    /// Minor units.
    pub amount: i128,
    /// When.
    pub when: When,
}

impl Taking {
    /// How much it takes from one sale.
    pub fn share_of(&self, target: &ObjectRef) -> i128 {
        let shares = self.shares.iter().filter(|(from, _)| from.is_sale(target));
        shares.map(|(_, amount)| amount).sum()
    }

    /// How much of that came back: what was taken last comes back first.
    pub fn regained_of(&self, target: &ObjectRef) -> i128 {
        let mut open = self.regained.as_ref().map_or(0, |regained| regained.amount);
        for (from, amount) in self.shares.iter().rev() {
            let back = open.min(*amount);
            if from.is_sale(target) {
                return back;
            }
            open -= back;
        }
        0
    }

    /// The debits of what it takes.
    pub fn post(&self, book: &Book<'_>, draft: &mut Draft) {
        for (from, amount) in &self.shares {
            match from {
                From::Unapplied => draft.debit(Account::Unapplied, &self.payer.id, self.currency, *amount),
                From::PassedOn => draft.debit(self.contra, &self.payer.id, self.currency, *amount),
                From::Sale(target) => {
                    let key = (target.clone(), self.object.id.clone(), Step::Taken);
                    self.undo(draft, book.undone.get(&key), *amount);
                }
            }
        }
    }

    /// The credits of what came back.
    pub fn post_back(&self, book: &Book<'_>, draft: &mut Draft) {
        let mut open = self.regained.as_ref().map_or(0, |regained| regained.amount);
        for (from, amount) in self.shares.iter().rev() {
            let back = open.min(*amount);
            open -= back;
            let undone = match from {
                From::Sale(target) => book.undone.get(&(target.clone(), self.object.id.clone(), Step::GivenBack)),
                From::Unapplied | From::PassedOn => None,
            };
            let legs = undone.map_or(0, Undone::sum);
            for entry in undone.into_iter().flat_map(Undone::entries) {
                draft.entry(self.currency, entry);
            }
            let account = match from {
                From::Unapplied => Account::Unapplied,
                From::Sale(_) => self.beyond(),
                From::PassedOn => self.contra,
            };
            draft.credit(account, &self.payer.id, self.currency, back + legs);
        }
    }

    fn undo(&self, draft: &mut Draft, undone: Option<&Undone>, amount: i128) {
        for entry in undone.into_iter().flat_map(Undone::entries) {
            draft.entry(self.currency, entry);
        }
        let beyond = amount - undone.map_or(0, Undone::sum);
        if beyond != 0 {
            if self.beyond() == Account::Suspense {
                draft.mark(Problem::NothingToUndo);
            }
            draft.debit(self.beyond(), &self.payer.id, self.currency, beyond);
        }
    }

    /// Where it goes when the sale has nothing left: a dispute can cost more than was sold, a refund cannot.
    fn beyond(&self) -> Account {
        if self.contra == Account::ContraDisputes { Account::ContraDisputes } else { Account::Suspense }
    }
}

impl From {
    fn is_sale(&self, target: &ObjectRef) -> bool {
        matches!(self, Self::Sale(sale) if sale == target)
    }
}

/// Decides what each taking takes from, in order of time, then id.
pub(super) fn share_out(book: &Book<'_>, mut takings: Vec<Taking>) -> Vec<Taking> {
    takings.sort_by(|left, right| (left.when.at, &left.object).cmp(&(right.when.at, &right.object)));
    let mut payers: Vec<ObjectRef> = takings.iter().map(|taking| taking.payer.clone()).collect();
    payers.sort();
    payers.dedup();
    for payer in payers {
        let mut pool = Pool::of(book, &payer);
        for taking in takings.iter_mut().filter(|taking| taking.payer == payer) {
            pool.serve(taking);
        }
    }
    takings
}

/// What one payer's money went to, while takings take it back.
struct Pool {
    /// Never applied.
    unapplied: i128,
    /// Passed on to connected accounts.
    passed_on: i128,
    /// Applied, sale by sale.
    applied: Vec<(ObjectRef, i128)>,
    /// Refunds that failed: when, and how much of each is still owed.
    owed: Vec<(Timestamp, i128)>,
}

impl Pool {
    fn of(book: &Book<'_>, payer: &ObjectRef) -> Self {
        let received = book.captures.iter().filter(|capture| capture.payer == *payer);
        let mut unapplied = received.map(|capture| book.unapplied(capture)).sum::<i128>().max(0);
        let mut applied: Vec<(ObjectRef, i128)> = Vec::new();
        for application in book.applications.iter().filter(|application| application.is_from(payer)) {
            let Some(target) = &application.target else { continue };
            match applied.iter_mut().find(|(known, _)| known == target) {
                Some((_, amount)) => *amount += application.amount,
                None => applied.push((target.clone(), application.amount)),
            }
        }
        let overpaid = |target: &ObjectRef| {
            let object = book.settlement.get(target.kind, &target.id);
            object.is_some_and(|object| object.milestones.first(Signal::Overpaid.milestone()).is_some())
        };
        if applied.iter().any(|(target, _)| overpaid(target)) {
            // Overpayment became the customer's credit: nothing of it is left here.
            unapplied = 0;
        }
        Self { unapplied, passed_on: book.passed_on(payer), applied, owed: Vec::new() }
    }

    fn serve(&mut self, taking: &mut Taking) {
        let mut covered = taking.covered.clamp(0, taking.amount.max(0));
        let mut open = taking.amount - covered;
        if taking.contra == Account::ContraRefunds {
            open -= self.pay_owed(taking.when.at, open);
        }
        for (_, left) in &mut self.applied {
            let part = covered.min(*left).max(0);
            *left -= part;
            covered -= part;
        }
        let part = open.min(self.unapplied).max(0);
        self.unapplied -= part;
        open -= part;
        let mut shares = vec![(From::Unapplied, part)];
        for (target, left) in &mut self.applied {
            let part = open.min(*left).max(0);
            *left -= part;
            open -= part;
            shares.push((From::Sale(target.clone()), part));
        }
        let part = open.min(self.passed_on).max(0);
        self.passed_on -= part;
        open -= part;
        // What is beyond all that: a sale loses it even so, else it is money nobody has applied yet.
        match self.applied.last() {
            Some((target, _)) if open > 0 => match shares.last_mut() {
                Some((last, part)) if last.is_sale(target) => *part += open,
                _ => shares.push((From::Sale(target.clone()), open)),
            },
            _ => shares.push((From::Unapplied, open.max(0))),
        }
        shares.push((From::PassedOn, part));
        shares.retain(|(_, amount)| *amount != 0);
        taking.shares = shares;
        if let Some(at) = taking.failed {
            self.owed.push((at, taking.amount));
        }
    }

    /// A refund made after one that failed pays what that one still owes: nothing more is undone.
    fn pay_owed(&mut self, at: Timestamp, open: i128) -> i128 {
        let mut paid = 0;
        for (_, left) in self.owed.iter_mut().filter(|(failed, _)| *failed <= at) {
            let part = (open - paid).min(*left).max(0);
            *left -= part;
            paid += part;
        }
        paid
    }
}
