//! What a subscription was last paid for: the items of the last invoice of a whole period that was paid, and of every
//! change that was paid since. An upgrade whose invoice is open is not among them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Subscription;
use crate::{
    fact::Item,
    id::{PriceId, ProductId},
    order::Moment,
    settlement::{Billed, BilledFor, InvoiceStanding},
};

/// Prices whose names are kept, those seen last.
const NAMES_KEPT: usize = 32;

/// Something that was paid for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaidItem {
    /// The price or plan.
    pub price: PriceId,
    /// Its product.
    pub product: Option<ProductId>,
    /// How many; absent for metered items, and where invoices do not say.
    pub quantity: Option<i64>,
    /// What else the price is known by. Invoices do not say; absent while no event has shown the price as an item.
    pub names: Option<Names>,
}

/// What a price is known by besides its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Names {
    /// Its product.
    pub product: Option<ProductId>,
    /// Its lookup key.
    pub lookup_key: Option<Box<str>>,
}

/// Names of the prices a subscription was seen with: of each the newest, of the prices those seen last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NamesSeen(BTreeMap<PriceId, (Moment, Names)>);

impl NamesSeen {
    /// Takes in what one event shows.
    pub fn observe(&mut self, moment: &Moment, items: &[Item]) {
        for item in items {
            let Some(price) = &item.price else { continue };
            let names = Names { product: item.product.clone(), lookup_key: item.lookup_key.clone() };
            let seen = (moment.clone(), names);
            if self.0.get(price).is_none_or(|known| *known < seen) {
                self.0.insert(price.clone(), seen);
            }
        }
        while self.0.len() > NAMES_KEPT {
            let oldest = self.0.iter().min_by(|left, right| (left.1, left.0).cmp(&(right.1, right.0)));
            let Some(oldest) = oldest.map(|(price, _)| price.clone()) else { return };
            self.0.remove(&oldest);
        }
    }

    fn of(&self, price: &PriceId) -> Option<&Names> {
        self.0.get(price).map(|(_, names)| names)
    }
}

impl Subscription {
    /// What was last paid for, by price; empty while no invoice of a whole period is known to be paid, and after one with
    /// more lines than events show.
    pub(super) fn paid_items(&self) -> Vec<PaidItem> {
        let mut paid: Vec<&InvoiceStanding> = self.invoices.values().filter(|invoice| invoice.pays_for()).collect();
        paid.sort_by(|left, right| (left.created, &left.invoice).cmp(&(right.created, &right.invoice)));
        let mut items: Option<BTreeMap<&PriceId, PaidItem>> = None;
        for invoice in paid {
            if invoice.lines_truncated {
                // What is on the lines that no event shows was paid for too.
                items = None;
                continue;
            }
            let of_period = invoice.billed.iter().filter(|billed| billed.what == BilledFor::Period);
            let whole: BTreeMap<_, _> = of_period.map(|billed| (&billed.price, self.paid_item(billed))).collect();
            if whole.is_empty() {
                if let Some(items) = &mut items {
                    invoice.billed.iter().for_each(|billed| self.change(items, billed));
                }
            } else {
                items = Some(whole);
            }
        }
        items.into_iter().flat_map(BTreeMap::into_values).collect()
    }

    fn change<'a>(&self, items: &mut BTreeMap<&'a PriceId, PaidItem>, billed: &'a Billed) {
        match items.get_mut(&billed.price) {
            Some(item) => {
                item.quantity = item.quantity.zip(billed.quantity).map(|(known, more)| known.saturating_add(more));
            }
            None => {
                items.insert(&billed.price, self.paid_item(billed));
            }
        }
        if items.get(&billed.price).is_some_and(|item| item.quantity.is_some_and(|quantity| quantity <= 0)) {
            items.remove(&billed.price);
        }
    }

    fn paid_item(&self, billed: &Billed) -> PaidItem {
        PaidItem {
            price: billed.price.clone(),
            product: billed.product.clone(),
            quantity: billed.quantity,
            names: self.names.of(&billed.price).cloned(),
        }
    }
}
