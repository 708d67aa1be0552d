//! What is handed to the recorder: the exact bytes received and what is known about how they came. Nothing here reads the
//! body. Fields that cannot be stored are refused before anything is queued, so that one of them never spoils a batch.

use std::fmt;
use std::str::FromStr;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use daybook_domain::id::EventId;
use daybook_domain::scope::Scope;

use super::leaf::{self, Leaf};

/// The way a record came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// delivered by Stripe and verified by signature
    Webhook,
    /// fetched from Stripe's API
    Api,
    /// brought by an operator from a file
    Import,
    /// an operator's own entry
    Operator,
}

impl Source {
    /// The name it is stored under.
    pub fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Api => "api",
            Self::Import => "import",
            Self::Operator => "operator",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The text names no source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no source: webhook, api, import or operator")]
pub struct UnknownSource(pub String);

impl FromStr for Source {
    type Err = UnknownSource;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        [Self::Webhook, Self::Api, Self::Import, Self::Operator]
            .into_iter()
            .find(|source| source.name() == name)
            .ok_or_else(|| UnknownSource(name.to_owned()))
    }
}

/// One entry on its way into the log.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// `evt_...`, or what stands for it; unique in the whole log
    pub event_id: EventId,
    /// Stripe's `type`, such as `invoice.paid`
    pub kind: String,
    /// account and mode
    pub scope: Scope,
    /// the API version that rendered the body, if it names one
    pub api_version: Option<String>,
    /// Stripe's `created`, in seconds
    pub created: Option<i64>,
    /// the exact bytes
    pub body: Bytes,
    /// the way it came
    pub source: Source,
    /// when it arrived here; kept to the microsecond
    pub received_at: DateTime<Utc>,
    /// the label of the endpoint that received it
    pub endpoint: Option<String>,
    /// the label of the secret that verified it
    pub secret_label: Option<String>,
    /// the signature header as it came
    pub signature: Option<String>,
}

/// A field that cannot be stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// It is longer than any real one.
    #[error("{field} has {length} bytes; at most {limit} are stored")]
    TooLong {
        /// which one
        field: &'static str,
        /// its length in bytes
        length: usize,
        /// the longest that is stored
        limit: usize,
    },
    /// It holds a NUL, which PostgreSQL's text cannot hold.
    #[error("{field} holds a NUL character")]
    Nul {
        /// which one
        field: &'static str,
    },
    /// It has to say something.
    #[error("{field} is empty")]
    Empty {
        /// which one
        field: &'static str,
    },
}

/// The longest label, id, type or version that is stored, in bytes. Stripe's ids have at most 255.
pub const TEXT_LIMIT: usize = 255;
/// The longest signature header that is stored, in bytes.
pub const SIGNATURE_LIMIT: usize = 16 * 1024;

impl Incoming {
    /// Checks that every field can be stored.
    ///
    /// # Errors
    /// The first field that cannot.
    pub fn check(&self) -> Result<(), FieldError> {
        let texts = [
            ("event_id", Some(self.event_id.as_str())),
            ("type", Some(self.kind.as_str())),
            ("account", self.scope.account.as_deref()),
            ("api_version", self.api_version.as_deref()),
            ("endpoint", self.endpoint.as_deref()),
            ("secret_label", self.secret_label.as_deref()),
        ];
        for (field, text) in texts {
            check_text(field, text.unwrap_or_default(), TEXT_LIMIT)?;
        }
        check_text("signature", self.signature.as_deref().unwrap_or_default(), SIGNATURE_LIMIT)?;
        if self.event_id.as_str().is_empty() {
            return Err(FieldError::Empty { field: "event_id" });
        }
        Ok(())
    }
}

fn check_text(field: &'static str, text: &str, limit: usize) -> Result<(), FieldError> {
    if text.len() > limit {
        return Err(FieldError::TooLong { field, length: text.len(), limit });
    }
    if text.contains('\0') {
        return Err(FieldError::Nul { field });
    }
    Ok(())
}

/// An entry with its salt and its leaf hash: ready to be appended. Made before the head is locked.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// what was handed in
    pub(crate) incoming: Incoming,
    /// 32 random bytes that keep the commitment from being guessed
    pub(crate) salt: [u8; 32],
    /// its hash in the tree
    pub(crate) leaf_hash: [u8; 32],
}

impl Sealed {
    /// Checks and seals an entry under this salt, which must be random and used once.
    ///
    /// # Errors
    /// When a field cannot be stored.
    pub fn seal(mut incoming: Incoming, salt: [u8; 32]) -> Result<Self, FieldError> {
        incoming.check()?;
        let microseconds = incoming.received_at.timestamp_micros();
        incoming.received_at = DateTime::from_timestamp_micros(microseconds).unwrap_or(incoming.received_at);
        let leaf_hash = Leaf {
            event_id: incoming.event_id.as_str(),
            source: incoming.source,
            kind: &incoming.kind,
            scope: &incoming.scope,
            api_version: incoming.api_version.as_deref(),
            created: incoming.created,
            received_at: microseconds,
            endpoint: incoming.endpoint.as_deref(),
            secret_label: incoming.secret_label.as_deref(),
            signature: incoming.signature.as_deref(),
            commitment: leaf::commitment(&salt, &incoming.body),
        }
        .hash();
        Ok(Self { incoming, salt, leaf_hash })
    }
}
