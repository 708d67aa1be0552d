//! What holds of every customer under every policy at every time.

use proptest::prelude::*;

use super::given::{dispute, failed, item, paid, standing, summary};
use crate::{
    customer::{Authority, Ended, Extent, Given, Word},
    entitlement::{Answer, Code, CustomerState, Policy, Source, Value, evaluate, evaluate_all},
    fact::{Item, PauseCollection, SubscriptionStatus, TrialEnd},
    id::{CustomerId, EventId, SubscriptionId},
    order::{Moment, Rank},
    settlement::{DisputePhase, Purchase, PurchaseDispute},
    subscription::{PaidItem, Standing},
    time::{Period, Timestamp},
};

/// Everything happens within these seconds, so that every one of them can be looked at.
const SECONDS: i64 = 40;

const FEATURES: [&str; 6] = ["calls", "seats", "support", "sso", "pro", "nowhere"];

fn second(number: i64) -> Timestamp {
    Timestamp::from_unix(number).unwrap()
}

fn time() -> impl Strategy<Value = Timestamp> {
    (0..SECONDS).prop_map(second)
}

fn status() -> impl Strategy<Value = SubscriptionStatus> {
    let names = ["active", "trialing", "past_due", "past_due", "canceled", "unpaid", "paused", "incomplete", "new"];
    prop::sample::select(names.to_vec()).prop_map(SubscriptionStatus::parse)
}

fn items() -> impl Strategy<Value = Vec<Item>> {
    let one = (prop::sample::select(["pro", "seat", "other"].as_slice()), prop::option::of(0_i64..4));
    prop::collection::vec(one.prop_map(|(name, quantity)| Item { quantity, ..item(name) }), 0..3)
}

/// What is due and what is disputed, with every time inside the seconds above.
fn money() -> impl Strategy<Value = Standing> {
    let phases = [DisputePhase::Open, DisputePhase::Lost, DisputePhase::Won, DisputePhase::Harmless];
    let dispute = (prop::sample::select(phases.to_vec()), time()).prop_map(|(phase, at)| {
        let mut dispute = dispute(phase);
        dispute.opened.at = at;
        dispute.closed.iter_mut().for_each(|closed| closed.at = at);
        dispute
    });
    let unpaid = (time(), prop::option::of(time()), prop::option::of(time())).prop_map(|(created, due, at)| {
        let mut invoice = failed("in_1", 0);
        (invoice.created, invoice.due) = (created, due);
        invoice.failed = invoice.failed.zip(at).map(|(failed, at)| Moment { at, ..failed });
        invoice
    });
    let prices = prop::sample::subsequence(vec!["pro", "gone", "unnamed"], 0..3);
    let disputes = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(dispute, 1..3)];
    let paid_at = prop::option::of(time());
    (disputes, prop::collection::vec(unpaid, 0..3), prices, paid_at, any::<bool>()).prop_map(
        |(disputes, unpaid, prices, at, last_paid_refunded)| {
            let standing = standing("active");
            let last_paid = standing.last_paid.clone().zip(at).map(|(last, at)| Moment { at, ..last });
            let paid_items = prices.into_iter().map(|name| PaidItem { names: None, ..paid(name) }).collect();
            Standing { unpaid, last_paid, paid_items, last_paid_refunded, disputes, ..standing }
        },
    )
}

fn standings() -> impl Strategy<Value = Standing> {
    let period = prop::option::of((time(), time()).prop_map(|(start, end)| Period { start, end }));
    let ends = [TrialEnd::CreateInvoice, TrialEnd::Cancel, TrialEnd::Pause];
    let trial = (prop::option::of(time()), prop::sample::select(ends.to_vec()));
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    (status(), items(), time(), period, trial, prop::option::weighted(0.3, time()), flags, money()).prop_map(
        |(status, items, since, period, (trial_end, trial_end_without_method), cancel_at, flags, money)| {
            let (cancel_at_period_end, has_payment_method, paused) = flags;
            let pause_collection = paused.then(|| PauseCollection { behavior: "void".into(), resumes: None });
            let mut standing = Standing { status, items, period, trial_end, trial_end_without_method, ..money };
            standing.since.at = since;
            Standing { has_payment_method, cancel_at, cancel_at_period_end, pause_collection, ..standing }
        },
    )
}

/// What operators said, with every time inside the seconds above.
fn operators() -> impl Strategy<Value = Source> {
    let word = prop::sample::select([Word::Grant, Word::Grant, Word::Revocation].as_slice());
    let extents = [None, Some(Extent::Limit(9)), Some(Extent::Unlimited), Some(Extent::Value("phone".into()))];
    let extent = prop::sample::select(extents.to_vec());
    let feature = prop::sample::select(FEATURES.as_slice());
    let given = (word, feature, extent, time(), prop::option::of(time()), prop::option::of(time())).prop_map(
        |(word, feature, extent, starts, ends, early)| {
            let by = Authority { actor: "anna".into(), reason: "why".into(), ticket: None, via: None };
            let ended = early.filter(|_| ends.is_some());
            let ended = ended.map(|at| Ended { record: EventId::new("op_end"), at, by: by.clone() });
            Given { word, feature: feature.into(), extent, starts, ends, given_at: second(0), by, ended }
        },
    );
    let released = prop::option::of(time()).prop_map(|at| {
        let moment = at.map(|at| Moment { at, rank: Rank::Updated, event: EventId::new("op_release") });
        moment.map(|moment| ("dp_1".into(), moment)).into_iter().collect()
    });
    (prop::collection::vec(given, 0..4), released).prop_map(|(given, released)| {
        let numbered = given.into_iter().enumerate();
        let given = numbered.map(|(number, given)| (EventId::new(format!("op_{number}")), given)).collect();
        Source::Operators { given, released }
    })
}

/// Something bought once, with every time inside the seconds above.
fn purchases() -> impl Strategy<Value = Source> {
    let phases = [DisputePhase::Open, DisputePhase::Lost, DisputePhase::Won];
    let disputes = prop::option::weighted(0.3, (prop::sample::select(phases.to_vec()), time()));
    (any::<bool>(), any::<bool>(), time(), prop::bool::weighted(0.2), disputes).prop_map(
        |(by_link, marked, at, refunded, dispute)| {
            let moment = |event: &str, at| Moment { at, rank: Rank::Updated, event: EventId::new(event) };
            let disputes = dispute.into_iter().map(|(phase, at)| PurchaseDispute {
                dispute: "dp_1".into(),
                phase,
                opened: moment("evt_opened", at),
                closed: (phase != DisputePhase::Open).then(|| moment("evt_closed", at)),
            });
            let purchase = Purchase {
                customer: CustomerId::new("cus_1"),
                payment_link: by_link.then(|| "plink_1".into()),
                metadata: marked.then(|| ("pack".into(), "seats".into())).into_iter().collect(),
                items: Vec::new(),
                items_truncated: false,
                paid: moment("evt_bought", at),
                refunded_by: refunded.then(|| EventId::new("evt_refund")).into_iter().collect(),
                disputes: disputes.collect(),
            };
            Source::Purchase { id: "cs_1".into(), purchase: Box::new(purchase) }
        },
    )
}

fn sources() -> impl Strategy<Value = Vec<Source>> {
    let bought = prop::collection::vec(purchases(), 0..3);
    (subscribed(), prop::option::weighted(0.5, operators()), bought).prop_map(|(sources, operators, bought)| {
        let numbered = bought.into_iter().enumerate().map(|(number, source)| match source {
            Source::Purchase { purchase, .. } => Source::Purchase { id: format!("cs_{number}").into(), purchase },
            other => other,
        });
        sources.into_iter().chain(operators).chain(numbered).collect()
    })
}

fn subscribed() -> impl Strategy<Value = Vec<Source>> {
    let listed = prop::sample::subsequence(FEATURES.to_vec(), 0..3);
    (prop::collection::vec(standings(), 0..5), prop::option::weighted(0.3, listed)).prop_map(|(standings, listed)| {
        let numbered = standings.into_iter().enumerate().map(|(number, standing)| Source::Subscription {
            id: SubscriptionId::new(format!("sub_{number}")),
            standing: Box::new(standing),
        });
        numbered.chain(listed.map(|features| summary(&features))).collect()
    })
}

fn customers() -> impl Strategy<Value = CustomerState> {
    let known = prop::option::of(any::<bool>());
    prop_oneof![
        8 => known.prop_map(|has_payment_method| CustomerState::Known { has_payment_method }),
        1 => Just(CustomerState::Unknown),
        1 => Just(CustomerState::Deleted),
    ]
}

const PLANS: &str = r#"
[features]
calls = { kind = "limit" }
seats = { kind = "limit", combine = "sum", per_quantity = true }
support = { kind = "value", order = ["forum", "mail", "phone"] }
sso = { kind = "switch" }
[plans.pro]
prices = ["price_pro", "price_gone"]
grants = { calls = 100, seats = { limit = 5, per_quantity = false }, support = "mail", sso = true }
[plans.seat]
products = ["prod_seat"]
grace = "5 seconds"
trial = "deny"
grants = { seats = 1, calls = 50 }
[purchases.once]
payment_links = ["plink_1"]
lasts = "lifetime"
grants = { calls = 60, sso = true }
[purchases.pack]
metadata = { pack = "seats" }
lasts = "6 seconds"
grants = { seats = 2, calls = 90 }
[plans.both]
lookup_keys = ["pro", "seat"]
grants = { calls = 70, support = "phone" }
"#;

/// A policy with or without plans, defaults and rules.
pub(in crate::entitlement) fn policies() -> impl Strategy<Value = Policy> {
    let pick = |options: &'static [&'static str]| prop::sample::select(options);
    let rules = (
        pick(&["", "grace = \"0 days\"\n", "grace = \"9 seconds\"\n"]),
        pick(&["", "", "overrun = \"4 seconds\"\n"]),
        pick(&["", "dispute_open = \"keep\"\n"]),
        pick(&["", "dispute_lost = \"hold_until_release\"\n", "dispute_lost = \"keep\"\n"]),
        pick(&["", "paused_collection = \"deny\"\n"]),
        pick(&["", "full_refund = \"end\"\n"]),
        pick(&["", "trial = \"deny\"\n"]),
        pick(&["", "unlisted = \"names\"\n"]),
    );
    let rules = rules.prop_map(|(a, b, c, d, e, f, g, h)| format!("[rules]\n{a}{b}{c}{d}{e}{f}{g}{h}"));
    let defaults = pick(&["", "[defaults]\ncalls = 7\nsupport = \"forum\"\n"]);
    let planned = (rules.clone(), defaults).prop_map(|(rules, defaults)| format!("{rules}{PLANS}{defaults}"));
    prop_oneof![3 => planned, 1 => rules].prop_map(|text| Policy::parse(&text).unwrap())
}

/// What an application acts upon.
fn said(answer: &Answer) -> (bool, Code, Option<Value>) {
    (answer.allowed, answer.code, answer.value.clone())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn an_answer_and_its_next_change_agree_with_the_clock(
        policy in policies(), customer in customers(), sources in sources(), now in time(),
        feature in prop::sample::select(FEATURES.as_slice()),
    ) {
        let ask = |at| evaluate(&policy, customer, &sources, feature, at);
        let answer = ask(now);
        let until = answer.next_change.as_ref().map_or(SECONDS + 700_000, |change| change.at.unix());
        for at in now.unix()..until.min(2 * SECONDS) {
            let meanwhile = ask(second(at));
            prop_assert_eq!(said(&meanwhile), said(&answer));
            // Which of several sources that say the same is named first may change, but not whose word it is.
            let kind = |answer: &Answer| answer.source.as_ref().map(std::mem::discriminant);
            prop_assert!(!answer.allowed || kind(&meanwhile) == kind(&answer));
            prop_assert_eq!(&meanwhile.warnings, &answer.warnings);
        }
        if let Some(change) = &answer.next_change {
            prop_assert!(change.at > now);
            let later = ask(change.at);
            prop_assert_eq!(said(&later), (change.allowed, change.code, change.value.clone()));
            prop_assert_ne!(said(&later), said(&answer));
        } else {
            prop_assert_eq!(said(&ask(Timestamp::MAX)), said(&answer));
        }
    }

    #[test]
    fn the_order_of_the_sources_does_not_matter(
        policy in policies(), customer in customers(), now in time(),
        (sources, shuffled) in sources().prop_flat_map(|sources| (Just(sources.clone()), Just(sources).prop_shuffle())),
    ) {
        prop_assert_eq!(
            evaluate_all(&policy, customer, &sources, now),
            evaluate_all(&policy, customer, &shuffled, now)
        );
    }

    #[test]
    fn one_more_active_subscription_never_takes_access_away(
        policy in policies(), customer in customers(), sources in sources(), now in time(), items in items(),
    ) {
        let active = Standing { items, period: None, ..standing("active") };
        let mut more = sources.clone();
        more.push(Source::Subscription { id: SubscriptionId::new("sub_more"), standing: Box::new(active) });
        let with = evaluate_all(&policy, customer, &more, now);
        for (feature, answer) in evaluate_all(&policy, customer, &sources, now) {
            prop_assert!(!answer.allowed || with[&feature].allowed, "{feature}");
        }
    }

    #[test]
    fn a_revocation_in_force_denies_whatever_else_there_is(
        policy in policies(), sources in sources(), now in time(), feature in prop::sample::select(FEATURES.as_slice()),
    ) {
        let known = CustomerState::Known { has_payment_method: Some(true) };
        let answer = evaluate(&policy, known, &sources, feature, now);
        let given = sources.iter().filter_map(|source| match source {
            Source::Operators { given, .. } => Some(given.values()),
            _ => None,
        });
        let revoked = given.flatten().any(|one| {
            one.word == Word::Revocation && *one.feature == *feature && one.holds(now) && !one.is_void()
        });
        prop_assert_eq!(answer.code == Code::Revoked, revoked);
    }

    #[test]
    fn all_answers_together_are_the_answers_one_by_one_and_every_code_keeps_its_direction(
        policy in policies(), customer in customers(), sources in sources(), now in time(),
    ) {
        for (feature, answer) in evaluate_all(&policy, customer, &sources, now) {
            prop_assert_eq!(&evaluate(&policy, customer, &sources, &feature, now), &answer);
            prop_assert_eq!(answer.allowed, answer.code.allows());
            prop_assert!(answer.because.is_sorted());
            prop_assert!(answer.allowed || answer.value.is_none());
            let first = answer.considered.first().map(|verdict| (verdict.code, verdict.source.clone()));
            prop_assert_eq!(answer.source.map(|source| (answer.code, source)), first);
        }
    }

    #[test]
    fn no_time_makes_it_fail(
        policy in policies(), customer in customers(), sources in sources(), now in 0..=Timestamp::MAX.unix(),
    ) {
        for at in [second(now), Timestamp::MIN, Timestamp::MAX] {
            evaluate_all(&policy, customer, &sources, at);
        }
    }

    #[test]
    fn a_source_is_stored_and_read_unchanged(sources in sources()) {
        for source in sources {
            let stored = serde_json::to_string(&source).unwrap();
            prop_assert_eq!(serde_json::from_str::<Source>(&stored).unwrap(), source);
        }
    }
}
