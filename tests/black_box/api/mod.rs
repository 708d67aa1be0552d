//! The read API, a file for each kind of question. Most of them are asked after one small story.

mod access;
mod attention;
mod books;
mod documents;
mod entitlements;
mod events;
mod operation;
mod past;
mod story;
mod waiting;
