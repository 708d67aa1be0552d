//! What a customer's postings come to in the words people ask in: billed, paid, refunded, disputed, credit, outstanding.
//!
//! A pure function of sums by owner, transition and account; which transition means what stands here and nowhere else.

use super::Account;
use crate::id::ObjectKind;

/// The sum of what one kind of transition moved on one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movement<'a> {
    /// The kind of object whose transition it is.
    pub owner: ObjectKind,
    /// What follows the colon in the transaction's key: `finalized`, `captured`, ...; empty for balance transactions.
    pub transition: &'a str,
    /// The account moved.
    pub account: Account,
    /// Minor units of one currency, debit positive.
    pub amount: i128,
}

/// One customer in one currency. Minor units; each is positive in the usual case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Invoiced or sold, tax included, less what was voided.
    pub billed: i128,
    /// Received, inside Stripe and outside.
    pub paid: i128,
    /// Given back by refunds that did not fail, and by credit notes outside Stripe.
    pub refunded: i128,
    /// Taken away by disputes and not given back: open ones and lost ones.
    pub disputed: i128,
    /// Taken off by credit notes.
    pub credited: i128,
    /// Written off as uncollectible and not paid since.
    pub written_off: i128,
    /// Credit the customer can use: minus Stripe's `customer.balance`.
    pub credit: i128,
    /// Invoiced and not paid yet.
    pub outstanding: i128,
    /// Received and not applied to anything sold.
    waiting: i128,
    /// Applied to something sold; from where, no event says.
    of_unknown_source: i128,
}

impl Summary {
    /// Takes in one sum.
    pub fn add(&mut self, movement: &Movement<'_>) {
        use ObjectKind as Kind;
        let Movement { owner, transition, account, amount } = *movement;
        match account {
            Account::Receivable => self.outstanding += amount,
            Account::CustomerCredit => self.credit -= amount,
            // What is given back out of it was received all the same.
            Account::Unapplied if matches!(transition, "captured" | "paid" | "sold" | "overpaid") => {
                self.received(|summary| summary.waiting -= amount);
            }
            _ => {}
        }
        let settles = matches!(account, Account::Receivable | Account::CustomerCredit);
        match (owner, transition, account) {
            (Kind::Invoice, "finalized" | "voided", _) if !settles => self.billed -= amount,
            (Kind::Invoice, "uncollectible" | "recovered", Account::Receivable) => self.written_off -= amount,
            (Kind::Invoice | Kind::InvoicePayment, "paid", Account::Suspense) => {
                self.received(|summary| summary.of_unknown_source += amount);
            }
            (Kind::Invoice | Kind::InvoicePayment, "paid", Account::Bank)
            | (Kind::Charge | Kind::PaymentIntent, "captured", Account::Clearing) => self.paid += amount,
            (Kind::Refund, "created" | "failed" | "canceled", Account::Clearing)
            | (Kind::Charge, "refunded", Account::Clearing) => self.refunded -= amount,
            (Kind::CreditNote, _, Account::Receivable | Account::RefundsPayable | Account::CustomerCredit) => {
                self.credited -= amount;
            }
            (Kind::CreditNote, _, Account::Bank) => {
                self.credited -= amount;
                self.refunded -= amount;
            }
            (Kind::Dispute, "lost" | "regained", _) => {}
            (Kind::Dispute, _, Account::Contested) => self.disputed += amount,
            // A sale that no invoice bills.
            (_, "sold", Account::Revenue | Account::Tax) => self.billed -= amount,
            _ => {}
        }
    }

    /// Until events link the two, money that an invoice says it got may be the very money that waits: it counts once.
    fn received(&mut self, change: impl FnOnce(&mut Self)) {
        let beyond = |summary: &Self| (summary.of_unknown_source - summary.waiting.max(0)).max(0);
        self.paid -= beyond(self);
        change(self);
        self.paid += beyond(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summed(movements: &[(ObjectKind, &str, Account, i128)]) -> Summary {
        let mut summary = Summary::default();
        for (owner, transition, account, amount) in movements {
            summary.add(&Movement { owner: *owner, transition, account: *account, amount: *amount });
        }
        summary
    }

    #[test]
    fn an_invoice_paid_in_part_with_credit_and_then_refunded_a_little() {
        use Account::*;
        use ObjectKind::{Charge, Invoice, InvoicePayment, Refund};
        let summary = summed(&[
            (Invoice, "finalized", Receivable, 3240),
            (Invoice, "finalized", Deferred, -3000),
            (Invoice, "finalized", Tax, -240),
            (Invoice, "customer_balance", CustomerCredit, 1000),
            (Invoice, "customer_balance", Receivable, -1000),
            (Charge, "captured", Clearing, 2000),
            (Charge, "captured", Unapplied, -2000),
            (InvoicePayment, "paid", Unapplied, 2000),
            (InvoicePayment, "paid", Receivable, -2000),
            (Refund, "created", RefundsPayable, 540),
            (Refund, "created", Clearing, -540),
            (Refund, "undone", Deferred, 500),
            (Refund, "undone", Tax, 40),
            (Refund, "undone", RefundsPayable, -540),
        ]);
        let expected =
            Summary { billed: 3240, paid: 2000, refunded: 540, credit: -1000, outstanding: 240, ..Summary::default() };
        assert_eq!(summary, expected);
    }

    #[test]
    fn money_that_no_event_has_linked_with_its_invoice_yet_counts_once() {
        use Account::*;
        use ObjectKind::{Charge, Invoice, InvoicePayment, Refund};
        let unlinked = [
            (Invoice, "finalized", Receivable, 1000),
            (Invoice, "finalized", Deferred, -1000),
            (Invoice, "paid", Suspense, 1000),
            (Invoice, "paid", Receivable, -1000),
            (Charge, "captured", Clearing, 1000),
            (Charge, "captured", Unapplied, -1000),
        ];
        let told = |summary: Summary| (summary.billed, summary.paid, summary.outstanding);
        assert_eq!(told(summed(&unlinked)), (1000, 1000, 0));
        let reversed: Vec<_> = unlinked.iter().rev().copied().collect();
        assert_eq!(summed(&reversed), summed(&unlinked));
        assert_eq!(summed(&unlinked[..4]).paid, 1000, "of the charge, no event tells");
        let refunded = [(Refund, "created", Clearing, -1000), (Refund, "undone", Unapplied, 1000)];
        let summary = summed(&[&unlinked[..], &refunded].concat());
        assert_eq!((summary.paid, summary.refunded), (1000, 1000), "what was given back was received once");
        let advance = [(Charge, "captured", Clearing, 500), (Charge, "captured", Unapplied, -500)];
        assert_eq!(summed(&[&unlinked[..], &advance].concat()).paid, 1500);
        let linked = [
            &unlinked[..2],
            &unlinked[4..],
            &[(InvoicePayment, "paid", Unapplied, 1000), (InvoicePayment, "paid", Receivable, -1000)],
        ];
        assert_eq!(told(summed(&linked.concat())), (1000, 1000, 0));
    }

    #[test]
    fn a_voided_invoice_was_never_billed_and_its_credit_is_back() {
        use Account::*;
        use ObjectKind::Invoice;
        let summary = summed(&[
            (Invoice, "finalized", Receivable, 3100),
            (Invoice, "finalized", Deferred, -3100),
            (Invoice, "customer_balance", CustomerCredit, 1100),
            (Invoice, "customer_balance", Receivable, -1100),
            (Invoice, "voided", Deferred, 3000),
            (Invoice, "voided", ContraVoids, 100),
            (Invoice, "voided", Receivable, -2000),
            (Invoice, "voided", CustomerCredit, -1100),
        ]);
        assert_eq!(summary, Summary::default());
    }

    #[test]
    fn a_dispute_counts_until_its_money_is_back() {
        use Account::*;
        use ObjectKind::Dispute;
        let withdrawn = [(Dispute, "txn_1", Contested, 5400), (Dispute, "txn_1", Clearing, -5400)];
        assert_eq!(summed(&withdrawn).disputed, 5400);
        let lost =
            [withdrawn.as_slice(), &[(Dispute, "lost", Contested, -5400), (Dispute, "lost", ContraDisputes, 5400)]];
        assert_eq!(summed(&lost.concat()).disputed, 5400);
        let won = [withdrawn.as_slice(), &[(Dispute, "txn_2", Contested, -5400)]];
        assert_eq!(summed(&won.concat()).disputed, 0);
    }

    #[test]
    fn what_is_written_off_and_paid_after_all_is_not_written_off() {
        use Account::*;
        use ObjectKind::Invoice;
        let off = [(Invoice, "uncollectible", BadDebt, 2000), (Invoice, "uncollectible", Receivable, -2000)];
        assert_eq!(summed(&off).written_off, 2000);
        let paid =
            [off.as_slice(), &[(Invoice, "recovered", Receivable, 2000), (Invoice, "recovered", BadDebt, -2000)]];
        assert_eq!(summed(&paid.concat()).written_off, 0);
    }
}
