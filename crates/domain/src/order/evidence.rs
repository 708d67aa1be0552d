//! What an event shows of its object before and after the change, reduced to hashes that can be compared.

use serde::{Deserialize, Serialize};

/// Hashes of the values of the attributes we translate: as the object is now (`fields`), and as `previous_attributes`
/// says it was before (`previous`). Each is a sorted list of (hash of the attribute's path, hash of its value).
///
/// The translator makes them; 32 bits are enough, because they only order events of one object in one second, and a
/// false agreement gives an order that is wrong in the same way for every arrival.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// After the change. An attribute that is absent or null has no entry.
    pub fields: Box<[(u32, u32)]>,
    /// Before the change, of what changed; `None` stands for null.
    pub previous: Box<[(u32, Option<u32>)]>,
}

impl Evidence {
    /// Whether this event's "before" is what `earlier` shows as its "after". Nothing changed proves nothing.
    pub fn follows(&self, earlier: &Self) -> bool {
        !self.previous.is_empty() && self.previous.iter().all(|(path, value)| earlier.value_at(*path) == *value)
    }

    fn value_at(&self, path: u32) -> Option<u32> {
        let index = self.fields.binary_search_by_key(&path, |(path, _)| *path).ok()?;
        self.fields.get(index).map(|(_, value)| *value)
    }
}
