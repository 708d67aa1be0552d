//! What becomes of one line of an import. An event goes in under its own account and mode; an event that this version cannot read goes in as well, if
//! it says which one it is and where it belongs; what cannot be an event is refused. Unlike a webhook's body, a line was signed by nobody.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use daybook_domain::id::EventId;
use daybook_domain::scope::{Mode, Scope};
use daybook_domain::time::Timestamp;
use daybook_store::{Incoming, Source};
use daybook_stripe::envelope::{self, Flaw, Unreadable};
use daybook_stripe::translate::{Translation, translate};

use crate::scope::ScopeArguments;

/// The `type` of what names none that can be read.
const UNREADABLE: &str = "unreadable";

/// What a line is.
#[derive(Debug)]
pub enum Entry {
    /// An event.
    Event(Box<Incoming>),
    /// An event with something in it that cannot be read, and what that is.
    Unreadable(Box<Incoming>, String),
    /// No event, and why not.
    Refused(String),
}

/// Reads a line, as far as the read models will: what they cannot read is said now, not when somebody misses it. `scope` says what the event itself does not.
pub fn read(body: Bytes, scope: &ScopeArguments, now: DateTime<Utc>) -> Entry {
    match envelope::read(&body) {
        Ok(event) => {
            let incoming = Incoming {
                event_id: EventId::new(&*event.id),
                kind: event.event_type.clone().into_owned(),
                scope: within(scope, event.account.as_deref(), Mode::from_livemode(event.livemode)),
                api_version: event.api_version.as_deref().map(str::to_owned),
                created: Some(event.created.unix()),
                ..bare(body.clone(), now)
            };
            match translate(&body).translation {
                Translation::Quarantined { reason } => Entry::Unreadable(Box::new(incoming), reason.into()),
                _ => Entry::Event(Box::new(incoming)),
            }
        }
        Err(unreadable) => salvage(&unreadable, body, scope, now),
    }
}

fn salvage(read: &Unreadable, body: Bytes, scope: &ScopeArguments, now: DateTime<Utc>) -> Entry {
    let mode = read.livemode.map(Mode::from_livemode).or(scope.mode());
    let (Some(id), Some(mode), Flaw::Unreadable) = (&read.id, mode, read.flaw) else {
        return Entry::Refused(read.reason.to_string());
    };
    let incoming = Incoming {
        event_id: EventId::new(id.clone()),
        kind: read.event_type.as_deref().unwrap_or(UNREADABLE).to_owned(),
        scope: within(scope, read.account.as_deref(), mode),
        api_version: read.api_version.as_deref().map(str::to_owned),
        created: read.created.map(Timestamp::unix),
        ..bare(body, now)
    };
    Entry::Unreadable(Box::new(incoming), read.reason.to_string())
}

fn within(scope: &ScopeArguments, account: Option<&str>, mode: Mode) -> Scope {
    Scope { account: account.or(scope.account()).map(Box::from), mode }
}

fn bare(body: Bytes, now: DateTime<Utc>) -> Incoming {
    Incoming {
        event_id: EventId::new(""),
        kind: String::new(),
        scope: Scope { account: None, mode: Mode::Test },
        api_version: None,
        created: None,
        body,
        source: Source::Import,
        received_at: now,
        endpoint: None,
        secret_label: None,
        signature: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Entry {
        read(Bytes::copy_from_slice(line.as_bytes()), &ScopeArguments::default(), DateTime::default())
    }

    #[test]
    fn an_event_goes_in_under_its_own_account_and_mode() {
        let Entry::Event(incoming) = of(
            r#"{"id":"evt_1","object":"event","type":"customer.created","livemode":true,"created":7,"account":"acct_1","data":{"object":{"id":"cus_1","object":"customer"}}}"#,
        ) else {
            panic!("refused")
        };
        assert_eq!((incoming.event_id.as_str(), incoming.created), ("evt_1", Some(7)));
        assert_eq!(incoming.scope.to_string(), "acct_1 (live)");
        assert_eq!(incoming.source, Source::Import);
    }

    #[test]
    fn what_cannot_be_an_event_is_refused_with_the_reason() {
        let reason = |line| match of(line) {
            Entry::Refused(reason) => reason,
            other => panic!("{other:?}"),
        };
        insta::assert_snapshot!(
            [
                r#"{"id":"evt_1""#,
                "[1]",
                "evt_1",
                r#"{"object":"customer","id":"cus_1"}"#,
                r#"{"object":"event","livemode":false}"#
            ]
            .map(reason)
            .join("\n")
        );
    }

    #[test]
    fn an_event_that_this_version_cannot_read_goes_in_with_the_reason() {
        let line = r#"{"id":"evt_1","object":"event","type":"invoice.paid","livemode":false,"created":"soon"}"#;
        let Entry::Unreadable(incoming, reason) = of(line) else { panic!("not kept") };
        assert_eq!(incoming.kind, "invoice.paid");
        assert!(reason.starts_with("created: "), "{reason}");
    }

    #[test]
    fn an_event_whose_object_cannot_be_read_goes_in_with_the_reason() {
        let line = r#"{"id":"evt_1","object":"event","type":"invoice.paid","livemode":false,"created":7,"data":{"object":{}}}"#;
        let Entry::Unreadable(incoming, reason) = of(line) else { panic!("not kept") };
        assert_eq!((incoming.event_id.as_str(), incoming.created), ("evt_1", Some(7)));
        assert!(reason.starts_with("data.object"), "{reason}");
    }
}
