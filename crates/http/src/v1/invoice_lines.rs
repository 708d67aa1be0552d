//! Lines of an invoice and their taxes, as answers show them: negative amounts as they are, prorations marked.

use daybook_domain::fact;
use daybook_domain::money::Currency;
use serde::Serialize;
use utoipa::ToSchema;

use super::shown::{Money, text, words};
use super::subscriptions::Span;

/// One line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InvoiceLine)]
pub struct Line {
    /// `il_...`.
    pub id: String,
    /// What is billed, in words; what is personal in them is covered.
    pub description: Option<String>,
    /// As Stripe writes it: before discounts, with inclusive tax; negative for what is credited.
    pub amount: Money,
    /// Its discounts, zero or more.
    pub discount: Money,
    /// Tax contained in `amount`.
    pub tax_inclusive: Money,
    /// Tax on top of `amount`.
    pub tax_exclusive: Money,
    /// Its tax, rate by rate.
    pub taxes: Vec<Tax>,
    /// Whether it corrects a period that has begun.
    pub proration: bool,
    /// What it is for; of one-off lines `start` is `end`.
    pub period: Option<Span>,
    /// The subscription it bills.
    pub subscription: Option<String>,
    /// The price or plan.
    pub price: Option<String>,
    /// Its product.
    pub product: Option<String>,
    /// How many.
    pub quantity: Option<i64>,
    /// The price of one in minor units, with up to twelve decimals.
    pub unit_amount: Option<String>,
}

/// One tax.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InvoiceTax)]
pub struct Tax {
    /// How much.
    pub amount: Money,
    /// Whether it is contained in the price.
    pub inclusive: bool,
    /// What it was computed on.
    pub taxable: Option<Money>,
    /// Whose tax it is: where an event shows the rate itself, its jurisdiction, else its country and state.
    pub jurisdiction: Option<String>,
    /// The rate: `txr_...`.
    pub rate: Option<String>,
    /// What the rate is called.
    pub name: Option<String>,
    /// Percent.
    pub percentage: Option<String>,
    /// Why so much: `standard_rated`, `reverse_charge`, ...
    pub reason: Option<String>,
}

impl Line {
    pub(super) fn new(line: &fact::Line, currency: Option<Currency>) -> Self {
        let money = |amount| Money::new(amount, currency);
        Self {
            id: line.id.to_string(),
            description: words(line.details.description.as_deref()),
            amount: money(line.amount),
            discount: money(line.discount),
            tax_inclusive: money(line.tax_inclusive),
            tax_exclusive: money(line.tax_exclusive),
            taxes: line.details.taxes.iter().map(|tax| Tax::new(tax, currency)).collect(),
            proration: line.proration,
            period: line.period.map(Span::from),
            subscription: line.subscription.as_ref().map(ToString::to_string),
            price: line.price.as_ref().map(ToString::to_string),
            product: line.product.as_ref().map(ToString::to_string),
            quantity: line.quantity,
            unit_amount: text(line.details.unit_amount.as_deref()),
        }
    }
}

impl Tax {
    pub(super) fn new(tax: &fact::Tax, currency: Option<Currency>) -> Self {
        Self {
            amount: Money::new(tax.amount, currency),
            inclusive: tax.inclusive,
            taxable: tax.taxable.map(|amount| Money::new(amount, currency)),
            jurisdiction: text(tax.jurisdiction.as_deref()),
            rate: text(tax.rate.as_deref()),
            name: words(tax.name.as_deref()),
            percentage: text(tax.percentage.as_deref()),
            reason: text(tax.reason.as_deref()),
        }
    }
}
