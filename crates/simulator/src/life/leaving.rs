//! The customer is deleted: every subscription ends with it, and nothing happens afterwards.

use super::{Stage, Thread, subscription};

/// Ends every thread's subscription and deletes the customer.
pub(crate) fn depart(stage: &mut Stage, threads: &mut [Thread]) {
    for thread in threads {
        subscription::end(stage, thread, "cancellation_requested");
    }
    let customer = stage.customer.clone();
    stage.happened("customer.deleted", &customer);
}
