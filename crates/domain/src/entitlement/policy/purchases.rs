//! Reading what is granted for what is bought once.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::{
    Feature, PurchaseRule,
    grants::{self, Quantity},
    parse::duration,
    reader::{Node, Reader, Section},
};

/// The keys of a purchase.
pub(super) const PURCHASE: [&str; 6] = ["payment_links", "prices", "products", "metadata", "lasts", "grants"];

const EXPECTED_LASTS: &str = "\"lifetime\", or a length of time such as \"365 days\"";

/// Reads the purchases by name.
pub(super) fn read(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    features: &BTreeMap<Box<str>, Feature>,
) -> BTreeMap<Box<str>, PurchaseRule> {
    let mut purchases = BTreeMap::new();
    for node in section.nodes() {
        let Some(below) = reader.section(&node, "a purchase: `[purchases.NAME]`") else { continue };
        let rule = rule(reader, &below, features);
        let named = ["payment_links", "prices", "products", "metadata"];
        if named.iter().all(|key| below.get(key).is_none_or(|list| list.is_empty())) {
            reader.missing(
                &node,
                "nothing that tells which purchases are meant",
                "`payment_links`, `prices`, `products` or `metadata`",
            );
        }
        if below.get("lasts").is_none() {
            reader.missing(&node, "no `lasts`", format!("`lasts = ...`: {EXPECTED_LASTS}"));
        }
        purchases.insert(node.key.into(), rule);
    }
    purchases
}

fn rule(reader: &mut Reader<'_>, section: &Section<'_>, features: &BTreeMap<Box<str>, Feature>) -> PurchaseRule {
    reader.only_keys(section, &PURCHASE);
    let mut rule = PurchaseRule::default();
    let id = |text: &str| Some(Box::from(text));
    for node in section.nodes() {
        match node.key {
            "payment_links" => rule.payment_links = reader.list(&node, "the id of a payment link", id),
            "prices" => rule.prices = reader.list(&node, "the id of a price", id),
            "products" => rule.products = reader.list(&node, "the id of a product", id),
            "metadata" => rule.metadata = metadata(reader, &node),
            "lasts" if matches!(node.value(), DeValue::String(text) if &**text == "lifetime") => rule.lasts = None,
            "lasts" => rule.lasts = duration(reader, &node, EXPECTED_LASTS),
            "grants" => {
                if let Some(below) = reader.section(&node, "what the purchase grants, by feature") {
                    rule.grants = grants::read(reader, &below, features, Quantity::Subscribed);
                }
            }
            // Noted above.
            _ => {}
        }
    }
    rule
}

fn metadata(reader: &mut Reader<'_>, node: &Node<'_>) -> BTreeMap<Box<str>, Box<str>> {
    let Some(section) = reader.section(node, "the checkout's metadata: `{ KEY = \"VALUE\" }`") else {
        return BTreeMap::new();
    };
    let mut metadata = BTreeMap::new();
    for node in section.nodes() {
        if let Some(value) = reader.text(&node, "the value of a key of metadata, as text") {
            metadata.insert(node.key.into(), value.into());
        }
    }
    metadata
}
