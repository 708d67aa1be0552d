//! An event's body into facts, whatever API version rendered it.
//!
//! Every place a field has lived is looked at; nothing switches on the version. The main object carries the evidence
//! that settles ties of one second; objects merely embedded in it are facts with no evidence. A body is scanned once.
//!
//! A value of the wrong kind in a field that is read quarantines the whole event: half a translation would be a guess.

mod amounts;
mod application_fee;
mod balance_transaction;
mod body;
mod catalogue;
mod charge;
mod checkout;
mod coupon;
mod credit_note;
mod customer;
mod details;
mod dispute;
mod entitlement_summary;
mod evidence;
mod frame;
mod invoice;
mod invoice_payment;
mod line;
mod mentions;
mod other_money;
mod payment_intent;
mod payout;
mod refund;
mod risk;
mod subscription;
mod tax;
mod transfer;
mod types;

pub use mentions::{Mention, Mentions};
pub use types::NEEDED;

use std::collections::BTreeSet;

use daybook_domain::{
    fact::{Fact, Observed},
    id::EventId,
    order::{Evidence, Moment, Rank},
};

use self::{
    body::Body,
    evidence::Attribute,
    frame::{Frame, Main},
    types::{EventType, Kind},
};
use crate::{
    envelope::{Form, Related, Unreadable},
    json::{Fault, Found, Object},
};

/// What one body says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translated {
    /// Facts, or why there are none.
    pub translation: Translation,
    /// What the event is about, for search.
    pub mentions: Mentions,
}

/// Facts, or why there are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Translation {
    /// What the event says; the first fact is about its own object, the others about objects embedded in it, each
    /// object once.
    Facts(Vec<Fact>),
    /// Readable, and no read model needs it.
    WithoutEffect {
        /// Why not.
        why: &'static str,
    },
    /// A thin event: it names its object, which has to be fetched.
    NeedsFetch {
        /// The object to fetch.
        related: Option<Related>,
        /// The id of the snapshot event that says the same, when both are sent.
        snapshot_event: Option<Box<str>>,
    },
    /// It cannot be read: to be retried after an upgrade.
    Quarantined {
        /// What is wrong, with the path of the value; never the value.
        reason: Box<str>,
    },
}

/// Translates one body. Total: whatever the bytes are, there is an answer.
pub fn translate(body: &[u8]) -> Translated {
    read(body).unwrap_or_else(|unreadable| Translated {
        translation: Translation::Quarantined { reason: unreadable.reason },
        mentions: Mentions::default(),
    })
}

fn read(body: &[u8]) -> Result<Translated, Unreadable> {
    let tape = body::scan(body)?;
    let body = body::read(&tape)?;
    Ok(Translated { translation: translation(&body), mentions: Mentions::of(&body) })
}

fn translation(body: &Body<'_>) -> Translation {
    if body.envelope.form == Form::Thin {
        return Translation::NeedsFetch {
            related: body.envelope.related.clone(),
            snapshot_event: body.envelope.snapshot_event.as_deref().map(Into::into),
        };
    }
    let Some(object) = &body.object else {
        let found =
            body.instead.map_or_else(|| "it is missing".into(), |found| format!("expected an object, found {found}"));
        return Translation::Quarantined { reason: format!("data.object: {found}").into() };
    };
    let event_type = &*body.envelope.event_type;
    let Some(known) = types::lookup(event_type) else {
        return Translation::WithoutEffect { why: types::why_not(event_type) };
    };
    if event_type == "invoice.upcoming" {
        return Translation::WithoutEffect { why: "a preview of an invoice that does not exist yet" };
    }
    match facts(body, object, known) {
        Ok(Some(facts)) => Translation::Facts(facts),
        Ok(None) => Translation::WithoutEffect { why: "a new type whose object no read model needs" },
        Err(fault) => Translation::Quarantined { reason: fault.to_string().into() },
    }
}

/// All facts of an event, its own object's first. None when a type nobody knows shows an object of another kind than
/// its family's.
fn facts(body: &Body<'_>, object: &Object<'_>, known: EventType) -> Found<Option<Vec<Fact>>> {
    let under = |fault: Fault| fault.under("data.object");
    let EventType { kind, signal, rank } = known;
    let event_type = &*body.envelope.event_type;
    if object.text("object").map_err(under)?.is_some_and(|name| !kind.is_called(&name)) {
        let listed = NEEDED.binary_search(&event_type).is_ok();
        let fault = Fault::new("data.object.object", "the object is not of the kind the event's type says");
        return if listed { Err(fault) } else { Ok(None) };
    }
    let id = id(kind, object).map_err(under)?;
    let previous = previous(body)?;
    let mut frame = Frame::of(Main { event_type, signal, previous: previous.as_ref() });
    let observed = read_object(kind, object, &mut frame).map_err(under)?;
    let embedded = std::mem::take(&mut frame.embedded);
    let event = EventId::new(&*body.envelope.id);
    let moment = |rank| Moment { at: body.envelope.created, rank, event: event.clone() };
    let evidence = evidence::of(attributes(kind), object, previous.as_ref());
    let main = Fact { id, moment: moment(rank), evidence, signal, observed };
    let mut seen = BTreeSet::from([main.subject()]);
    let mut facts = vec![main];
    for (id, observed) in embedded {
        // The event creates or deletes its own object; what it embeds is at most changed by it.
        let fact = Fact { id, moment: moment(Rank::Updated), evidence: Evidence::default(), signal: None, observed };
        if seen.insert(fact.subject()) {
            facts.push(fact);
        }
    }
    Ok(Some(facts))
}

/// The id the fact goes by: the object's, or that of the customer a summary belongs to.
fn id(kind: Kind, object: &Object<'_>) -> Found<Box<str>> {
    if kind == Kind::EntitlementSummary {
        return object.reference("customer")?.boxed().ok_or_else(|| object.missing("customer"));
    }
    Ok(Box::from(&*object.id("id")?.ok_or_else(|| object.missing("id"))?))
}

fn previous<'t>(body: &Body<'t>) -> Found<Option<Object<'t>>> {
    let value = body.previous.filter(|value| !value.is_null());
    value.map(Object::of).transpose().map_err(|fault| fault.under("data.previous_attributes"))
}

/// Reads an object of a known kind.
fn read_object(kind: Kind, object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    match kind {
        Kind::Customer => customer::read(object, frame),
        Kind::Subscription => subscription::read(object, frame),
        Kind::Invoice => invoice::read(object, frame),
        Kind::InvoicePayment => invoice_payment::read(object, frame),
        Kind::PaymentIntent => payment_intent::read(object, frame),
        Kind::Charge => charge::read(object, frame),
        Kind::Refund => refund::read(object, frame),
        Kind::Dispute => dispute::read(object, frame),
        Kind::CreditNote => credit_note::read(object, frame),
        Kind::CheckoutSession => checkout::read(object, frame),
        Kind::Product => catalogue::read_product(object, frame),
        Kind::Price => catalogue::read_price(object, frame),
        Kind::EntitlementSummary => entitlement_summary::read(object),
        Kind::Review => risk::read_review(object, frame),
        Kind::FraudWarning => risk::read_warning(object, frame),
        Kind::ConnectedAccount => risk::read_account(object),
        Kind::BalanceTransaction => balance_transaction::read(object, frame),
        Kind::Payout => payout::read(object, frame),
        Kind::Transfer => transfer::read(object, frame),
        Kind::TransferReversal => transfer::read_reversal(object, frame),
        Kind::ApplicationFee => application_fee::read(object, frame),
        Kind::FeeRefund => application_fee::read_refund(object, frame),
        Kind::OtherMoney => other_money::read(object, frame),
    }
}

/// The attributes whose values are evidence.
fn attributes(kind: Kind) -> &'static [Attribute] {
    match kind {
        Kind::Customer => customer::ATTRIBUTES,
        Kind::Subscription => subscription::ATTRIBUTES,
        Kind::Invoice => invoice::ATTRIBUTES,
        Kind::InvoicePayment => invoice_payment::ATTRIBUTES,
        Kind::PaymentIntent => payment_intent::ATTRIBUTES,
        Kind::Charge => charge::ATTRIBUTES,
        Kind::Refund => refund::ATTRIBUTES,
        Kind::Dispute => dispute::ATTRIBUTES,
        Kind::CreditNote => credit_note::ATTRIBUTES,
        Kind::CheckoutSession => checkout::ATTRIBUTES,
        Kind::Product => catalogue::PRODUCT_ATTRIBUTES,
        Kind::Price => catalogue::PRICE_ATTRIBUTES,
        Kind::EntitlementSummary => entitlement_summary::ATTRIBUTES,
        Kind::Review => risk::REVIEW_ATTRIBUTES,
        Kind::FraudWarning => risk::WARNING_ATTRIBUTES,
        Kind::ConnectedAccount => risk::ACCOUNT_ATTRIBUTES,
        Kind::BalanceTransaction => balance_transaction::ATTRIBUTES,
        Kind::Payout => payout::ATTRIBUTES,
        Kind::Transfer => transfer::ATTRIBUTES,
        Kind::TransferReversal => transfer::REVERSAL_ATTRIBUTES,
        Kind::ApplicationFee => application_fee::ATTRIBUTES,
        Kind::FeeRefund => application_fee::REFUND_ATTRIBUTES,
        Kind::OtherMoney => other_money::ATTRIBUTES,
    }
}
