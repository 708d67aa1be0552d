//! `daybook`: an event-sourced billing ledger for Stripe. The program's beginning and its exit code, nothing else.

mod answers;
mod arguments;
mod books;
mod built;
mod commands;
mod config;
mod exit;
mod known;
mod lag;
mod open;
mod operating;
mod output;
mod part;
mod progress;
mod scope;
mod server;
mod sheet;
mod status;
mod time;
mod when;

/// Folding makes and drops millions of small values; the usual allocator spends a quarter of a rebuild on them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    match arguments::Arguments::read() {
        Ok(arguments) => commands::run(&arguments),
        Err(error) => exit::wrong_usage(&error),
    }
}
