//! What an event says of its object, in a few words for people. An event that moves no story has none.

use super::{Charge, Customer, Dispute, Fact, Invoice, Observed, PaymentIntent, PaymentIntentStatus, Subscription};
use crate::money::{Currency, Money};

/// What happened, as a sentence without its subject, the customer: "paid 30.00 EUR". `kind` is the event's type.
pub fn telling(kind: &str, fact: &Fact) -> Option<String> {
    let what = kind.rsplit('.').next().unwrap_or(kind);
    match &fact.observed {
        Observed::Customer(customer) => of_customer(what, customer),
        Observed::EntitlementSummary(summary) => {
            let count = summary.features.len();
            let features = if count == 1 { "feature" } else { "features" };
            Some(format!("has {count} {features} by Stripe's own word"))
        }
        Observed::Subscription(subscription) => Some(of_subscription(what, subscription)),
        Observed::Invoice(invoice) => of_invoice(what, invoice),
        Observed::PaymentIntent(intent) => of_intent(intent),
        Observed::Charge(charge) => of_charge(what, charge),
        Observed::Refund(refund) => {
            let amount = money(refund.amount, refund.currency)?;
            Some(format!("a refund of {amount} is {}", refund.status.as_str()))
        }
        Observed::Dispute(dispute) => of_dispute(what, dispute),
        Observed::CreditNote(note) => {
            let amount = money(note.total, note.currency)?;
            let how = if what == "voided" { "lost a credit note of" } else { "was credited" };
            Some(format!("{how} {amount}"))
        }
        Observed::CheckoutSession(session) if what == "completed" => {
            Some(match money(session.amount_total.unwrap_or(0), session.currency) {
                Some(amount) if session.amount_total.is_some() => format!("finished a checkout of {amount}"),
                _ => "finished a checkout".to_owned(),
            })
        }
        _ => None,
    }
}

fn money(amount: i64, currency: Option<Currency>) -> Option<String> {
    Some(Money { amount, currency: currency? }.to_string())
}

fn of_customer(what: &str, customer: &Customer) -> Option<String> {
    match what {
        "created" => Some("became a customer".to_owned()),
        "deleted" => Some("was deleted".to_owned()),
        _ => {
            let (before, now) = (customer.previous_balance?, customer.balance?);
            let (before, now) = (money(before, customer.currency)?, money(now, customer.currency)?);
            Some(format!("has a balance of {now}, was {before}"))
        }
    }
}

fn of_subscription(what: &str, subscription: &Subscription) -> String {
    let status = subscription.status.as_str();
    match what {
        "created" => format!("subscribed; the subscription is {status}"),
        "deleted" => "the subscription ended".to_owned(),
        "trial_will_end" => "is told that the trial will end".to_owned(),
        _ if subscription.cancel_at_period_end => format!("is {status} and will leave at the period's end"),
        _ => format!("the subscription is {status}"),
    }
}

fn of_invoice(what: &str, invoice: &Invoice) -> Option<String> {
    let total = money(invoice.total, invoice.currency)?;
    match what {
        "finalized" => Some(format!("was billed {total}")),
        "paid" => Some(format!("paid {}", money(invoice.amount_paid, invoice.currency)?)),
        "payment_failed" => {
            let open = money(invoice.amount_remaining, invoice.currency)?;
            Some(format!("a payment of {open} failed, attempt {}", invoice.attempt_count))
        }
        "voided" => Some(format!("a bill of {total} was voided")),
        "marked_uncollectible" => Some(format!("a bill of {total} was given up")),
        "overdue" => Some(format!("a bill of {total} is overdue")),
        _ => None,
    }
}

fn of_intent(intent: &PaymentIntent) -> Option<String> {
    let amount = money(intent.amount, intent.currency)?;
    (intent.status == PaymentIntentStatus::RequiresAction).then(|| format!("has to confirm a payment of {amount}"))
}

fn of_charge(what: &str, charge: &Charge) -> Option<String> {
    let amount = money(charge.amount, charge.currency)?;
    match what {
        "succeeded" if !charge.captured => Some(format!("{amount} were authorized")),
        "succeeded" | "captured" => Some(format!("{} were taken", money(charge.amount_captured, charge.currency)?)),
        "failed" => Some(format!("{amount} could not be taken")),
        "refunded" => Some(format!("{} given back in all", money(charge.amount_refunded, charge.currency)?)),
        _ => None,
    }
}

fn of_dispute(what: &str, dispute: &Dispute) -> Option<String> {
    let amount = money(dispute.amount, dispute.currency)?;
    let reason = dispute.reason.as_deref().unwrap_or("no reason given");
    match what {
        "created" => Some(format!("disputes {amount}: {reason}")),
        "funds_withdrawn" => Some(format!("{amount} were withdrawn over the dispute")),
        "funds_reinstated" => Some("the disputed money came back".to_owned()),
        _ => Some(format!("the dispute over {amount} is {}", dispute.status.as_str())),
    }
}
