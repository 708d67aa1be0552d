//! What is wrong with a policy file: every problem, each with its place, what was found and what was expected.

use std::fmt;

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The key it is about, such as `plans.pro.grace`; empty where the text is no TOML.
    pub at: String,
    /// What stands there.
    pub found: String,
    /// What could stand there.
    pub expected: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}, column {}: ", self.line, self.column)?;
        if !self.at.is_empty() {
            write!(formatter, "{}: ", self.at)?;
        }
        write!(formatter, "found {}, expected {}", self.found, self.expected)?;
        match &self.suggestion {
            Some(suggestion) => write!(formatter, "; did you mean `{suggestion}`?"),
            None => Ok(()),
        }
    }
}

/// A text that is no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the policy has {}:\n  {}", count(.problems), list(.problems))]
pub struct Error {
    /// What is wrong, in the order of the text; never empty. Where the text is no TOML, only that; of more than twenty
    /// problems the last one says how many more there are.
    pub problems: Vec<Problem>,
}

fn count(problems: &[Problem]) -> String {
    match problems.len() {
        1 => "1 problem".to_owned(),
        many => format!("{many} problems"),
    }
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n  ")
}
