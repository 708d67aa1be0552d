//! What the simulator promises, held against STRIPE.md's facts: one module per kind of promise. No clock, no network but loopback.

mod amounts;
mod changes;
mod common;
mod delivery;
mod determinism;
mod links;
mod shapes;
mod states;
