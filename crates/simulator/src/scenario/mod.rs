//! The stories customers live through, and how several of them are told at once: every story is a script of acts with times, and
//! the scripts of one customer are played in one order of time, so that balances and numbers agree between them.

mod balance;
mod change;
mod credit_note;
mod dispute;
mod dunning;
mod leaving;
mod marketplace;
mod one_off;
mod out_of_band;
mod pause;
mod refund;
mod renewal;
mod script;
mod trial;

use std::sync::Arc;

use crate::calendar::{DAY, HOUR};
use crate::catalogue::Catalogue;
use crate::currency::Currency;
use crate::history::Event;
use crate::life::{Stage, Thread, leaving as depart};
use crate::seed::{Ids, Random};
use script::{Cast, Script, Step};

/// One kind of story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Story {
    /// A subscription that renews every month and is always paid.
    Monthly,
    /// The same by the year.
    Annual,
    /// A trial that becomes a paid subscription.
    TrialConverts,
    /// A trial that ends in cancellation.
    TrialCancels,
    /// A trial without a card: the subscription pauses, and resumes when a card is given.
    TrialPauses,
    /// A renewal is declined, Stripe tries again and is paid.
    FailureRecovers,
    /// Every retry fails; the subscription is canceled, its invoice left open, written off or voided.
    DunningCancels,
    /// Every retry fails; the subscription becomes unpaid.
    DunningUnpaid,
    /// The first payment needs a confirmation that never comes: incomplete, then expired.
    FirstPaymentAbandoned,
    /// A dearer plan in the middle of a period.
    Upgrade,
    /// A cheaper plan: the difference becomes credit and pays later invoices.
    Downgrade,
    /// More seats, then fewer.
    Seats,
    /// Collection is paused for some time: invoices are voided, the status stays.
    PauseCollection,
    /// Canceled at the end of the period.
    CancelAtPeriodEnd,
    /// Canceled at the end of the period, then kept.
    ChangesMind,
    /// Canceled at once.
    CancelNow,
    /// A part of a payment is refunded.
    PartialRefund,
    /// A payment is refunded in several parts until nothing is left.
    FullRefund,
    /// A refund that the bank sends back.
    RefundFails,
    /// A dispute that the seller wins.
    DisputeWon,
    /// A dispute that the seller loses.
    DisputeLost,
    /// A dispute that stays open.
    DisputeOpen,
    /// An inquiry that is closed without a dispute.
    Inquiry,
    /// An inquiry that becomes a dispute.
    InquiryEscalates,
    /// A credit note on an open invoice, sometimes voided again.
    CreditBeforePayment,
    /// A credit note on a paid invoice: refunded, credited or paid out of band.
    CreditAfterPayment,
    /// A purchase without a subscription.
    OneOff,
    /// The same with a payment method that takes days.
    SlowOneOff,
    /// A purchase that is refunded.
    OneOffRefunded,
    /// Invoices sent by mail and paid by bank transfer, sometimes late.
    OutOfBand,
    /// The first payment is paid out to the bank.
    PaidOut,
    /// A payout that fails, sometimes after it was shown as paid, or is canceled.
    PayoutFails,
    /// A payment and its refund with their balance transactions, as an export from the API shows them.
    SeenWhole,
    /// A sale for a seller: a destination charge with its transfer and, mostly, an application fee.
    Marketplace,
    /// The same, refunded with or without its transfer.
    MarketplaceRefunded,
    /// A sale of which a seller receives a share later, and sometimes gives it back.
    Distributes,
    /// Money that is set aside and captured later, in part, or not at all.
    CapturedLater,
    /// A dispute that is lost, appealed, and mostly won then.
    DisputeAppealed,
    /// Invoices that are paid in several payments.
    PaidInParts,
    /// A purchase without a subscription, with tax in it.
    TaxedOneOff,
    /// A subscription of several plans.
    SeveralItems,
    /// More changes in one period than an event shows lines.
    ManyChanges,
    /// The customer is deleted, whatever other stories are going on.
    Leaves,
}

impl Story {
    /// Every story.
    pub const ALL: [Self; 43] = [
        Self::Monthly,
        Self::Annual,
        Self::TrialConverts,
        Self::TrialCancels,
        Self::TrialPauses,
        Self::FailureRecovers,
        Self::DunningCancels,
        Self::DunningUnpaid,
        Self::FirstPaymentAbandoned,
        Self::Upgrade,
        Self::Downgrade,
        Self::Seats,
        Self::PauseCollection,
        Self::CancelAtPeriodEnd,
        Self::ChangesMind,
        Self::CancelNow,
        Self::PartialRefund,
        Self::FullRefund,
        Self::RefundFails,
        Self::DisputeWon,
        Self::DisputeLost,
        Self::DisputeOpen,
        Self::Inquiry,
        Self::InquiryEscalates,
        Self::CreditBeforePayment,
        Self::CreditAfterPayment,
        Self::OneOff,
        Self::SlowOneOff,
        Self::OneOffRefunded,
        Self::OutOfBand,
        Self::Leaves,
        Self::PaidOut,
        Self::PayoutFails,
        Self::SeenWhole,
        Self::Marketplace,
        Self::MarketplaceRefunded,
        Self::Distributes,
        Self::CapturedLater,
        Self::DisputeAppealed,
        Self::PaidInParts,
        Self::TaxedOneOff,
        Self::SeveralItems,
        Self::ManyChanges,
    ];

    /// One to three stories for a customer.
    pub(crate) fn choose(random: &mut Random) -> Vec<Self> {
        let count = random.pick(1, &[1, 1, 1, 2, 2, 3]);
        (0..count).map(|_| random.pick(Self::Monthly, &Self::ALL)).collect()
    }

    fn script(self, cast: &mut Cast) -> Script {
        match self {
            Self::Monthly => renewal::monthly(cast),
            Self::Annual => renewal::annual(cast),
            Self::CancelAtPeriodEnd => renewal::cancel_at_period_end(cast),
            Self::ChangesMind => renewal::changes_mind(cast),
            Self::CancelNow => renewal::cancel_now(cast),
            Self::TrialConverts => trial::converts(cast),
            Self::TrialCancels => trial::cancels(cast),
            Self::TrialPauses => trial::pauses(cast),
            Self::FailureRecovers => dunning::recovers(cast),
            Self::DunningCancels => dunning::cancels(cast),
            Self::DunningUnpaid => dunning::unpaid(cast),
            Self::FirstPaymentAbandoned => dunning::first_payment_abandoned(cast),
            Self::Upgrade => change::upgrade(cast),
            Self::Downgrade => change::downgrade(cast),
            Self::Seats => change::seats(cast),
            Self::PauseCollection => pause::collection(cast),
            Self::PartialRefund => refund::partial(cast),
            Self::FullRefund => refund::full(cast),
            Self::RefundFails => refund::fails(cast),
            Self::DisputeWon => dispute::closes(cast, "won"),
            Self::DisputeLost => dispute::closes(cast, "lost"),
            Self::DisputeOpen => dispute::stays_open(cast),
            Self::Inquiry => dispute::inquiry(cast),
            Self::InquiryEscalates => dispute::escalates(cast),
            Self::CreditBeforePayment => credit_note::before_payment(cast),
            Self::CreditAfterPayment => credit_note::after_payment(cast),
            Self::OneOff => one_off::card(cast),
            Self::SlowOneOff => one_off::slow(cast),
            Self::OneOffRefunded => one_off::refunded(cast),
            Self::OutOfBand => out_of_band::by_mail(cast),
            Self::PaidOut => balance::arrives(cast),
            Self::PayoutFails => balance::fails(cast),
            Self::SeenWhole => balance::seen_whole(cast),
            Self::Marketplace => marketplace::sells(cast),
            Self::MarketplaceRefunded => marketplace::refunded(cast),
            Self::Distributes => marketplace::distributes(cast),
            Self::CapturedLater => marketplace::captured_later(cast),
            Self::DisputeAppealed => dispute::appealed(cast),
            Self::PaidInParts => renewal::in_parts(cast),
            Self::TaxedOneOff => one_off::taxed(cast),
            Self::SeveralItems => change::several_items(cast),
            Self::ManyChanges => change::many(cast),
            Self::Leaves => leaving::leaves(cast),
        }
    }
}

/// Tells the stories of one customer between two times: the customer's id, and the events in the order of their causes.
pub(crate) fn tell(
    catalogue: &Arc<Catalogue>,
    seed: u64,
    lane: u64,
    (start, end): (i64, i64),
    stories: &[Story],
) -> (String, Vec<Event>) {
    let mut random = Random::new(seed.rotate_left(17), lane);
    let currency =
        random.pick(Currency::Usd, &[Currency::Usd, Currency::Eur, Currency::Gbp, Currency::Jpy, Currency::Kwd]);
    let joined = start + HOUR + random.between(0, (end - start) * 2 / 3);
    let mut threads = Vec::new();
    let mut steps: Vec<(i64, usize, Step)> = Vec::new();
    for (number, story) in stories.iter().enumerate() {
        let begin = if number == 0 { joined } else { joined + random.between(0, 20 * DAY) };
        let mut cast = Cast::new(catalogue, currency, &mut random, (begin, end));
        let script = story.script(&mut cast);
        threads.push(Thread::new(cast.terms));
        steps.extend(script.into_steps().into_iter().map(|step| (step.at, number, step)));
    }
    steps.retain(|(at, ..)| *at < end);
    steps.sort_by_key(|(at, number, _)| (*at, *number));
    let stage = Stage::new(catalogue.clone(), currency, random, Ids::new(seed, lane), lane);
    play(stage, &mut threads, steps)
}

fn play(mut stage: Stage, threads: &mut [Thread], steps: Vec<(i64, usize, Step)>) -> (String, Vec<Event>) {
    for (at, number, step) in steps {
        stage.arrive_at(at);
        if let Some(thread) = threads.get_mut(number) {
            (step.act)(&mut stage, thread);
        }
        if stage.leaving {
            depart::depart(&mut stage, threads);
            break;
        }
    }
    (stage.customer.id.clone(), stage.into_events())
}
