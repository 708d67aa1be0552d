//! The laws, on random facts: whatever arrives, in whatever order and however often, the books are the same and every
//! transaction sums to zero.

use std::collections::BTreeSet;

use proptest::{prelude::*, sample::Index};

use super::{
    build::*,
    world::{World, assert_balanced},
};
use crate::{
    accounting::{Account, CustomerCredit, Explained},
    fact::{
        Charge, CreditNote, CreditNoteStatus, Dispute, DisputeStatus, Fact, Invoice, InvoiceStatus, Observed, PaidBy,
        PaymentIntent, PaymentIntentStatus, Refund, RefundStatus, Shown, Signal,
    },
    id::{CustomerId, EventId, ObjectKind, ObjectRef},
    order::{Moment, Rank},
};

/// The dice of one fact.
#[derive(Clone, Debug)]
struct Dice {
    kind: u8,
    id: u8,
    other: u8,
    state: u8,
    at: i64,
    amount: i64,
    part: i64,
}

fn dice() -> impl Strategy<Value = Dice> {
    (0_u8..9, 0_u8..2, 0_u8..2, 0_u8..6, 0_i64..8, 1_i64..5000, 0_i64..1000)
        .prop_map(|(kind, id, other, state, at, amount, part)| Dice { kind, id, other, state, at, amount, part })
}

fn random_fact(event: usize, dice: &Dice) -> Fact {
    let event = format!("evt_{:02}", event * 7 % 41);
    let Dice { kind, id, other, state, at, amount, part } = dice.clone();
    let total = amount + part;
    let (prefix, observed) = match kind {
        0 | 1 => ("in", Observed::Invoice(Box::new(random_invoice(dice)))),
        2 => ("ch", Observed::Charge(Box::new(random_charge(dice)))),
        3 => {
            let by = if state < 3 {
                PaidBy::PaymentIntent(format!("pi_{other}").into())
            } else {
                PaidBy::Charge(format!("ch_{other}").into())
            };
            ("inpay", Observed::InvoicePayment(Box::new(invoice_payment(&format!("in_{id}"), amount, by, at))))
        }
        4 => {
            let status =
                [RefundStatus::Succeeded, RefundStatus::Failed, RefundStatus::Pending][usize::from(state) % 3].clone();
            ("re", Observed::Refund(Box::new(Refund { status, ..refund(&format!("ch_{other}"), amount, at) })))
        }
        5 => ("cn", Observed::CreditNote(Box::new(random_note(dice)))),
        6 => {
            let statuses = [DisputeStatus::NeedsResponse, DisputeStatus::Lost, DisputeStatus::Won];
            let status = statuses[usize::from(state) % 3].clone();
            let mut money = vec![balance_transaction("txn_1", -amount, 15, at)];
            if state > 3 {
                money.push(balance_transaction("txn_2", part, 0, at + 1));
            }
            let dispute = dispute(&format!("ch_{other}"), status, amount);
            ("dp", Observed::Dispute(Box::new(Dispute { balance_transactions: money, ..dispute })))
        }
        7 => ("cs", Observed::CheckoutSession(Box::new(session(total, part, &format!("pi_{other}"))))),
        _ => {
            let intent = PaymentIntent {
                customer: Some(customer()),
                invoice: Shown::Absent,
                status: PaymentIntentStatus::Succeeded,
                amount,
                amount_received: amount,
                currency: Some(currency("usd")),
                latest_charge: (state > 2).then(|| format!("ch_{other}").into()),
                created: None,
                details: Box::default(),
            };
            ("pi", Observed::PaymentIntent(Box::new(intent)))
        }
    };
    let signal = (kind == 0 && state == 5).then_some(Signal::Overpaid);
    Fact { signal, ..fact(&event, at, &format!("{prefix}_{id}"), observed) }
}

fn random_invoice(dice: &Dice) -> Invoice {
    let statuses = [InvoiceStatus::Draft, InvoiceStatus::Open, InvoiceStatus::Paid, InvoiceStatus::Uncollectible];
    let status = statuses.get(usize::from(dice.state)).cloned().unwrap_or(InvoiceStatus::Void);
    let lines = [line("il_1", dice.amount), line("il_2", -dice.part / 2)];
    let total = dice.amount - dice.part / 2 + dice.part;
    Invoice {
        status,
        finalized_at: None,
        amount_paid: if dice.state == 2 { total } else { 0 },
        ending_balance: Some(dice.part % 3 * 100),
        charge: (dice.other == 1).then(|| "ch_1".into()),
        ..invoice(total, dice.part, &lines)
    }
}

fn random_charge(dice: &Dice) -> Charge {
    let invoice = match dice.state {
        0 | 1 => Shown::Id(format!("in_{}", dice.other).into()),
        2 => Shown::Null,
        _ => Shown::Absent,
    };
    Charge {
        invoice,
        payment_intent: (dice.state > 3).then(|| format!("pi_{}", dice.other).into()),
        captured: dice.state != 5,
        amount_captured: if dice.state == 5 { 0 } else { dice.amount },
        amount_refunded: dice.part.min(dice.amount),
        ..charge(dice.amount, dice.at)
    }
}

fn random_note(dice: &Dice) -> CreditNote {
    let status = if dice.state > 3 { CreditNoteStatus::Void } else { CreditNoteStatus::Issued };
    let lines: &[(&str, i64)] = if dice.state.is_multiple_of(2) { &[] } else { &[("il_1", 1)] };
    let post_payment = dice.part / 2;
    CreditNote {
        status,
        pre_payment: dice.part - post_payment,
        post_payment,
        refunds: if dice.state == 1 { vec![("re_1".into(), None)] } else { Vec::new() },
        ..credit_note(&format!("in_{}", dice.other), dice.part, dice.part / 10, lines)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_order_of_arrival_and_any_repetition_ends_in_the_same_books(
        dice in prop::collection::vec(dice(), 1..14),
        balances in prop::collection::vec((0_i64..8, prop::option::of(-3_i64..3), -3_i64..3), 0..5),
        again in prop::collection::vec(any::<Index>(), 0..20),
    ) {
        let mut facts: Vec<Fact> =
            dice.iter().enumerate().map(|(index, dice)| random_fact(index, dice)).collect();
        facts.extend(balances.iter().enumerate().map(|(index, (at, previous, now))| {
            balance(&format!("evt_c{index}"), *at, previous.map(|balance| balance * 100), now * 100)
        }));
        let books = World::learning(&facts).post();
        let mixed = again.iter().map(|index| index.get(&facts)).chain(facts.iter().rev());
        prop_assert_eq!(&books, &World::learning(mixed).post());
        let keys: BTreeSet<&str> = books.iter().map(|transaction| &*transaction.key).collect();
        prop_assert_eq!(keys.len(), books.len(), "keys are unique");
        for transaction in &books {
            assert_balanced(transaction);
        }
    }

    #[test]
    fn the_credit_account_always_stands_where_the_newest_event_says(
        sights in prop::collection::vec((0_i64..60, prop::option::of(-4_i64..4), -4_i64..4), 0..8),
        documents in prop::collection::vec((0_i64..60, -4_i64..4), 0..6),
        newest in -4_i64..4,
    ) {
        let usd = currency("usd");
        let mut credit = CustomerCredit::default();
        let moment = |at: i64, event: String| Moment { at: day(at), rank: Rank::Updated, event: EventId::new(event) };
        for (index, (at, previous, now)) in sights.iter().enumerate() {
            credit.observe_balance(&moment(*at, format!("evt_{index}")), Some(usd), *previous, *now);
        }
        credit.observe_balance(&moment(99, "evt_newest".into()), Some(usd), None, newest);
        let mut explained = 0;
        for (index, (at, delta)) in documents.iter().enumerate() {
            let cause = EventId::new(format!("evt_d{index}"));
            let change = Explained { at: day(*at), cause, currency: usd, delta: *delta, before: None };
            credit.explain(&ObjectRef::new(ObjectKind::Invoice, format!("in_{index}")), vec![change]);
            explained += delta;
        }
        let posted = credit.post(&CustomerId::new("cus_1"));
        let postings = posted.iter().flat_map(|transaction| &transaction.postings);
        let sum: i64 = postings
            .filter(|posting| posting.account == Account::CustomerCredit)
            .map(|posting| posting.amount)
            .sum();
        prop_assert_eq!(sum + explained, newest);
    }
}
