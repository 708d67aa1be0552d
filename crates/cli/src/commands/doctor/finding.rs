//! What the doctor finds: one line each for what is well, and for what is not, what to do.

use std::fmt;

use serde::Serialize;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// As it should be.
    Ok,
    /// Worth knowing; nothing is broken.
    Note,
    /// Something is wrong.
    Wrong,
}

/// One finding.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What was looked at; `docs/OPERATIONS.md` explains each name.
    pub name: &'static str,
    /// How much it matters.
    pub level: Level,
    /// What was found.
    pub found: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// The tree head that was recomputed, to be noted elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<TreeHead>,
}

/// A size of the log, and what stands for all records up to it.
#[derive(Clone, Debug, Serialize)]
pub struct TreeHead {
    /// how many records
    pub size: i64,
    /// the root of their tree, in hexadecimal
    pub root: String,
}

impl Finding {
    /// All is well.
    pub fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, level: Level::Ok, found: found.into(), advice: None, verified: None }
    }

    /// Worth knowing.
    pub fn note(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name, level: Level::Note, found: found.into(), advice: Some(advice.into()), verified: None }
    }

    /// Something is wrong.
    pub fn wrong(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name, level: Level::Wrong, found: found.into(), advice: Some(advice.into()), verified: None }
    }
}

/// All findings.
#[derive(Debug, Serialize)]
pub struct Report {
    /// whether nothing is wrong
    pub healthy: bool,
    pub findings: Vec<Finding>,
}

impl Report {
    /// The report of these findings.
    pub fn of(findings: Vec<Finding>) -> Self {
        Self { healthy: findings.iter().all(|finding| finding.level != Level::Wrong), findings }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.findings.iter().map(|finding| finding.name.len()).max().unwrap_or_default();
        for finding in &self.findings {
            let level = match finding.level {
                Level::Ok => "ok   ",
                Level::Note => "note ",
                Level::Wrong => "WRONG",
            };
            writeln!(formatter, "{level}  {:<width$}  {}", finding.name, finding.found)?;
            if let Some(advice) = &finding.advice {
                writeln!(formatter, "       {:<width$}  -> {advice}", "")?;
            }
        }
        let wrong = self.findings.iter().filter(|finding| finding.level == Level::Wrong).count();
        match wrong {
            0 => formatter.write_str("\nNothing is wrong."),
            1 => formatter.write_str("\n1 thing is wrong."),
            many => write!(formatter, "\n{many} things are wrong."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_lists_what_is_well_and_what_to_do_about_the_rest() {
        let report = Report::of(vec![
            Finding::ok("clock", "0.0 s from the database's"),
            Finding::note("event_types", "3 never seen", "subscribe the endpoint to them"),
            Finding::wrong("worker", "nobody works", "start `daybook serve`"),
        ]);
        assert!(!report.healthy);
        insta::assert_snapshot!(report);
    }
}
