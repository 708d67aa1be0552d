//! The simulator's own objects: what Stripe would hold in its database, free of any API version. Stories change them, renderers
//! turn them into JSON. One file per kind.

mod balance;
mod catalogue;
mod credit_note;
mod customer;
mod dispute;
mod invoice;
mod other;
mod payment;
mod subscription;

pub(crate) use balance::{ApplicationFee, BalanceTransaction, FeeRefund, Payout, Reversal, Transfer, TransferData};
pub(crate) use catalogue::{Interval, Price, Product};
pub(crate) use credit_note::{CreditNote, CreditNoteLine};
pub(crate) use customer::{Address, Card, Customer};
pub(crate) use dispute::Dispute;
pub(crate) use invoice::{BillingReason, Invoice, InvoicePayment, InvoiceStatus, Line, Tax, TaxBehavior};
pub(crate) use other::{Coupon, Discount, Entitlement, EntitlementSummary, Session, SessionMode};
pub(crate) use payment::{Charge, Failure, PaymentIntent, Refund};
pub(crate) use subscription::{BillingMode, Collection, Item, PauseCollection, Subscription};

use std::sync::Arc;

/// A state of one object at one moment, as an event embeds it.
#[derive(Debug, Clone)]
pub(crate) enum Object {
    Customer(Box<Customer>),
    Product(Box<Product>),
    Price(Arc<Price>),
    /// The same object as a price, under its older name.
    Plan(Arc<Price>),
    PaymentMethod(Box<Card>, String),
    Subscription(Box<Subscription>),
    Invoice(Box<Invoice>),
    /// A preview: an invoice that has no id yet.
    Upcoming(Box<Invoice>),
    InvoicePayment(Box<InvoicePayment>),
    PaymentIntent(Box<PaymentIntent>),
    Charge(Box<Charge>),
    Refund(Box<Refund>),
    Dispute(Box<Dispute>),
    CreditNote(Box<CreditNote>),
    Session(Box<Session>),
    Discount(Box<Discount>),
    Entitlements(Box<EntitlementSummary>),
    Payout(Box<Payout>),
    Transfer(Box<Transfer>),
    ApplicationFee(Box<ApplicationFee>),
}

macro_rules! object_from {
    ($($kind:ident: $model:ty),+ $(,)?) => {
        $(impl From<&$model> for Object {
            fn from(model: &$model) -> Self {
                Self::$kind(Box::new(model.clone()))
            }
        })+
    };
}

object_from! {
    Customer: Customer, Product: Product, Subscription: Subscription, Invoice: Invoice, InvoicePayment: InvoicePayment,
    PaymentIntent: PaymentIntent, Charge: Charge, Refund: Refund, Dispute: Dispute, CreditNote: CreditNote,
    Session: Session, Discount: Discount, Entitlements: EntitlementSummary,
    Payout: Payout, Transfer: Transfer, ApplicationFee: ApplicationFee,
}
