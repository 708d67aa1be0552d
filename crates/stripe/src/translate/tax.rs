//! Taxes one by one, with whose they are where an event shows the rate itself: `total_taxes` and `taxes` since basil,
//! `total_tax_amounts` and `tax_amounts` before. Like all that only people read, what cannot be read is left out.

use daybook_domain::fact::Tax;

use super::details::{inner, text};
use crate::json::{Object, Reference};

/// The rates an invoice shows in full, by id.
#[derive(Default)]
pub(super) struct Rates<'t>(Vec<(Box<str>, Object<'t>)>);

impl<'t> Rates<'t> {
    /// Those of the invoice itself and of its lines.
    pub(super) fn of(invoice: &Object<'t>, lines: &[Object<'t>]) -> Self {
        let mut rates = Self::default();
        rates.add(invoice, "default_tax_rates");
        for line in lines {
            rates.add(line, "tax_rates");
        }
        rates
    }

    fn add(&mut self, object: &Object<'t>, name: &str) {
        if object.some(name).is_none() {
            return;
        }
        for rate in object.list(name).map(|list| list.data).unwrap_or_default() {
            let id = rate.id("id").ok().flatten().map(Box::<str>::from);
            if let Some(id) = id.filter(|id| self.find(id).is_none()) {
                self.0.push((id, rate));
            }
        }
    }

    fn find(&self, id: &str) -> Option<&Object<'t>> {
        self.0.iter().find(|(known, _)| **known == *id).map(|(_, rate)| rate)
    }
}

/// The taxes of an invoice or of a line, under whichever of two names the shape has.
pub(super) fn taxes(object: &Object<'_>, [new, old]: [&str; 2], rates: &Rates<'_>) -> Vec<Tax> {
    for name in [new, old] {
        if object.some(name).is_some() {
            let shown = object.list(name).map(|list| list.data).unwrap_or_default();
            if !shown.is_empty() {
                return shown.iter().map(|tax| read(tax, rates)).collect();
            }
        }
    }
    Vec::new()
}

fn read(shown: &Object<'_>, rates: &Rates<'_>) -> Tax {
    let number = |name: &str| shown.int(name).ok().flatten();
    let contained = shown.flag("inclusive").ok().flatten().unwrap_or_default();
    let mut tax = Tax {
        amount: number("amount").unwrap_or_default(),
        inclusive: contained || text(shown, "tax_behavior").as_deref() == Some("inclusive"),
        taxable: number("taxable_amount"),
        reason: text(shown, "taxability_reason"),
        ..Tax::default()
    };
    let details = inner(shown, "tax_rate_details");
    let named = shown.reference("tax_rate").ok().filter(|rate| rate.id().is_some());
    let Some(named) = named.or_else(|| details.reference("tax_rate").ok()) else { return tax };
    tax.rate = named.boxed();
    match &named {
        Reference::Expanded(_, rate) => describe(&mut tax, rate),
        _ => {
            if let Some(rate) = named.id().and_then(|id| rates.find(id)) {
                describe(&mut tax, rate);
            }
        }
    }
    tax
}

fn describe(tax: &mut Tax, rate: &Object<'_>) {
    tax.name = text(rate, "display_name");
    let place = || match (text(rate, "country"), text(rate, "state")) {
        (Some(country), Some(state)) => Some(format!("{country}-{state}").into()),
        (country, state) => country.or(state),
    };
    tax.jurisdiction = text(rate, "jurisdiction").or_else(place);
    tax.percentage = rate.some("percentage").filter(|raw| raw.len() < 20).map(Box::from);
}
