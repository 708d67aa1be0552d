//! Why a command to a customer is refused: observations never are.

/// There is no value of this type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {}
