//! What is wrong with the configuration: all of it, each with the name of the variable, what is wrong and an example. Never a secret.

use std::fmt;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands: `DAYBOOK_LISTEN (--listen)`, or a place in a file.
    pub place: String,
    /// What is wrong with it.
    pub wrong: String,
    /// How it could be.
    pub example: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}\n    for example: {}", self.place, self.wrong, self.example)
    }
}

/// Everything that is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Adds one.
    pub fn add(&mut self, place: impl Into<String>, wrong: impl Into<String>, example: impl Into<String>) {
        self.0.push(Problem { place: place.into(), wrong: wrong.into(), example: example.into() });
    }

    /// All of them, in the order they were found.
    pub fn list(&self) -> &[Problem] {
        &self.0
    }

    /// What was read, if nothing was wrong with it or with anything before.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn check<T>(self, read: Option<T>) -> Result<T, Self> {
        match read {
            Some(read) if self.0.is_empty() => Ok(read),
            _ => Err(self),
        }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => write!(formatter, "something in the configuration is wrong")?,
            many => write!(formatter, "{many} things in the configuration are wrong")?,
        }
        self.0.iter().try_for_each(|problem| write!(formatter, "\n  {problem}"))
    }
}

impl std::error::Error for Problems {}
