//! How long access stays while a payment is past due, and what of it.

use super::given::{KNOWN, ask, ask_one, because, day, failed, item, moment, next, paid, past_due, policy, source};
use crate::{
    entitlement::{Code, Value, evaluate},
    fact::Item,
    subscription::{PaidItem, Standing, UnpaidInvoice},
};

#[test]
fn a_past_due_subscription_keeps_access_for_a_week_from_its_first_failed_attempt() {
    let before = ask_one(past_due(), 36);
    assert_eq!((before.allowed, before.code), (true, Code::Grace));
    assert_eq!(next(&before), Some((day(37), Code::PastDueGraceOver)));
    assert_eq!(because(&before), ["evt_failed_in_2", "evt_shown"]);
    let after = ask_one(past_due(), 37);
    assert_eq!((after.allowed, after.code), (false, Code::PastDueGraceOver));
}

#[test]
fn a_later_unpaid_invoice_does_not_begin_the_grace_again() {
    let twice = Standing { unpaid: vec![failed("in_2", 30), failed("in_3", 35)], ..past_due() };
    assert_eq!(next(&ask_one(twice, 36)), Some((day(37), Code::PastDueGraceOver)));
}

#[test]
fn an_invoice_written_off_before_the_last_payment_belongs_to_an_earlier_spell() {
    let again = Standing {
        since: moment("evt_first_past_due", 2),
        last_paid: Some(moment("evt_paid", 20)),
        unpaid: vec![UnpaidInvoice { written_off: true, ..failed("in_old", 2) }, failed("in_2", 30)],
        ..past_due()
    };
    assert_eq!(next(&ask_one(again, 36)), Some((day(37), Code::PastDueGraceOver)));
}

#[test]
fn an_older_debt_that_is_paid_leaves_the_newest_invoice_to_count() {
    let partly = Standing { last_paid: Some(moment("evt_paid", 40)), unpaid: vec![failed("in_3", 36)], ..past_due() };
    assert_eq!(next(&ask_one(partly, 41)), Some((day(43), Code::PastDueGraceOver)));
}

#[test]
fn a_payment_in_the_middle_of_a_spell_does_not_begin_the_grace_again_with_the_next_failure() {
    let spell = |unpaid| Standing { last_paid: Some(moment("evt_paid", 34)), unpaid, ..past_due() };
    let first = spell(vec![failed("in_2", 30)]);
    assert_eq!(next(&ask_one(first, 35)), Some((day(37), Code::PastDueGraceOver)));
    let then = spell(vec![failed("in_2", 30), failed("in_4", 60)]);
    assert_eq!(ask_one(then, 61).code, Code::PastDueGraceOver, "it never left past_due");
}

#[test]
fn the_grace_of_a_mailed_invoice_runs_from_its_due_date() {
    let mailed = UnpaidInvoice { due: Some(day(44)), failed: None, ..failed("in_2", 30) };
    let late = Standing { since: moment("evt_past_due", 44), unpaid: vec![mailed], ..past_due() };
    let answer = ask_one(late, 45);
    assert_eq!(next(&answer), Some((day(51), Code::PastDueGraceOver)));
    assert_eq!(because(&answer), ["evt_past_due", "evt_shown"]);
}

#[test]
fn without_a_failed_attempt_or_due_date_the_change_of_status_counts() {
    let unseen = UnpaidInvoice { failed: None, ..failed("in_2", 30) };
    let late = Standing { since: moment("evt_past_due", 31), unpaid: vec![unseen], ..past_due() };
    assert_eq!(next(&ask_one(late, 32)), Some((day(38), Code::PastDueGraceOver)));
}

#[test]
fn where_no_invoice_is_known_the_grace_runs_from_the_change_of_status_and_no_renewal_begins_it_again() {
    let late = Standing { since: moment("evt_past_due", 26), unpaid: Vec::new(), ..past_due() };
    assert_eq!(next(&ask_one(late, 31)), Some((day(33), Code::PastDueGraceOver)));
}

#[test]
fn each_plan_has_its_own_grace_and_no_grace_is_possible() {
    let policy = policy(
        "features.pro.kind = \"switch\"\nfeatures.basic.kind = \"switch\"\n[rules]\ngrace = \"0 days\"
         [plans.pro]\nprices = [\"price_pro\"]\ngrace = \"14 days\"\ngrants.pro = true
         [plans.basic]\nlookup_keys = [\"pro\"]\ngrants.basic = true",
    );
    let at = |feature, number| evaluate(&policy, KNOWN, &[source("sub_1", past_due())], feature, day(number));
    assert_eq!(next(&at("pro", 30)), Some((day(44), Code::PastDueGraceOver)));
    assert_eq!(at("basic", 30).code, Code::PastDueGraceOver);
}

#[test]
fn grace_keeps_what_was_last_paid_for_and_nothing_added_since() {
    let added = [source("sub_1", Standing { items: vec![item("pro"), item("extra")], ..past_due() })];
    assert_eq!(ask(&added, "pro", 31).code, Code::Grace);
    let extra = ask(&added, "extra", 31);
    assert_eq!((extra.allowed, extra.code), (false, Code::NotYetPaid));
    assert_eq!(ask(&added, "extra", 37).code, Code::PastDueGraceOver);
}

#[test]
fn an_unpaid_upgrade_leaves_the_old_plan_in_grace_where_the_policy_names_its_price() {
    let policy = policy(
        "features.pro.kind = \"switch\"\nfeatures.basic.kind = \"switch\"
         [plans.pro]\nprices = [\"price_pro\"]\ngrants.pro = true
         [plans.basic]\nprices = [\"price_basic\"]\ngrants.basic = true",
    );
    let upgraded = Standing { paid_items: vec![paid("basic")], ..past_due() };
    let code = |feature| evaluate(&policy, KNOWN, &[source("sub_1", upgraded.clone())], feature, day(31)).code;
    assert_eq!((code("basic"), code("pro")), (Code::Grace, Code::NotYetPaid));
    let active = Standing { status: crate::fact::SubscriptionStatus::Active, ..upgraded.clone() };
    let code = |feature| evaluate(&policy, KNOWN, &[source("sub_1", active.clone())], feature, day(31)).code;
    assert_eq!((code("basic"), code("pro")), (Code::NotGranted, Code::Active));
}

#[test]
fn an_unpaid_upgrade_leaves_the_old_plan_in_grace_without_a_policy_too() {
    let upgraded = [source("sub_1", Standing { items: vec![item("gold")], ..past_due() })];
    for (feature, code) in [("pro", Code::Grace), ("prod_pro", Code::Grace), ("gold", Code::NotYetPaid)] {
        assert_eq!(ask(&upgraded, feature, 31).code, code, "{feature}");
    }
    assert_eq!(ask(&upgraded, "pro", 37).code, Code::PastDueGraceOver);
}

#[test]
fn grace_gives_as_many_seats_as_were_paid_for() {
    let policy = policy(
        "features.seats = { kind = \"limit\", combine = \"sum\", per_quantity = true }
         [plans.pro]\nprices = [\"price_pro\"]\ngrants.seats = 1",
    );
    let more = Item { quantity: Some(10), ..item("pro") };
    let three = PaidItem { quantity: Some(3), ..paid("pro") };
    let grown = Standing { items: vec![more], paid_items: vec![three], ..past_due() };
    let seats = |standing: Standing| evaluate(&policy, KNOWN, &[source("sub_1", standing)], "seats", day(31));
    let late = seats(grown.clone());
    assert_eq!((late.code, late.value), (Code::Grace, Some(Value::Limit(3))));
    let active = seats(Standing { status: crate::fact::SubscriptionStatus::Active, ..grown });
    assert_eq!((active.code, active.value), (Code::Active, Some(Value::Limit(10))));
}

#[test]
fn what_an_unknown_old_price_granted_is_stood_in_for_by_the_present_items() {
    let unnamed = PaidItem { product: None, names: None, ..paid("2019") };
    let replaced = Standing { paid_items: vec![unnamed], ..past_due() };
    assert_eq!(ask_one(replaced, 31).code, Code::Grace);
}

#[test]
fn a_first_payment_after_a_trial_that_fails_gets_grace_too() {
    let converted = Standing { last_paid: None, paid_items: Vec::new(), ..past_due() };
    assert_eq!(ask_one(converted, 31).code, Code::Grace);
}

#[test]
fn a_date_set_for_the_end_cuts_the_grace_short() {
    let canceling = Standing { cancel_at: Some(day(33)), ..past_due() };
    assert_eq!(next(&ask_one(canceling, 31)), Some((day(33), Code::Canceled)));
}
