//! Disputes: whose they are, what they hold, what came of them.

use super::read;
use crate::{
    accounting::tests::build::*,
    fact::{
        ChargeDetails, Dispute, DisputeDetails, DisputeStatus, Fact, Invoice, InvoiceDetails, PaidBy, Parties, Signal,
    },
    id::{ObjectKind, SubscriptionId},
    settlement::{DisputeCase, DisputePhase, NamedBy},
};

fn case(facts: &[Fact]) -> DisputeCase {
    read(facts, (ObjectKind::Dispute, "dp_1"), |settlement| settlement.dispute_case("dp_1")).unwrap()
}

/// A paid invoice of a subscription whose charge names no invoice, as since basil.
fn sold(parties: Parties) -> Vec<Fact> {
    let invoice = Invoice { subscription: Some(SubscriptionId::new("sub_1")), ..invoice(5400, 400, &[]) };
    let mut charge = charge(5400, 0);
    *charge.details = ChargeDetails { parties, ..ChargeDetails::default() };
    let payment = invoice_payment("in_1", 5400, PaidBy::Charge("ch_1".into()), 0);
    vec![
        shown_invoice("evt_s1", 0, "in_1", &paid(&invoice, 0)),
        shown_charge("evt_s2", 0, "ch_1", &charge),
        shown_payment("evt_s3", 0, "inpay_1", &payment),
    ]
}

fn disputed(event: &str, on: i64, status: DisputeStatus) -> Fact {
    let dispute = Dispute { evidence_due: Some(day(20)), ..dispute("ch_1", status, 5400) };
    shown_dispute(event, on, "dp_1", &dispute)
}

#[test]
fn a_dispute_finds_its_invoice_subscription_and_customer_over_its_charge() {
    let facts: Vec<Fact> =
        sold(Parties::default()).into_iter().chain([disputed("evt_1", 5, DisputeStatus::NeedsResponse)]).collect();
    let place = case(&facts).place;
    assert_eq!(place.invoice.as_deref(), Some("in_1"));
    assert_eq!(place.charge.as_deref(), Some("ch_1"));
    assert_eq!(place.subscription.unwrap().as_str(), "sub_1");
    assert_eq!(place.customer.unwrap().as_str(), "cus_1");
    assert_eq!(place.seller, None);
}

#[test]
fn a_dispute_known_before_its_charge_belongs_nowhere_yet() {
    let place = case(&[disputed("evt_1", 5, DisputeStatus::NeedsResponse)]).place;
    assert_eq!((place.charge.as_deref(), place.invoice, place.customer), (Some("ch_1"), None, None));
}

#[test]
fn the_seller_is_who_gets_the_money_else_in_whose_name_it_was_sold_else_what_metadata_says() {
    let seller = |parties: Parties, own: Option<&str>| {
        let mut dispute = dispute("ch_1", DisputeStatus::NeedsResponse, 5400);
        *dispute.details = DisputeDetails { seller: own.map(Box::from), ..DisputeDetails::default() };
        let mut facts = sold(parties);
        facts.push(shown_dispute("evt_1", 5, "dp_1", &dispute));
        let seller = case(&facts).place.seller.unwrap();
        (seller.account.to_string(), seller.named_by)
    };
    let all = Parties {
        destination: Some("acct_gets".into()),
        on_behalf_of: Some("acct_name".into()),
        metadata: Some("acct_meta".into()),
    };
    assert_eq!(seller(all.clone(), None), ("acct_gets".to_owned(), NamedBy::TransferData));
    let named = Parties { destination: None, ..all.clone() };
    assert_eq!(seller(named, None), ("acct_name".to_owned(), NamedBy::OnBehalfOf));
    let noted = Parties { metadata: all.metadata, ..Parties::default() };
    assert_eq!(seller(noted.clone(), None), ("acct_meta".to_owned(), NamedBy::Metadata));
    assert_eq!(seller(noted, Some("shop 7")), ("shop 7".to_owned(), NamedBy::Metadata), "its own metadata is nearer");
}

#[test]
fn the_seller_named_by_the_invoice_alone_is_found_too() {
    let parties = Parties { on_behalf_of: Some("acct_1".into()), ..Parties::default() };
    let mut invoice = invoice(5400, 400, &[]);
    *invoice.details = InvoiceDetails { parties, ..InvoiceDetails::default() };
    let payment = invoice_payment("in_1", 5400, PaidBy::Charge("ch_1".into()), 0);
    let facts = [
        shown_invoice("evt_s1", 0, "in_1", &invoice),
        shown_payment("evt_s3", 0, "inpay_1", &payment),
        disputed("evt_1", 5, DisputeStatus::UnderReview),
    ];
    assert_eq!(&*case(&facts).place.seller.unwrap().account, "acct_1");
}

#[test]
fn an_inquiry_holds_nothing_and_holds_once_it_is_a_dispute() {
    let inquiry = [disputed("evt_1", 5, DisputeStatus::WarningNeedsResponse)];
    assert!(!case(&inquiry).holds() && case(&inquiry).needs_response());
    let escalated =
        [disputed("evt_1", 5, DisputeStatus::WarningNeedsResponse), disputed("evt_2", 9, DisputeStatus::NeedsResponse)];
    let case = case(&escalated);
    assert!(case.holds() && case.is_open());
    assert_eq!((case.opened.at, case.phase), (day(9), DisputePhase::Open));
}

#[test]
fn a_dispute_decided_holds_no_more_and_says_when_and_what_it_moved() {
    let taken = balance_transaction("txn_1", -5400, 1500, 5);
    let back = balance_transaction("txn_2", 5400, 0, 20);
    let won = Dispute { balance_transactions: vec![taken, back], ..dispute("ch_1", DisputeStatus::Won, 5400) };
    let facts = [
        disputed("evt_1", 5, DisputeStatus::NeedsResponse),
        with_signal(shown_dispute("evt_2", 20, "dp_1", &won), Signal::FundsReinstated),
    ];
    let case = case(&facts);
    assert!(!case.holds() && !case.is_open());
    assert_eq!((case.closed.as_ref().unwrap().at, case.reinstated.as_ref().unwrap().at), (day(20), day(20)));
    let [moved] = case.moved.as_slice() else { panic!("one currency") };
    assert_eq!((moved.withdrawn, moved.reinstated, moved.fees), (5400, 5400, 1500));
    assert_eq!(case.causes().iter().map(|event| event.as_str()).collect::<Vec<_>>(), ["evt_1", "evt_2"]);
}

#[test]
fn a_loss_that_is_appealed_is_open_again_and_still_lost() {
    let facts = [disputed("evt_1", 5, DisputeStatus::Lost), disputed("evt_2", 9, DisputeStatus::AppealNeedsResponse)];
    let case = case(&facts);
    assert_eq!((case.phase, case.is_open(), case.holds()), (DisputePhase::Lost, true, false));
    assert_eq!(case.closed, None);
}

#[test]
fn a_dispute_that_ended_because_the_charge_was_refunded_is_decided_and_holds_nothing() {
    let open = disputed("evt_1", 5, DisputeStatus::NeedsResponse);
    let refunded = disputed("evt_2", 9, DisputeStatus::parse("charge_refunded"));
    let facts: Vec<Fact> = sold(Parties::default()).into_iter().chain([open, refunded]).collect();
    let ended = case(&facts);
    assert_eq!((ended.phase, ended.is_open(), ended.closed.unwrap().at), (DisputePhase::Harmless, false, day(9)));
}
