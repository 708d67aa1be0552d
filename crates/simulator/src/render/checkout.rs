//! Checkout sessions. Line items are never part of an event.

use super::node::{Node, json};
use super::{View, customer};
use crate::model::{Session, SessionMode};

pub(super) fn session(view: View, session: &Session) -> Node {
    let owner = &session.customer;
    let (mode, intent, subscription, invoice) = match &session.mode {
        SessionMode::Payment { payment_intent } => ("payment", payment_intent.as_ref(), None, None),
        SessionMode::Subscription { subscription, invoice } => {
            ("subscription", None, subscription.as_ref(), invoice.as_ref())
        }
    };
    let complete = session.status == "complete";
    let mut body = json!({
        "id": &session.id, "object": "checkout.session", "amount_subtotal": session.amount_subtotal,
        "amount_total": session.amount_total, "client_reference_id": &session.user_id, "created": session.created,
        "currency": session.currency.code(), "customer": complete.then_some(&owner.id),
        "customer_details": complete.then(|| json!({
            "address": customer::address(&owner.address), "email": &owner.email, "name": &owner.name,
            "phone": &owner.phone, "tax_exempt": "none", "tax_ids": [],
        })),
        "expires_at": session.created + crate::calendar::DAY, "invoice": invoice, "livemode": view.livemode,
        "metadata": {"user_id": &session.user_id, "price_lookup_key": &session.price_lookup_key}, "mode": mode,
        "payment_intent": intent, "payment_status": session.payment_status, "status": session.status,
        "subscription": subscription,
        "total_details": {
            "amount_discount": session.amount_discount, "amount_shipping": 0, "amount_tax": session.amount_tax,
        },
    });
    body.merge(settings(mode));
    body
}

fn settings(mode: &str) -> Node {
    let creation = if mode == "payment" { "if_required" } else { "always" };
    json!({
        "adaptive_pricing": {"enabled": false}, "after_expiration": null, "allow_promotion_codes": true,
        "automatic_tax": {"enabled": false, "liability": null, "provider": null, "status": null},
        "billing_address_collection": "required", "cancel_url": "https://app.example.com/pricing", "client_secret": null,
        "collected_information": null, "consent": null, "consent_collection": null, "currency_conversion": null,
        "custom_fields": [],
        "custom_text": {"after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null},
        "customer_creation": creation, "customer_email": null, "discounts": [], "invoice_creation": null, "locale": "auto",
        "payment_link": null, "payment_method_collection": "always", "payment_method_configuration_details": null,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}}, "payment_method_types": ["card"],
        "phone_number_collection": {"enabled": false}, "recovered_from": null, "saved_payment_method_options": null,
        "setup_intent": null, "shipping_address_collection": null, "shipping_cost": null, "shipping_options": [],
        "submit_type": null, "success_url": "https://app.example.com/welcome?session_id={CHECKOUT_SESSION_ID}",
        "ui_mode": "hosted", "url": null, "wallet_options": null,
    })
}
