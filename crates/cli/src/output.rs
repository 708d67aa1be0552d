//! What goes to standard output: data, in a form for people or as JSON for programs. Logs, progress and errors go to standard error, never here.

use std::fmt::Display;
use std::io::{IsTerminal, Write};

use serde::Serialize;

/// The form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// for people
    Text,
    /// for programs: one JSON document, or one JSON object a line where a command prints as it goes
    Json,
}

/// Standard output in the form that was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    form: Form,
}

impl Output {
    /// Output in this form.
    pub fn new(form: Form) -> Self {
        Self { form }
    }

    /// In which form.
    pub fn form(self) -> Form {
        self.form
    }

    /// Prints the result of a command.
    pub fn show<T: Serialize + Display>(self, result: &T) -> anyhow::Result<()> {
        self.tell(result, T::to_string)
    }

    /// Prints a document that the HTTP API gives too: as it is for programs, in these words for people.
    pub fn tell<T: Serialize>(self, document: &T, words: impl FnOnce(&T) -> String) -> anyhow::Result<()> {
        match self.form {
            Form::Text => print(&printable(words(document).trim_end())),
            Form::Json => print(&serde_json::to_string_pretty(document)?),
        }
    }

    /// Tells a person something about a result that is no part of it: on standard error, so that `$(...)` takes the result alone.
    pub fn aside(self, remark: &str) -> anyhow::Result<()> {
        if self.form == Form::Text {
            writeln!(std::io::stderr().lock(), "{}", printable(remark))?;
        }
        Ok(())
    }

    /// Prints one of many things while the command goes on: one line of JSON, or what a person reads.
    pub fn line<T: Serialize + Display>(self, item: &T) -> anyhow::Result<()> {
        match self.form {
            Form::Text => print(&printable(&item.to_string())),
            Form::Json => print(&serde_json::to_string(item)?),
        }
    }
}

/// A line on standard error that is no part of any result, in either form: a person should know it.
pub fn note(said: &str) {
    // Nothing can be done about a closed terminal.
    let _ = writeln!(std::io::stderr().lock(), "{}", printable(said));
}

/// Whether somebody sits at standard input who can be asked.
pub fn somebody_can_be_asked() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks on standard error for a yes.
pub fn ask(question: &str) -> anyhow::Result<bool> {
    let mut stderr = std::io::stderr().lock();
    write!(stderr, "{question} [y/N] ")?;
    stderr.flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// The text with what would command a terminal or turn the direction of reading written out: events hold what others wrote.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let is_end_of_line = character == '\n' || (character == '\r' && characters.peek() == Some(&'\n'));
        let turns = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if (character.is_control() && !is_end_of_line && character != '\t') || turns {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{text}")?;
    stdout.flush()?;
    Ok(())
}

/// Columns for people: as wide as their widest cell, two spaces apart, numbers to the right.
#[derive(Debug, Default)]
pub struct Table {
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these heads. A head that begins with `>` is of a column of numbers.
    pub fn new(heads: &[&'static str]) -> Self {
        Self { heads: heads.to_vec(), rows: Vec::new() }
    }

    /// A table of these things, a row for each.
    pub fn of<T, const N: usize>(heads: [&'static str; N], things: &[T], row: impl Fn(&T) -> [String; N]) -> Self {
        let mut table = Self::new(&heads);
        for thing in things {
            table.row(row(thing));
        }
        table
    }

    /// Adds a row with a cell for each head. A cell stays on its line whatever it holds.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        let on_one_line = |cell: String| printable(&cell.replace('\n', "\\n").replace('\r', "\\r").replace('\t', " "));
        self.rows.push(cells.into_iter().map(on_one_line).collect());
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn widths(&self) -> Vec<usize> {
        let of = |text: &str| text.chars().count();
        let mut widths: Vec<usize> = self.heads.iter().map(|head| of(head.trim_start_matches('>'))).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = of(cell).max(*width);
            }
        }
        widths
    }
}

impl Display for Table {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let widths = self.widths();
        let heads: Vec<String> = self.heads.iter().map(|head| head.trim_start_matches('>').to_owned()).collect();
        for row in std::iter::once(&heads).chain(&self.rows) {
            let mut line = String::new();
            for ((cell, width), head) in row.iter().zip(&widths).zip(&self.heads) {
                let padding = " ".repeat(width.saturating_sub(cell.chars().count()));
                let (before, after) =
                    if head.starts_with('>') { (padding.as_str(), "") } else { ("", padding.as_str()) };
                line.push_str(before);
                line.push_str(cell);
                line.push_str(after);
                line.push_str("  ");
            }
            writeln!(formatter, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// A number with its thousands apart: `12,345`.
pub fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// `1 record`, `2 records`.
pub fn counted(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(&["name", ">count"]);
        table.row(["entitlement_source".to_owned(), "7".to_owned()]);
        table.row(["x".to_owned(), "1,234".to_owned()]);
        insta::assert_snapshot!(table, @r"
        name                count
        entitlement_source      7
        x                   1,234
        ");
    }

    #[test]
    fn what_others_wrote_commands_no_terminal_and_breaks_no_line() {
        assert_eq!(printable("a\u{1b}[2Jb\rc\r\nd\te\u{9b}f\u{202e}g"), "a\\u{1b}[2Jb\\rc\r\nd\te\\u{9b}f\\u{202e}g");
        let mut table = Table::new(&["id", "kind"]);
        table.row(["evt\n1".to_owned(), "\u{1b}[31m".to_owned()]);
        assert_eq!(table.to_string(), "id      kind\nevt\\n1  \\u{1b}[31m\n");
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(-1_234_567), "-1,234,567");
        assert_eq!(count(i64::MIN), "-9,223,372,036,854,775,808");
        assert_eq!(counted(1, "record", "records"), "1 record");
    }
}
