//! What a subscription's items offer, plan by plan, before anybody asks whether it is paid.

use super::{
    Policy, Value,
    policy::{Amount, Duration, Feature, Grant, Plan, Trial},
};
use crate::{
    fact::Item,
    id::{PriceId, ProductId},
    subscription::{PaidItem, Standing},
};

/// Whether what is offered was also paid for: grace keeps what was last paid for, and only that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    /// It is subscribed to, and was paid for or never had to be.
    Both,
    /// It is subscribed to, and something else, or less or more of it, was last paid for.
    SubscribedOnly,
    /// It was last paid for, and is no longer subscribed to, or not as much or little of it.
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
    for paid in standing.paid_items.iter().filter(|paid| !is_subscribed_as_paid(standing, paid)) {
        let named = Named::of_paid(paid);
        let before = offers.len();
        offers.extend(named.offers(policy, paid.quantity, Basis::PaidOnly));
        // A plan may know it by its price alone; else all its names are needed.
        let by_plan = offers.iter().skip(before).any(|offer| offer.plan.is_some());
        unnamed |= !by_plan && paid.names.is_none();
    }
    for item in &standing.items {
        // What a price granted that is no longer subscribed to is not always known; the present items stand in for it.
        let basis = if unnamed || is_paid(standing, item) { Basis::Both } else { Basis::SubscribedOnly };
        offers.extend(Named::of_item(item).offers(policy, item.quantity, basis));
    }
    offers
}

/// Whether it is still subscribed to, and as much of it as was paid for.
fn is_subscribed_as_paid(standing: &Standing, paid: &PaidItem) -> bool {
    let of_price = || standing.items.iter().filter(|item| item.price.as_ref() == Some(&paid.price));
    let quantity = of_price().map(|item| item.quantity).try_fold(0_i64, |sum, one| Some(sum.saturating_add(one?)));
    of_price().next().is_some() && paid.quantity.zip(quantity).is_none_or(|(paid, now)| paid == now)
}

/// Without a paid invoice that names prices (a trial's first payment failed, invoices are not sent here, only a proration
/// was paid) what is subscribed to is all that is known.
fn is_paid(standing: &Standing, item: &Item) -> bool {
    let Some(price) = &item.price else { return true };
    let mut of_price = standing.paid_items.iter().filter(|paid| paid.price == *price);
    standing.paid_items.is_empty() || of_price.any(|paid| is_subscribed_as_paid(standing, paid))
}

/// What policies know an item by.
#[derive(Clone, Copy, Debug)]
struct Named<'a> {
    price: Option<&'a str>,
    product: Option<&'a str>,
    lookup_key: Option<&'a str>,
}

impl<'a> Named<'a> {
    fn of_item(item: &'a Item) -> Self {
        Self {
            price: item.price.as_ref().map(PriceId::as_str),
            product: item.product.as_ref().map(ProductId::as_str),
            lookup_key: item.lookup_key.as_deref(),
        }
    }

    fn of_paid(paid: &'a PaidItem) -> Self {
        let shown = paid.names.as_ref();
        let product = paid.product.as_ref().or_else(|| shown.and_then(|names| names.product.as_ref()));
        Self {
            price: Some(paid.price.as_str()),
            product: product.map(ProductId::as_str),
            lookup_key: shown.and_then(|names| names.lookup_key.as_deref()),
        }
    }

    fn offers(self, policy: &'a Policy, quantity: Option<i64>, basis: Basis) -> Vec<Offer<'a>> {
        let on: Vec<_> = policy.plans.iter().filter(|(_, plan)| self.is_on(plan)).collect();
        if !on.is_empty() {
            let quantity = quantity.unwrap_or(1);
            let of_plans = on.into_iter().flat_map(|(name, plan)| offers_of_plan(policy, name, plan, quantity, basis));
            return of_plans.collect();
        }
        if !policy.grants_own_names() {
            return Vec::new();
        }
        let own = [self.lookup_key, self.product].into_iter().flatten();
        let (grace, trial) = (policy.rules.grace, policy.rules.trial);
        own.map(|feature| Offer { feature, plan: None, value: None, basis, grace, trial }).collect()
    }

    fn is_on(self, plan: &Plan) -> bool {
        lists(&plan.prices, self.price)
            || lists(&plan.products, self.product)
            || lists(&plan.lookup_keys, self.lookup_key)
    }
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
