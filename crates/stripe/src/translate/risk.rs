//! `review` and `radar.early_fraud_warning`: payments a person should look at. `account`: what Stripe asks of a seller.

use daybook_domain::fact::{ConnectedAccount, FraudWarning, Observed, Review};

use super::{
    details::{inner, text},
    evidence::{Attribute, attributes},
    frame::Frame,
    types::Kind,
};
use crate::json::{Found, Object, Value};

/// The attributes of a review whose values are evidence.
pub(super) const REVIEW_ATTRIBUTES: &[Attribute] = attributes![charge, closed_reason, open, payment_intent, reason];
/// The attributes of a warning whose values are evidence.
pub(super) const WARNING_ATTRIBUTES: &[Attribute] = attributes![actionable, charge, fraud_type, payment_intent];
/// The attributes of an account whose values are evidence.
pub(super) const ACCOUNT_ATTRIBUTES: &[Attribute] =
    attributes![charges_enabled, payouts_enabled, requirements, verification];

/// So many requirements are kept of each list: who has more to do begins with these.
const KEPT: usize = 20;

pub(super) fn read_review(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    let (charge, payment_intent) = (object.reference("charge")?, object.reference("payment_intent")?);
    let open = object.flag("open")?.unwrap_or_else(|| frame.event_type() == Some("review.opened"));
    let closed = text(object, "closed_reason").filter(|_| !open);
    let review = Review {
        charge: charge.boxed(),
        payment_intent: payment_intent.boxed(),
        open,
        reason: closed.or_else(|| text(object, "reason")),
        created: object.time("created")?,
    };
    frame.embed("charge", Kind::Charge, &charge)?;
    frame.embed("payment_intent", Kind::PaymentIntent, &payment_intent)?;
    Ok(Observed::Review(Box::new(review)))
}

pub(super) fn read_warning(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    let (charge, payment_intent) = (object.reference("charge")?, object.reference("payment_intent")?);
    let warning = FraudWarning {
        charge: charge.boxed(),
        payment_intent: payment_intent.boxed(),
        actionable: object.flag("actionable")?.unwrap_or(true),
        kind: text(object, "fraud_type"),
        created: object.time("created")?,
    };
    frame.embed("charge", Kind::Charge, &charge)?;
    frame.embed("payment_intent", Kind::PaymentIntent, &payment_intent)?;
    Ok(Observed::FraudWarning(Box::new(warning)))
}

/// `requirements`, or `verification` before 2019-02-19.
pub(super) fn read_account(object: &Object<'_>) -> Found<Observed> {
    let (new, old) = (inner(object, "requirements"), inner(object, "verification"));
    let past_due = names(&new, "past_due");
    let mut due = names(&new, "currently_due");
    due.extend(names(&old, "fields_needed"));
    let disabled = text(&new, "disabled_reason").or_else(|| text(&old, "disabled_reason"));
    let deadline = new.time("current_deadline").ok().flatten().or_else(|| old.time("due_by").ok().flatten());
    Ok(Observed::ConnectedAccount(Box::new(ConnectedAccount {
        charges_enabled: object.flag("charges_enabled")?,
        payouts_enabled: object.flag("payouts_enabled")?,
        due,
        past_due,
        disabled,
        deadline,
    })))
}

/// Names of fields, sorted: Stripe promises no order.
fn names(object: &Object<'_>, name: &str) -> Vec<Box<str>> {
    let values = object.find(name).and_then(Value::elements);
    let mut names: Vec<Box<str>> = values.into_iter().flatten().filter_map(Value::plain).map(Box::from).collect();
    names.sort_unstable();
    names.truncate(KEPT);
    names
}
