//! `POST /webhooks/stripe` and `/webhooks/stripe/{endpoint}`.

mod bounds;
mod endpoints;
mod outcome;
mod signature;
mod unreadable;
