//! Why a finding cannot be settled so.

use crate::customer;

/// A refusal: nothing was recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is nothing to settle.
    #[error("there is nothing of this number to settle: no contradiction, or a record that can be read")]
    Nothing,
    /// A record that cannot be read has one content.
    #[error("there is only one content, so nothing to choose from: acknowledge it")]
    OneContent,
    /// A contradiction has two contents.
    #[error("there are two contents: say which of them stands, record or delivery")]
    TwoContents,
    /// Words are missing or too many.
    #[error(transparent)]
    Words(customer::Error),
}

impl Error {
    /// A word for programs.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing_to_settle",
            Self::OneContent => "one_content",
            Self::TwoContents => "two_contents",
            Self::Words(error) => error.reason(),
        }
    }
}
