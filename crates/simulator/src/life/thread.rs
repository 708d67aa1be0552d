//! The thread of one story: its subscription, what it has been billed and paid, and the calendar it follows. A customer can have
//! several threads at a time; they share nothing but the stage.

use std::sync::Arc;

use crate::calendar::months_later;
use crate::model::{
    ApplicationFee, BillingMode, Charge, Collection, Coupon, CreditNote, Discount, Dispute, Interval, Invoice, Line,
    PaymentIntent, Payout, Price, Refund, Session, Subscription, Tax, Transfer,
};

/// The calendar of a subscription: period `n` runs from boundary `n` to boundary `n + 1`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cycle {
    pub anchor: i64,
    pub interval: Interval,
}

impl Cycle {
    pub fn boundary(self, number: i64) -> i64 {
        months_later(self.anchor, number.saturating_mul(self.interval.months()))
    }
}

/// An invoice with the payment made, or tried, on it.
#[derive(Debug, Clone)]
pub(crate) struct Bill {
    pub invoice: Invoice,
    pub intent: Option<PaymentIntent>,
    pub charge: Option<Charge>,
}

/// What a story starts with.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    pub price: Arc<Price>,
    pub quantity: i64,
    /// Further prices of the subscription, one of each.
    pub extras: Vec<Arc<Price>>,
    pub cycle: Cycle,
    pub collection: Collection,
    pub billing_mode: BillingMode,
    pub tax: Option<Tax>,
    pub coupon: Option<Coupon>,
}

pub(crate) struct Thread {
    pub terms: Terms,
    pub subscription: Option<Subscription>,
    pub discount: Option<Discount>,
    pub bills: Vec<Bill>,
    /// Prorations that wait for the next invoice.
    pub pending: Vec<Line>,
    /// A payment without an invoice: a one-off sale.
    pub sale: Option<(PaymentIntent, Charge)>,
    /// A completed session whose money has not come yet.
    pub order: Option<(Session, PaymentIntent)>,
    pub dispute: Option<Dispute>,
    pub refund: Option<Refund>,
    pub credit_note: Option<CreditNote>,
    pub payout: Option<Payout>,
    pub transfer: Option<Transfer>,
    pub fee: Option<ApplicationFee>,
    /// The number of the period that comes next.
    pub next_period: i64,
}

impl Thread {
    pub fn new(terms: Terms) -> Self {
        Self {
            terms,
            subscription: None,
            discount: None,
            bills: Vec::new(),
            pending: Vec::new(),
            sale: None,
            order: None,
            dispute: None,
            refund: None,
            credit_note: None,
            payout: None,
            transfer: None,
            fee: None,
            next_period: 0,
        }
    }

    pub fn has_ended(&self) -> bool {
        self.subscription.as_ref().is_none_or(|subscription| subscription.ended_at.is_some())
    }

    /// The newest charge that brought money, and its place.
    pub fn charge(&mut self) -> Option<&mut Charge> {
        if let Some((_, charge)) = &mut self.sale {
            return Some(charge);
        }
        self.bills.iter_mut().rev().filter_map(|bill| bill.charge.as_mut()).find(|charge| charge.failure.is_none())
    }

    /// The discount percentage at this time.
    pub fn discount_percent(&self, time: i64) -> i64 {
        self.discount
            .as_ref()
            .filter(|discount| discount.applies_at(time))
            .map_or(0, |discount| i64::from(discount.coupon.percent))
    }
}
