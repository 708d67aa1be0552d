//! Money adds up: lines, discounts, taxes and balances of invoices; refunds of charges; balances of customers.

use std::collections::BTreeMap;

use daybook_simulator::ApiShape;
use serde_json::Value;

use crate::common::{histories, key, render};

fn sum(list: &Value, field: &str) -> i64 {
    list.as_array().unwrap().iter().map(|entry| entry[field].as_i64().unwrap()).sum()
}

fn int(object: &Value, field: &str) -> i64 {
    object[field].as_i64().unwrap_or_else(|| panic!("{field} of {object}"))
}

/// The exclusive tax of an invoice, and all of it, in whichever form the shape has.
fn taxes(invoice: &Value) -> (i64, i64) {
    let (name, is_exclusive): (_, fn(&Value) -> bool) = if invoice.get("total_taxes").is_some() {
        ("total_taxes", |tax| tax["tax_behavior"] == "exclusive")
    } else {
        ("total_tax_amounts", |tax| tax["inclusive"] == false)
    };
    let entries = invoice[name].as_array().unwrap();
    let all = sum(&invoice[name], "amount");
    let exclusive = entries.iter().filter(|tax| is_exclusive(tax)).map(|tax| int(tax, "amount")).sum();
    (exclusive, all)
}

#[test]
fn an_invoices_total_is_its_lines_less_discounts_plus_exclusive_tax() {
    for shape in ApiShape::ALL {
        let (mut taxed, mut discounted, mut negative, mut long) = (0, 0, 0, 0);
        for history in histories() {
            for event in render(history, shape).iter().filter(|event| event.object["object"] == "invoice") {
                let invoice = &event.object;
                if invoice["lines"]["has_more"] == true {
                    assert_eq!(invoice["lines"]["data"].as_array().unwrap().len(), 10);
                    assert!(int(&invoice["lines"], "total_count") > 10);
                    long += 1;
                    continue;
                }
                let lines = sum(&invoice["lines"]["data"], "amount");
                let discounts = sum(&invoice["total_discount_amounts"], "amount");
                let (exclusive, all) = taxes(invoice);
                assert_eq!(int(invoice, "subtotal"), lines);
                assert_eq!(int(invoice, "total"), lines - discounts + exclusive, "{invoice}");
                assert_eq!(int(invoice, "total_excluding_tax"), int(invoice, "total") - all);
                let line_tax_name = if shape.is_basil_or_later() { "taxes" } else { "tax_amounts" };
                let line_taxes: i64 = invoice["lines"]["data"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|line| sum(&line[line_tax_name], "amount"))
                    .sum();
                assert_eq!(line_taxes, all);
                taxed += usize::from(all != 0);
                discounted += usize::from(discounts != 0);
                negative += usize::from(int(invoice, "total") < 0);
            }
        }
        assert!(taxed > 50 && discounted > 50, "{taxed} {discounted}");
        assert!(negative > 0 && long > 0, "{negative} {long}");
    }
}

#[test]
fn what_is_due_is_the_total_with_the_balance_and_what_remains_is_the_rest() {
    let (mut credited, mut used) = (0, 0);
    for history in histories() {
        for event in render(history, ApiShape::Clover).iter().filter(|event| event.object["object"] == "invoice") {
            let invoice = &event.object;
            let (due, paid) = (int(invoice, "amount_due"), int(invoice, "amount_paid"));
            assert_eq!(int(invoice, "amount_remaining"), due - paid);
            assert!(due >= 0 && paid >= 0 && paid <= due);
            if let Some(ending) = invoice["ending_balance"].as_i64() {
                let starting = int(invoice, "starting_balance");
                let reduced = int(invoice, "pre_payment_credit_notes_amount");
                assert_eq!(due, int(invoice, "total") - (ending - starting) - reduced, "{invoice}");
                credited += usize::from(ending < starting);
                used += usize::from(ending > starting);
            }
        }
    }
    assert!(credited > 0 && used > 0, "{credited} credited, {used} used");
}

#[test]
fn a_customers_balance_moves_exactly_as_invoices_and_credit_notes_say() {
    for history in histories() {
        // By object, since one change can be told by two events.
        let mut balance = 0;
        let mut moved: BTreeMap<String, i64> = BTreeMap::new();
        for event in render(history, ApiShape::Endive) {
            match event.kind {
                "customer.created" | "customer.updated" => balance = int(&event.object, "balance"),
                "invoice.finalized" => {
                    let by = int(&event.object, "ending_balance") - int(&event.object, "starting_balance");
                    moved.insert(key(&event.object), by);
                }
                "invoice.voided" => {
                    moved.insert(key(&event.object), 0);
                }
                "credit_note.created" if !event.object["customer_balance_transaction"].is_null() => {
                    moved.insert(key(&event.object), -int(&event.object, "amount"));
                }
                _ => {}
            }
        }
        let explained: i64 = moved.values().sum();
        assert_eq!(balance, explained, "{:?}", history.customer);
    }
}

#[test]
fn amount_refunded_is_the_sum_of_the_refunds_so_far_and_never_more_than_was_captured() {
    for history in histories() {
        let mut refunds: BTreeMap<String, (String, i64)> = BTreeMap::new();
        for event in render(history, ApiShape::Basil) {
            match event.kind {
                "refund.created" => {
                    let charge = event.object["charge"].as_str().unwrap().to_owned();
                    refunds.insert(key(&event.object), (charge, int(&event.object, "amount")));
                }
                // What is released was never captured: since basil that is no refund.
                "charge.refunded" if event.object["captured"] == true => {
                    let charge = &event.object;
                    let of_this = refunds.values().filter(|(of, _)| charge["id"] == of.as_str());
                    let so_far: i64 = of_this.map(|(_, amount)| amount).sum();
                    assert_eq!(int(charge, "amount_refunded"), so_far);
                    assert!(so_far <= int(charge, "amount_captured"));
                    assert_eq!(charge["refunded"], so_far == int(charge, "amount_captured"));
                    assert!(event.previous.unwrap()["amount_refunded"].is_i64());
                }
                _ => {}
            }
        }
    }
}

#[test]
fn three_decimal_amounts_end_in_zero_and_every_currency_appears() {
    let mut currencies = std::collections::BTreeSet::new();
    for history in histories() {
        for event in render(history, ApiShape::Acacia).iter().filter(|event| event.object["object"] == "charge") {
            let code = event.object["currency"].as_str().unwrap().to_owned();
            assert!(code != "kwd" || int(&event.object, "amount") % 10 == 0);
            currencies.insert(code);
        }
    }
    assert_eq!(currencies.len(), 5);
}

#[test]
fn the_truth_agrees_with_the_events_of_every_shape() {
    for shape in ApiShape::ALL {
        for history in histories() {
            let truth = history.truth();
            let mut newest: BTreeMap<String, Value> = BTreeMap::new();
            for event in render(history, shape) {
                newest.insert(key(&event.object), event.object);
            }
            for (id, status) in &truth.subscriptions {
                assert_eq!(newest[&format!("subscription:{id}")]["status"], *status);
            }
            for (code, money) in &truth.money {
                let of = |kind: &str| {
                    newest
                        .values()
                        .filter(|object| object["object"] == kind && object["currency"] == *code)
                        .collect::<Vec<_>>()
                };
                let paid: i64 = of("charge").iter().map(|charge| int(charge, "amount_captured")).sum();
                assert_eq!(paid, money.paid);
                let open = of("invoice").into_iter().filter(|invoice| invoice["status"] == "open");
                assert_eq!(open.map(|invoice| int(invoice, "amount_remaining")).sum::<i64>(), money.outstanding);
            }
        }
    }
}

#[test]
fn an_invoice_paid_in_parts_adds_them_up() {
    let mut parts = 0;
    for shape in ApiShape::ALL {
        for history in histories() {
            let mut paid: BTreeMap<String, i64> = BTreeMap::new();
            for event in render(history, shape) {
                if event.kind == "invoice_payment.paid" {
                    let invoice = event.object["invoice"].as_str().unwrap().to_owned();
                    let first = paid.insert(invoice, int(&event.object, "amount_paid"));
                    parts += usize::from(first.is_some_and(|first| first != int(&event.object, "amount_paid")));
                }
                if event.kind == "invoice.updated" && event.object["status"] == "open" {
                    assert!(int(&event.object, "amount_paid") < int(&event.object, "amount_due").max(1));
                }
            }
        }
    }
    assert!(parts > 10, "{parts} further payments");
}

#[test]
fn a_taxed_sale_says_how_much_of_its_total_is_tax() {
    let world = crate::common::world(57, 0);
    let mut taxed = 0;
    for number in 0..20 {
        for event in render(&world.story_of(number, &[daybook_simulator::Story::TaxedOneOff]), ApiShape::Basil) {
            if event.kind == "checkout.session.completed" {
                let session = &event.object;
                let (subtotal, total) = (int(session, "amount_subtotal"), int(session, "amount_total"));
                let tax = int(&session["total_details"], "amount_tax");
                assert!(tax > 0 && (total == subtotal || total == subtotal + tax));
                taxed += 1;
            }
        }
    }
    assert!(taxed > 15);
}
