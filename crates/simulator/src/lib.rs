//! A seeded simulator of Stripe: realistic customer histories, rendered in five API shapes, signed and delivered. Demo, property
//! tests and benchmarks run on it. It makes histories and nothing else: no clock, no randomness of its own, and no I/O outside
//! [`deliver::send`], which only speaks to loopback addresses.
//!
//! # Layout
//! - [`world`]: [`Plan`] in, [`World`] out; [`World::customer`], [`World::events`], [`World::stream`]
//! - [`history`]: [`History`], its events and their rendering; [`truth`]: what must come out of it
//! - [`shape`]: the API versions and what each one sends
//! - [`scenario`]: the stories, one file per kind, written as scripts of acts
//! - `life`: the acts: what Stripe does to objects, and which events it sends
//! - `model`: the objects, free of any API version; `render`: their JSON in each shape
//! - `catalogue`, `currency`, `calendar`, `seed`: what all of these stand on
//! - [`deliver`]: signatures, disorder (duplicates, reordering), HTTP delivery

mod calendar;
mod catalogue;
mod currency;
pub mod deliver;
pub mod history;
mod life;
mod model;
mod render;
pub mod scenario;
mod seed;
pub mod shape;
pub mod truth;
pub mod world;

pub use history::{Event, History, RenderedEvent};
pub use scenario::Story;
pub use shape::{ApiShape, ShapeChoice};
pub use truth::{Money, Own, Truth};
pub use world::{Plan, Stream, World, simulate};
