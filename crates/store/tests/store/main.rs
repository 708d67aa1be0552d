//! The store on real PostgreSQL, a database for each test.

#[cfg(test)]
mod appending;
#[cfg(test)]
mod coordination;
#[cfg(test)]
mod immutability;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod several_processes;
#[cfg(test)]
mod support;
