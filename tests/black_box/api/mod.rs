//! The read API, a file for each kind of question. Most of them are asked after one small story.

mod access;
mod attention;
mod books;
mod documents;
mod entitlements;
mod events;
mod operation;
mod operators;
mod overdue;
mod parked;
mod past;
mod purchases;
mod story;
mod waiting;
