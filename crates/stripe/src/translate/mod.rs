//! An event's body into facts, whatever API version rendered it.
//!
//! Every place a field has lived is looked at; nothing switches on the version. The main object carries the evidence
//! that settles ties of one second; objects merely embedded in it are facts with no evidence. A body is scanned once
//! for its envelope and the fields of its object, and nested objects once more when a translator asks for them.

use crate::envelope::Related;
use daybook_domain::fact::Fact;

/// What one body says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translated {
    /// Facts, or why there are none.
    pub translation: Translation,
    /// What the event is about, for search.
    pub mentions: Mentions,
}

/// Facts, or why there are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Translation {
    /// What the event says; the first fact is about its own object, the others about objects embedded in it.
    Facts(Vec<Fact>),
    /// Readable, and no read model needs it.
    WithoutEffect {
        /// Why not.
        why: &'static str,
    },
    /// A thin event: it names its object, which has to be fetched.
    NeedsFetch {
        /// The object to fetch.
        related: Option<Related>,
        /// The id of the snapshot event that says the same, when both are sent.
        snapshot_event: Option<Box<str>>,
    },
    /// It cannot be read: to be retried after an upgrade.
    Quarantined {
        /// What is wrong, with the path of the value; never the value.
        reason: Box<str>,
    },
}

/// Ids an event names, whether or not its object is folded. All are short and free of control characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Its object.
    pub object: Option<Mention>,
    /// The customer its object names, or is.
    pub customer: Option<Box<str>>,
}

/// One object by Stripe's name for its kind, and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// `subscription`, `checkout.session`, `setup_intent`, ...
    pub kind: Box<str>,
    /// Its id.
    pub id: Box<str>,
}

/// Translates one body.
pub fn translate(body: &[u8]) -> Translated {
    match crate::envelope::read(body) {
        Ok(_) => Translated {
            translation: Translation::WithoutEffect { why: "no read model needs this type" },
            mentions: Mentions::default(),
        },
        Err(unreadable) => Translated {
            translation: Translation::Quarantined { reason: unreadable.reason },
            mentions: Mentions::default(),
        },
    }
}
