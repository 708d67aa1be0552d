//! The HTTP face from outside, route by route, on a database of its own for every test. The recorder runs; the worker is played by hand, so that every test
//! says exactly what has been applied.

#[cfg(test)]
mod attention;
#[cfg(test)]
mod entitlements;
#[cfg(test)]
mod events;
#[cfg(test)]
mod house;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod operation;
#[cfg(test)]
mod server;
#[cfg(test)]
mod waiting;
#[cfg(test)]
mod webhook;
