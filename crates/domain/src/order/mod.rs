//! Event order of one object, and values that do not depend on the order of arrival.
//!
//! Stripe's `created` is whole seconds and delivery has no order, so "newest" needs care: inside one second the
//! evidence of `previous_attributes` decides, then the event's rank and id (DESIGN, "Event order").

mod evidence;
mod milestones;
mod moment;
mod register;
mod spells;

pub use evidence::Evidence;
pub use milestones::Milestones;
pub use moment::{Moment, Rank};
pub use register::Register;
pub use spells::Spells;
