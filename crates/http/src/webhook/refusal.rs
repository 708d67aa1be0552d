//! What the recorder's refusals mean for Stripe. A verified delivery is never refused for good: whatever went wrong, Stripe is asked to deliver
//! it again.

use daybook_store::recorder::Refused;

use crate::Problem;

/// The answer to a delivery that was not recorded.
pub fn problem(refused: Refused) -> Problem {
    match refused {
        Refused::Busy => Problem::Busy,
        Refused::Stopped => Problem::Stopping,
        Refused::Field(_) | Refused::Unavailable(_) | Refused::Rejected(_) => Problem::NotRecorded(refused),
    }
}

/// Whether the same body may be recorded with less about it.
pub fn is_about_the_fields(refused: &Refused) -> bool {
    matches!(refused, Refused::Field(_) | Refused::Rejected(_))
}
