//! The state of a customer: a join of everything observed, and how observations become events.

use cqrs_es::{Aggregate, event_sink::EventSink};
use serde::{Deserialize, Serialize};

use super::{Acts, CustomerCommand, CustomerEvent, Error};
use crate::{
    fact::{self, EntitlementSummary},
    order::{Moment, Register},
};

/// Everything known of one customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    snapshot: Register<fact::Customer>,
    summary: Register<EntitlementSummary>,
    /// The first event that showed it deleted: for good.
    deleted: Option<Moment>,
    /// What operators said.
    acts: Acts,
}

impl Aggregate for Customer {
    const TYPE: &'static str = "Customer";
    type Command = CustomerCommand;
    type Event = CustomerEvent;
    type Error = Error;
    type Services = ();

    async fn handle(&mut self, command: Self::Command, (): &(), sink: &EventSink<Self>) -> Result<(), Error> {
        let event = match command {
            CustomerCommand::Observe { moment, evidence, snapshot } => {
                CustomerEvent::Observed { moment, evidence, snapshot }
            }
            CustomerCommand::ObserveSummary { moment, evidence, summary } => {
                CustomerEvent::SummaryObserved { moment, evidence, summary }
            }
            CustomerCommand::TakeIn(operated) => CustomerEvent::Operated(operated),
            CustomerCommand::Operate { operated, circumstances } => {
                if !self.decide(&operated, &circumstances)? {
                    return Ok(());
                }
                CustomerEvent::Operated(operated)
            }
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        match event {
            CustomerEvent::Observed { moment, evidence, snapshot } => {
                if snapshot.deleted && self.deleted.as_ref().is_none_or(|first| moment < *first) {
                    self.deleted = Some(moment.clone());
                }
                self.snapshot.observe(&moment, &evidence, *snapshot);
            }
            CustomerEvent::SummaryObserved { moment, evidence, summary } => {
                self.summary.observe(&moment, &evidence, *summary);
            }
            CustomerEvent::Operated(operated) => self.acts.take_in(*operated),
        }
    }
}

impl Customer {
    /// The newest snapshot; none while only a summary is known.
    pub fn snapshot(&self) -> Option<&fact::Customer> {
        self.snapshot.value()
    }

    /// The moment of the newest snapshot.
    pub fn moment(&self) -> Option<&Moment> {
        self.snapshot.moment()
    }

    /// What Stripe says the customer is entitled to, and when it said so.
    pub fn summary(&self) -> Option<(&Moment, &EntitlementSummary)> {
        Some((self.summary.moment()?, self.summary.value()?))
    }

    /// When it was first seen deleted.
    pub fn deleted(&self) -> Option<&Moment> {
        self.deleted.as_ref()
    }

    /// What operators said.
    pub fn acts(&self) -> &Acts {
        &self.acts
    }
}
