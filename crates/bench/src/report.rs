//! The table: a row for each thing measured, with the median of its rounds, the spread, and the goal it has to reach.

use std::fmt;

use serde::Serialize;

use crate::bench::Bench;
use crate::machine::Machine;
use crate::statistics::median;

/// Everything measured in one run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    machine: Machine,
    rounds: u32,
    /// Whether the sizes were too small to mean anything.
    quick: bool,
    rows: Vec<Row>,
    notes: Vec<Note>,
}

/// One thing measured.
#[derive(Debug, Serialize)]
struct Row {
    measure: &'static str,
    what: String,
    unit: Unit,
    median: u64,
    /// One for each round.
    samples: Vec<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    goal: Option<Goal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reached: Option<bool>,
}

#[derive(Debug, Serialize)]
struct Note {
    measure: &'static str,
    text: String,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    /// So many a second.
    PerSecond,
    /// A time.
    Microseconds,
    /// Thousandths of what it is compared with.
    PerMille,
    /// Memory.
    Kilobytes,
    /// Just so many.
    Count,
}

/// What a figure has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Goal {
    /// This or more.
    AtLeast(u64),
    /// Less than this.
    Below(u64),
    /// Neither less nor more.
    Within(u64, u64),
}

impl Report {
    /// An empty report.
    pub(crate) fn new(bench: &Bench) -> Self {
        Self {
            machine: Machine::this(bench.postgres()),
            rounds: bench.rounds,
            quick: bench.quick,
            rows: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The rows of one measurement.
    pub(crate) fn section(&mut self, measure: &'static str) -> Section<'_> {
        Section { report: self, measure }
    }
}

/// A measurement's way into the report.
pub(crate) struct Section<'a> {
    report: &'a mut Report,
    measure: &'static str,
}

impl Section<'_> {
    /// A figure without a goal.
    pub(crate) fn row(&mut self, what: impl Into<String>, unit: Unit, samples: &[u64]) {
        self.add(what.into(), unit, samples, None);
    }

    /// A figure with a goal.
    pub(crate) fn goal(&mut self, what: impl Into<String>, unit: Unit, samples: &[u64], goal: Goal) {
        self.add(what.into(), unit, samples, Some(goal));
    }

    /// Something to know beside the figures.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.report.notes.push(Note { measure: self.measure, text: text.into() });
    }

    fn add(&mut self, what: String, unit: Unit, samples: &[u64], goal: Option<Goal>) {
        let median = median(samples);
        let reached = goal.map(|goal| goal.is_reached(median));
        let samples = samples.to_vec();
        self.report.rows.push(Row { measure: self.measure, what, unit, median, samples, goal, reached });
    }
}

impl Goal {
    fn is_reached(self, value: u64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::Below(bound) => value < bound,
            Self::Within(least, most) => (least..=most).contains(&value),
        }
    }

    fn show(self, unit: Unit) -> String {
        match self {
            Self::AtLeast(least) => format!("at least {}", unit.show(least)),
            Self::Below(bound) => format!("below {}", unit.show(bound)),
            Self::Within(least, most) => format!("{} to {}", unit.show(least), unit.show(most)),
        }
    }
}

impl Unit {
    fn show(self, value: u64) -> String {
        match self {
            Self::PerSecond => format!("{}/s", grouped(value)),
            Self::Microseconds if value >= 10_000_000 => format!("{} s", thousandths(value / 1_000, 1)),
            Self::Microseconds => format!("{} ms", thousandths(value, 2)),
            Self::PerMille if value >= 10_000 => thousandths(value, 1),
            Self::PerMille => thousandths(value, 2),
            Self::Kilobytes => format!("{} MB", grouped(value / 1024)),
            Self::Count => grouped(value),
        }
    }
}

/// Thousandths as a decimal number with so many places.
fn thousandths(value: u64, places: usize) -> String {
    let fraction = format!("{:03}", value % 1_000);
    format!("{}.{}", grouped(value / 1_000), fraction.get(..places).unwrap_or_default())
}

/// Digits in groups of three.
fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl fmt::Display for Report {
    /// A Markdown table, so that it can be kept as it is.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}; medians of {} rounds", self.machine, self.rounds)?;
        if self.quick {
            writeln!(formatter, "A quick run: these figures mean nothing.")?;
        }
        let mut measures: Vec<&str> = self.rows.iter().map(|row| row.measure).collect();
        measures.dedup();
        for measure in measures {
            self.show_section(formatter, measure)?;
        }
        Ok(())
    }
}

impl Report {
    fn show_section(&self, formatter: &mut fmt::Formatter<'_>, measure: &str) -> fmt::Result {
        let mut lines = vec![[measure, "median", "lowest - highest", "goal"].map(str::to_owned)];
        lines.extend(self.rows.iter().filter(|row| row.measure == measure).map(Row::cells));
        let width = |column: usize| {
            let cells = lines.iter().filter_map(|line| line.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let [first, second, third, fourth] = [width(0), width(1), width(2), width(3)];
        writeln!(formatter)?;
        for (place, [what, median, spread, goal]) in lines.iter().enumerate() {
            writeln!(formatter, "| {what:<first$} | {median:>second$} | {spread:>third$} | {goal:<fourth$} |")?;
            if place == 0 {
                let dashes = |width: usize| "-".repeat(width);
                let (second, third) = (dashes(second + 1), dashes(third + 1));
                writeln!(formatter, "|-{}-|-{second}:|-{third}:|-{}-|", dashes(first), dashes(fourth))?;
            }
        }
        let mut notes = self.notes.iter().filter(|note| note.measure == measure).peekable();
        if notes.peek().is_some() {
            writeln!(formatter)?;
        }
        notes.try_for_each(|note| writeln!(formatter, "- {}", note.text))
    }
}

impl Row {
    fn cells(&self) -> [String; 4] {
        let lowest = self.samples.iter().min().copied().unwrap_or(0);
        let highest = self.samples.iter().max().copied().unwrap_or(0);
        let spread = format!("{} - {}", self.unit.show(lowest), self.unit.show(highest));
        let goal = self.goal.map(|goal| goal.show(self.unit)).unwrap_or_default();
        let reached = self.reached.map_or("", |reached| if reached { ": reached" } else { ": MISSED" });
        [self.what.clone(), self.unit.show(self.median), spread, format!("{goal}{reached}")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_shown_as_people_read_them() {
        assert_eq!(Unit::PerSecond.show(1_234_567), "1,234,567/s");
        assert_eq!(Unit::PerMille.show(512), "0.51");
        assert_eq!(Unit::PerMille.show(15_300), "15.3");
        assert_eq!(Unit::Microseconds.show(1_250), "1.25 ms");
        assert_eq!(Unit::Microseconds.show(31_400_000), "31.4 s");
        assert_eq!(Unit::Kilobytes.show(499 * 1024), "499 MB");
    }

    #[test]
    fn goals_are_reached_at_their_bounds() {
        assert!(Goal::AtLeast(500).is_reached(500));
        assert!(!Goal::Below(100).is_reached(100));
        assert!(Goal::Within(800, 1_200).is_reached(1_200));
    }
}
