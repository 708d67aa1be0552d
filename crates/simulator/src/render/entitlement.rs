//! Entitlement summaries: objects without an id of their own.

use super::View;
use super::node::{Node, json};
use crate::model::EntitlementSummary;

pub(super) fn summary(view: View, summary: &EntitlementSummary) -> Node {
    let data: Vec<Node> = summary
        .entitlements
        .iter()
        .map(|entitlement| {
            json!({
                "id": &entitlement.id, "object": "entitlements.active_entitlement", "feature": &entitlement.feature,
                "livemode": view.livemode, "lookup_key": &entitlement.lookup_key,
            })
        })
        .collect();
    json!({
        "object": "entitlements.active_entitlement_summary", "customer": &summary.customer,
        "entitlements": {
            "object": "list", "data": data, "has_more": false,
            "url": format!("/v1/customer/{}/entitlements", summary.customer),
        },
        "livemode": view.livemode,
    })
}
