//! Every id an object names was introduced by an event, in every shape, by the ways that shape has.

use std::collections::{BTreeMap, BTreeSet};

use daybook_simulator::ApiShape;
use serde_json::Value;

use crate::common::{histories, key, render};

const LINKS: [(&str, &str); 17] = [
    ("customer", "customer"),
    ("subscription", "subscription"),
    ("invoice", "invoice"),
    ("charge", "charge"),
    ("payment_intent", "payment_intent"),
    ("latest_invoice", "invoice"),
    ("latest_charge", "charge"),
    ("payment_method", "payment_method"),
    ("default_payment_method", "payment_method"),
    ("dispute", "dispute"),
    ("refund", "refund"),
    ("product", "product"),
    ("price", "price"),
    ("transfer", "transfer"),
    ("source_transaction", "charge"),
    ("originating_transaction", "charge"),
    ("fee", "application_fee"),
];

fn walk<'a>(value: &'a Value, found: &mut Vec<(&'static str, &'a str)>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                if let (Some((_, kind)), Some(id)) = (LINKS.iter().find(|(link, _)| link == name), inner.as_str()) {
                    found.push((kind, id));
                }
                walk(inner, found);
            }
        }
        Value::Array(entries) => entries.iter().for_each(|entry| walk(entry, found)),
        _ => {}
    }
}

#[test]
fn every_link_leads_to_an_object_of_the_same_world() {
    let catalogue = crate::common::world(7, 0).catalogue();
    for shape in ApiShape::ALL {
        let base: BTreeSet<String> = render(&catalogue, shape).iter().map(|event| key(&event.object)).collect();
        for history in histories() {
            let events = render(history, shape);
            let mut known = base.clone();
            known.extend(events.iter().map(|event| key(&event.object)));
            if !shape.sends("refund.created") {
                let inlined = events.iter().filter_map(|event| event.object["refunds"]["data"].as_array()).flatten();
                known.extend(inlined.map(key));
            }
            // The charge of an application fee stands in the connected account's own world.
            for event in events.iter().filter(|event| event.object["object"] != "application_fee") {
                let mut links = Vec::new();
                walk(&event.object, &mut links);
                for (kind, id) in links {
                    // A one-off buyer's card is never attached, only charged.
                    let known_here = kind == "payment_method" || known.contains(&format!("{kind}:{id}"));
                    assert!(known_here, "{shape:?} {}: {kind} {id}", event.kind);
                }
            }
        }
    }
}

fn subscription_of(invoice: &Value) -> Option<&str> {
    let parent = &invoice["parent"]["subscription_details"]["subscription"];
    invoice["subscription"].as_str().or_else(|| parent.as_str())
}

#[test]
fn a_paid_charge_of_a_subscription_can_be_traced_to_it_in_every_shape() {
    for shape in ApiShape::ALL {
        let mut traced = 0;
        for history in histories() {
            let events = render(history, shape);
            let (mut invoice_of_intent, mut subscription_of_invoice) = (BTreeMap::new(), BTreeMap::new());
            for event in &events {
                let object = &event.object;
                match object["object"].as_str().unwrap() {
                    "invoice_payment" => {
                        let intent = object["payment"]["payment_intent"].as_str().unwrap();
                        invoice_of_intent.insert(intent.to_owned(), object["invoice"].as_str().unwrap().to_owned());
                    }
                    "invoice" => {
                        let id = object["id"].as_str().unwrap_or_default().to_owned();
                        subscription_of_invoice.insert(id, subscription_of(object).unwrap().to_owned());
                    }
                    _ => {}
                }
            }
            for event in events.iter().filter(|event| event.kind == "charge.succeeded") {
                let charge = &event.object;
                let intent = charge["payment_intent"].as_str().unwrap();
                let invoice = charge.get("invoice").and_then(Value::as_str).map(str::to_owned);
                let invoice = invoice.or_else(|| invoice_of_intent.get(intent).cloned());
                if charge["description"] == "One-off purchase" {
                    assert_eq!(invoice, None);
                } else {
                    assert!(subscription_of_invoice.contains_key(&invoice.unwrap()));
                    traced += 1;
                }
            }
        }
        assert!(traced > 100, "{traced}");
    }
}

#[test]
fn a_checkout_names_the_sellers_own_user_id() {
    for history in histories() {
        for event in render(history, ApiShape::Basil) {
            if event.kind == "checkout.session.completed" {
                let user = event.object["client_reference_id"].as_str().unwrap();
                assert!(user.starts_with("user_"));
                assert_eq!(event.object["metadata"]["user_id"], user);
            }
        }
    }
}
