//! The worked cases of the accounting rules, with their figures. Amounts in cents unless said.

use serde_json::{Value, json};

use crate::{
    ledger::Ledger,
    said::{charge, day, event, invoice, invoice_payment, line, paid, refund, transaction, with},
};

/// An invoice of a month's plan, sold and paid on the first day.
fn month_paid(total: i64, tax: i64) -> Vec<Value> {
    let sold = invoice(total, tax, &[line("il_1", total - tax, 31)]);
    vec![
        event("evt_5", "invoice.finalized", 0, &sold),
        event("evt_3", "charge.succeeded", 0, &charge(total, 0)),
        event("evt_4", "invoice_payment.paid", 0, &invoice_payment(total, 0)),
        event("evt_1", "invoice.paid", 0, &paid(&sold, 0)),
    ]
}

#[tokio::test]
async fn a_month_of_30_00_with_8_percent_tax_is_sold_paid_and_settled() {
    let shown = transaction("txn_1", "ch_1", "charge", 3240, 124);
    let mut events = month_paid(3240, 240);
    let settled = with(&charge(3240, 0), &json!({"balance_transaction": shown}));
    events.push(event("evt_2", "charge.updated", 1, &settled));
    // The link comes last; the balance transaction comes first.
    let books = Ledger::of(&events, &[&[4, 3, 1, 0, 2], &[4, 0, 2, 3, 1]]).await;
    assert_eq!(books.keys(), ["ch_1:captured", "in_1:finalized", "inpay_1:paid", "txn_1"]);
    assert_eq!(books.entry("in_1:finalized"), "receivable 3240 / deferred 3000, tax 240");
    assert_eq!(books.entry("ch_1:captured"), "clearing 3240 / unapplied 3240");
    assert_eq!(books.entry("inpay_1:paid"), "unapplied 3240 / receivable 3240");
    assert_eq!(books.entry("txn_1"), "balance 3116, processing 124 / clearing 3240");
    for settled in ["assets:receivable", "assets:stripe:clearing", "liabilities:unapplied"] {
        assert_eq!(books.balance(settled), 0, "{settled}");
    }
}

#[tokio::test]
async fn the_same_month_as_shapes_of_2019_tell_it() {
    let old =
        with(&invoice(3240, 240, &[line("il_1", 3000, 31)]), &json!({"charge": "ch_1", "payment_intent": "pi_1"}));
    let old_charge = with(&charge(3240, 0), &json!({"invoice": "in_1", "captured": true}));
    let events = [
        event("evt_3", "invoice.finalized", 0, &with(&old, &json!({"charge": null}))),
        event("evt_2", "charge.succeeded", 0, &old_charge),
        event("evt_1", "invoice.payment_succeeded", 0, &paid(&old, 0)),
    ];
    // All of one second, and nothing but the types says which came last.
    let books = Ledger::of(&events, &[&[2, 1, 0], &[1, 2, 0]]).await;
    assert_eq!(books.keys(), ["ch_1:captured", "in_1:finalized", "in_1:paid"]);
    assert_eq!(books.entry("in_1:paid"), "unapplied 3240 / receivable 3240");
}

#[tokio::test]
async fn an_upgrade_credits_20_00_of_the_old_plan_and_charges_40_00_of_the_new() {
    let lines = [line("il_1", -2000, 31), line("il_2", 4000, 31)];
    let upgrade = invoice(2160, 160, &lines);
    let events = [
        event("evt_3", "invoice.created", 0, &with(&upgrade, &json!({"status": "draft", "status_transitions": {}}))),
        event("evt_2", "invoice.finalized", 0, &upgrade),
        event("evt_1", "invoice.paid", 0, &paid(&upgrade, 0)),
        event("evt_4", "charge.succeeded", 0, &charge(2160, 0)),
        event("evt_5", "invoice_payment.paid", 0, &invoice_payment(2160, 0)),
    ];
    let books = Ledger::of(&events, &[&[2, 0, 1, 4, 3], &[4, 3, 2, 1, 0]]).await;
    assert_eq!(books.entry("in_1:finalized"), "receivable 2160, deferred 2000 / deferred 4000, tax 160");
    assert_eq!(books.balance("liabilities:deferred"), -2000);
    assert_eq!(books.balance("assets:receivable"), 0);
}

#[tokio::test]
async fn a_refund_of_10_80_before_anything_is_earned_takes_deferred_and_tax() {
    let mut events = month_paid(3240, 240);
    events.push(event("evt_7", "refund.created", 0, &refund("re_1", 1080, 0)));
    let refunded = with(&charge(3240, 0), &json!({"amount_refunded": 1080}));
    events.push(event("evt_6", "charge.refunded", 0, &refunded));
    // The refund before its charge, and the charge's own word for it before the refund.
    let books = Ledger::of(&events, &[&[4, 5, 0, 1, 3, 2], &[5, 2, 1, 0, 3, 4]]).await;
    assert_eq!(books.entry("re_1:created"), "refunds_payable 1080 / clearing 1080");
    assert_eq!(books.entry("re_1:undone"), "deferred 1000, tax 80 / refunds_payable 1080");
    assert!(!books.keys().contains(&"ch_1:refunded"));
    assert_eq!(books.balance("liabilities:refunds_payable"), 0);
}

#[tokio::test]
async fn three_refunds_of_3_60_give_back_80_of_tax_and_never_81() {
    let mut events = month_paid(1080, 80);
    for (id, number) in [("re_1", 7), ("re_2", 6), ("re_3", 8)] {
        events.push(event(&format!("evt_{number}"), "refund.created", 0, &refund(id, 360, 0)));
    }
    let books = Ledger::of(&events, &[&[6, 5, 4, 3, 2, 1, 0], &[5, 0, 4, 1, 6, 3, 2]]).await;
    assert_eq!(books.balance("liabilities:tax"), 0);
    assert_eq!(books.balance("liabilities:deferred"), 0);
    let taxes: Vec<String> = ["re_1", "re_2", "re_3"].iter().map(|id| books.entry(&format!("{id}:undone"))).collect();
    assert_eq!(
        taxes,
        [
            "deferred 333, tax 27 / refunds_payable 360",
            "deferred 334, tax 26 / refunds_payable 360",
            "deferred 333, tax 27 / refunds_payable 360"
        ]
    );
}

/// An invoice of 31.00 that uses credit of 11.00, and what the customer's own events say.
fn with_credit() -> (Value, Vec<Value>) {
    let invoice = with(
        &invoice(3100, 0, &[line("il_1", 3100, 31)]),
        &json!({"starting_balance": -1100, "ending_balance": 0, "amount_due": 2000, "amount_remaining": 2000}),
    );
    let customer =
        json!({"id": "cus_1", "object": "customer", "currency": "usd", "balance": -1100, "created": day(-9)});
    let mut used = event("evt_2", "customer.updated", 0, &with(&customer, &json!({"balance": 0})));
    used["data"]["previous_attributes"] = json!({"balance": -1100});
    let mut given = event("evt_1", "customer.updated", -1, &customer);
    given["data"]["previous_attributes"] = json!({"balance": 0});
    let events = vec![given, event("evt_3", "invoice.finalized", 0, &invoice), used];
    (invoice, events)
}

#[tokio::test]
async fn credit_of_11_00_pays_a_part_of_an_invoice_of_31_00() {
    let (invoice, mut events) = with_credit();
    events.push(event("evt_4", "charge.succeeded", 0, &charge(2000, 0)));
    events.push(event("evt_5", "invoice_payment.paid", 0, &invoice_payment(2000, 0)));
    events.push(event("evt_6", "invoice.paid", 0, &paid(&invoice, 0)));
    // The customer's event before and after everything that explains it.
    let books = Ledger::of(&events, &[&[2, 5, 4, 3, 1, 0], &[5, 4, 3, 1, 0, 2]]).await;
    assert_eq!(books.entry("in_1:finalized"), "receivable 3100 / deferred 3100");
    assert_eq!(books.entry("in_1:customer_balance"), "customer_credit 1100 / receivable 1100");
    assert_eq!(books.entry("inpay_1:paid"), "unapplied 2000 / receivable 2000");
    assert_eq!(books.entry("evt_1:balance"), "goodwill 1100 / customer_credit 1100");
    assert_eq!(books.balance("assets:receivable"), 0);
    assert_eq!(books.balance("liabilities:customer_credit"), 0);
}

#[tokio::test]
async fn the_same_invoice_is_written_off_before_it_is_paid() {
    let (invoice, mut events) = with_credit();
    let off = json!({"status": "uncollectible", "status_transitions": {
        "finalized_at": day(0), "marked_uncollectible_at": day(0)}});
    events.push(event("evt_0", "invoice.marked_uncollectible", 0, &with(&invoice, &off)));
    let books = Ledger::of(&events, &[&[3, 2, 1, 0], &[3, 0, 2, 1]]).await;
    assert_eq!(books.entry("in_1:uncollectible"), "deferred 2000 / receivable 2000");
    assert_eq!(books.balance("assets:receivable"), 0);
    // Ten days later a third of it is earned, and lost.
    let mut late = events;
    let off = json!({"status": "uncollectible", "status_transitions": {
        "finalized_at": day(0), "marked_uncollectible_at": day(10)}});
    late[3] = event("evt_0", "invoice.marked_uncollectible", 10, &with(&invoice, &off));
    let books = Ledger::of(&late, &[&[3, 2, 1, 0], &[3, 0, 2, 1]]).await;
    assert_eq!(books.entry("in_1:uncollectible"), "bad_debt 645, deferred 1355 / receivable 2000");
}

#[tokio::test]
async fn a_downgrade_of_31_00_becomes_the_customers_credit() {
    let invoice = with(
        &invoice(-3100, 0, &[line("il_1", -3100, 31)]),
        &json!({"starting_balance": 0, "ending_balance": -3100, "amount_due": 0, "amount_remaining": 0}),
    );
    let customer = json!({"id": "cus_1", "object": "customer", "currency": "usd", "balance": -3100});
    let mut given = event("evt_2", "customer.updated", 0, &customer);
    given["data"]["previous_attributes"] = json!({"balance": 0});
    let events = [
        event("evt_3", "invoice.finalized", 0, &invoice),
        given,
        event("evt_1", "invoice.paid", 0, &paid(&invoice, 0)),
    ];
    let books = Ledger::of(&events, &[&[1, 2, 0], &[2, 0, 1]]).await;
    assert_eq!(books.keys(), ["in_1:customer_balance", "in_1:finalized"]);
    assert_eq!(books.entry("in_1:finalized"), "deferred 3100 / receivable 3100");
    assert_eq!(books.entry("in_1:customer_balance"), "receivable 3100 / customer_credit 3100");
}

#[tokio::test]
async fn a_sale_of_550_yen_is_settled_in_dollars() {
    let yen = json!({"currency": "jpy"});
    let sold = with(&invoice(550, 50, &[line("il_1", 500, 31)]), &yen);
    let shown = transaction("txn_1", "ch_1", "charge", 365, 44);
    let settled = with(&with(&charge(550, 0), &yen), &json!({"balance_transaction": shown}));
    let events = [
        event("evt_1", "invoice.finalized", 0, &sold),
        event("evt_2", "charge.succeeded", 0, &with(&charge(550, 0), &yen)),
        event("evt_3", "invoice_payment.paid", 0, &with(&invoice_payment(550, 0), &yen)),
        event("evt_4", "charge.updated", 0, &settled),
    ];
    let books = Ledger::of(&events, &[&[3, 2, 0, 1], &[2, 3, 1, 0]]).await;
    assert_eq!(books.entry_in("in_1:finalized", "jpy"), "receivable 550 / deferred 500, tax 50");
    assert_eq!(books.entry_in("txn_1", "usd"), "balance 321, processing 44 / fx 365");
    assert_eq!(books.entry_in("txn_1", "jpy"), "fx 550 / clearing 550");
    assert_eq!(books.balance_in("assets:stripe:clearing", "jpy"), 0);
    assert_eq!(books.problems(), []);
}
