//! What is wrong with a value, and where it stands.

use std::fmt;

/// A value that cannot be read. Says the path and the kind of thing found there, never the value itself: reasons are
/// logged, bodies are not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {what}")]
pub(crate) struct Fault {
    path: String,
    what: String,
}

/// A result of reading JSON.
pub(crate) type Found<T> = Result<T, Fault>;

impl Fault {
    /// Something wrong with the value at `path`.
    pub(crate) fn new(path: impl Into<String>, what: impl fmt::Display) -> Self {
        Self { path: path.into(), what: what.to_string() }
    }

    /// The same fault, seen from the object that holds the one it was found in.
    #[must_use]
    pub(crate) fn under(self, parent: &str) -> Self {
        let path = if self.path.is_empty() { parent.to_owned() } else { format!("{parent}.{}", self.path) };
        Self { path, what: self.what }
    }

    /// The same fault, seen from the list that holds the object.
    #[must_use]
    pub(crate) fn at(self, list: &str, index: usize) -> Self {
        self.under(&format!("{list}[{index}]"))
    }
}
