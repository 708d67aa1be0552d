//! Deliveries. `POST /webhooks/stripe` and `POST /webhooks/stripe/{endpoint}`: the body is read whole within bounds, verified over its raw bytes,
//! handed to the recorder, and acknowledged after the durable append and only then. No key, no redirect, no middleware on this path; whatever is
//! verified ends in the log, readable or not.
//!
//! # Layout
//! - [`receive`]: the handlers
//! - `body`: reading within bounds of size and time
//! - `entry`: what the log keeps of a verified body
//! - `refusal`: what the recorder's refusals mean for Stripe
//! - `unverified`: what could not be verified, in the process's own log

mod body;
mod entry;
pub mod receive;
mod refusal;
mod unverified;

use std::collections::HashMap;

use daybook_domain::scope::Mode;
use daybook_stripe::signature::Secret;

use self::unverified::Unverified;
use crate::config::{ConfigError, Endpoint};

pub(crate) use body::Arriving;

/// An endpoint, ready to verify.
#[derive(Debug)]
pub struct Receiver {
    label: String,
    secrets: Vec<Secret>,
    mode: Option<Mode>,
    account: Option<String>,
    unverified: Unverified,
}

/// All endpoints, by the last part of their path.
#[derive(Debug, Default)]
pub struct Receivers(HashMap<Option<String>, Receiver>);

impl Receivers {
    /// Endpoints as they are configured.
    ///
    /// # Errors
    /// Two at one path, a name that is no part of a path, or a secret that is none.
    pub fn new(endpoints: &[Endpoint]) -> Result<Self, ConfigError> {
        let mut receivers = HashMap::new();
        for endpoint in endpoints {
            let receiver = Receiver {
                label: endpoint.label.clone(),
                secrets: endpoint.keyed()?,
                mode: endpoint.mode,
                account: endpoint.account.clone(),
                unverified: Unverified::default(),
            };
            if receivers.insert(endpoint.name.clone(), receiver).is_some() {
                return Err(ConfigError::SamePath { path: endpoint.path() });
            }
        }
        Ok(Self(receivers))
    }

    /// Whether there is no endpoint at all.
    pub(crate) fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    fn find(&self, name: Option<&str>) -> Option<&Receiver> {
        self.0.get(&name.map(str::to_owned))
    }
}
