//! The invariants of the books: whole books break none, and each kind of damage breaks the one that is about it.

use std::collections::BTreeSet;

use super::{build::*, world::World};
use crate::{
    accounting::{
        Account,
        invariant::{Invariant, Leg},
    },
    fact::{CreditNote, CreditNoteStatus, DisputeStatus, Fact, Invoice, InvoiceStatus, PaidBy, RefundStatus, Signal},
};

/// An invoice of 30.00 and 2.40 tax, paid by a charge, and a third of it refunded.
fn paid_and_refunded() -> Vec<Fact> {
    let sold = invoice(3240, 240, &[line("il_1", 3000)]);
    let taken = charge(3240, 1);
    vec![
        shown_invoice("evt_1", 1, "in_1", &paid(&sold, 1)),
        shown_payment("evt_2", 1, "inpay_1", &invoice_payment("in_1", 3240, PaidBy::Charge("ch_1".into()), 1)),
        shown_refund("evt_3", 2, "re_1", &refund("ch_1", 1080, 2)),
        shown_charge("evt_4", 2, "ch_1", &crate::fact::Charge { amount_refunded: 1080, ..taken }),
    ]
}

/// A dispute over that charge, with the balance transaction of its money.
fn disputed(status: DisputeStatus) -> Vec<Fact> {
    let mut facts = paid_and_refunded();
    let mut over = dispute("ch_1", status, 2160);
    over.balance_transactions = vec![balance_transaction("txn_1", -2160, 1500, 3)];
    facts.push(with_signal(shown_dispute("evt_5", 3, "dp_1", &over), Signal::FundsWithdrawn));
    facts
}

/// The invariants that are broken after a change of the postings.
fn broken(facts: &[Fact], damage: impl Fn(&mut Leg<'_>)) -> Vec<Invariant> {
    let breaches = World::learning(facts).breaches(damage);
    let mut broken: Vec<Invariant> = breaches.into_iter().map(|breach| breach.invariant).collect();
    broken.dedup();
    broken
}

fn add(account: Account, amount: i128) -> impl Fn(&mut Leg<'_>) {
    move |leg| {
        if leg.account == account {
            leg.amount += amount;
        }
    }
}

#[test]
fn whole_books_break_nothing() {
    assert_eq!(broken(&paid_and_refunded(), |_| {}), []);
    for status in [DisputeStatus::NeedsResponse, DisputeStatus::Lost] {
        assert_eq!(broken(&disputed(status), |_| {}), []);
    }
}

#[test]
fn each_account_is_guarded_by_the_invariant_that_is_about_it() {
    for (account, guard) in [
        (Account::StripeBalance, Invariant::StripeBalance),
        (Account::Receivable, Invariant::Receivable),
        (Account::Unapplied, Invariant::Settled),
        (Account::RefundsPayable, Invariant::RefundsPayable),
        (Account::Tax, Invariant::Tax),
        (Account::Contested, Invariant::Settled),
    ] {
        let found = broken(&disputed(DisputeStatus::Lost), add(account, 1));
        assert!(found.contains(&Invariant::Balanced), "{account:?}: {found:?}");
        assert!(found.contains(&guard), "{account:?}: {found:?}");
    }
}

#[test]
fn a_balance_transaction_that_meets_no_claim_is_named() {
    let claims = |leg: &mut Leg<'_>| {
        if leg.account == Account::Clearing && leg.key == "dp_1:txn_1" {
            leg.amount -= 5;
        }
    };
    assert!(broken(&disputed(DisputeStatus::NeedsResponse), claims).contains(&Invariant::Clearing));
}

#[test]
fn a_won_dispute_whose_money_is_not_back_is_named() {
    assert_eq!(broken(&disputed(DisputeStatus::Won), |_| {}), [Invariant::Settled]);
}

#[test]
fn an_open_invoice_whose_payment_is_known_is_named_with_both_amounts() {
    let facts = vec![
        shown_invoice("evt_1", 1, "in_1", &invoice(3000, 0, &[line("il_1", 3000)])),
        shown_charge("evt_2", 1, "ch_1", &charge(3000, 1)),
        shown_payment("evt_3", 1, "inpay_1", &invoice_payment("in_1", 3000, PaidBy::Charge("ch_1".into()), 1)),
    ];
    let breaches = World::learning(&facts).breaches(|_| {});
    let told: Vec<String> = breaches.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["I4 in_1: 0 usd, expected 3000: the invoice is open; what it leaves to pay"]);
}

#[test]
fn a_charge_that_shows_more_or_less_than_its_refunds_is_named() {
    for shown in [1000, 1200] {
        let mut facts = paid_and_refunded();
        facts.pop();
        let taken = crate::fact::Charge { amount_refunded: shown, ..charge(3240, 1) };
        facts.push(shown_charge("evt_4", 2, "ch_1", &taken));
        assert!(broken(&facts, |_| {}).contains(&Invariant::RefundsPayable), "{shown}");
    }
}

#[test]
fn a_refund_that_failed_is_owed_and_breaks_nothing() {
    let mut facts = paid_and_refunded();
    let failed = crate::fact::Refund { status: RefundStatus::Failed, ..refund("ch_1", 1080, 2) };
    facts.push(shown_refund("evt_6", 4, "re_1", &failed));
    assert_eq!(broken(&facts, |_| {}), []);
}

#[test]
fn a_refund_that_pays_one_that_failed_leaves_nothing_owed_and_what_says_otherwise_is_named() {
    let mut facts = paid_and_refunded();
    facts.pop();
    let failed = crate::fact::Refund { status: RefundStatus::Failed, ..refund("ch_1", 1080, 2) };
    facts.push(shown_refund("evt_6", 4, "re_1", &failed));
    facts.push(shown_refund("evt_7", 5, "re_2", &refund("ch_1", 700, 5)));
    assert_eq!(broken(&facts, |_| {}), []);
    let still_owed = |leg: &mut Leg<'_>| {
        if leg.account == Account::RefundsPayable && leg.key == "re_2:created" {
            leg.amount -= 700;
        }
    };
    let told: Vec<String> = World::learning(&facts).breaches(still_owed).iter().map(ToString::to_string).collect();
    assert!(told.contains(&"I7 re_1: -1080 usd, expected -380: refunds promised and not delivered".into()), "{told:?}");
}

#[test]
fn tax_that_stays_when_nothing_of_the_sale_is_left_is_named() {
    let mut voided = invoice(3240, 240, &[line("il_1", 3000)]);
    voided.status = InvoiceStatus::Void;
    let facts = [shown_invoice("evt_1", 2, "in_1", &voided)];
    assert_eq!(broken(&facts, |_| {}), []);
    let stays = |leg: &mut Leg<'_>| {
        if leg.account == Account::Tax && leg.key == "in_1:voided" {
            leg.amount -= 40;
        }
    };
    assert!(broken(&facts, stays).contains(&Invariant::Tax));
}

/// What is told when so much of one transaction's tax is called something else: it balances, and its sum is right.
fn told_of_tax(facts: &[Fact], key: &str, by: i128) -> Vec<String> {
    let mut done = BTreeSet::new();
    let breaches = World::learning(facts).breaches_of(|legs| {
        for leg in legs.iter_mut().filter(|leg| leg.key == key && leg.amount.abs() > by.abs()) {
            let side = if leg.account == Account::Tax { by } else { -by };
            if matches!(leg.account, Account::Tax | Account::Deferred) && done.insert(leg.account) {
                leg.amount += side;
            }
        }
    });
    breaches.iter().map(ToString::to_string).collect()
}

#[test]
fn tax_is_what_was_charged_less_what_each_step_took_with_it() {
    let mut facts = disputed(DisputeStatus::Lost);
    let note = CreditNote { pre_payment: 0, post_payment: 108, ..credit_note("in_1", 108, 8, &[("il_1", 100)]) };
    facts.push(shown_note("evt_6", 2, "cn_1", &CreditNote { refunds: vec![("re_1".into(), Some(108))], ..note }));
    let mut voided = invoice(3240, 240, &[line("il_2", 3000)]);
    voided.status = InvoiceStatus::Void;
    voided.uncollectible_at = Some(day(3));
    facts.push(shown_invoice("evt_7", 3, "in_2", &Invoice { status: InvoiceStatus::Uncollectible, ..voided.clone() }));
    facts.push(shown_invoice("evt_8", 4, "in_2", &voided));
    assert_eq!(told_of_tax(&facts, "", 0), [""; 0]);
    for (key, told) in [
        ("cn_1:issued", "I8 cn_1: 6 usd, expected 8: the tax the credit note says"),
        ("re_1:undone", "I8 re_1: 70 usd, expected 72: the tax in what it takes back"),
        ("dp_1:lost", "I8 dp_1: 158 usd, expected 160: the tax in what it takes back"),
        ("in_2:uncollectible", "I8 in_2: 238 usd, expected 240: the tax in what it takes back"),
    ] {
        let found = told_of_tax(&facts, key, -2);
        assert!(found.contains(&told.into()), "{key}: {found:?}");
    }
}

#[test]
fn a_refund_that_only_its_charge_and_a_credit_note_tell_of_breaks_nothing() {
    let mut facts = paid_and_refunded();
    facts.remove(2);
    let note = CreditNote { post_payment: 1080, ..credit_note("in_1", 1080, 80, &[("il_1", 1000)]) };
    facts.push(shown_note("evt_5", 2, "cn_1", &CreditNote { refunds: vec![("re_1".into(), Some(1080))], ..note }));
    assert_eq!(broken(&facts, |_| {}), []);
}

#[test]
fn a_credit_note_takes_the_tax_of_a_sale_also_while_a_write_off_has_all_of_it() {
    let mut sold = invoice(5286, 806, &[line("il_1", 4480)]);
    sold.uncollectible_at = Some(day(2));
    let off = Invoice { status: InvoiceStatus::Uncollectible, ..sold.clone() };
    let note =
        |total, tax| CreditNote { pre_payment: total, ..credit_note("in_1", total, tax, &[("il_1", total - tax)]) };
    let voided = CreditNote { status: CreditNoteStatus::Void, voided_at: Some(day(4)), ..note(300, 46) };
    let facts = [
        shown_invoice("evt_1", 1, "in_1", &sold),
        shown_invoice("evt_2", 2, "in_1", &off),
        shown_note("evt_3", 3, "cn_0", &note(300, 46)),
        shown_note("evt_4", 4, "cn_0", &voided),
        shown_note("evt_5", 5, "cn_1", &note(518, 79)),
    ];
    let breaches = World::learning(&facts).breaches(|_| {});
    let of_tax = breaches.iter().filter(|breach| breach.invariant == Invariant::Tax).map(ToString::to_string);
    assert_eq!(of_tax.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_sale_of_which_a_connected_account_has_most_kept_only_what_is_left_of_its_tax() {
    let taken = crate::fact::Charge {
        payment_intent: Some("pi_1".into()),
        destination: Some("acct_1".into()),
        destination_amount: Some(1050),
        ..charge(1080, 1)
    };
    let facts =
        [shown_charge("evt_1", 1, "ch_1", &taken), shown_session("evt_2", 1, "cs_1", &session(1080, 80, "pi_1"))];
    assert_eq!(broken(&facts, |_| {}), []);
}

#[test]
fn tax_moved_by_what_takes_nothing_back_is_named() {
    let renamed = |legs: &mut Vec<Leg<'_>>| {
        for leg in legs.iter_mut().filter(|leg| leg.key == "re_1:undone") {
            leg.key = "re_1:adjusted";
        }
    };
    let breaches = World::learning(&paid_and_refunded()).breaches_of(renamed);
    let told: Vec<String> = breaches.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["I8 re_1: 80 usd, expected 0: it takes nothing of this sale back"]);
}

#[test]
fn credit_that_is_not_what_the_newest_event_shows_is_named() {
    let facts = [balance("evt_1", 1, None, 0), balance("evt_2", 2, Some(0), -500)];
    assert_eq!(World::learning(&facts).credit_breaches(0), []);
    let found = World::learning(&facts).credit_breaches(7);
    let told: Vec<(Invariant, i128, i128)> = found.iter().map(|one| (one.invariant, one.expected, one.found)).collect();
    assert_eq!(told, [(Invariant::CustomerCredit, -500, -493)]);
}

#[test]
fn a_payout_whose_money_is_not_where_it_should_be_is_named() {
    let on_its_way = [shown_payout("evt_1", 0, "po_1", &payout("pending", 5000))];
    let there = [on_its_way[0].clone(), shown_payout("evt_2", 2, "po_1", &payout("paid", 5000))];
    let back = [there[0].clone(), there[1].clone(), shown_payout("evt_3", 4, "po_1", &payout("failed", 5000))];
    for facts in [&on_its_way[..], &there, &back] {
        assert_eq!(broken(facts, |_| {}), []);
        assert!(broken(facts, add(Account::InTransit, 1)).contains(&Invariant::Settled));
    }
}
