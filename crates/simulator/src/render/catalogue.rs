//! Products, prices and plans.

use super::View;
use super::node::{Node, json};
use crate::model::{Price, Product};

pub(super) fn product(view: View, product: &Product) -> Node {
    json!({
        "id": &product.id, "object": "product", "active": true, "attributes": [], "created": product.created,
        "default_price": &product.default_price, "description": &product.description,
        "images": ["https://shop.example.com/images/product.png"], "livemode": view.livemode, "marketing_features": [],
        "metadata": {"shelf": "software"}, "name": product.name, "package_dimensions": null, "shippable": null,
        "statement_descriptor": null, "tax_code": "txcd_10103001", "type": "service", "unit_label": null,
        "updated": product.updated, "url": null,
    })
}

pub(super) fn price(view: View, price: &Price) -> Node {
    let recurring = price.interval.map(|interval| {
        json!({
            "aggregate_usage": null, "interval": interval.word(), "interval_count": 1, "meter": null,
            "trial_period_days": null, "usage_type": "licensed",
        })
    });
    let kind = if recurring.is_some() { "recurring" } else { "one_time" };
    json!({
        "id": &price.id, "object": "price", "active": true, "billing_scheme": "per_unit", "created": price.created,
        "currency": price.currency.code(), "custom_unit_amount": null, "livemode": view.livemode,
        "lookup_key": &price.lookup_key, "metadata": {}, "nickname": &price.nickname, "product": &price.product,
        "recurring": recurring, "tax_behavior": "unspecified", "tiers_mode": null, "transform_quantity": null,
        "type": kind, "unit_amount": price.unit_amount, "unit_amount_decimal": price.unit_amount.to_string(),
    })
}

/// The same price in the words of before 2020.
pub(super) fn plan(view: View, price: &Price) -> Node {
    json!({
        "id": &price.id, "object": "plan", "active": true, "aggregate_usage": null, "amount": price.unit_amount,
        "amount_decimal": price.unit_amount.to_string(), "billing_scheme": "per_unit", "created": price.created,
        "currency": price.currency.code(), "interval": price.interval.map(crate::model::Interval::word), "interval_count": 1,
        "livemode": view.livemode, "metadata": {}, "meter": null, "nickname": &price.nickname, "product": &price.product,
        "tiers_mode": null, "transform_usage": null, "trial_period_days": null, "usage_type": "licensed",
    })
}
