//! Everything that takes back what was sold, in one line per sale: each reduction undoes parts of what those before it
//! left, in order of time, then id (rule 6).

use std::collections::BTreeMap;

use super::{
    Account,
    book::Book,
    credit_note, invoice, sale,
    split::{Own, Part, Splitter, Undone},
};
use crate::{
    id::{ObjectKind, ObjectRef},
    time::Timestamp,
};

/// The sale, what reduces it (by id), and the step.
pub(super) type Key = (ObjectRef, Box<str>, Step);

/// Steps of one reducing object. In this order inside one second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// It takes back: a refund, a lost dispute, a credit note, a write-off
    Taken,
    /// That is reversed: a won appeal, a voided credit note, a payment after the write-off
    GivenBack,
    /// What is left of a write-off is reversed, because the invoice is voided
    Cleared,
    /// The invoice is voided
    Voided,
}

/// How a reduction is split.
#[derive(Clone, Debug)]
pub(super) enum How<'a> {
    /// Pro rata
    ProRata,
    /// As the document itself says: lines with net amounts, tax, and what it says of no line
    Own {
        /// Lines by id.
        lines: Vec<(&'a str, i128)>,
        /// Tax.
        tax: i128,
        /// The rest.
        rest: i128,
    },
    /// As the same object's [`Step::Taken`], the other way
    Back,
}

/// One reduction of one sale.
#[derive(Clone, Debug)]
pub(super) struct Reduction<'a> {
    /// When it takes effect.
    pub at: Timestamp,
    /// The object that reduces, by id.
    pub by: Box<str>,
    /// Its step.
    pub step: Step,
    /// How much, minor units.
    pub amount: i128,
    /// How it is split.
    pub how: How<'a>,
    /// Where earned parts go.
    pub contra: Account,
}

/// What every reduction of the settlement undoes.
pub(super) fn undone(book: &Book<'_>) -> BTreeMap<Key, Undone> {
    let mut undone = BTreeMap::new();
    for (id, object) in book.settlement.of_kind(ObjectKind::Invoice) {
        let parts = invoice::parts(id, object);
        let target = ObjectRef::new(ObjectKind::Invoice, id);
        let mut reductions: Vec<Reduction<'_>> = invoice::reductions(book, id, object);
        reductions.extend(credit_note::reductions(book, id));
        reductions.extend(taken(book, &target));
        run(&target, parts, reductions, &mut undone);
    }
    for sale in &book.applications {
        if sale.target.as_ref() == Some(&sale.owner) && sale.owner.kind != ObjectKind::Invoice {
            run(&sale.owner, sale::parts(book, sale), taken(book, &sale.owner), &mut undone);
        }
    }
    undone
}

/// What refunds and lost disputes take from one sale.
fn taken(book: &Book<'_>, target: &ObjectRef) -> Vec<Reduction<'static>> {
    let mut reductions = Vec::new();
    for taking in &book.takings {
        let amount = taking.share_of(target);
        let reduction = Reduction {
            at: taking.when.at,
            by: taking.object.id.clone(),
            step: Step::Taken,
            amount,
            how: How::ProRata,
            contra: taking.contra,
        };
        let regained = taking.regained_of(target);
        if let Some(back) = taking.regained.as_ref().filter(|_| regained != 0) {
            let at = back.when.at.max(taking.when.at);
            let how = How::Back;
            reductions.push(Reduction { at, step: Step::GivenBack, amount: regained, how, ..reduction.clone() });
        }
        if amount != 0 {
            reductions.push(reduction);
        }
    }
    reductions
}

/// Lets reductions take from the parts, one after the other.
fn run(target: &ObjectRef, parts: Vec<Part>, mut reductions: Vec<Reduction<'_>>, undone: &mut BTreeMap<Key, Undone>) {
    reductions.sort_by(|left, right| (left.at, &left.by, left.step).cmp(&(right.at, &right.by, right.step)));
    let mut splitter = Splitter::new(parts);
    for reduction in reductions {
        let key = |step| (target.clone(), reduction.by.clone(), step);
        let taken = match &reduction.how {
            How::ProRata => splitter.take(reduction.amount, reduction.at, reduction.contra),
            How::Own { lines, tax, rest } => {
                let own = Own { lines, tax: *tax, rest: *rest };
                splitter.take_own(&own, reduction.at, reduction.contra)
            }
            How::Back => match undone.get(&key(Step::Taken)) {
                Some(earlier) => splitter.give_back(earlier, reduction.amount.clamp(0, earlier.sum().max(0))),
                None => continue,
            },
        };
        undone.insert(key(reduction.step), taken);
    }
}
