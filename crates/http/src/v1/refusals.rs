//! What routes have in common in the API description: how a question or an act can be refused. Said once, so that no route says it in other words.

use utoipa::IntoResponses;

use super::operate::Acted;

/// How every question about the books can be refused.
#[derive(Debug, IntoResponses)]
pub enum Unanswered {
    /// The key is not an analyst's.
    #[response(status = 403)]
    NotAnAnalyst,
    /// What was waited for has not been applied yet.
    #[response(status = 504)]
    NotYet,
}

/// How every question that filters can be refused.
#[derive(Debug, IntoResponses)]
pub enum Unlisted {
    /// A filter that cannot be read.
    #[response(status = 400)]
    UnreadableFilter,
    /// The key is not an analyst's.
    #[response(status = 403)]
    NotAnAnalyst,
    /// What was waited for has not been applied yet.
    #[response(status = 504)]
    NotYet,
}

/// What can come of an operator's act.
#[derive(Debug, IntoResponses)]
pub enum Outcome {
    /// It is recorded.
    #[response(status = 201)]
    Recorded(Acted),
    /// It was recorded before under the same key, or all is so already.
    #[response(status = 200)]
    SoAlready(Acted),
    /// The key is not an operator's.
    #[response(status = 403)]
    NotAnOperator,
    /// It contradicts how things are; nothing was recorded.
    #[response(status = 409)]
    Contradicts,
    /// It cannot be, or the key was used for another act; nothing was recorded.
    #[response(status = 422)]
    CannotBe,
}
