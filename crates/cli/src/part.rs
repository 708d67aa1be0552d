//! Which part of a list a command shows, and how it tells where the next one begins.

use std::fmt::Display;

use daybook_http::v1::list::Part;
use daybook_projections::page::Cursor;

use crate::config::page_size;
use crate::output::Table;

/// Which part of a list.
#[derive(Clone, Debug, clap::Args)]
pub struct PartArguments {
    /// The page after the one that ended here, as that one says
    #[arg(long, value_name = "END", value_parser = cursor)]
    before: Option<Cursor>,
    /// So many at most
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 50, value_parser = page_size)]
    limit: u32,
}

/// Where a page ended.
pub fn cursor(text: &str) -> Result<Cursor, String> {
    text.trim()
        .parse()
        .map_err(|_| "it is not where a page ended; take it from the page before, like 1767225600:in_1".to_owned())
}

impl PartArguments {
    /// The part that is meant.
    pub fn part(&self) -> Part {
        Part { before: self.before.clone(), limit: Some(self.limit) }
    }
}

/// A page of a list for people, with where the next one begins; or that there is nothing.
pub fn paged(table: &Table, next: Option<impl Display>, nothing: &str) -> String {
    let more = || next.map_or_else(String::new, |next| format!("There is more: --before {next}\n"));
    if table.is_empty() { nothing.to_owned() } else { format!("{table}{}", more()) }
}
