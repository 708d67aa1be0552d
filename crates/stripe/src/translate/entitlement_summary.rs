//! `entitlements.active_entitlement_summary`: has no id of its own; it belongs to its customer.

use daybook_domain::fact::{EntitlementSummary, Observed, SummaryFeature};

use super::evidence::{Attribute, attributes};
use crate::json::{Fault, Found, Object, Reference};

/// The attributes whose values are evidence.
pub(super) const ATTRIBUTES: &[Attribute] = attributes![entitlements.data, entitlements.has_more];

pub(super) fn read(object: &Object<'_>) -> Found<Observed> {
    if object.some("entitlements").is_none() {
        return Err(object.missing("entitlements"));
    }
    let list = object.list("entitlements")?;
    let mut features = Vec::with_capacity(list.data.len());
    for (index, shown) in list.data.iter().enumerate() {
        features.push(feature(shown).map_err(|fault| fault.at("entitlements.data", index))?);
    }
    features.sort_unstable();
    features.dedup();
    Ok(Observed::EntitlementSummary(Box::new(EntitlementSummary { features, truncated: list.has_more })))
}

fn feature(object: &Object<'_>) -> Found<SummaryFeature> {
    let feature = object.reference("feature")?;
    let own = object.boxed("lookup_key")?;
    let expanded = match &feature {
        Reference::Expanded(_, shown) => shown.boxed("lookup_key").map_err(|fault: Fault| fault.under("feature"))?,
        _ => None,
    };
    let lookup_key = own.or(expanded).ok_or_else(|| object.missing("lookup_key"))?;
    Ok(SummaryFeature { id: feature.boxed(), lookup_key })
}
