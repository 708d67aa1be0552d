//! The worked cases of disputes.

use serde_json::Value;

use crate::{
    ledger::Ledger,
    said::{charge, dispute, event, invoice, invoice_payment, line, paid, transaction},
};

/// 54.00 with 4.00 of tax in it, for so many days from the first on.
fn sold(days: i64) -> Vec<Value> {
    let sold = invoice(5400, 400, &[line("il_1", 5000, days)]);
    vec![
        event("evt_s1", "invoice.paid", 0, &paid(&sold, 0)),
        event("evt_s2", "charge.succeeded", 0, &charge(5400, 0)),
        event("evt_s3", "invoice_payment.paid", 0, &invoice_payment(5400, 0)),
    ]
}

fn taken() -> Value {
    transaction("txn_d", "dp_1", "dispute", -5400, 1500)
}

#[tokio::test]
async fn a_dispute_over_54_00_that_was_all_earned_is_lost() {
    let mut events = sold(31);
    let open = dispute("needs_response", 5400, &[taken()]);
    events.push(event("evt_2", "charge.dispute.created", 40, &open));
    events.push(event("evt_1", "charge.dispute.funds_withdrawn", 40, &open));
    events.push(event("evt_3", "charge.dispute.closed", 60, &dispute("lost", 5400, &[taken()])));
    // The dispute is known before what it is about; its end comes first of all, and the link last.
    let books = Ledger::of(&events, &[&[5, 4, 3, 2, 1, 0], &[3, 5, 1, 4, 0, 2]]).await;
    assert_eq!(books.entry("dp_1:txn_d"), "contested 5400 / clearing 5400");
    assert_eq!(books.entry("txn_d"), "dispute 1500, clearing 5400 / balance 6900");
    assert_eq!(books.entry("dp_1:lost"), "disputes 5000, tax 400 / contested 5400");
    assert_eq!(books.balance("assets:disputes:contested"), 0);
}

#[tokio::test]
async fn a_dispute_lost_on_day_10_of_an_annual_plan_takes_only_ten_days_of_revenue() {
    let mut events = sold(365);
    events.push(event("evt_1", "charge.dispute.created", 5, &dispute("needs_response", 5400, &[taken()])));
    events.push(event("evt_2", "charge.dispute.closed", 10, &dispute("lost", 5400, &[taken()])));
    let books = Ledger::of(&events, &[&[4, 3, 2, 1, 0], &[4, 1, 0, 3, 2]]).await;
    assert_eq!(books.entry("dp_1:lost"), "disputes 136, deferred 4864, tax 400 / contested 5400");
    assert_eq!(books.balance("liabilities:deferred"), -136, "what was earned by then");
}
