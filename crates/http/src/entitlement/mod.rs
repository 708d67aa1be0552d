//! Answering for customers and for your own accounts: one snapshot, the policy in force in it, what is known of the customers, and the clock.
//!
//! # Layout
//! - [`inquiry`]: the snapshot, the policy and the clock of one answer
//! - [`account`]: which customers belong to one of your accounts, and the best of their answers
//! - [`answer`]: the shapes of answers
//! - [`policies`]: policies, read once

pub mod account;
pub mod answer;
pub mod inquiry;
pub mod policies;
