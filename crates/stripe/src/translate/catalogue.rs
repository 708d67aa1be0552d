//! `product`, `price` and `plan`: what is sold.

use daybook_domain::{
    fact::{Observed, Price, Product},
    id::ProductId,
};

use super::{
    evidence::{Attribute, attributes},
    frame::Frame,
    types::Kind,
};
use crate::json::{Found, Object};

/// The attributes of a product whose values are evidence.
pub(super) const PRODUCT_ATTRIBUTES: &[Attribute] = attributes![active, name];
/// The attributes of a price or plan whose values are evidence.
pub(super) const PRICE_ATTRIBUTES: &[Attribute] = attributes![active, lookup_key, product];

pub(super) fn read_product(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    let deleted = frame.is_deletion() || object.is("deleted")?;
    Ok(Observed::Product(Box::new(Product {
        name: object.boxed("name")?,
        active: object.flag("active")?.unwrap_or(!deleted),
        deleted,
    })))
}

pub(super) fn read_price(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    let deleted = frame.is_deletion() || object.is("deleted")?;
    let product = object.reference("product")?;
    let price = Price {
        product: product.id().map(ProductId::new),
        lookup_key: object.boxed("lookup_key")?,
        active: object.flag("active")?.unwrap_or(!deleted),
        deleted,
    };
    frame.embed("product", Kind::Product, &product)?;
    Ok(Observed::Price(Box::new(price)))
}
