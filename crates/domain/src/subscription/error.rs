//! Why a command to a subscription is refused: never. Stripe's events are facts.

/// There is no value of this type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {}
