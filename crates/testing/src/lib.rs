//! Placeholder opening paragraph.
