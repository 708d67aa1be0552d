//! What fuzzing tries to break: one property for each target in `fuzz/`, as a plain function of bytes.
//!
//! The targets there only call these functions, and so does an ordinary test with every seed that is kept, so a finding of the fuzzer
//! stays mended. Nothing here panics by itself: a promise that does not hold is told as [`Broken`].
//!
//! # Layout
//! - [`signature`]: a `Stripe-Signature` header and the body below it
//! - [`event`]: a body, to its envelope, its facts and their rows
//! - [`fold`]: a script that bends a simulated history, and the order in which it arrives

pub mod event;
pub mod fold;
pub mod signature;

use std::fmt;

/// A promise that does not hold for an input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("broken: {promise}\n{how}")]
pub struct Broken {
    /// What should hold of every input.
    pub promise: &'static str,
    /// What was seen instead.
    pub how: String,
}

/// Holds a promise to what was seen; `how` is only asked for where it is broken.
pub(crate) fn hold<T: fmt::Display>(holds: bool, promise: &'static str, how: impl FnOnce() -> T) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken { promise, how: how().to_string() }) }
}

/// One fuzz target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// See [`signature`].
    Signature,
    /// See [`event`].
    Event,
    /// See [`fold`].
    Fold,
}

impl Target {
    /// Every target.
    pub const ALL: [Self; 3] = [Self::Signature, Self::Event, Self::Fold];

    /// Its name: of the target in `fuzz/fuzz_targets` and of the folder of its seeds.
    pub fn name(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Event => "event",
            Self::Fold => "fold",
        }
    }

    /// Tries an input.
    ///
    /// # Errors
    /// The first promise that does not hold.
    pub fn check(self, input: &[u8]) -> Result<(), Broken> {
        match self {
            Self::Signature => signature::check(input).map(drop),
            Self::Event => event::check(input).map(drop),
            Self::Fold => fold::check(input).map(drop),
        }
    }
}
