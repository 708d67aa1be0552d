//! Reading what a plan or the defaults grant: each value must fit its feature.

use std::collections::BTreeMap;

use toml::de::{DeInteger, DeValue};

use super::{
    Amount, Feature, Grant,
    lookalike::nearest,
    reader::{Node, Reader, Section, names},
};

const EXPECTED_LIMIT: &str = "a whole number of at least 1, or \"unlimited\"";

/// Whether what is granted can be multiplied by a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantity {
    /// It comes with an item of a subscription
    Subscribed,
    /// It comes with nothing
    None,
}

/// Reads grants by feature.
pub(super) fn read(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    features: &BTreeMap<Box<str>, Feature>,
    quantity: Quantity,
) -> BTreeMap<Box<str>, Grant> {
    let mut grants = BTreeMap::new();
    for node in section.nodes() {
        let Some(feature) = features.get(node.key) else {
            let known = || features.keys().map(|name| &**name);
            let expected = match features.len() {
                0 => "a feature, but the policy has no `[features.NAME]`".to_owned(),
                _ => format!("a feature: {}", names(known())),
            };
            reader.unknown_key(&node, expected, nearest(node.key, known()));
            continue;
        };
        if let Some(grant) = grant(reader, &node, feature, quantity) {
            grants.insert(node.key.into(), grant);
        }
    }
    grants
}

fn grant(reader: &mut Reader<'_>, node: &Node<'_>, feature: &Feature, quantity: Quantity) -> Option<Grant> {
    match feature {
        Feature::Switch => switch(reader, node),
        Feature::Limit { .. } => limit(reader, node, quantity),
        Feature::Value { order } => value(reader, node, order),
    }
}

fn switch(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Grant> {
    if matches!(node.value(), DeValue::Boolean(true)) {
        return Some(Grant::On);
    }
    reader.unfit(node, "`true`, as the feature is on or off; leave the line out to grant nothing");
    None
}

fn value(reader: &mut Reader<'_>, node: &Node<'_>, order: &[Box<str>]) -> Option<Grant> {
    let options: Vec<(&str, &str)> = order.iter().map(|name| (&**name, &**name)).collect();
    reader.choice(node, &options).map(|text| Grant::Text(text.into()))
}

fn limit(reader: &mut Reader<'_>, node: &Node<'_>, quantity: Quantity) -> Option<Grant> {
    let DeValue::Table(_) = node.value() else {
        return amount(reader, node).map(|amount| Grant::Limit { amount, per_quantity: None });
    };
    if quantity == Quantity::None {
        reader.unfit(node, EXPECTED_LIMIT);
        return None;
    }
    let section = reader.section(node, EXPECTED_LIMIT)?;
    reader.only_keys(&section, &["limit", "per_quantity"]);
    let per_quantity = section.get("per_quantity").and_then(|node| boolean(reader, &node));
    let Some(limit) = section.get("limit") else {
        reader.missing(node, "no `limit`", format!("`limit = ...`: {EXPECTED_LIMIT}"));
        return None;
    };
    amount(reader, &limit).map(|amount| Grant::Limit { amount, per_quantity })
}

fn amount(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Amount> {
    let amount = match node.value() {
        DeValue::String(text) if &**text == "unlimited" => Some(Amount::Unlimited),
        DeValue::Integer(number) => integer(number).filter(|number| *number >= 1).map(Amount::Exactly),
        _ => None,
    };
    if amount.is_none() {
        reader.unfit(node, EXPECTED_LIMIT);
    }
    amount
}

fn integer(number: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// `true` or `false`.
pub(super) fn boolean(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<bool> {
    if let DeValue::Boolean(value) = node.value() {
        return Some(*value);
    }
    reader.unfit(node, "`true` or `false`");
    None
}
