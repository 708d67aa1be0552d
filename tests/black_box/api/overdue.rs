//! Since when a customer owes something that should have been paid.

use serde_json::{Value, json};

use crate::harness::event::{BEGIN, bytes, event};
use crate::harness::house::House;

const DAY: i64 = 86_400;

/// An invoice of 20.00, or what is left of it.
fn invoice(id: &str, status: &str, remaining: i64, due: Option<i64>) -> Value {
    let line = json!({
        "id": format!("il_{id}"), "object": "line_item", "amount": 2000, "currency": "usd", "quantity": 1,
        "period": {"start": BEGIN, "end": BEGIN + 30 * DAY}, "discount_amounts": [], "taxes": [], "pretax_credit_amounts": [],
    });
    json!({
        "id": id, "object": "invoice", "customer": "cus_ada", "status": status, "currency": "usd", "created": BEGIN,
        "total": 2000, "subtotal": 2000, "amount_due": 2000, "amount_paid": 2000 - remaining, "amount_remaining": remaining,
        "starting_balance": 0, "ending_balance": 0, "attempt_count": 0, "total_taxes": [], "metadata": {},
        "collection_method": if due.is_some() { "send_invoice" } else { "charge_automatically" }, "due_date": due,
        "lines": {"object": "list", "data": [line], "has_more": false},
        "status_transitions": {"finalized_at": BEGIN, "paid_at": null, "voided_at": null, "marked_uncollectible_at": null},
    })
}

fn told(id: &str, kind: &str, created: i64, object: &Value) -> Vec<u8> {
    bytes(&event(&format!("evt_{id}_{}", kind.replace('.', "_")), kind, created, object))
}

fn finalized(id: &str, due: Option<i64>) -> Vec<u8> {
    told(id, "invoice.finalized", BEGIN, &invoice(id, "open", 2000, due))
}

fn failed(id: &str, at: i64) -> Vec<u8> {
    let mut object = invoice(id, "open", 2000, None);
    object["attempt_count"] = json!(1);
    told(id, "invoice.payment_failed", at, &object)
}

/// It is paid, voided or written off so many days after it all began.
fn ended((id, due_in): (&str, i64), status: &str, kind: &str, day: i64) -> Vec<u8> {
    let mut object = invoice(id, status, if status == "paid" { 0 } else { 2000 }, Some(BEGIN + due_in * DAY));
    let member = match status {
        "paid" => "paid_at",
        "void" => "voided_at",
        _ => "marked_uncollectible_at",
    };
    object["status_transitions"][member] = json!(BEGIN + day * DAY);
    if status == "paid" {
        object["paid_out_of_band"] = json!(true);
    }
    told(id, kind, BEGIN + day * DAY, &object)
}

#[tokio::test]
async fn the_oldest_unpaid_invoice_says_since_when_something_is_overdue() {
    let (house, server) = House::with_server().await;
    let analyst = server.client().with_key(&house.key("analyst").await);
    let since = async |query: &str| {
        house.applied(&server).await;
        let books = analyst.get(&format!("/v1/customers/cus_ada/balances{query}")).await.expect(200).json();
        books["summary"][0]["overdue_since"].clone()
    };
    let tell = async |body: Vec<u8>| {
        server.client().record(body).await;
    };
    tell(finalized("in_automatic", None)).await;
    assert_eq!(since("").await, Value::Null, "nobody has tried to charge it yet");
    tell(finalized("in_later", Some(4_102_444_800))).await;
    assert_eq!(since("").await, Value::Null, "it is due in 2100");
    tell(failed("in_automatic", BEGIN + 9 * DAY)).await;
    assert_eq!(since("").await, "2025-01-10T00:00:00Z", "the first attempt failed");
    for (id, days) in [("in_paid", 1), ("in_void", 2), ("in_off", 3), ("in_sent", 5)] {
        tell(finalized(id, Some(BEGIN + days * DAY))).await;
    }
    assert_eq!(since("").await, "2025-01-02T00:00:00Z");
    tell(ended(("in_paid", 1), "paid", "invoice.paid", 20)).await;
    assert_eq!(since("").await, "2025-01-03T00:00:00Z", "what is paid is not overdue");
    tell(ended(("in_void", 2), "void", "invoice.voided", 21)).await;
    assert_eq!(since("").await, "2025-01-04T00:00:00Z", "nor what is void");
    let books = analyst.get("/v1/customers/cus_ada/balances").await.expect(200).json();
    assert_eq!(books["summary"][0]["overdue"], json!({"amount": 6000, "display": "60.00 usd"}), "three of 20.00");
    let told = house.run(&["balances", "cus_ada"]).await.expect(0).out;
    let line = told.lines().find(|line| line.starts_with("overdue")).unwrap();
    assert!(line.contains("60.00 usd  of it, since 2025-01-04"), "{line}");
    let void = house.run(&["invoices", "--status=void"]).await.expect(0).out;
    assert_eq!(void.matches("20.00 usd").count(), 1, "its total, and nothing to pay: {void}");
    let void = house.run(&["invoices", "in_void"]).await.expect(0).out;
    assert!(!void.contains("left to pay"), "{void}");
    tell(ended(("in_off", 3), "uncollectible", "invoice.marked_uncollectible", 22)).await;
    assert_eq!(since("").await, "2025-01-06T00:00:00Z", "nor what is written off");
    assert_eq!(since("?as_of=2025-01-20").await, "2025-01-02T00:00:00Z", "then it was not paid yet");
    assert_eq!(since("?as_of=2025-01-22").await, "2025-01-04T00:00:00Z", "then two were gone");
    assert_eq!(since("?as_of=2025-01-01T12:00:00Z").await, Value::Null, "then nothing was due");
    assert_eq!(since("?known_at=3").await, "2025-01-10T00:00:00Z", "as it was known");
    let said = house.run(&["balances", "cus_ada"]).await.expect(0).out;
    assert!(said.contains("overdue") && said.contains("since 2025-01-06 00:00 UTC"), "{said}");
    let then = house.run(&["balances", "cus_ada", "--known-at=3", "--json"]).await.expect(0).json();
    assert_eq!(then["summary"][0]["overdue_since"], "2025-01-10T00:00:00Z");
}
