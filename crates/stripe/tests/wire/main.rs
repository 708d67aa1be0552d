//! Deliveries and events in, verdicts and facts out: every kind of object in the shapes of several years.

#[cfg(test)]
mod billing;
#[cfg(test)]
mod corpus;
#[cfg(test)]
mod customer;
#[cfg(test)]
mod details;
#[cfg(test)]
mod evidence;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod money;
#[cfg(test)]
mod payment;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod reversal;
#[cfg(test)]
mod risk;
#[cfg(test)]
mod shape;
#[cfg(test)]
mod signature;
#[cfg(test)]
mod snapshots;
#[cfg(test)]
mod subscription;
