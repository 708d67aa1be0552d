//! Cards as payment methods, and as the details a charge repeats.

use super::node::{Node, json};
use super::{View, customer};
use crate::model::{Card, Charge, Customer};

pub(super) fn payment_method(view: View, card: &Card, owner: &str) -> Node {
    json!({
        "id": &card.id, "object": "payment_method", "allow_redisplay": "unspecified",
        "billing_details": {
            "address": {"city": null, "country": card.country, "line1": null, "line2": null, "postal_code": null, "state": null},
            "email": null, "name": null, "phone": null, "tax_id": null,
        },
        "card": {
            "brand": card.brand,
            "checks": {"address_line1_check": null, "address_postal_code_check": "pass", "cvc_check": "pass"},
            "country": card.country, "display_brand": card.brand, "exp_month": card.exp_month, "exp_year": card.exp_year,
            "fingerprint": &card.fingerprint, "funding": "credit", "generated_from": null, "last4": card.last4,
            "networks": {"available": [card.brand], "preferred": null}, "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": true}, "wallet": null,
        },
        "created": card.created, "customer": owner.to_owned(), "livemode": view.livemode, "metadata": {}, "type": "card",
    })
}

pub(super) fn billing_details(owner: &Customer) -> Node {
    json!({
        "address": customer::address(&owner.address), "email": &owner.email, "name": &owner.name, "phone": &owner.phone,
        "tax_id": null,
    })
}

/// `payment_method_details` of a charge.
pub(super) fn details(charge: &Charge) -> Node {
    let card = &charge.card;
    let authorized = charge.failure.is_none();
    json!({
        "type": "card",
        "card": {
            "amount_authorized": if authorized { Some(charge.amount) } else { None },
            "authorization_code": if authorized { Some("123456") } else { None },
            "brand": card.brand,
            "checks": {"address_line1_check": null, "address_postal_code_check": "pass", "cvc_check": "pass"},
            "country": card.country, "exp_month": card.exp_month, "exp_year": card.exp_year,
            "extended_authorization": {"status": "disabled"}, "fingerprint": &card.fingerprint, "funding": "credit",
            "incremental_authorization": {"status": "unavailable"}, "installments": null, "last4": card.last4,
            "mandate": null, "multicapture": {"status": "unavailable"}, "network": card.brand,
            "network_token": {"used": false}, "network_transaction_id": "104115971151019",
            "overcapture": {"maximum_amount_capturable": charge.amount, "status": "unavailable"},
            "regulated_status": "unregulated", "three_d_secure": null, "wallet": null,
        },
    })
}
