//! Invoice lines and tax rates, in the form before and since basil.

use super::node::{Node, json};
use super::{View, catalogue};
use crate::model::{BillingMode, Invoice, Line, Tax, TaxBehavior};

pub(super) fn tax_rate(view: View, tax: &Tax) -> Node {
    let percent = Node::decimal(&format!("{}.0", tax.percent));
    json!({
        "id": &tax.rate_id, "object": "tax_rate", "active": true, "country": tax.country, "created": tax.created,
        "description": null, "display_name": tax.name, "effective_percentage": percent.clone(), "flat_amount": null,
        "inclusive": tax.behavior == TaxBehavior::Inclusive, "jurisdiction": tax.country, "jurisdiction_level": "country",
        "livemode": view.livemode, "metadata": {}, "percentage": percent, "rate_type": "percentage", "state": null,
        "tax_type": "vat",
    })
}

/// A tax amount as `tax_amounts` and `total_tax_amounts` had it.
pub(super) fn old_tax(tax: &Tax, amount: i64, taxable: i64) -> Node {
    json!({
        "amount": amount, "inclusive": tax.behavior == TaxBehavior::Inclusive, "tax_rate": &tax.rate_id,
        "taxability_reason": "standard_rated", "taxable_amount": taxable,
    })
}

/// A tax amount as `taxes` and `total_taxes` have it.
pub(super) fn new_tax(tax: &Tax, amount: i64, taxable: i64) -> Node {
    let behavior = match tax.behavior {
        TaxBehavior::Exclusive => "exclusive",
        TaxBehavior::Inclusive => "inclusive",
    };
    json!({
        "amount": amount, "tax_behavior": behavior, "tax_rate_details": {"tax_rate": &tax.rate_id},
        "taxability_reason": "standard_rated", "taxable_amount": taxable, "type": "tax_rate_details",
    })
}

pub(super) fn line(view: View, invoice: &Invoice, line: &Line) -> Node {
    let discounted = invoice.discount.as_ref().filter(|_| line.discount_percent > 0);
    let mut body = json!({
        "id": &line.id, "object": "line_item", "amount": line.amount, "currency": invoice.currency.code(),
        "description": &line.description, "discountable": line.discount_percent > 0 || !line.proration,
        "discount_amounts": discounted.map_or_else(Vec::new, |discount| {
            vec![json!({"amount": line.discount_amount, "discount": &discount.id})]
        }),
        "discounts": discounted.iter().map(|discount| &discount.id).collect::<Vec<_>>(), "invoice": Some(&invoice.id).filter(|id| !id.is_empty()),
        "livemode": view.livemode, "metadata": {"user_id": &invoice.customer.user_id},
        "period": {"end": line.period.1, "start": line.period.0}, "quantity": line.quantity,
    });
    if !view.shape.inlines_refunds() {
        let credits = discounted.map_or_else(Vec::new, |discount| {
            vec![json!({"amount": line.discount_amount, "discount": &discount.id, "type": "discount"})]
        });
        body.merge(json!({"pretax_credit_amounts": credits}));
    }
    if view.shape.is_basil_or_later() {
        body.merge(since_basil(invoice, line));
    } else {
        body.merge(before_basil(view, invoice, line));
    }
    body
}

fn before_basil(view: View, invoice: &Invoice, line: &Line) -> Node {
    let taxes: Vec<Node> = invoice.tax.iter().map(|tax| old_tax(tax, line.tax_amount, line.taxable(tax))).collect();
    let kind = if line.invoice_item.is_some() { "invoiceitem" } else { "subscription" };
    let mut body = json!({
        "plan": catalogue::plan(view, &line.price), "price": catalogue::price(view, &line.price),
        "proration": line.proration, "proration_details": {"credited_items": null}, "subscription": &line.subscription,
        "subscription_item": &line.subscription_item, "tax_amounts": taxes, "tax_rates": [], "type": kind,
        "unit_amount_excluding_tax": line.price.unit_amount.to_string(),
    });
    if let Some(item) = &line.invoice_item {
        body.merge(json!({"invoice_item": item}));
    }
    body
}

fn since_basil(invoice: &Invoice, line: &Line) -> Node {
    let taxes: Vec<Node> = invoice.tax.iter().map(|tax| new_tax(tax, line.tax_amount, line.taxable(tax))).collect();
    let details = json!({
        "invoice_item": &line.invoice_item, "proration": line.proration, "proration_details": {"credited_items": null},
        "subscription": &line.subscription,
    });
    let parent = if line.invoice_item.is_some() {
        json!({
            "invoice_item_details": details, "subscription_item_details": null, "type": "invoice_item_details",
        })
    } else {
        let mut details = details;
        details.merge(json!({"subscription_item": &line.subscription_item}));
        json!({
            "invoice_item_details": null, "subscription_item_details": details, "type": "subscription_item_details",
        })
    };
    json!({
        "parent": parent,
        "pricing": {
            "price_details": {"price": &line.price.id, "product": &line.price.product}, "type": "price_details",
            "unit_amount_decimal": line.price.unit_amount.to_string(),
        },
        "taxes": taxes,
    })
}

/// Prorations are invoice items under classic billing and plain subscription lines under flexible billing.
pub(crate) fn prorations_are_items(mode: BillingMode) -> bool {
    mode == BillingMode::Classic
}
