//! Disputes: withdrawn, given back, lost, and won on appeal.

use super::{build::*, world::Books};
use crate::fact::{BalanceTransaction, Charge, Dispute, DisputeStatus, Fact, PaidBy, Signal};

fn sold() -> Vec<Fact> {
    let invoice = invoice(5400, 400, &[line("il_1", 5000)]);
    let payment = invoice_payment("in_1", 5400, PaidBy::Charge("ch_1".into()), 0);
    vec![
        shown_invoice("evt_s1", 0, "in_1", &paid(&invoice, 0)),
        shown_charge("evt_s2", 0, "ch_1", &charge(5400, 0)),
        shown_payment("evt_s3", 0, "inpay_1", &payment),
    ]
}

fn with_money(status: DisputeStatus, transactions: &[BalanceTransaction]) -> Dispute {
    Dispute { balance_transactions: transactions.to_vec(), ..dispute("ch_1", status, 5400) }
}

fn after(more: impl IntoIterator<Item = Fact>) -> Books {
    let mut facts = sold();
    facts.extend(more);
    Books::of(&facts)
}

#[test]
fn a_lost_dispute_over_earned_revenue_costs_revenue_tax_and_the_fee() {
    let taken = [balance_transaction("txn_1", -5400, 1500, 40)];
    let books = after([
        shown_dispute("evt_1", 40, "dp_1", &with_money(DisputeStatus::NeedsResponse, &taken)),
        shown_dispute("evt_2", 60, "dp_1", &with_money(DisputeStatus::Lost, &taken)),
    ]);
    assert_eq!(books.entry("dp_1:txn_1"), "contested 5400 / clearing 5400");
    assert_eq!(books.entry("txn_1"), "dispute 1500, clearing 5400 / balance 6900");
    assert_eq!(books.entry("dp_1:lost"), "disputes 5000, tax 400 / contested 5400");
    assert_eq!(books.balance("assets:disputes:contested"), 0);
}

#[test]
fn a_dispute_lost_early_takes_what_is_not_earned_out_of_deferred() {
    let taken = [balance_transaction("txn_1", -5400, 1500, 5)];
    let books = after([shown_dispute("evt_2", 10, "dp_1", &with_money(DisputeStatus::Lost, &taken))]);
    assert_eq!(books.entry("dp_1:lost"), "disputes 1666, deferred 3334, tax 400 / contested 5400");
}

#[test]
fn a_dispute_won_gives_everything_back() {
    let taken = balance_transaction("txn_1", -5400, 1500, 5);
    let back = balance_transaction("txn_2", 5400, 0, 20);
    let books = after([
        shown_dispute("evt_1", 5, "dp_1", &with_money(DisputeStatus::NeedsResponse, std::slice::from_ref(&taken))),
        shown_dispute("evt_2", 20, "dp_1", &with_money(DisputeStatus::Won, &[taken, back])),
    ]);
    assert_eq!(books.balance("assets:disputes:contested"), 0);
    assert_eq!(books.balance("income:contra:disputes"), 0);
    assert_eq!(books.balance("assets:stripe:balance"), -1500);
}

#[test]
fn what_a_won_dispute_does_not_give_back_is_lost() {
    let taken = balance_transaction("txn_1", -5400, 1500, 40);
    let part = balance_transaction("txn_2", 5130, 0, 60);
    let won = with_money(DisputeStatus::Won, std::slice::from_ref(&taken));
    let open =
        shown_dispute("evt_1", 40, "dp_1", &with_money(DisputeStatus::NeedsResponse, std::slice::from_ref(&taken)));
    let decided = shown_dispute("evt_2", 59, "dp_1", &won);
    let waits = after([open.clone(), decided.clone()]);
    assert_eq!(waits.balance("assets:disputes:contested"), 5400, "the money may still be on its way");
    let given = shown_dispute("evt_3", 60, "dp_1", &with_money(DisputeStatus::Won, &[taken, part]));
    let books = after([open, decided, given]);
    assert_eq!(books.entry("dp_1:lost"), "disputes 250, tax 20 / contested 270");
    assert_eq!(books.balance("assets:disputes:contested"), 0);
}

#[test]
fn an_appeal_won_takes_the_loss_back_first() {
    let taken = balance_transaction("txn_1", -5400, 1500, 5);
    let back = balance_transaction("txn_2", 5400, 0, 25);
    let books = after([
        shown_dispute("evt_1", 10, "dp_1", &with_money(DisputeStatus::Lost, std::slice::from_ref(&taken))),
        shown_dispute("evt_2", 25, "dp_1", &with_money(DisputeStatus::Won, &[taken, back])),
    ]);
    assert_eq!(books.entry("dp_1:regained"), "contested 5400 / disputes 1666, deferred 3334, tax 400");
    for settled in ["assets:disputes:contested", "income:contra:disputes"] {
        assert_eq!(books.balance(settled), 0, "{settled}");
    }
    assert_eq!(books.balance("liabilities:deferred"), -5000);
}

#[test]
fn an_event_that_says_so_moves_money_without_a_balance_transaction() {
    let open = shown_dispute("evt_1", 5, "dp_1", &dispute("ch_1", DisputeStatus::NeedsResponse, 5400));
    let books = after([with_signal(open, Signal::FundsWithdrawn)]);
    assert_eq!(books.entry("dp_1:withdrawn"), "contested 5400 / clearing 5400");
}

#[test]
fn a_balance_transaction_that_two_disputes_show_moves_money_once() {
    let taken = [balance_transaction("txn_1", -5400, 1500, 5)];
    let lost = with_money(DisputeStatus::Lost, &taken);
    let open = with_money(DisputeStatus::NeedsResponse, &taken);
    let books = after([
        with_signal(shown_dispute("evt_2", 6, "dp_1", &lost), Signal::FundsWithdrawn),
        with_signal(shown_dispute("evt_1", 5, "du_1", &open), Signal::FundsWithdrawn),
    ]);
    assert_eq!(books.balance("assets:stripe:balance"), -6900);
    assert_eq!(books.balance("assets:disputes:contested"), 5400);
    let of_dispute: Vec<&str> = books.keys().into_iter().filter(|key| key.contains("txn_1")).collect();
    assert_eq!(of_dispute, ["du_1:txn_1", "txn_1"]);
}

#[test]
fn disputes_of_unrelated_charges_that_share_a_balance_transaction_move_its_money_once() {
    let taken = [balance_transaction("txn_1", -5400, 1500, 5)];
    let of = |charge: &str| Dispute { charge: Some(charge.into()), ..with_money(DisputeStatus::NeedsResponse, &taken) };
    let books = after([
        shown_charge("evt_3", 0, "ch_2", &charge(5400, 0)),
        with_signal(shown_dispute("evt_2", 6, "dp_2", &of("ch_2")), Signal::FundsWithdrawn),
        with_signal(shown_dispute("evt_1", 5, "dp_1", &of("ch_1")), Signal::FundsWithdrawn),
    ]);
    assert_eq!(books.balance("assets:stripe:balance"), -6900);
    assert_eq!(books.balance("assets:disputes:contested"), 5400);
    assert_eq!(books.transaction("txn_1").object.to_string(), "dispute dp_1");
}

#[test]
fn an_inquiry_takes_no_money() {
    let asked = shown_dispute("evt_1", 5, "dp_1", &dispute("ch_1", DisputeStatus::WarningNeedsResponse, 5400));
    let books = after([with_signal(asked, Signal::FundsWithdrawn)]);
    assert_eq!(books.balance("assets:disputes:contested"), 0);
}

#[test]
fn what_comes_back_in_another_currency_is_told_from_all_of_it_by_the_rates_of_both_days() {
    let moved = |id: &str, amount: i64, rate: &str, on: i64| BalanceTransaction {
        currency: Some(currency("usd")),
        exchange_rate: Some(rate.into()),
        ..balance_transaction(id, amount, 0, on)
    };
    let yen = Charge { currency: Some(currency("jpy")), ..charge(55_000, 0) };
    let contested_after = |back: BalanceTransaction, status: DisputeStatus| {
        let over = Dispute {
            currency: Some(currency("jpy")),
            amount: 55_000,
            ..with_money(status, &[moved("txn_1", -36_300, "0.0066", 5), back])
        };
        Books::of(&[shown_charge("evt_1", 0, "ch_1", &yen), shown_dispute("evt_2", 20, "dp_1", &over)])
    };
    let open = DisputeStatus::NeedsResponse;
    // All of it at another rate, all of it at a rate of two digits, half of it at the same, a third at another, and one that says nothing of rates.
    for (back, amount) in [
        (moved("txn_2", 38_505, "0.007001", 20), 55_000),
        (moved("txn_2", 36_120, "0.0066", 20), 55_000),
        (moved("txn_2", 18_150, "0.0066", 20), 27_500),
        (moved("txn_2", 12_835, "7.001e-3", 20), 18_333),
        (BalanceTransaction { exchange_rate: None, ..moved("txn_2", 18_150, "1", 20) }, 55_000),
    ] {
        let books = contested_after(back, open.clone());
        assert_eq!(books.entry("dp_1:txn_2"), format!("clearing {amount} / contested {amount}"));
    }
    let won = contested_after(moved("txn_2", 18_150, "0.0066", 20), DisputeStatus::Won);
    assert_eq!(won.balance("assets:disputes:contested"), 0, "the other half is lost");
    assert!(won.entry("dp_1:lost").ends_with("contested 27500"), "{}", won.entry("dp_1:lost"));
}

#[test]
fn two_currencies_meet_in_fx_and_balance_each_by_itself() {
    let yen = Charge { currency: Some(currency("jpy")), ..charge(550, 0) };
    let taken = BalanceTransaction { currency: Some(currency("usd")), ..balance_transaction("txn_1", -365, 44, 5) };
    let over =
        Dispute { currency: Some(currency("jpy")), amount: 550, ..with_money(DisputeStatus::NeedsResponse, &[taken]) };
    let books = Books::of(&[shown_charge("evt_1", 0, "ch_1", &yen), shown_dispute("evt_2", 5, "dp_1", &over)]);
    assert_eq!(books.entry("txn_1"), "dispute 44, fx 365, clearing 550 / balance 409, fx 550");
}
