//! What one subscription says in each of its states, and what time does to it.

use super::given::{KNOWN, ask, ask_one, because, day, next, policy, source, standing, trial};
use crate::{
    entitlement::{Code, CustomerState, Policy, SourceRef, Warning, evaluate, evaluate_all},
    fact::{PauseCollection, TrialEnd},
    id::SubscriptionId,
    subscription::Standing,
};

#[test]
fn without_a_policy_an_active_subscription_grants_its_lookup_key_and_its_product() {
    let answer = ask_one(standing("active"), 3);
    assert_eq!((answer.allowed, answer.code), (true, Code::Active));
    assert_eq!(answer.source, Some(SourceRef::Subscription { id: SubscriptionId::new("sub_1") }));
    assert_eq!(because(&answer), ["evt_shown"]);
    assert!(ask(&[source("sub_1", standing("active"))], "prod_pro", 3).allowed);
    let all = evaluate_all(&Policy::default(), KNOWN, &[source("sub_1", standing("active"))], day(3));
    assert_eq!(all.keys().map(|name| &**name).collect::<Vec<_>>(), ["pro", "prod_pro"]);
}

#[test]
fn a_renewal_date_that_passes_without_news_keeps_access_and_says_so() {
    let before = ask_one(standing("active"), 29);
    assert_eq!(next(&before), Some((day(30), Code::RenewalUnconfirmed)));
    let answer = ask_one(standing("active"), 300);
    assert_eq!((answer.allowed, answer.code), (true, Code::RenewalUnconfirmed));
    assert_eq!(answer.warnings, [Warning::RenewalUnconfirmed]);
    assert_eq!(answer.next_change, None);
}

#[test]
fn an_overrun_denies_when_a_renewal_stays_unconfirmed_for_too_long() {
    let policy = policy("[rules]\noverrun = \"3 days\"");
    let at = |number| evaluate(&policy, KNOWN, &[source("sub_1", standing("active"))], "pro", day(number));
    assert_eq!((at(32).code, next(&at(32))), (Code::RenewalUnconfirmed, Some((day(33), Code::RenewalOverdue))));
    assert_eq!((at(33).allowed, at(33).code), (false, Code::RenewalOverdue));
}

#[test]
fn a_subscription_that_cancels_with_its_period_ends_then_without_another_event() {
    let canceling = Standing { cancel_at_period_end: true, ..standing("active") };
    let before = ask_one(canceling.clone(), 29);
    assert_eq!((before.allowed, before.code), (true, Code::Canceling));
    assert_eq!(next(&before), Some((day(30), Code::Canceled)));
    assert_eq!(ask_one(canceling, 30).code, Code::Canceled);
}

#[test]
fn a_date_set_for_the_end_acts_on_that_date() {
    let canceling = Standing { cancel_at: Some(day(10)), ..standing("active") };
    assert_eq!(next(&ask_one(canceling.clone(), 3)), Some((day(10), Code::Canceled)));
    assert!(!ask_one(canceling, 10).allowed);
}

#[test]
fn a_canceled_subscription_denies_and_names_the_event_that_ended_it() {
    let answer = ask_one(standing("canceled"), 3);
    assert_eq!((answer.allowed, answer.code), (false, Code::Canceled));
    assert_eq!(because(&answer), ["evt_since"]);
    assert_eq!((answer.value, answer.next_change), (None, None));
}

#[test]
fn states_in_which_nothing_was_paid_deny_by_their_own_names() {
    for (status, code) in [
        ("incomplete", Code::Incomplete),
        ("incomplete_expired", Code::IncompleteExpired),
        ("unpaid", Code::Unpaid),
        ("paused", Code::Paused),
        ("hibernating", Code::UnknownStatus),
    ] {
        let answer = ask_one(standing(status), 3);
        assert_eq!((answer.allowed, answer.code), (false, code), "{status}");
    }
}

#[test]
fn a_pending_update_changes_nothing_until_it_is_paid() {
    let pending = Standing { pending_update: true, ..standing("active") };
    assert_eq!(ask_one(pending, 3), ask_one(standing("active"), 3));
}

#[test]
fn a_trial_without_a_payment_method_ends_access_when_it_will_cancel_or_pause() {
    for end in [TrialEnd::Cancel, TrialEnd::Pause] {
        let trial = Standing { trial_end_without_method: end, ..trial() };
        let before = ask_one(trial.clone(), 13);
        assert_eq!((before.code, next(&before)), (Code::Trialing, Some((day(14), Code::TrialEnded))));
        assert_eq!((ask_one(trial.clone(), 14).allowed, ask_one(trial, 14).code), (false, Code::TrialEnded));
    }
}

#[test]
fn a_trial_goes_on_into_an_unconfirmed_renewal_when_there_is_a_way_to_pay_or_an_invoice_will_be_made() {
    let pausing = Standing { trial_end_without_method: TrialEnd::Pause, ..trial() };
    let own_method = Standing { has_payment_method: true, ..pausing.clone() };
    for standing in [trial(), own_method] {
        assert_eq!(next(&ask_one(standing, 13)), Some((day(14), Code::RenewalUnconfirmed)));
    }
    for has_payment_method in [Some(true), None] {
        let customer = CustomerState::Known { has_payment_method };
        let answer = evaluate(&Policy::default(), customer, &[source("sub_1", pausing.clone())], "pro", day(14));
        assert_eq!((answer.allowed, answer.code), (true, Code::RenewalUnconfirmed), "{has_payment_method:?}");
    }
}

#[test]
fn a_policy_can_grant_nothing_in_trials() {
    let policy = policy("[rules]\ntrial = \"deny\"");
    let answer = evaluate(&policy, KNOWN, &[source("sub_1", trial())], "pro", day(3));
    assert_eq!((answer.allowed, answer.code), (false, Code::TrialNotGranted));
}

#[test]
fn paused_collection_keeps_access_unless_the_policy_says_otherwise() {
    let paused = PauseCollection { behavior: "void".into(), resumes: None };
    let paused = [source("sub_1", Standing { pause_collection: Some(paused), ..standing("active") })];
    let answer = ask(&paused, "pro", 3);
    assert_eq!((answer.code, answer.warnings), (Code::Active, vec![Warning::CollectionPaused]));
    let denying = policy("[rules]\npaused_collection = \"deny\"");
    assert_eq!(evaluate(&denying, KNOWN, &paused, "pro", day(3)).code, Code::CollectionPaused);
}

#[test]
fn a_full_refund_keeps_access_unless_the_policy_ends_it() {
    let refunded = [source("sub_1", Standing { last_paid_refunded: true, ..standing("active") })];
    let answer = ask(&refunded, "pro", 3);
    assert_eq!((answer.code, answer.warnings), (Code::Active, vec![Warning::Refunded]));
    let ending = policy("[rules]\nfull_refund = \"end\"");
    let answer = evaluate(&ending, KNOWN, &refunded, "pro", day(3));
    assert_eq!((answer.allowed, answer.code), (false, Code::Refunded));
    assert_eq!(because(&answer), ["evt_paid", "evt_shown"]);
}

#[test]
fn a_deleted_and_an_unknown_customer_are_denied_by_name() {
    let sources = [source("sub_1", standing("active"))];
    let code = |customer| evaluate(&Policy::default(), customer, &sources, "pro", day(3)).code;
    assert_eq!(code(CustomerState::Deleted), Code::CustomerDeleted);
    assert_eq!(code(CustomerState::Unknown), Code::UnknownCustomer);
}

#[test]
fn silence_about_a_feature_is_told_apart() {
    let policy = policy("[features.pro]\nkind = \"switch\"\n[rules]\nunlisted = \"nothing\"");
    let code = |sources: &[_], feature| evaluate(&policy, KNOWN, sources, feature, day(3)).code;
    assert_eq!(code(&[], "pro"), Code::NoSubscription);
    assert_eq!(code(&[source("sub_1", standing("active"))], "pro"), Code::NotGranted);
    assert_eq!(code(&[], "prow"), Code::UnknownFeature);
    assert_eq!(ask(&[], "pro", 3).code, Code::NoSubscription);
    assert_eq!(ask(&[source("sub_1", standing("active"))], "prow", 3).code, Code::UnknownFeature);
}
