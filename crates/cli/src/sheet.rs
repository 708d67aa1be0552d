//! One thing told in full: a name and a value a line, values below each other.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::output::printable;

/// Lines of names and values.
#[derive(Debug, Default)]
pub struct Sheet(Vec<(&'static str, String)>);

impl Sheet {
    /// A line.
    pub fn line(&mut self, name: &'static str, value: impl fmt::Display) -> &mut Self {
        self.0.push((name, value.to_string()));
        self
    }

    /// A line, if there is something to say.
    pub fn some(&mut self, name: &'static str, value: Option<impl fmt::Display>) -> &mut Self {
        if let Some(value) = value {
            self.line(name, value);
        }
        self
    }

    /// A line with a time, if there is one.
    pub fn time(&mut self, name: &'static str, value: Option<DateTime<Utc>>) -> &mut Self {
        self.some(name, value.map(moment))
    }
}

/// A time as people read it: `2026-11-21 14:05 UTC`.
pub fn moment(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// A cell that may be empty.
pub fn or_dash(text: Option<&str>) -> String {
    text.unwrap_or("-").to_owned()
}

impl fmt::Display for Sheet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.0.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        for (name, value) in &self.0 {
            let value = printable(&value.replace('\n', "\\n").replace('\r', "\\r"));
            writeln!(formatter, "  {name:width$}  {value}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_below_each_other_and_on_one_line_each() {
        let mut sheet = Sheet::default();
        sheet.line("status", "open").some("seller", None::<&str>).line("reason", "a\nb");
        assert_eq!(sheet.to_string(), "  status  open\n  reason  a\\nb\n");
    }
}
