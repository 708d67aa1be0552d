//! Stripe's own entitlement summary: the features of all the customer's active subscriptions, sent whole after each change.

use super::{Stage, Thread};
use crate::model::{Entitlement, EntitlementSummary};

/// One feature and the subscriptions that give it.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub entitlement: Entitlement,
    pub by: Vec<String>,
}

fn summary(stage: &Stage) -> EntitlementSummary {
    let entitlements = stage.features.iter().map(|held| held.entitlement.clone()).collect();
    EntitlementSummary { customer: stage.customer.id.clone(), entitlements }
}

fn tell(stage: &mut Stage, before: &EntitlementSummary) {
    let after = summary(stage);
    if *before != after {
        stage.changed("entitlements.active_entitlement_summary.updated", before, &after);
    }
}

fn grant(stage: &mut Stage, product: &str, subscription: &str) {
    let lookup_key = format!("feature-{}", product.to_lowercase());
    if let Some(held) = stage.features.iter_mut().find(|held| held.entitlement.lookup_key == lookup_key) {
        held.by.push(subscription.to_owned());
        return;
    }
    let feature = stage.catalogue.feature(product);
    let id = stage.ids.make("ent_1", 23);
    let entitlement = Entitlement { id, feature, lookup_key };
    stage.features.push(Held { entitlement, by: vec![subscription.to_owned()] });
}

fn withdraw(stage: &mut Stage, subscription: &str) {
    for held in &mut stage.features {
        held.by.retain(|id| id != subscription);
    }
    stage.features.retain(|held| !held.by.is_empty());
}

/// The subscription's feature becomes active, and what it gave before goes.
pub(crate) fn open(stage: &mut Stage, thread: &Thread) {
    let Some(subscription) = &thread.subscription else {
        return;
    };
    let product = thread.terms.price.product_name;
    let before = summary(stage);
    let already = stage
        .features
        .iter()
        .any(|held| held.by.contains(&subscription.id) && held.entitlement.feature == stage.catalogue.feature(product));
    if already {
        return;
    }
    withdraw(stage, &subscription.id);
    grant(stage, product, &subscription.id);
    tell(stage, &before);
}

/// The subscription has ended; its feature goes unless another one gives it too.
pub(crate) fn close(stage: &mut Stage, thread: &Thread) {
    if let Some(subscription) = &thread.subscription {
        let before = summary(stage);
        withdraw(stage, &subscription.id);
        tell(stage, &before);
    }
}
