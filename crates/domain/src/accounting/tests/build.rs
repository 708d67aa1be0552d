//! Facts in few words. Days count from 1970; ids of events from the order in which a test lists them.

use crate::{
    fact::{
        ApplicationFee, BalanceTransaction, Charge, ChargeStatus, CheckoutSession, Claim, CreditNote, CreditNoteLine,
        CreditNoteStatus, Customer, Dispute, DisputeStatus, Fact, Fee, FeeRefund, Invoice, InvoicePayment,
        InvoicePaymentStatus, InvoiceStatus, Line, Observed, PaidBy, Payout, Refund, RefundStatus, SessionMode, Shown,
        ShownTransaction, Signal, Transfer, TransferReversal,
    },
    id::{BalanceTransactionId, CustomerId, EventId, InvoiceId, LineId, ObjectKind, ObjectRef},
    money::Currency,
    order::{Evidence, Moment, Rank},
    time::{Period, Timestamp},
};

pub fn day(day: i64) -> Timestamp {
    // Late enough for voided invoices to give credit back.
    Timestamp::from_unix((day + 20_000) * 86_400).unwrap()
}

pub fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

pub fn customer() -> CustomerId {
    CustomerId::new("cus_1")
}

/// `event` at midnight of `at`, showing `id`.
pub fn fact(event: &str, at: i64, id: &str, observed: Observed) -> Fact {
    Fact {
        id: id.into(),
        moment: Moment { at: day(at), rank: Rank::Updated, event: EventId::new(event) },
        evidence: Evidence::default(),
        signal: None,
        observed,
    }
}

pub fn with_signal(fact: Fact, signal: Signal) -> Fact {
    Fact { signal: Some(signal), ..fact }
}

/// A line earned over the 30 days from day 0.
pub fn line(id: &str, amount: i64) -> Line {
    Line {
        id: LineId::new(id),
        amount,
        discount: 0,
        tax_inclusive: 0,
        tax_exclusive: 0,
        period: Some(Period { start: day(0), end: day(30) }),
        proration: false,
        subscription: None,
        price: None,
        product: None,
        quantity: None,
        details: Box::default(),
    }
}

/// An open invoice, not yet paid.
pub fn invoice(total: i64, tax: i64, lines: &[Line]) -> Invoice {
    Invoice {
        customer: Some(customer()),
        subscription: None,
        status: InvoiceStatus::Open,
        currency: Some(currency("usd")),
        total,
        tax,
        shipping: 0,
        amount_due: total,
        amount_paid: 0,
        amount_remaining: total,
        starting_balance: 0,
        ending_balance: Some(0),
        charge: None,
        payment_intent: None,
        billing_reason: None,
        paid_out_of_band: false,
        attempt_count: 0,
        next_attempt: None,
        due: None,
        created: Some(day(0)),
        finalized_at: Some(day(0)),
        paid_at: None,
        voided_at: None,
        uncollectible_at: None,
        lines: lines.to_vec(),
        lines_truncated: false,
        details: Box::default(),
    }
}

/// The same invoice paid in full on a day.
pub fn paid(invoice: &Invoice, on: i64) -> Invoice {
    Invoice {
        status: InvoiceStatus::Paid,
        amount_paid: invoice.amount_due,
        amount_remaining: 0,
        paid_at: Some(day(on)),
        ..invoice.clone()
    }
}

pub fn shown_invoice(event: &str, at: i64, id: &str, invoice: &Invoice) -> Fact {
    fact(event, at, id, Observed::Invoice(Box::new(invoice.clone())))
}

/// A captured charge as shapes since basil show it: without its invoice.
pub fn charge(amount: i64, on: i64) -> Charge {
    Charge {
        customer: Some(customer()),
        invoice: Shown::Absent,
        payment_intent: None,
        status: ChargeStatus::Succeeded,
        captured: true,
        amount,
        amount_captured: amount,
        amount_refunded: 0,
        currency: Some(currency("usd")),
        balance_transaction: None,
        destination: None,
        destination_amount: None,
        created: Some(day(on)),
        details: Box::default(),
    }
}

pub fn shown_charge(event: &str, at: i64, id: &str, charge: &Charge) -> Fact {
    fact(event, at, id, Observed::Charge(Box::new(charge.clone())))
}

pub fn invoice_payment(invoice: &str, amount: i64, paid_by: PaidBy, on: i64) -> InvoicePayment {
    InvoicePayment {
        invoice: Some(InvoiceId::new(invoice)),
        status: InvoicePaymentStatus::Paid,
        amount_paid: Some(amount),
        currency: Some(currency("usd")),
        paid_by,
        paid_at: Some(day(on)),
        created: Some(day(on)),
    }
}

pub fn shown_payment(event: &str, at: i64, id: &str, payment: &InvoicePayment) -> Fact {
    fact(event, at, id, Observed::InvoicePayment(Box::new(payment.clone())))
}

pub fn refund(charge: &str, amount: i64, on: i64) -> Refund {
    Refund {
        charge: Some(charge.into()),
        payment_intent: None,
        status: RefundStatus::Succeeded,
        amount,
        currency: Some(currency("usd")),
        created: Some(day(on)),
        details: Box::default(),
    }
}

pub fn shown_refund(event: &str, at: i64, id: &str, refund: &Refund) -> Fact {
    fact(event, at, id, Observed::Refund(Box::new(refund.clone())))
}

pub fn credit_note(invoice: &str, total: i64, tax: i64, lines: &[(&str, i64)]) -> CreditNote {
    CreditNote {
        invoice: Some(InvoiceId::new(invoice)),
        customer: Some(customer()),
        status: CreditNoteStatus::Issued,
        total,
        tax,
        currency: Some(currency("usd")),
        pre_payment: 0,
        post_payment: 0,
        out_of_band: 0,
        refunds: Vec::new(),
        lines: lines
            .iter()
            .map(|(id, net)| CreditNoteLine { invoice_line: Some(LineId::new(*id)), net: *net })
            .collect(),
        effective: None,
        voided_at: None,
        created: None,
    }
}

pub fn shown_note(event: &str, at: i64, id: &str, note: &CreditNote) -> Fact {
    fact(event, at, id, Observed::CreditNote(Box::new(note.clone())))
}

pub fn dispute(charge: &str, status: DisputeStatus, amount: i64) -> Dispute {
    Dispute {
        charge: Some(charge.into()),
        payment_intent: None,
        status,
        amount,
        currency: Some(currency("usd")),
        reason: None,
        evidence_due: None,
        created: None,
        balance_transactions: Vec::new(),
        details: Box::default(),
    }
}

pub fn balance_transaction(id: &str, amount: i64, fee: i64, on: i64) -> BalanceTransaction {
    BalanceTransaction {
        id: BalanceTransactionId::new(id),
        amount,
        fee,
        net: amount - fee,
        currency: Some(currency("usd")),
        exchange_rate: None,
        created: Some(day(on)),
        available: None,
        category: "dispute".into(),
        source: None,
        fee_for: None,
        fees: vec![Fee { kind: "stripe_fee".into(), amount: fee }],
    }
}

/// A charge's, in another category than a dispute's.
pub fn of_charge(id: &str, amount: i64, fee: i64, on: i64) -> BalanceTransaction {
    BalanceTransaction { category: "charge".into(), ..balance_transaction(id, amount, fee, on) }
}

/// An event at midnight of `at` shows this balance transaction inside an object.
pub fn shown_transaction(
    event: &str,
    at: i64,
    by: Option<(ObjectKind, &str)>,
    transaction: &BalanceTransaction,
) -> Fact {
    let by = by.map(|(kind, id)| ObjectRef::new(kind, id));
    let another = transaction.source.as_ref().zip(by.as_ref()).is_some_and(|(source, by)| *source != by.id);
    let claim = if another { Claim::OfAnother } else { Claim::Own };
    let shown = ShownTransaction { transaction: transaction.clone(), by, claim };
    fact(event, at, transaction.id.as_str(), Observed::BalanceTransaction(Box::new(shown)))
}

pub fn payout(status: &str, amount: i64) -> Payout {
    Payout {
        amount,
        currency: Some(currency("usd")),
        status: status.into(),
        created: Some(day(0)),
        arrival: None,
        failure: None,
    }
}

pub fn shown_payout(event: &str, at: i64, id: &str, payout: &Payout) -> Fact {
    fact(event, at, id, Observed::Payout(Box::new(payout.clone())))
}

/// To `acct_1`, out of a charge.
pub fn transfer(charge: Option<&str>, amount: i64, on: i64) -> Transfer {
    Transfer {
        amount,
        amount_reversed: 0,
        currency: Some(currency("usd")),
        destination: Some("acct_1".into()),
        charge: charge.map(Into::into),
        created: Some(day(on)),
    }
}

pub fn shown_transfer(event: &str, at: i64, id: &str, transfer: &Transfer) -> Fact {
    fact(event, at, id, Observed::Transfer(Box::new(transfer.clone())))
}

pub fn shown_reversal(event: &str, at: i64, id: &str, transfer: &str, amount: i64) -> Fact {
    let reversal = TransferReversal {
        transfer: Some(transfer.into()),
        amount,
        currency: Some(currency("usd")),
        created: Some(day(at)),
    };
    fact(event, at, id, Observed::TransferReversal(Box::new(reversal)))
}

pub fn application_fee(charge: &str, amount: i64, refunded: i64, on: i64) -> ApplicationFee {
    ApplicationFee {
        amount,
        amount_refunded: refunded,
        currency: Some(currency("usd")),
        account: Some("acct_1".into()),
        charge: Some(charge.into()),
        created: Some(day(on)),
    }
}

pub fn shown_fee(event: &str, at: i64, id: &str, fee: &ApplicationFee) -> Fact {
    fact(event, at, id, Observed::ApplicationFee(Box::new(fee.clone())))
}

pub fn shown_fee_refund(event: &str, at: i64, id: &str, fee: &str, amount: i64) -> Fact {
    let refund = FeeRefund { fee: Some(fee.into()), amount, currency: Some(currency("usd")), created: Some(day(at)) };
    fact(event, at, id, Observed::FeeRefund(Box::new(refund)))
}

pub fn shown_dispute(event: &str, at: i64, id: &str, dispute: &Dispute) -> Fact {
    fact(event, at, id, Observed::Dispute(Box::new(dispute.clone())))
}

pub fn session(total: i64, tax: i64, intent: &str) -> CheckoutSession {
    CheckoutSession {
        customer: Some(customer()),
        mode: SessionMode::Payment,
        status: Some("complete".into()),
        paid: true,
        client_reference: None,
        subscription: None,
        invoice: None,
        payment_intent: Some(intent.into()),
        payment_link: None,
        amount_total: Some(total),
        amount_tax: tax,
        currency: Some(currency("usd")),
        created: None,
        metadata: crate::fact::Metadata::default(),
    }
}

pub fn shown_session(event: &str, at: i64, id: &str, session: &CheckoutSession) -> Fact {
    fact(event, at, id, Observed::CheckoutSession(Box::new(session.clone())))
}

/// `customer.updated` with a balance, and the one before where it moved.
pub fn balance(event: &str, at: i64, previous: Option<i64>, balance: i64) -> Fact {
    let customer = Customer {
        created: None,
        deleted: false,
        balance: Some(balance),
        previous_balance: previous,
        currency: Some(currency("usd")),
        balances: std::collections::BTreeMap::new(),
        delinquent: None,
        has_payment_method: false,
        metadata: crate::fact::Metadata::default(),
    };
    fact(event, at, "cus_1", Observed::Customer(Box::new(customer)))
}
