//! What the HTTP face is told at start. Plain structs: the command line reads flags and environment variables and builds them, nothing here
//! does.

use std::time::Duration;

use daybook_domain::scope::Mode;
use daybook_stripe::signature::{self, InvalidSecret, Secret};
use secrecy::{ExposeSecret, SecretString};

/// Everything that can be set.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Where Stripe may deliver.
    pub endpoints: Vec<Endpoint>,
    /// The bounds of a delivery.
    pub webhook: WebhookLimits,
    /// The bounds of the entitlement cache.
    pub cache: CacheLimits,
    /// How long a reader may wait for its own write.
    pub wait: WaitLimits,
    /// How long a bearer key is remembered.
    pub keys: KeyLimits,
    /// When this process is ready.
    pub readiness: Readiness,
    /// The bounds of reading answers from the database.
    pub questions: QuestionLimits,
}

/// One webhook endpoint as Stripe knows it.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The last part of `/webhooks/stripe/{name}`; absent for `/webhooks/stripe` itself.
    pub name: Option<String>,
    /// The operator's name for it, kept with every delivery.
    pub label: String,
    /// Signing secrets in force, each with the operator's label for it.
    pub secrets: Vec<(String, SecretString)>,
    /// The mode it was made in, if it was said. An event is stored in its own mode all the same.
    pub mode: Option<Mode>,
    /// The account it belongs to, if it was said: `acct_...`.
    pub account: Option<String>,
}

/// The bounds of a delivery.
#[derive(Clone, Copy, Debug)]
pub struct WebhookLimits {
    /// How far a signature's time may lie from the clock, in seconds.
    pub tolerance: i64,
    /// The largest body, in bytes. Stripe's are under 256 kB.
    pub body_bytes: usize,
    /// How long a body may take to arrive.
    pub body_patience: Duration,
    /// Bytes of all bodies that are arriving at once.
    pub arriving_bytes: usize,
}

impl Default for WebhookLimits {
    fn default() -> Self {
        Self {
            tolerance: signature::DEFAULT_TOLERANCE,
            body_bytes: 3 * 1024 * 1024,
            body_patience: Duration::from_secs(10),
            arriving_bytes: 128 * 1024 * 1024,
        }
    }
}

/// The bounds of the entitlement cache.
#[derive(Clone, Copy, Debug)]
pub struct CacheLimits {
    /// Customers whose answers are kept.
    pub customers: usize,
    /// How often the live checkpoint is looked at when nothing is announced.
    pub poll: Duration,
    /// Answers say `stale` when the checkpoint was not confirmed for this long.
    pub stale_after: Duration,
    /// And are refused when it was not confirmed for this long.
    pub refuse_after: Duration,
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self {
            customers: 250_000,
            poll: Duration::from_millis(250),
            stale_after: Duration::from_secs(1),
            refuse_after: Duration::from_secs(60),
        }
    }
}

/// How long a reader may wait for its own write.
#[derive(Clone, Copy, Debug)]
pub struct WaitLimits {
    /// When the request does not say.
    pub usual: Duration,
    /// At most.
    pub longest: Duration,
    /// Readers that may wait at once.
    pub readers: usize,
}

impl Default for WaitLimits {
    fn default() -> Self {
        Self { usual: Duration::from_secs(5), longest: Duration::from_secs(15), readers: 1024 }
    }
}

/// How long a bearer key is remembered.
#[derive(Clone, Copy, Debug)]
pub struct KeyLimits {
    /// After this long it is looked up again, beside the request that uses it.
    pub fresh: Duration,
    /// After this long a request waits for the answer: a revoked key works no longer than this.
    pub longest: Duration,
    /// Keys that are remembered.
    pub remembered: usize,
}

impl Default for KeyLimits {
    fn default() -> Self {
        Self { fresh: Duration::from_secs(3), longest: Duration::from_secs(10), remembered: 1024 }
    }
}

/// The bounds of reading answers from the database.
#[derive(Clone, Copy, Debug)]
pub struct QuestionLimits {
    /// How long one statement may take. A request that finds the database hanging ends after a few of these.
    pub patience: Duration,
    /// How long a request may take altogether, what it waits for by its own wish aside.
    pub request: Duration,
    /// Connections that entitlement questions are read on, besides the pool.
    pub lanes: usize,
    /// Entitlement questions that may wait for them.
    pub waiting: usize,
}

impl Default for QuestionLimits {
    fn default() -> Self {
        Self { patience: Duration::from_secs(4), request: Duration::from_secs(10), lanes: 3, waiting: 4096 }
    }
}

/// When this process is ready to be asked.
#[derive(Clone, Copy, Debug)]
pub struct Readiness {
    /// The oldest record that is not yet applied may be this old.
    pub longest_lag: Duration,
    /// Records may wait so long while nobody holds the worker's lease.
    pub longest_idleness: Duration,
}

impl Default for Readiness {
    fn default() -> Self {
        Self { longest_lag: Duration::from_secs(60), longest_idleness: Duration::from_secs(15) }
    }
}

/// A setting that cannot stand.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Two endpoints share a path.
    #[error("two endpoints answer at {path}: give each a name of its own")]
    SamePath {
        /// their path
        path: String,
    },
    /// A name that cannot stand in a path.
    #[error("the endpoint name {name:?} cannot stand in a path: use 1 to 64 letters, digits, '-' or '_'")]
    Name {
        /// the name
        name: String,
    },
    /// An endpoint that could verify nothing.
    #[error("the endpoint {label:?} has no signing secret: copy the whole whsec_... text from its page")]
    NoSecret {
        /// the endpoint's label
        label: String,
    },
    /// A secret that cannot be one.
    #[error("the endpoint {label:?}: {source}")]
    Secret {
        /// the endpoint's label
        label: String,
        /// what is wrong with it
        source: InvalidSecret,
    },
}

impl Endpoint {
    /// Where it answers.
    pub fn path(&self) -> String {
        match &self.name {
            Some(name) => format!("/webhooks/stripe/{name}"),
            None => "/webhooks/stripe".to_owned(),
        }
    }

    /// Its secrets as keys.
    pub(crate) fn keyed(&self) -> Result<Vec<Secret>, ConfigError> {
        if let Some(name) = &self.name
            && !fits_a_path(name)
        {
            return Err(ConfigError::Name { name: name.clone() });
        }
        if self.secrets.is_empty() {
            return Err(ConfigError::NoSecret { label: self.label.clone() });
        }
        let keyed = |(label, secret): &(String, SecretString)| Secret::new(label.as_str(), secret.expose_secret());
        let keyed: Result<_, _> = self.secrets.iter().map(keyed).collect();
        keyed.map_err(|source| ConfigError::Secret { label: self.label.clone(), source })
    }
}

fn fits_a_path(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=64).contains(&name.len()) && name.bytes().all(plain)
}
