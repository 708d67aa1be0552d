//! What a subscription's items offer, plan by plan, before anybody asks whether it is paid.

use super::{
    Policy, Value,
    policy::{Amount, Duration, Feature, Grant, Plan, Trial},
};
use crate::{
    fact::Item,
    id::{PriceId, ProductId},
    subscription::Standing,
};

/// Whether what is offered was also paid for: grace keeps what was last paid for, and only that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    /// It is subscribed to, and was paid for or never had to be.
    Both,
    /// It is subscribed to, and something else was last paid for.
    SubscribedOnly,
    /// It was last paid for, and is no longer subscribed to.
    PaidOnly,
}

/// One feature that one item of a subscription offers.
#[derive(Clone, Debug)]
pub(super) struct Offer<'a> {
    /// The feature.
    pub(super) feature: &'a str,
    /// The plan that offers it; none when the price's own names are features.
    pub(super) plan: Option<&'a str>,
    /// How much of it.
    pub(super) value: Option<Value>,
    /// Whether it was paid for.
    pub(super) basis: Basis,
    /// The grace time that goes with it.
    pub(super) grace: Duration,
    /// Whether a trial gives it.
    pub(super) trial: Trial,
}

/// Everything a subscription offers.
pub(super) fn offers<'a>(policy: &'a Policy, standing: &'a Standing) -> Vec<Offer<'a>> {
    let mut offers = Vec::new();
    let mut unnamed = false;
    for price in gone_but_paid(standing) {
        let by_price = policy.plans.iter().filter(|(_, plan)| lists(&plan.prices, Some(price.as_str())));
        let before = offers.len();
        for (name, plan) in by_price {
            offers.extend(offers_of_plan(policy, name, plan, 1, Basis::PaidOnly));
        }
        unnamed |= offers.len() == before;
    }
    for item in &standing.items {
        // What a price granted that is no longer subscribed to is not always known; the present items stand in for it.
        let basis = if unnamed || is_paid(standing, item) { Basis::Both } else { Basis::SubscribedOnly };
        offers.extend(offers_of_item(policy, item, basis));
    }
    offers
}

/// Prices that were paid for last and are not subscribed to now.
fn gone_but_paid(standing: &Standing) -> impl Iterator<Item = &PriceId> {
    let subscribed = |price: &PriceId| standing.items.iter().any(|item| item.price.as_ref() == Some(price));
    standing.paid_prices.iter().filter(move |price| !subscribed(price))
}

/// Without a paid invoice that names prices (a trial's first payment failed, invoices are not sent here, only a proration
/// was paid) what is subscribed to is all that is known.
fn is_paid(standing: &Standing, item: &Item) -> bool {
    standing.paid_prices.is_empty() || item.price.as_ref().is_none_or(|price| standing.paid_prices.contains(price))
}

fn offers_of_item<'a>(policy: &'a Policy, item: &'a Item, basis: Basis) -> Vec<Offer<'a>> {
    let on: Vec<_> = policy.plans.iter().filter(|(_, plan)| is_on(plan, item)).collect();
    if !on.is_empty() {
        let quantity = item.quantity.unwrap_or(1);
        return on.into_iter().flat_map(|(name, plan)| offers_of_plan(policy, name, plan, quantity, basis)).collect();
    }
    if !policy.grants_own_names() {
        return Vec::new();
    }
    let product = item.product.as_ref().map(ProductId::as_str);
    [item.lookup_key.as_deref(), product]
        .into_iter()
        .flatten()
        .map(|feature| Offer {
            feature,
            plan: None,
            value: None,
            basis,
            grace: policy.rules.grace,
            trial: policy.rules.trial,
        })
        .collect()
}

fn offers_of_plan<'a>(
    policy: &'a Policy,
    name: &'a str,
    plan: &'a Plan,
    quantity: i64,
    basis: Basis,
) -> impl Iterator<Item = Offer<'a>> {
    plan.grants.iter().map(move |(feature, grant)| Offer {
        feature,
        plan: Some(name),
        value: value(policy.features.get(feature), grant, quantity),
        basis,
        grace: plan.grace.unwrap_or(policy.rules.grace),
        trial: plan.trial.unwrap_or(policy.rules.trial),
    })
}

fn is_on(plan: &Plan, item: &Item) -> bool {
    lists(&plan.prices, item.price.as_ref().map(PriceId::as_str))
        || lists(&plan.products, item.product.as_ref().map(ProductId::as_str))
        || lists(&plan.lookup_keys, item.lookup_key.as_deref())
}

fn lists(list: &[Box<str>], name: Option<&str>) -> bool {
    name.is_some_and(|name| list.iter().any(|listed| **listed == *name))
}

/// What a grant gives for this quantity.
pub(super) fn value(feature: Option<&Feature>, grant: &Grant, quantity: i64) -> Option<Value> {
    match grant {
        Grant::On => None,
        Grant::Text(text) => Some(Value::Text(text.clone())),
        Grant::Limit { amount: Amount::Unlimited, .. } => Some(Value::Unlimited),
        Grant::Limit { amount: Amount::Exactly(limit), per_quantity } => {
            let by_feature = matches!(feature, Some(Feature::Limit { per_quantity: true, .. }));
            let times = if per_quantity.unwrap_or(by_feature) { quantity.max(0) } else { 1 };
            Some(Value::Limit(limit.saturating_mul(times)))
        }
    }
}
