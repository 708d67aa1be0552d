//! When the grace time of a past-due subscription begins.
//!
//! It runs from the oldest unpaid invoice of the current spell, so neither a retry nor the next unpaid invoice begins it
//! again.

use crate::{
    id::EventId,
    subscription::{Standing, UnpaidInvoice},
    time::Timestamp,
};

/// The beginning of a grace time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GraceStart {
    /// Its first second.
    pub(super) at: Timestamp,
    /// The event that shows it.
    pub(super) cause: EventId,
}

/// When the grace time of the current spell begins.
///
/// The spell's invoices are those that fell due after anything was last paid, and those still open that fell due since the
/// subscription became past due: a payment that left it past due ends no spell. An older one, or one that was written off
/// before the payment, belongs to an earlier spell. When there is no other, an older debt was paid while a newer one
/// stayed, and the newest keeps the spell going. When no unpaid invoice is known (its events are not sent here), the spell begins when
/// the subscription became past due, or with a payment after that.
pub(super) fn grace_start(standing: &Standing) -> GraceStart {
    let paid = standing.last_paid.as_ref().map(|paid| paid.at);
    // The failed attempt and the change of status are two events, made at once but not always in one second.
    let since = standing.since.at;
    let in_spell = |invoice: &UnpaidInvoice, at: Timestamp| !invoice.written_off && at.plus_seconds(1) >= since;
    let starts = standing.unpaid.iter().map(|invoice| (invoice, start_of(standing, invoice)));
    let of_this_spell = starts
        .filter(|(invoice, start)| paid.is_none_or(|paid| start.at > paid) || in_spell(invoice, start.at))
        .map(|(_, start)| start);
    let newest = standing.unpaid.iter().max_by_key(|invoice| (invoice.created, &invoice.invoice));
    of_this_spell
        .min_by(|left, right| (left.at, &left.cause).cmp(&(right.at, &right.cause)))
        .or_else(|| newest.map(|invoice| start_of(standing, invoice)))
        .unwrap_or_else(|| GraceStart {
            at: paid.map_or(standing.since.at, |paid| paid.max(standing.since.at)),
            cause: standing.since.event.clone(),
        })
}

/// When an invoice fell due: its due date if it was sent, else the first failed attempt, else when the subscription became
/// past due after it was made.
fn start_of(standing: &Standing, invoice: &UnpaidInvoice) -> GraceStart {
    let since = &standing.since;
    let failed = invoice.failed.as_ref();
    let at = invoice.due.or_else(|| failed.map(|failed| failed.at)).unwrap_or_else(|| since.at.max(invoice.created));
    GraceStart { at, cause: failed.map_or_else(|| since.event.clone(), |failed| failed.event.clone()) }
}
