//! What an invoice bills of its subscription, price by price: what paying it pays for.

use serde::{Deserialize, Serialize};

use crate::{
    fact::{Invoice, Line},
    id::{PriceId, ProductId, SubscriptionId},
};

/// All lines of one price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Billed {
    /// Which price.
    pub price: PriceId,
    /// Its product.
    pub product: Option<ProductId>,
    /// How many: of prorations, how many more; absent where a line does not say.
    pub quantity: Option<i64>,
    /// Whether it is a whole period or a change inside one.
    pub what: BilledFor,
    /// Whether the price itself is nothing, as a free plan's: there was nothing to pay.
    #[serde(default)]
    pub free: bool,
}

/// What is billed of a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BilledFor {
    /// All there is of it
    Period,
    /// A change since the period began: what is given back counts against what is added
    Change,
}

/// What an invoice bills of a subscription, in order of the lines. What a person put on an invoice is no item of it.
pub(super) fn billed(invoice: &Invoice, subscription: &SubscriptionId) -> Vec<Billed> {
    let by_hand = invoice.billing_reason.as_deref() == Some("manual");
    let own = |line: &&Line| line.subscription.as_ref().is_none_or(|of| of == subscription);
    let mut billed: Vec<Billed> = Vec::new();
    for line in invoice.lines.iter().filter(own).filter(|line| line.proration || !by_hand) {
        let Some(price) = &line.price else { continue };
        let (what, quantity) = match (line.proration, line.quantity) {
            (false, quantity) => (BilledFor::Period, quantity),
            (true, quantity) if line.amount < 0 => (BilledFor::Change, Some(quantity.unwrap_or(1).saturating_neg())),
            (true, quantity) => (BilledFor::Change, Some(quantity.unwrap_or(1))),
        };
        let free = is_free(line);
        match billed.iter_mut().find(|known| known.price == *price && known.what == what) {
            Some(known) => {
                known.quantity = known.quantity.zip(quantity).map(|(known, more)| known.saturating_add(more));
                known.free &= free;
            }
            None => billed.push(Billed { price: price.clone(), product: line.product.clone(), quantity, what, free }),
        }
    }
    billed
}

/// A trial's line comes to nothing too, but its price does not.
fn is_free(line: &Line) -> bool {
    let nothing = |price: &str| price.bytes().all(|digit| matches!(digit, b'0' | b'.'));
    line.amount == 0 && line.details.unit_amount.as_deref().is_some_and(nothing)
}
