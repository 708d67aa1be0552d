//! Answering for customers and for your own accounts: what is known of them at one size, the policy in force there, and the clock.
//!
//! # Layout
//! - [`question`]: questions, answered from the cache or by reading, and kept
//! - [`inquiry`]: everything that one response is worked out from
//! - [`desk`]: where questions are gathered and read together; [`lane`]: one connection that does it
//! - [`facts`]: what was read, and the judgement over it
//! - [`account`]: which customers belong to one of your accounts, and the best of their answers
//! - [`answer`]: the shapes of answers
//! - [`policies`]: policies, parsed once

pub mod account;
pub mod answer;
pub mod desk;
pub mod facts;
pub mod inquiry;
pub mod lane;
pub mod policies;
pub mod question;
