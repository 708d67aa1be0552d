//! What the simulator promises, held against STRIPE.md's facts: one module per kind of promise. No clock, no network but loopback.

#[cfg(test)]
mod amounts;
#[cfg(test)]
mod balance;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod common;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod determinism;
#[cfg(test)]
mod links;
#[cfg(test)]
mod shapes;
#[cfg(test)]
mod states;
