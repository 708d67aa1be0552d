//! Invoices, payments and disputes: from signed events to what is told of them, over HTTP and at the command line.

use serde_json::{Value, json};

use crate::harness::event::{BEGIN, bytes, event};
use crate::harness::house::House;
use crate::harness::show;

/// A dispute over the charge of the story.
fn disputed(event_id: &str, status: &str, created: i64) -> Vec<u8> {
    let object = json!({
        "id": "dp_ada", "object": "dispute", "charge": "ch_ada", "payment_intent": "pi_in_ada", "amount": 2000, "currency": "usd",
        "status": status, "reason": "fraudulent", "created": BEGIN + 50, "livemode": false, "balance_transactions": [],
        "evidence_details": {"due_by": 4_102_444_800_i64, "has_evidence": false, "past_due": false, "submission_count": 0},
        "evidence": {"customer_email_address": "ada@example.com", "customer_name": "Ada"}, "metadata": {"seller": "acct_shop"},
    });
    bytes(&event(event_id, "charge.dispute.updated", created, &object))
}

/// Half of the charge of the story, given back.
fn refunded() -> Vec<u8> {
    let object = json!({
        "id": "re_ada", "object": "refund", "charge": "ch_ada", "payment_intent": "pi_in_ada", "amount": 500, "currency": "usd",
        "status": "succeeded", "reason": "requested_by_customer", "created": BEGIN + 60, "metadata": {},
    });
    bytes(&event("evt_refunded", "refund.created", BEGIN + 60, &object))
}

/// A payment that waits for the customer.
fn waits() -> Vec<u8> {
    let object = json!({
        "id": "pi_waits", "object": "payment_intent", "customer": "cus_ada", "amount": 1200, "amount_received": 0, "currency": "eur",
        "status": "requires_action", "next_action": {"type": "use_stripe_sdk"}, "created": BEGIN + 70, "livemode": false,
        "client_secret": "pi_waits_secret_1", "latest_charge": null, "metadata": {},
    });
    bytes(&event("evt_waits", "payment_intent.requires_action", BEGIN + 70, &object))
}

/// An invoice with a proration, a tax of which the event shows whose it is, and a line that credits.
fn upgraded() -> Vec<u8> {
    let rate =
        json!({"id": "txr_de", "object": "tax_rate", "display_name": "VAT", "jurisdiction": "DE", "percentage": 19.0});
    let line = |id: &str, amount: i64, text: &str, tax: i64| {
        json!({
            "id": id, "object": "line_item", "amount": amount, "currency": "usd", "quantity": 1, "description": text,
            "period": {"start": BEGIN + 100, "end": BEGIN + 200}, "pricing": {"unit_amount_decimal": "3000"},
            "parent": {"type": "invoice_item_details", "invoice_item_details": {"subscription": "sub_ada", "proration": true}},
            "taxes": [{"amount": tax, "tax_behavior": "exclusive", "tax_rate_details": {"tax_rate": "txr_de"}, "taxable_amount": amount}],
        })
    };
    let object = json!({
        "id": "in_more", "object": "invoice", "customer": "cus_ada", "number": "ADA-2", "status": "open", "currency": "usd",
        "created": BEGIN + 100, "total": 1190, "subtotal": 1000, "amount_due": 1190, "amount_paid": 0, "amount_remaining": 1190,
        "starting_balance": 0, "ending_balance": 0, "attempt_count": 1, "attempted": true, "livemode": false,
        "next_payment_attempt": 4_102_444_800_i64, "collection_method": "charge_automatically",
        "billing_reason": "subscription_update", "default_tax_rates": [rate], "customer_email": "ada@example.com",
        "total_taxes": [{"amount": 190, "tax_behavior": "exclusive", "tax_rate_details": {"tax_rate": "txr_de"}, "taxable_amount": 1000}],
        "lines": {"object": "list", "has_more": false,
            "data": [line("il_back", -2000, "Unused time on pro", -380), line("il_new", 3000, "Remaining time on max", 570)]},
        "parent": {"type": "subscription_details", "subscription_details": {"subscription": "sub_ada", "metadata": {}}},
        "status_transitions": {"finalized_at": BEGIN + 100},
    });
    bytes(&event("evt_more", "invoice.payment_failed", BEGIN + 101, &object))
}

#[tokio::test]
async fn a_dispute_told_before_anything_else_finds_its_subscription_when_the_links_arrive() {
    let (house, server) = House::with_server().await;
    server.client().record(disputed("evt_disputed", "needs_response", BEGIN + 50)).await;
    house.applied(&server).await;
    let analyst = server.client().with_key(&house.key("analyst").await);
    let early = analyst.get("/v1/disputes/dp_ada").await.expect(200).json();
    assert_eq!((&early["customer"], &early["subscription"]), (&Value::Null, &Value::Null), "{early:#}");
    for body in crate::harness::event::story() {
        server.client().record(body).await;
    }
    house.applied(&server).await;
    insta::assert_snapshot!(show::answer(&analyst.get("/v1/disputes/dp_ada").await));
    let open = analyst.get("/v1/disputes?open&customer=cus_ada").await.expect(200).json();
    assert_eq!(open["disputes"][0]["id"], "dp_ada");
    server.client().record(disputed("evt_lost", "lost", BEGIN + 90)).await;
    house.applied(&server).await;
    let lost = analyst.get("/v1/disputes/dp_ada").await.expect(200).json();
    assert_eq!((&lost["outcome"], &lost["hold"]["active"]), (&"lost".into(), &false.into()), "{lost:#}");
    insta::assert_snapshot!(house.run(&["disputes"]).await.expect(0).out);
    insta::assert_snapshot!(house.run(&["disputes", "dp_ada"]).await.expect(0).out);
    let told = house.run(&["disputes", "dp_ada", "--json"]).await.expect(0).json();
    assert_eq!(told, lost, "the same as over HTTP");
    insta::assert_snapshot!(house.run(&["disputes", "dp_none"]).await.expect(3).err);
}

#[tokio::test]
async fn an_invoice_is_told_with_every_line_its_taxes_and_what_paid_it() {
    let (house, server, analyst) = House::with_story("analyst").await;
    server.client().record(upgraded()).await;
    server.client().record(refunded()).await;
    house.applied(&server).await;
    insta::assert_snapshot!(show::answer(&analyst.get("/v1/invoices/in_more").await));
    let paid = analyst.get("/v1/invoices/in_ada").await.expect(200).json();
    assert_eq!(paid["paid_with"][0]["id"], "pi_in_ada", "{paid:#}");
    assert_eq!(paid["refunded"]["display"], "5.00 usd");
    let listed = analyst.get("/v1/invoices?subscription=sub_ada").await.expect(200).json();
    let ids: Vec<&Value> = listed["invoices"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(ids, ["in_more", "in_ada"]);
    insta::assert_snapshot!(house.run(&["invoices", "--customer=cus_ada"]).await.expect(0).out);
    insta::assert_snapshot!(house.run(&["invoices", "in_more"]).await.expect(0).out);
    let told = house.run(&["invoices", "--status=open", "--json"]).await.expect(0).json();
    assert_eq!(told, analyst.get("/v1/invoices?status=open").await.json(), "the same as over HTTP");
}

#[tokio::test]
async fn payments_are_told_with_what_they_are_about_and_without_what_is_secret() {
    let (house, server, analyst) = House::with_story("analyst").await;
    server.client().record(refunded()).await;
    server.client().record(waits()).await;
    house.applied(&server).await;
    let page = analyst.get("/v1/payments?customer=cus_ada").await;
    assert!(!page.text().contains("secret"), "{}", page.text());
    insta::assert_snapshot!(show::answer(&page));
    let waiting = analyst.get("/v1/payments?kind=payment_intent&status=requires_action").await.expect(200).json();
    assert_eq!(waiting["payments"][0]["next_action"], "use_stripe_sdk");
    insta::assert_snapshot!(house.run(&["payments", "--invoice=in_ada"]).await.expect(0).out);
    insta::assert_snapshot!(house.run(&["payments", "re_ada"]).await.expect(0).out);
    insta::assert_snapshot!(house.run(&["payments", "--kind=cheque"]).await.expect(2).err);
}
