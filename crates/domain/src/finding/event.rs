//! What came of a finding. Stored in the log: fields may be added as optional ones, nothing is renamed.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::{About, Stands};
use crate::{customer::Authority, order::Moment};

/// The `type` of its record in the log.
pub const SETTLED: &str = "daybook.finding_settled";

/// A person has settled it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingEvent {
    /// When; its event is the operator's record.
    pub moment: Moment,
    /// Who, and why.
    pub by: Authority,
    /// What was settled.
    pub about: About,
    /// What was decided.
    pub stands: Stands,
}

impl DomainEvent for FindingEvent {
    fn event_type(&self) -> String {
        "FindingSettled".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}
