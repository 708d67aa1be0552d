//! The HTTP face: Stripe's webhooks come in, answers go out. It decides nothing: what is verified is handed to the recorder, what is asked
//! is read in one snapshot, and what went wrong is a problem document.
//!
//! # Layout
//! - [`config`]: what the program is told at start
//! - [`state`]: what every request shares
//! - [`router()`], [`server`], `activity`: the routes, the loop that serves them, and what goes on on a connection
//! - [`problem`]: everything that can go wrong, as problem+json
//! - [`webhook`]: deliveries, verified and recorded
//! - [`auth`]: bearer keys
//! - [`extract`], [`query`], [`wait`], `deadline`: what a request says, waiting for one's own write, and ending in time
//! - [`entitlement`]: working out entitlement answers; [`cache`]: keeping them, right across processes
//! - [`past`], [`story`]: the same answers for an earlier time, and everything that happened to a customer
//! - [`v1`]: the read API, one file for each resource
//! - [`health`], [`metrics`], [`openapi`]: how it is, what it counts, what it offers

mod activity;
pub mod auth;
pub mod cache;
pub mod config;
mod deadline;
pub mod entitlement;
pub mod extract;
pub mod health;
pub mod metrics;
pub mod openapi;
pub mod past;
pub mod problem;
pub mod query;
pub mod router;
pub mod server;
pub mod state;
pub mod story;
pub mod v1;
pub mod wait;
pub mod webhook;

pub use config::{Config, ConfigError, Endpoint};
pub use problem::Problem;
pub use router::router;
pub use server::serve;
pub use state::{App, Clock};
