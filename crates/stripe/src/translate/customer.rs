//! `customer`: `balance` or `account_balance`, balances by currency, and the subscriptions old shapes inline.

use std::collections::BTreeMap;

use daybook_domain::{
    fact::{Customer, Observed},
    money::Currency,
};

use super::{
    evidence::{Attribute, attributes},
    frame::Frame,
    types::Kind,
};
use crate::json::{Fault, Found, Object};

/// The attributes whose values are evidence.
pub(super) const ATTRIBUTES: &[Attribute] = attributes![
    account_balance,
    balance,
    currency,
    default_source,
    delinquent,
    invoice_credit_balance,
    invoice_settings.default_payment_method,
    metadata,
];

pub(super) fn read(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    let previous = frame.previous().map_or(Ok(None), balance);
    let customer = Customer {
        created: object.time("created")?,
        deleted: frame.is_deletion() || object.is("deleted")?,
        balance: balance(object)?,
        previous_balance: previous.map_err(|fault| fault.under("previous_attributes"))?,
        currency: object.currency("currency")?,
        balances: balances(object)?,
        delinquent: object.flag("delinquent")?,
        has_payment_method: has_payment_method(object)?,
        metadata: object.metadata()?,
    };
    frame.embed_list("subscriptions.data", Kind::Subscription, &object.list("subscriptions")?)?;
    Ok(Observed::Customer(Box::new(customer)))
}

fn balance(object: &Object<'_>) -> Found<Option<i64>> {
    Ok(object.int("balance")?.or(object.int("account_balance")?))
}

fn balances(object: &Object<'_>) -> Found<BTreeMap<Currency, i64>> {
    let shown = object.object("invoice_credit_balance")?.unwrap_or_default();
    let mut balances = BTreeMap::new();
    for (code, _) in shown.iter() {
        let under = |fault: Fault| fault.under("invoice_credit_balance");
        let currency = Currency::parse(&code).ok_or_else(|| under(Fault::new("a key", "it is no currency code")))?;
        if let Some(amount) = shown.int(&code).map_err(under)? {
            balances.insert(currency, amount);
        }
    }
    Ok(balances)
}

/// A default for invoices, or a source or card of the older kinds.
fn has_payment_method(object: &Object<'_>) -> Found<bool> {
    let settings = object.object("invoice_settings")?.unwrap_or_default();
    let old = ["default_source", "default_card"].iter().any(|name| object.some(name).is_some());
    Ok(old || settings.some("default_payment_method").is_some())
}
