//! Customers.

use super::View;
use super::node::{Node, json};
use crate::model::{Address, Customer};

pub(super) fn address(address: &Address) -> Node {
    json!({
        "city": address.city, "country": address.country, "line1": &address.line1, "line2": null,
        "postal_code": &address.postal_code, "state": null,
    })
}

pub(super) fn customer(view: View, customer: &Customer) -> Node {
    let default_method = customer.card_is_default.then_some(&customer.card.id);
    json!({
        "id": &customer.id, "object": "customer", "address": address(&customer.address), "balance": customer.balance,
        "created": customer.created, "currency": customer.currency.map(crate::currency::Currency::code),
        "default_source": null, "delinquent": customer.delinquent, "description": "Signed up in the app",
        "discount": null, "email": &customer.email, "invoice_prefix": &customer.invoice_prefix,
        "invoice_settings": {
            "custom_fields": null, "default_payment_method": default_method, "footer": null, "rendering_options": null,
        },
        "livemode": view.livemode, "metadata": {"user_id": &customer.user_id, "signup": "web"}, "name": &customer.name,
        "next_invoice_sequence": 1, "phone": &customer.phone, "preferred_locales": ["en-GB"],
        "shipping": {"address": address(&customer.address), "name": &customer.name, "phone": &customer.phone},
        "tax_exempt": "none", "test_clock": null,
    })
}
