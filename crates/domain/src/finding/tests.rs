//! What settles a finding and what does not: given, when, then.

use cqrs_es::{Aggregate, event_sink::EventSink};
use futures::FutureExt;

use super::{About, Error, Finding, FindingCommand, FindingEvent, Stands};
use crate::{
    customer::Authority,
    id::EventId,
    order::{Moment, Rank},
    time::Timestamp,
};

fn settled(about: About, stands: Stands) -> FindingEvent {
    let moment = Moment { at: Timestamp::MIN, rank: Rank::Updated, event: EventId::new("op_1") };
    let by = Authority { actor: "anna".into(), reason: "a test tool".into(), ticket: None, via: None };
    FindingEvent { moment, by, about, stands }
}

/// How many events lead from it, when this is decided.
fn settle(finding: &mut Finding, about: About, stands: Stands) -> Result<usize, Error> {
    let sink = EventSink::default();
    let command = FindingCommand(settled(about, stands));
    finding.handle(command, &(), &sink).now_or_never().unwrap()?;
    Ok(sink.collect().now_or_never().unwrap().len())
}

#[test]
fn a_contradiction_is_settled_once_and_another_word_replaces_it() {
    let about = About::Conflict(7);
    let mut finding = Finding::of(about);
    assert_eq!(settle(&mut finding, about, Stands::Record), Ok(1));
    assert_eq!(settle(&mut finding, about, Stands::Record), Ok(0));
    assert_eq!(settle(&mut finding, about, Stands::Delivery), Ok(1));
    assert_eq!(finding.settled(), Some(Stands::Delivery));
}

#[test]
fn what_is_not_there_and_what_does_not_fit_is_refused() {
    let (conflict, quarantined) = (About::Conflict(7), About::Quarantined(3));
    assert_eq!(settle(&mut Finding::default(), conflict, Stands::Record), Err(Error::Nothing));
    assert_eq!(settle(&mut Finding::of(conflict), conflict, Stands::Acknowledged), Err(Error::TwoContents));
    assert_eq!(settle(&mut Finding::of(quarantined), quarantined, Stands::Record), Err(Error::OneContent));
    assert_eq!(settle(&mut Finding::of(quarantined), quarantined, Stands::Acknowledged), Ok(1));
}

/// A change here is a change of records of the log.
#[test]
fn a_settlement_is_stored_in_the_form_that_reviewers_have_seen_and_is_read_back_from_it() {
    let events = [
        settled(About::Conflict(7), Stands::Record),
        settled(About::Conflict(7), Stands::Delivery),
        settled(About::Quarantined(3), Stands::Acknowledged),
    ];
    insta::assert_json_snapshot!("finding_events", events);
    let stored = serde_json::to_string(&events).unwrap();
    assert_eq!(serde_json::from_str::<[FindingEvent; 3]>(&stored).unwrap(), events);
}
