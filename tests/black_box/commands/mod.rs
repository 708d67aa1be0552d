//! The commands, as a person or a script uses them: what they print, what they leave behind, and their exit codes.

mod books;
mod configuration;
mod doctor;
mod events;
mod ingest;
mod keys;
mod newcomer;
mod operators;
mod policy;
mod private;
mod questions;
mod rebuild;
