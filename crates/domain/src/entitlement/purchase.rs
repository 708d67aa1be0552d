//! What one-off purchases give: the policy maps where they came from, what was bought or how the checkout was marked to grants that last for
//! good or for some time. A full refund or a lost dispute ends them.

use super::{
    Code, Policy, SourceRef, Value, Verdict, Warning,
    dispute::{Disputed, Hold, Released, hold_of},
    offer,
    policy::PurchaseRule,
};
use crate::{id::EventId, settlement::Purchase, time::Timestamp};

/// One feature that a purchase gives.
#[derive(Debug)]
pub(super) struct PurchaseOffer<'a> {
    pub(super) feature: &'a str,
    id: &'a str,
    rule: &'a str,
    value: Option<Value>,
    purchase: &'a Purchase,
    hold: Hold,
    ends: Option<Timestamp>,
}

/// Everything a purchase gives.
pub(super) fn offers<'a>(
    policy: &'a Policy,
    id: &'a str,
    purchase: &'a Purchase,
    released: &Released,
) -> Vec<PurchaseOffer<'a>> {
    let disputes = purchase.disputes.iter().map(|dispute| Disputed {
        dispute: &dispute.dispute,
        phase: dispute.phase,
        opened: &dispute.opened,
        closed: dispute.closed.as_ref(),
        paid_since: false,
    });
    let hold = hold_of(&policy.rules, disputes, released);
    let mut offers = Vec::new();
    for (name, rule) in &policy.purchases {
        let Some(quantity) = quantity(rule, purchase) else { continue };
        let ends = rule.lasts.map(|lasts| purchase.paid.at.plus_seconds(lasts.seconds()));
        offers.extend(rule.grants.iter().map(|(feature, grant)| PurchaseOffer {
            feature,
            id,
            rule: name,
            value: offer::value(policy.features.get(feature), grant, quantity),
            purchase,
            hold: hold.clone(),
            ends,
        }));
    }
    offers
}

/// Whether a rule grants the feature for what stands on an invoice's lines.
pub(super) fn is_sold_by_item(policy: &Policy, feature: &str) -> bool {
    let by_item = |rule: &&PurchaseRule| !rule.prices.is_empty() || !rule.products.is_empty();
    policy.purchases.values().filter(by_item).any(|rule| rule.grants.contains_key(feature))
}

/// How many were bought, if the rule is about the purchase at all.
fn quantity(rule: &PurchaseRule, purchase: &Purchase) -> Option<i64> {
    let lists = |list: &[Box<str>], id: Option<&str>| id.is_some_and(|id| list.iter().any(|one| **one == *id));
    let bought = purchase.items.iter().filter(|item| {
        lists(&rule.prices, item.price.as_ref().map(crate::id::PriceId::as_str))
            || lists(&rule.products, item.product.as_ref().map(crate::id::ProductId::as_str))
    });
    let bought: Vec<i64> = bought.map(|item| item.quantity.unwrap_or(1)).collect();
    if !bought.is_empty() {
        return Some(bought.into_iter().fold(0, i64::saturating_add));
    }
    let marked = rule.metadata.iter().all(|(key, value)| purchase.metadata.get(key) == Some(value));
    ((marked && !rule.metadata.is_empty()) || lists(&rule.payment_links, purchase.payment_link.as_deref())).then_some(1)
}

impl PurchaseOffer<'_> {
    /// What it says at a time.
    pub(super) fn verdict(&self, now: Timestamp) -> Verdict {
        let (code, because) = self.state(now);
        let warnings = if code.allows() && self.hold == Hold::Kept { vec![Warning::Disputed] } else { Vec::new() };
        let until = self.ends.filter(|ends| *ends > now && self.state(*ends).0 != code);
        Verdict {
            source: SourceRef::Purchase { id: self.id.into() },
            plan: Some(self.rule.into()),
            code,
            value: self.value.clone(),
            because,
            warnings,
            until,
        }
    }

    fn state(&self, now: Timestamp) -> (Code, Vec<EventId>) {
        let bought = || vec![self.purchase.paid.event.clone()];
        match &self.hold {
            Hold::Held { code, because } => (*code, because.clone()),
            _ if !self.purchase.refunded_by.is_empty() => (Code::Refunded, self.purchase.refunded_by.clone()),
            _ if self.ends.is_some_and(|ends| ends <= now) => (Code::PurchaseEnded, bought()),
            _ => (Code::Purchased, bought()),
        }
    }
}
