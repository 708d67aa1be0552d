//! The state of a finding: what it is about, and what a person has said of it last.

use cqrs_es::{Aggregate, event_sink::EventSink};
use serde::{Deserialize, Serialize};

use super::{Error, FindingCommand, FindingEvent};

/// What a person must look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// The contradiction with this number
    Conflict(i64),
    /// The record at this position, which cannot be read
    Quarantined(i64),
}

/// What a person decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stands {
    /// Of two contents, that of the record
    Record,
    /// Of two contents, that of the delivery which contradicts it
    Delivery,
    /// It was looked at, and is known
    Acknowledged,
}

/// A finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    about: Option<About>,
    settled: Option<Stands>,
}

impl Finding {
    /// One that is there, as nobody has looked at it.
    pub fn of(about: About) -> Self {
        Self { about: Some(about), settled: None }
    }

    /// What a person has decided last.
    pub fn settled(&self) -> Option<Stands> {
        self.settled
    }
}

impl Aggregate for Finding {
    const TYPE: &'static str = "Finding";
    type Command = FindingCommand;
    type Event = FindingEvent;
    type Error = Error;
    type Services = ();

    async fn handle(&mut self, command: Self::Command, (): &(), sink: &EventSink<Self>) -> Result<(), Error> {
        let event = command.0;
        match (self.about, event.stands) {
            (None, _) => return Err(Error::Nothing),
            (Some(About::Quarantined(_)), Stands::Record | Stands::Delivery) => return Err(Error::OneContent),
            (Some(About::Conflict(_)), Stands::Acknowledged) => return Err(Error::TwoContents),
            _ if self.settled == Some(event.stands) => return Ok(()),
            _ => {}
        }
        event.by.check().map_err(Error::Words)?;
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        self.settled = Some(event.stands);
    }
}
