//! Lists of disputes, invoices and payments: filters, pages, and what cannot be read.

use daybook_domain::fact::{DisputeDetails, DisputeStatus, InvoiceDetails, InvoiceStatus};
use daybook_domain::id::{CustomerId, EventId, SubscriptionId};
use daybook_domain::money::Currency;
use daybook_domain::order::{Moment, Rank};
use daybook_domain::scope::{Mode, Scope};
use daybook_domain::settlement::{Bill, DisputeCase, DisputePhase, NamedBy, Payment, Place, Seller};
use daybook_domain::time::Timestamp;
use daybook_store::key::Role;
use serde::Serialize;

use crate::house::{House, NOW};

fn second(at: i64) -> Timestamp {
    Timestamp::from_unix(at).unwrap()
}

fn moment() -> Moment {
    Moment { at: second(NOW - 60), rank: Rank::Updated, event: EventId::new("evt_1") }
}

fn place() -> Place {
    Place {
        customer: Some(CustomerId::new("cus_1")),
        subscription: Some(SubscriptionId::new("sub_1")),
        invoice: Some("in_1".into()),
        charge: Some("ch_1".into()),
        payment_intent: None,
        seller: Some(Seller { account: "acct_seller".into(), named_by: NamedBy::TransferData }),
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap().replace('\'', "''")
}

/// A dispute of a customer, made some minutes ago, with evidence due in some days if it waits for any.
fn dispute(id: &str, customer: &str, status: &str, minutes: i64, due: Option<i64>) -> String {
    let case = DisputeCase {
        status: DisputeStatus::parse(status),
        phase: if status == "lost" { DisputePhase::Lost } else { DisputePhase::Open },
        reason: Some("fraudulent".into()),
        amount: 1250,
        currency: Currency::parse("usd"),
        created: second(NOW - minutes * 60),
        opened: moment(),
        closed: (status == "lost").then(moment),
        evidence_due: due.map(|days| second(NOW + days * 86_400)),
        place: place(),
        moved: Vec::new(),
        withdrawn: None,
        reinstated: None,
        details: DisputeDetails::default(),
        cause: EventId::new("evt_1"),
    };
    let due = due.map_or("null".to_owned(), |days| format!("to_timestamp({})", NOW + days * 86_400));
    format!(
        "insert into dispute (scope, id, customer, status, is_open, amount, created_at, due_at, seller, details)
         values (1, '{id}', '{customer}', '{status}', {}, 1250, to_timestamp({}), {due}, 'acct_seller', '{}')",
        status != "lost",
        NOW - minutes * 60,
        json(&case)
    )
}

fn invoice(id: &str, customer: &str, subscription: &str, status: &str, minutes: i64) -> String {
    let bill = Bill {
        status: InvoiceStatus::parse(status),
        currency: Currency::parse("jpy"),
        total: 980,
        tax: 80,
        amount_due: 980,
        amount_paid: 0,
        amount_remaining: 980,
        refunded: 0,
        credited: 0,
        balance: (-20, None),
        billing_reason: None,
        created: second(NOW - minutes * 60),
        finalized: None,
        due: None,
        attempts: 1,
        next_attempt: Some(second(NOW + 86_400)),
        failed: Some(moment()),
        action_required: None,
        paid: None,
        closed: None,
        paid_with: Vec::new(),
        place: place(),
        details: InvoiceDetails::default(),
        lines_truncated: false,
        cause: EventId::new("evt_1"),
    };
    format!(
        "insert into invoice (scope, id, customer, subscription, status, total, amount_due, amount_remaining, created_at, bill, lines)
         values (1, '{id}', '{customer}', '{subscription}', '{status}', 980, 980, 980, to_timestamp({}), '{}', '[]')",
        NOW - minutes * 60,
        json(&bill)
    )
}

fn payment(id: &str, kind: i16, customer: &str, invoice: &str, minutes: i64) -> String {
    let payment = Payment {
        status: "succeeded".into(),
        amount: 12_340,
        currency: Currency::parse("kwd"),
        moved: 12_340,
        refunded: 0,
        created: second(NOW - minutes * 60),
        since: moment(),
        failure: None,
        method: Some("card".into()),
        risk: None,
        reason: None,
        next_action: None,
        disputed_by: None,
        place: place(),
        cause: EventId::new("evt_1"),
    };
    format!(
        "insert into payment (scope, kind, id, customer, subscription, invoice, status, amount, created_at, details)
         values (1, {kind}, '{id}', '{customer}', 'sub_1', '{invoice}', 'succeeded', 12340, to_timestamp({}), '{}')",
        NOW - minutes * 60,
        json(&payment)
    )
}

async fn full() -> House {
    let house = House::build().await;
    let rows = [
        dispute("dp_1", "cus_1", "needs_response", 5, Some(2)),
        dispute("dp_2", "cus_1", "lost", 4, None),
        dispute("dp_3", "cus_2", "needs_response", 3, Some(9)),
        dispute("dp_4", "cus_2", "needs_response", 3, None),
        invoice("in_1", "cus_1", "sub_1", "open", 5),
        invoice("in_2", "cus_1", "sub_2", "paid", 4),
        invoice("in_3", "cus_2", "sub_3", "open", 3),
        payment("ch_1", 5, "cus_1", "in_1", 5),
        payment("re_1", 6, "cus_1", "in_1", 4),
        payment("ch_2", 5, "cus_2", "in_3", 3),
    ];
    house.apply(1, &[], &rows).await;
    house
}

async fn ids(house: &House, what: &str, query: &str) -> Vec<String> {
    let key = house.key(Role::Analyst).await;
    let page = house.get(&format!("/v1/{what}?{query}"), &key).await;
    assert_eq!(page.status, 200, "{query}: {}", page.json());
    let entries = page.get(&format!("/{what}"));
    entries.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn disputes_are_found_by_customer_status_openness_deadline_and_seller() {
    let house = full().await;
    assert_eq!(ids(&house, "disputes", "").await, ["dp_4", "dp_3", "dp_2", "dp_1"]);
    assert_eq!(ids(&house, "disputes", "customer=cus_1").await, ["dp_2", "dp_1"]);
    assert_eq!(ids(&house, "disputes", "status=lost").await, ["dp_2"]);
    assert_eq!(ids(&house, "disputes", "open").await, ["dp_4", "dp_3", "dp_1"]);
    assert_eq!(ids(&house, "disputes", "open=false").await, ["dp_2"]);
    assert_eq!(ids(&house, "disputes", &format!("due_before={}", NOW + 5 * 86_400)).await, ["dp_1"]);
    assert_eq!(ids(&house, "disputes", "seller=acct_seller&customer=cus_2").await, ["dp_4", "dp_3"]);
    assert_eq!(ids(&house, "disputes", "seller=acct_other").await, [""; 0]);
}

#[tokio::test]
async fn invoices_are_found_by_customer_subscription_and_status() {
    let house = full().await;
    assert_eq!(ids(&house, "invoices", "").await, ["in_3", "in_2", "in_1"]);
    assert_eq!(ids(&house, "invoices", "customer=cus_1&status=open").await, ["in_1"]);
    assert_eq!(ids(&house, "invoices", "subscription=sub_2").await, ["in_2"]);
    assert_eq!(ids(&house, "invoices", "status=open").await, ["in_3", "in_1"]);
}

#[tokio::test]
async fn payments_are_found_by_kind_customer_invoice_and_subscription() {
    let house = full().await;
    assert_eq!(ids(&house, "payments", "").await, ["ch_2", "re_1", "ch_1"]);
    assert_eq!(ids(&house, "payments", "kind=refund").await, ["re_1"]);
    assert_eq!(ids(&house, "payments", "invoice=in_1").await, ["re_1", "ch_1"]);
    assert_eq!(ids(&house, "payments", "subscription=sub_1&kind=charge").await, ["ch_2", "ch_1"]);
    assert_eq!(ids(&house, "payments", "customer=cus_2&status=succeeded").await, ["ch_2"]);
}

#[tokio::test]
async fn pages_follow_each_other_through_entries_of_one_second() {
    let house = full().await;
    let key = house.key(Role::Analyst).await;
    let (mut found, mut next) = (Vec::new(), String::new());
    for _ in 0..3 {
        let page = house.get(&format!("/v1/disputes?limit=2{next}"), &key).await;
        let entries = page.get("/disputes");
        found.extend(entries.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()));
        match page.get("/next").as_str() {
            Some(end) => next = format!("&before={end}"),
            None => break,
        }
    }
    assert_eq!(found, ["dp_4", "dp_3", "dp_2", "dp_1"]);
}

#[tokio::test]
async fn one_of_each_is_told_in_full() {
    let house = full().await;
    let key = house.key(Role::Analyst).await;
    let dispute = house.get("/v1/disputes/dp_1", &key).await;
    assert_eq!(dispute.get("/amount/display"), "12.50 usd");
    assert_eq!(dispute.get("/hold/active"), true);
    assert_eq!(dispute.get("/seller/account"), "acct_seller");
    assert_eq!(dispute.get("/evidence/needed"), true);
    assert_eq!(house.get("/v1/disputes/dp_2", &key).await.get("/outcome"), "lost");
    let invoice = house.get("/v1/invoices/in_1", &key).await;
    assert_eq!(invoice.get("/total/display"), "980 jpy");
    assert_eq!(invoice.get("/attempts/count"), 1);
    assert_eq!(invoice.get("/because/0/event"), "evt_1");
    let payment = house.get("/v1/payments/ch_1", &key).await;
    assert_eq!((payment.get("/amount/display"), payment.get("/kind")), ("12.340 kwd".into(), "charge".into()));
    assert_eq!(payment.get("/size"), 1);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_what_is_not_there_is_unknown() {
    let house = full().await;
    let key = house.key(Role::Analyst).await;
    for (path, reason) in [
        ("/v1/disputes?open=maybe", "malformed"),
        ("/v1/disputes?due_before=soon", "malformed"),
        ("/v1/disputes?before=dp_1", "malformed"),
        ("/v1/invoices?limit=201", "malformed"),
        ("/v1/invoices?staus=open", "malformed"),
        ("/v1/payments?kind=cheque", "malformed"),
        ("/v1/disputes/dp_9", "unknown"),
        ("/v1/invoices/in_9", "unknown"),
        ("/v1/payments/ch_9", "unknown"),
    ] {
        assert_eq!(house.get(path, &key).await.problem().1, reason, "{path}");
    }
}

#[tokio::test]
async fn nothing_is_told_to_an_app_or_to_another_scope() {
    let house = full().await;
    let app = house.key(Role::App).await;
    let stranger = house.key_in(Role::Analyst, &Scope { account: None, mode: Mode::Live }).await;
    for what in ["disputes", "invoices", "payments"] {
        assert_eq!(house.get(&format!("/v1/{what}"), &app).await.problem().1, "role_too_low");
        let page = house.get(&format!("/v1/{what}"), &stranger).await;
        assert_eq!(page.get(&format!("/{what}")).as_array().map(Vec::len), Some(0), "{what}");
    }
    assert_eq!(house.get("/v1/disputes/dp_1", &stranger).await.problem().1, "unknown");
}
