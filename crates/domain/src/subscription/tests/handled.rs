//! What a subscription answers to what it is told: given these events, when it is told this, then those events follow.

use cqrs_es::test::TestFramework;

use super::*;
use crate::subscription::SubscriptionCommand;

fn given(events: Vec<SubscriptionEvent>) -> cqrs_es::test::AggregateTestExecutor<Subscription> {
    TestFramework::with(()).given(events)
}

/// The command behind an event.
fn told(event: &SubscriptionEvent) -> SubscriptionCommand {
    match event.clone() {
        SubscriptionEvent::Observed { moment, evidence, snapshot } => {
            SubscriptionCommand::Observe { moment, evidence, snapshot }
        }
        SubscriptionEvent::InvoiceObserved(standing) => SubscriptionCommand::ObserveInvoice(standing),
        SubscriptionEvent::DisputeObserved(standing) => SubscriptionCommand::ObserveDispute(standing),
        SubscriptionEvent::InvoiceWithdrawn { invoice } => SubscriptionCommand::WithdrawInvoice(invoice),
        SubscriptionEvent::DisputeWithdrawn { dispute } => SubscriptionCommand::WithdrawDispute(dispute),
    }
}

fn paid(on: i64) -> SubscriptionEvent {
    invoice(on, InvoiceStatus::Paid, &[("basic", 1, BilledFor::Period)])
}

#[test]
fn a_late_past_due_is_taken_in_and_does_not_reopen_a_canceled_subscription() {
    let canceled = shown("evt_2", 9, snapshot("canceled", Some("past_due")));
    let late = shown("evt_1", 5, snapshot("past_due", None));
    given(vec![canceled.clone()]).when(told(&late)).then_expect_events(vec![late.clone()]);
    assert_eq!(standing(&[canceled, late]).status, SubscriptionStatus::Canceled);
}

#[test]
fn an_invoice_that_stands_as_before_is_no_news_and_one_that_was_paid_is() {
    let open = invoice(1, InvoiceStatus::Open, &[]);
    given(vec![open.clone()]).when(told(&open)).then_expect_events(Vec::new());
    given(vec![open]).when(told(&paid(1))).then_expect_events(vec![paid(1)]);
}

#[test]
fn an_invoice_older_than_all_paid_ones_that_are_kept_is_no_news() {
    // The newest of a whole period, and 24 before it.
    let years: Vec<SubscriptionEvent> = (100..125).map(paid).collect();
    given(years.clone()).when(told(&paid(99))).then_expect_events(Vec::new());
    given(years).when(told(&paid(125))).then_expect_events(vec![paid(125)]);
}

#[test]
fn an_open_invoice_is_news_however_old_it_is() {
    let open = invoice(1, InvoiceStatus::Open, &[]);
    given((100..124).map(paid).collect()).when(told(&open)).then_expect_events(vec![open]);
}

#[test]
fn a_void_invoice_that_was_never_told_of_is_no_news() {
    given(Vec::new()).when(told(&invoice(1, InvoiceStatus::Void, &[]))).then_expect_events(Vec::new());
}

#[test]
fn only_an_invoice_that_was_told_of_can_be_withdrawn() {
    let withdrawn = SubscriptionEvent::InvoiceWithdrawn { invoice: InvoiceId::new("in_1") };
    given(vec![paid(1)]).when(told(&withdrawn)).then_expect_events(vec![withdrawn.clone()]);
    given(vec![paid(1), withdrawn.clone()]).when(told(&withdrawn)).then_expect_events(Vec::new());
}
