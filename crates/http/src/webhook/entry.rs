//! What the log keeps of a verified body. An event is stored in its own account and mode; what cannot be read is stored all the same, with as
//! much of its envelope as could be, because what Stripe has signed must not be lost.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use daybook_domain::id::EventId;
use daybook_domain::scope::{Mode, Scope};
use daybook_store::{Incoming, Source};
use daybook_stripe::envelope::{self, Envelope, Flaw, Unreadable};

use super::Receiver;

/// The `type` of what names none that can be read.
pub const UNREADABLE: &str = "unreadable";

/// How a body came.
#[derive(Debug)]
pub struct Delivery<'a> {
    /// The endpoint it came to.
    pub receiver: &'a Receiver,
    /// The label of the secret that verified it.
    pub secret_label: &'a str,
    /// The signature header.
    pub signature: String,
    /// When it was whole.
    pub received_at: DateTime<Utc>,
}

impl Delivery<'_> {
    /// The entry for the log.
    pub fn entry(&self, body: &Bytes) -> Incoming {
        match envelope::read(body) {
            Ok(read) => self.of_event(&read, body),
            Err(unreadable) => self.of_unreadable(&unreadable, body),
        }
    }

    /// The entry for the log when even the fields that could be read cannot be stored.
    pub fn bare_entry(&self, body: Bytes) -> Incoming {
        let id = EventId::new(envelope::fallback_id(&body));
        Incoming { signature: None, ..self.with(id, UNREADABLE.to_owned(), None, None, body) }
    }

    fn of_event(&self, read: &Envelope<'_>, body: &Bytes) -> Incoming {
        let mode = Some(Mode::from_livemode(read.livemode));
        Incoming {
            api_version: read.api_version.as_deref().map(str::to_owned),
            created: Some(read.created.unix()),
            ..self.with(
                EventId::new(&*read.id),
                read.event_type.clone().into_owned(),
                read.account.as_deref(),
                mode,
                body.clone(),
            )
        }
    }

    fn of_unreadable(&self, read: &Unreadable, body: &Bytes) -> Incoming {
        let own_id = read.id.as_ref().filter(|_| read.flaw == Flaw::Unreadable);
        let id = own_id.cloned().unwrap_or_else(|| envelope::fallback_id(body));
        let kind = read.event_type.as_deref().unwrap_or(UNREADABLE).to_owned();
        Incoming {
            api_version: read.api_version.as_deref().map(str::to_owned),
            created: read.created.map(daybook_domain::time::Timestamp::unix),
            ..self.with(
                EventId::new(id),
                kind,
                read.account.as_deref(),
                read.livemode.map(Mode::from_livemode),
                body.clone(),
            )
        }
    }

    fn with(&self, id: EventId, kind: String, account: Option<&str>, mode: Option<Mode>, body: Bytes) -> Incoming {
        let account = account.or(self.receiver.account.as_deref()).map(Box::from);
        // Whose mode nobody knows is shown where somebody looks.
        let mode = mode.or(self.receiver.mode).unwrap_or(Mode::Live);
        Incoming {
            event_id: id,
            kind,
            scope: Scope { account, mode },
            api_version: None,
            created: None,
            body,
            source: Source::Webhook,
            received_at: self.received_at,
            endpoint: Some(self.receiver.label.clone()),
            secret_label: Some(self.secret_label.to_owned()),
            signature: Some(self.signature.clone()),
        }
    }
}
