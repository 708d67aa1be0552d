//! Invoices, their lines and taxes, and the payments made on them. The arithmetic of totals stands here, once.

use std::sync::Arc;

use super::{Collection, Customer, Discount, Price};
use crate::currency::Currency;

/// Lines that an event shows of an invoice.
const SHOWN: usize = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TaxBehavior {
    /// Added on top of the line amounts.
    Exclusive,
    /// Already inside the line amounts.
    Inclusive,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tax {
    pub rate_id: String,
    pub created: i64,
    pub percent: u8,
    pub behavior: TaxBehavior,
    pub name: &'static str,
    pub country: &'static str,
}

impl Tax {
    /// The tax on an amount that is already net of discounts.
    pub fn on(&self, amount: i64, currency: Currency) -> i64 {
        let percent = i64::from(self.percent);
        match self.behavior {
            TaxBehavior::Exclusive => currency.share(amount, percent, 100),
            TaxBehavior::Inclusive => currency.share(amount, percent, 100 + percent),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub id: String,
    /// The invoice item behind a proration.
    pub invoice_item: Option<String>,
    pub amount: i64,
    pub description: String,
    pub period: (i64, i64),
    pub price: Arc<Price>,
    pub quantity: i64,
    pub proration: bool,
    pub subscription: Option<String>,
    pub subscription_item: Option<String>,
    /// The percentage taken off; 0 on lines that are not discountable.
    pub discount_percent: i64,
    pub discount_amount: i64,
    pub tax_amount: i64,
}

impl Line {
    /// What the tax is computed on, the inclusive tax taken out.
    pub fn taxable(&self, tax: &Tax) -> i64 {
        let net = self.amount - self.discount_amount;
        match tax.behavior {
            TaxBehavior::Exclusive => net,
            TaxBehavior::Inclusive => net - self.tax_amount,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvoiceStatus {
    Draft,
    Open,
    Paid,
    Void,
    Uncollectible,
}

impl InvoiceStatus {
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Void => "void",
            Self::Uncollectible => "uncollectible",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BillingReason {
    Create,
    Cycle,
    Update,
}

impl BillingReason {
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "subscription_create",
            Self::Cycle => "subscription_cycle",
            Self::Update => "subscription_update",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invoice {
    pub id: String,
    pub created: i64,
    pub customer: Customer,
    pub subscription: String,
    pub currency: Currency,
    pub status: InvoiceStatus,
    pub reason: BillingReason,
    pub number: Option<String>,
    pub secret: String,
    pub collection: Collection,
    pub period: (i64, i64),
    pub lines: Vec<Line>,
    pub discount: Option<Discount>,
    pub tax: Option<Tax>,
    pub starting_balance: i64,
    pub ending_balance: Option<i64>,
    pub amount_due: i64,
    pub amount_paid: i64,
    pub pre_payment_credit: i64,
    pub post_payment_credit: i64,
    pub attempt_count: i64,
    pub attempted: bool,
    pub auto_advance: bool,
    pub next_payment_attempt: Option<i64>,
    pub due_date: Option<i64>,
    pub paid_out_of_band: bool,
    pub payment_intent: Option<String>,
    pub charge: Option<String>,
    pub finalized_at: Option<i64>,
    pub paid_at: Option<i64>,
    pub voided_at: Option<i64>,
    pub uncollectible_at: Option<i64>,
}

impl Invoice {
    pub fn subtotal(&self) -> i64 {
        self.lines.iter().map(|line| line.amount).sum()
    }

    pub fn discounted(&self) -> i64 {
        self.lines.iter().map(|line| line.discount_amount).sum()
    }

    pub fn tax_total(&self) -> i64 {
        self.lines.iter().map(|line| line.tax_amount).sum()
    }

    fn tax_of(&self, behavior: TaxBehavior) -> i64 {
        match &self.tax {
            Some(tax) if tax.behavior == behavior => self.tax_total(),
            _ => 0,
        }
    }

    pub fn total(&self) -> i64 {
        self.subtotal() - self.discounted() + self.tax_of(TaxBehavior::Exclusive)
    }

    pub fn total_excluding_tax(&self) -> i64 {
        self.total() - self.tax_total()
    }

    pub fn subtotal_excluding_tax(&self) -> i64 {
        self.subtotal() - self.tax_of(TaxBehavior::Inclusive)
    }

    /// The lines that events show: the first ten.
    pub fn shown_lines(&self) -> &[Line] {
        self.lines.get(..SHOWN).unwrap_or(&self.lines)
    }

    /// What the lines sold that no event shows, net of discounts and tax.
    pub fn hidden(&self) -> i64 {
        let hidden = self.lines.get(SHOWN..).unwrap_or_default();
        let inclusive = self.tax.as_ref().is_some_and(|tax| tax.behavior == TaxBehavior::Inclusive);
        let net = |line: &Line| line.amount - line.discount_amount - if inclusive { line.tax_amount } else { 0 };
        hidden.iter().map(net).sum()
    }

    pub fn amount_remaining(&self) -> i64 {
        (self.amount_due - self.amount_paid).max(0)
    }

    /// Computes discounts and taxes of every line.
    pub fn assess(&mut self) {
        let currency = self.currency;
        for line in &mut self.lines {
            line.discount_amount = currency.share(line.amount, line.discount_percent, 100);
            let net = line.amount - line.discount_amount;
            line.tax_amount = self.tax.as_ref().map_or(0, |tax| tax.on(net, currency));
        }
    }

    /// What a customer's balance makes of the total: (amount due, balance afterwards).
    pub fn balance_applied(&self, balance: i64) -> (i64, i64) {
        let owed = self.total() + balance;
        if owed > 0 { (owed, 0) } else { (0, owed) }
    }
}

/// One payment on an invoice, the link from basil on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InvoicePayment {
    pub id: String,
    pub created: i64,
    pub invoice: String,
    pub payment_intent: String,
    pub currency: Currency,
    pub amount_requested: i64,
    pub amount_paid: i64,
    pub paid_at: i64,
}
