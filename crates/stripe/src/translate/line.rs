//! Lines of an invoice: what they bill, for when, and what of their amount is discount and tax.

use std::collections::HashSet;

use daybook_domain::{
    fact::{Line, LineDetails},
    id::{LineId, PriceId, ProductId, SubscriptionId},
    time::Period,
};

use super::{
    amounts::{discount_of_line, taxes_of_line},
    details::{inner, text},
    tax::{Rates, taxes},
};
use crate::json::{Fault, Found, Object, Reference};

/// Reads all lines shown. Lines are keys of postings, so ids are made unique: in shapes before 2019 the lines of a
/// subscription carried the subscription's id.
pub(super) fn read_all(shown: &[Object<'_>], rates: &Rates<'_>) -> Found<Vec<Line>> {
    let mut known = HashSet::with_capacity(shown.len());
    let mut lines = Vec::with_capacity(shown.len());
    for (index, object) in shown.iter().enumerate() {
        let mut line = read(object, rates).map_err(|fault| fault.at("lines.data", index))?;
        if line.id.as_str().is_empty() || !known.insert(line.id.clone()) {
            line.id = LineId::new(format!("{}#{index}", line.id));
        }
        lines.push(line);
    }
    Ok(lines)
}

fn read(object: &Object<'_>, rates: &Rates<'_>) -> Found<Line> {
    let id = object.id("id")?.unwrap_or_default();
    let parent = Parent::read(object)?;
    let subscription = object.reference("subscription")?;
    let named = subscription.boxed().or(parent.subscription).or_else(|| {
        let old = object.raw("type") == Some("\"subscription\"") && id.starts_with("sub_");
        old.then(|| Box::from(&*id))
    });
    let (price, product) = price(object)?;
    let (tax_inclusive, tax_exclusive) = taxes_of_line(object)?;
    Ok(Line {
        id: LineId::new(&*id),
        amount: object.needed_int("amount")?,
        discount: discount_of_line(object)?,
        tax_inclusive,
        tax_exclusive,
        period: period(object)?,
        proration: object.flag("proration")?.or(parent.proration).unwrap_or_default(),
        subscription: named.map(SubscriptionId::new),
        price,
        product,
        quantity: object.quantity("quantity")?,
        details: Box::new(LineDetails {
            description: text(object, "description"),
            unit_amount: unit_amount(object),
            taxes: taxes(object, ["taxes", "tax_amounts"], rates),
        }),
    })
}

/// The price of one: `pricing.unit_amount_decimal` since basil, that of the price or plan before.
fn unit_amount(object: &Object<'_>) -> Option<Box<str>> {
    let whole =
        |object: &Object<'_>, name: &str| object.int(name).ok().flatten().map(|amount| amount.to_string().into());
    let of = |object: &Object<'_>| text(object, "unit_amount_decimal").or_else(|| whole(object, "unit_amount"));
    let (price, plan) = (inner(object, "price"), inner(object, "plan"));
    let old = || text(&plan, "amount_decimal").or_else(|| whole(&plan, "amount"));
    of(&inner(object, "pricing")).or_else(|| of(&price)).or_else(old)
}

fn period(object: &Object<'_>) -> Found<Option<Period>> {
    let period = object.object("period")?.unwrap_or_default();
    let time = |name: &str| period.time(name).map_err(|fault: Fault| fault.under("period"));
    Ok(time("start")?.zip(time("end")?).map(|(start, end)| Period { start, end }))
}

/// `parent.subscription_item_details` or `parent.invoice_item_details`, since basil.
#[derive(Default)]
struct Parent {
    subscription: Option<Box<str>>,
    proration: Option<bool>,
}

impl Parent {
    fn read(object: &Object<'_>) -> Found<Self> {
        let Some(parent) = object.object("parent")? else {
            return Ok(Self::default());
        };
        for name in ["subscription_item_details", "invoice_item_details"] {
            let under = |fault: Fault| fault.under(name).under("parent");
            if let Some(details) = parent.object(name).map_err(|fault| fault.under("parent"))? {
                let subscription = details.reference("subscription").map_err(under)?.boxed();
                return Ok(Self { subscription, proration: details.flag("proration").map_err(under)? });
            }
        }
        Ok(Self::default())
    }
}

/// `price` or `plan` with its product, or `pricing.price_details` since basil.
fn price(object: &Object<'_>) -> Found<(Option<PriceId>, Option<ProductId>)> {
    for name in ["price", "plan"] {
        let price = object.reference(name)?;
        if let Some(id) = price.id() {
            return Ok((Some(PriceId::new(id)), product(&price).map_err(|fault| fault.under(name))?));
        }
    }
    let pricing = object.object("pricing")?.unwrap_or_default();
    let under = |fault: Fault| fault.under("pricing");
    let details = pricing.object("price_details").map_err(under)?.unwrap_or_default();
    let under = |fault: Fault| fault.under("pricing.price_details");
    let price = details.reference("price").map_err(under)?;
    let shown = details.reference("product").map_err(under)?.id().map(ProductId::new);
    let product = if shown.is_some() { shown } else { product(&price).map_err(under)? };
    Ok((price.id().map(PriceId::new), product))
}

fn product(price: &Reference<'_>) -> Found<Option<ProductId>> {
    match price {
        Reference::Expanded(_, object) => Ok(object.reference("product")?.id().map(ProductId::new)),
        Reference::Absent | Reference::Null | Reference::Id(_) => Ok(None),
    }
}
