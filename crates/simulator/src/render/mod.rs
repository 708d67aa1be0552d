//! Renders the simulator's objects as the JSON that each API shape gives them: full-size objects with the null fields, nested
//! hashes and lists real ones have, since their size and noise are part of what a reader must cope with. One file per kind.

mod balance;
mod catalogue;
mod charge;
mod checkout;
mod credit_note;
mod customer;
mod difference;
mod discount;
mod dispute;
mod entitlement;
mod envelope;
mod invoice;
mod invoice_line;
mod node;
mod payment_intent;
mod payment_method;
mod refund;
mod subscription;

pub(crate) use difference::previous_attributes;
pub(crate) use envelope::{Envelope, Head, Sender};
pub(crate) use invoice_line::prorations_are_items;
pub(crate) use node::Node;

use node::json;

use crate::model::Object;
use crate::shape::ApiShape;

/// What a renderer needs to know beside the object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    pub shape: ApiShape,
    pub livemode: bool,
}

impl View {
    pub fn object(self, object: &Object) -> Node {
        match object {
            Object::Customer(model) => customer::customer(self, model),
            Object::Product(model) => catalogue::product(self, model),
            Object::Price(model) => catalogue::price(self, model),
            Object::Plan(model) => catalogue::plan(self, model),
            Object::PaymentMethod(card, customer) => payment_method::payment_method(self, card, customer),
            Object::Subscription(model) => subscription::subscription(self, model),
            Object::Invoice(model) => invoice::invoice(self, model),
            Object::Upcoming(model) => invoice::upcoming(self, model),
            Object::InvoicePayment(model) => invoice::invoice_payment(self, model),
            Object::PaymentIntent(model) => payment_intent::payment_intent(self, model),
            Object::Charge(model) => charge::charge(self, model),
            Object::Refund(model) => refund::refund(self, model),
            Object::Dispute(model) => dispute::dispute(self, model),
            Object::CreditNote(model) => credit_note::credit_note(self, model),
            Object::Session(model) => checkout::session(self, model),
            Object::Discount(model) => discount::discount(self, model),
            Object::Entitlements(model) => entitlement::summary(self, model),
            Object::Payout(model) => balance::payout(self, model),
            Object::Transfer(model) => balance::transfer(self, model),
            Object::ApplicationFee(model) => balance::application_fee(self, model),
        }
    }
}

fn list(data: Vec<Node>, url: &str) -> Node {
    let count = i64::try_from(data.len()).unwrap_or(i64::MAX);
    json!({"object": "list", "data": data, "has_more": false, "total_count": count, "url": url.to_owned()})
}
