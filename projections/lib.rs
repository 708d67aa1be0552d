//! What can always be rebuilt: the tables of one generation, one folder each.
//!
//! A read model is a pure function of joined states: `derive` turns the state of one owner (a subscription, a customer,
//! an invoice ...) into rows, and the worker replaces that owner's rows when they differ. So rows cannot depend on the
//! order of arrival, and live processing and a rebuild write through the same code. Rows hold inputs; what depends on
//! the policy or the clock is worked out on reading.
//!
//! # Layout
//! - [`copy`]: rows encoded for PostgreSQL's binary COPY, the one way rows are written
//! - [`generation`]: the tables of a generation, made and indexed
//! - what the worker folds with: [`objects`] (states), [`aggregates`] (cqrs events), [`records`] (what each record led
//!   to), [`changes`] (who changed at which size)
//! - what readers ask: [`inquiry`] (all of it for an entitlement answer), [`entitlements`], [`subscriptions`], [`customers`],
//!   [`journal`], [`balances`], [`disputes`], [`invoices`], [`payments`],
//!   [`attention`], [`parked`]
//! - [`page`]: where a page of a list ends
//!
//! Each folder has the same shape: `mod.rs` (its table, `derive`, `remove`), `schema.sql` (columns), `indexes.sql` (keys
//! and indexes, made after a rebuild has loaded the rows), and `read.rs` where readers ask it something.

pub mod aggregates;
pub mod attention;
pub mod balances;
pub mod changes;
pub mod copy;
pub mod customers;
pub mod disputes;
pub mod entitlements;
pub mod generation;
pub mod inquiry;
pub mod invoices;
pub mod journal;
pub mod objects;
pub mod owner;
pub mod page;
pub mod parked;
pub mod payments;
pub mod records;
pub mod subscriptions;
