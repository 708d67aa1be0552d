//! The `daybook` program seen from outside: started as a process, asked over HTTP and by its commands, killed and started again. Nothing here
//! knows how it works inside; what cannot be asked of the program itself is looked up in its database.
//!
//! # Layout
//! - [`harness`]: the program, its servers, a client, events made by hand, a look into the tables
//! - `webhook`, `api`: the routes; `commands`: the commands, one file each
//! - `durability`, `instances`: what must hold whatever dies, and with several processes at once
//! - `secrecy`: that nothing secret or personal leaves
//! - `corpus`, `demo`: recorded events where they are at hand, and the demonstration

#[cfg(test)]
mod api;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod corpus;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod durability;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod instances;
#[cfg(test)]
mod secrecy;
#[cfg(test)]
mod webhook;
