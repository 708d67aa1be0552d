//! What happens at Stripe when a seller, a customer or time acts: each function changes the objects involved and writes down the
//! events Stripe would send, in causal order. Stories call these; nothing here knows how an object is rendered.

pub(crate) mod capture;
pub(crate) mod checkout;
pub(crate) mod credit_note;
pub(crate) mod dispute;
pub(crate) mod entitlement;
pub(crate) mod invoice;
pub(crate) mod leaving;
pub(crate) mod marketplace;
pub(crate) mod money;
pub(crate) mod one_off;
pub(crate) mod payment;
pub(crate) mod payout;
pub(crate) mod proration;
pub(crate) mod refund;
pub(crate) mod stage;
pub(crate) mod subscription;
pub(crate) mod thread;

pub(crate) use stage::Stage;
pub(crate) use thread::{Bill, Cycle, Thread};
