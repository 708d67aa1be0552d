//! What must come out of a history, computed from the simulator's own objects and not from any rendering: the expected answers
//! that tests compare a ledger with. Money is in the smallest unit of its currency and never summed across currencies.

use std::collections::BTreeMap;

use crate::currency::Currency;
use crate::history::Event;
use crate::model::{
    ApplicationFee, BalanceTransaction, Charge, Dispute, Invoice, InvoiceStatus, Object, Payout, Refund,
};

/// A customer's money in one currency, at the end of the history.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Money {
    /// Charged successfully, before refunds and disputes.
    pub paid: i64,
    /// Paid on invoices by other means.
    pub paid_out_of_band: i64,
    /// Refunded, refunds that failed excluded.
    pub refunded: i64,
    /// Minus `customer.balance`: positive is credit to the customer. Only in the customer's own currency.
    pub credit: i64,
    /// `amount_remaining` of open invoices.
    pub outstanding: i64,
    /// `amount_remaining` of invoices written off.
    pub uncollectible: i64,
    /// Charged amounts under a dispute that is neither won nor lost, inquiries excluded.
    pub contested: i64,
    /// Charged amounts lost in disputes.
    pub lost: i64,
    /// Net of the lines of finalized invoices that no event shows.
    pub hidden: i64,
}

/// The seller's own money in one currency that a history moves, as far as its events show it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Own {
    /// Paid out, and not yet at the bank.
    pub in_transit: i64,
    /// Paid out, and at the bank.
    pub bank: i64,
    /// Taken of connected accounts' charges, less what was refunded of it.
    pub application_fees: i64,
    /// Net of every balance transaction that an event shows whole.
    pub balance: i64,
}

/// The expected outcome of one customer's history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Truth {
    /// The customer exists and was deleted again.
    pub customer_deleted: bool,
    /// The seller's own id of the customer, as sessions and metadata name it.
    pub user_id: Option<String>,
    /// The status of every subscription, by id.
    pub subscriptions: BTreeMap<String, &'static str>,
    /// The end of the current period of every subscription, by id, unix seconds.
    pub period_ends: BTreeMap<String, i64>,
    /// The lookup key of the price each subscription is on, by id.
    pub prices: BTreeMap<String, String>,
    /// Money by currency code.
    pub money: BTreeMap<&'static str, Money>,
    /// The seller's own money by currency code.
    pub own: BTreeMap<&'static str, Own>,
    /// Ids of the disputes that are neither won, lost nor closed, inquiries included, with their status.
    pub open_disputes: BTreeMap<String, &'static str>,
    /// Invoice statuses, by id.
    pub invoices: BTreeMap<String, &'static str>,
}

/// The newest state of every object that carries money.
#[derive(Default)]
struct Newest<'a> {
    invoices: BTreeMap<&'a str, &'a Invoice>,
    charges: BTreeMap<&'a str, &'a Charge>,
    refunds: BTreeMap<&'a str, &'a Refund>,
    disputes: BTreeMap<&'a str, &'a Dispute>,
    payouts: BTreeMap<&'a str, &'a Payout>,
    fees: BTreeMap<&'a str, &'a ApplicationFee>,
    transactions: BTreeMap<&'a str, &'a BalanceTransaction>,
    balance: Option<(Currency, i64)>,
}

impl<'a> Newest<'a> {
    fn show(&mut self, transactions: impl IntoIterator<Item = &'a BalanceTransaction>) {
        self.transactions.extend(transactions.into_iter().map(|shown| (&*shown.id, shown)));
    }
}

impl Truth {
    pub(crate) fn of(events: &[Event]) -> Self {
        let mut truth = Self::default();
        let mut newest = Newest::default();
        for event in events {
            truth.see(event, &mut newest);
        }
        truth.count(&newest);
        truth
    }

    fn see<'a>(&mut self, event: &'a Event, newest: &mut Newest<'a>) {
        match &event.object {
            Object::Customer(customer) => {
                self.customer_deleted = event.kind == "customer.deleted";
                self.user_id = Some(customer.user_id.clone());
                newest.balance = customer.currency.map(|currency| (currency, customer.balance));
            }
            Object::Subscription(subscription) => {
                self.subscriptions.insert(subscription.id.clone(), subscription.status);
                self.period_ends.insert(subscription.id.clone(), subscription.period().1);
                if let Some(item) = subscription.items.first() {
                    self.prices.insert(subscription.id.clone(), item.price.lookup_key.clone());
                }
            }
            Object::Invoice(invoice) => {
                self.invoices.insert(invoice.id.clone(), invoice.status.word());
                newest.invoices.insert(&invoice.id, invoice);
            }
            Object::Charge(charge) => {
                newest.show(charge.movement.as_ref());
                newest.charges.insert(&charge.id, charge);
            }
            Object::Refund(refund) => {
                newest.show(refund.movement.as_ref());
                newest.refunds.insert(&refund.id, refund);
            }
            Object::Dispute(dispute) => {
                newest.show(&dispute.transactions);
                newest.disputes.insert(&dispute.id, dispute);
            }
            Object::Payout(payout) => {
                let whole = payout.movement.iter().chain(&payout.failure_movement).filter(|_| payout.expanded);
                newest.show(whole);
                newest.payouts.insert(&payout.id, payout);
            }
            Object::ApplicationFee(fee) => {
                newest.fees.insert(&fee.id, fee);
            }
            _ => {}
        }
    }

    fn count_own(&mut self, newest: &Newest<'_>) {
        for payout in newest.payouts.values() {
            let own = self.own.entry(payout.currency.code()).or_default();
            match payout.status {
                "paid" => own.bank += payout.amount,
                "failed" | "canceled" => {}
                _ => own.in_transit += payout.amount,
            }
        }
        for fee in newest.fees.values() {
            self.own.entry(fee.currency.code()).or_default().application_fees += fee.amount - fee.refunded();
        }
        for transaction in newest.transactions.values() {
            self.own.entry(transaction.currency.code()).or_default().balance += transaction.net();
        }
    }

    fn of_currency(&mut self, currency: Currency) -> &mut Money {
        self.money.entry(currency.code()).or_default()
    }

    fn count(&mut self, newest: &Newest<'_>) {
        for charge in newest.charges.values().filter(|charge| charge.failure.is_none()) {
            self.of_currency(charge.currency).paid += charge.amount_captured;
        }
        for refund in newest.refunds.values().filter(|refund| refund.status != "failed") {
            self.of_currency(refund.currency).refunded += refund.amount;
        }
        for invoice in newest.invoices.values() {
            self.count_invoice(invoice);
        }
        for dispute in newest.disputes.values() {
            self.count_dispute(dispute);
        }
        self.count_own(newest);
        if let Some((currency, balance)) = newest.balance {
            self.of_currency(currency).credit -= balance;
        }
    }

    fn count_invoice(&mut self, invoice: &Invoice) {
        let money = self.of_currency(invoice.currency);
        if !matches!(invoice.status, InvoiceStatus::Draft | InvoiceStatus::Void) {
            money.hidden += invoice.hidden();
        }
        match invoice.status {
            InvoiceStatus::Open => money.outstanding += invoice.amount_remaining(),
            InvoiceStatus::Uncollectible => money.uncollectible += invoice.amount_remaining(),
            InvoiceStatus::Paid if invoice.paid_out_of_band => money.paid_out_of_band += invoice.amount_paid,
            InvoiceStatus::Paid | InvoiceStatus::Draft | InvoiceStatus::Void => {}
        }
    }

    fn count_dispute(&mut self, dispute: &Dispute) {
        match dispute.status {
            "won" | "warning_closed" => {}
            // Decided against the seller, whatever becomes of the appeal.
            "lost" | "appeal_under_review" => self.of_currency(dispute.currency).lost += dispute.amount,
            status => {
                self.open_disputes.insert(dispute.id.clone(), status);
                if !status.starts_with("warning") {
                    self.of_currency(dispute.currency).contested += dispute.amount;
                }
            }
        }
    }
}
