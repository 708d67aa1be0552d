//! What a finding can be told.

use super::FindingEvent;

/// A person settles it, again if need be. Refused when there is nothing of the kind, or the decision does not fit.
#[derive(Clone, Debug)]
pub struct FindingCommand(pub FindingEvent);
