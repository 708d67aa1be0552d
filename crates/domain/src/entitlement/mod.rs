//! The policy, and the answer to "may this customer use this feature, right now, and until when?".
//!
//! An answer is a function of the policy, of what is known of the customer (its [`Source`]s) and of the clock that is
//! handed in. Nothing here is stored but the sources, so a new policy rewrites nothing.
//!
//! # Layout
//! - [`policy`]: what a policy says, and reading it from `policy.toml`
//! - [`Source`]: what an answer can come from; a row of the read model
//! - [`Answer`], [`Code`], [`NextChange`]: what is answered
//! - [`evaluate()`], [`evaluate_all`]: the rules, one file each: how a subscription stands in time, grace, disputes, what
//!   its items offer, what was bought once, what operators said, and how all of it is combined

mod answer;
mod code;
mod combine;
mod dispute;
mod evaluate;
mod grace;
mod offer;
mod operators;
pub mod policy;
mod purchase;
mod source;
mod subscription;

pub use answer::{Answer, NextChange, SourceRef, Value, Verdict, Warning};
pub use code::Code;
pub use evaluate::{CustomerState, evaluate, evaluate_all};
pub use policy::Policy;
pub use source::Source;

#[cfg(test)]
mod tests;
