//! Brings states from the `object` table into the working set.

use std::{
    collections::HashSet,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
};

use daybook_domain::{id::ObjectRef, scope::ScopeId};
use daybook_projections::{
    objects,
    owner::{Owner, Owners},
};
use sqlx::PgConnection;

use crate::{
    Error,
    state::State,
    wanted,
    working_set::{Books, Entry},
};

/// Which states the `object` table may hold.
#[derive(Debug)]
pub enum Loader {
    /// Any: live processing asks for whatever is not in memory.
    Any,
    /// Only those this rebuild has written itself, by a digest of their keys: a few bytes each.
    Written(HashSet<u64>),
}

impl Loader {
    /// A loader for a generation that holds nothing yet.
    pub fn of_empty_generation() -> Self {
        Self::Written(HashSet::new())
    }

    /// Notes that the state of an owner now stands in the table.
    pub fn note_written(&mut self, owner: &Owner) {
        if let Self::Written(written) = self {
            written.insert(digest(owner));
        }
    }

    /// Whether the table may hold anything at all.
    pub fn may_load(&self) -> bool {
        !matches!(self, Self::Written(written) if written.is_empty())
    }

    /// Loads what is wanted, and everything linked with it, as far as it is not in memory.
    ///
    /// # Errors
    /// What the database says, or a state that cannot be read.
    pub async fn load(
        &self,
        connection: &mut PgConnection,
        scope: ScopeId,
        books: &mut Books,
        mut wanted: HashSet<ObjectRef>,
    ) -> Result<(), Error> {
        if !self.may_load() {
            return Ok(());
        }
        let mut asked: HashSet<ObjectRef> = HashSet::new();
        while !wanted.is_empty() {
            let mut missing = Vec::new();
            for object in &wanted {
                if !books.touch(object) {
                    let owner = Owner { scope, object: object.clone() };
                    if self.may_hold(&owner) {
                        missing.push(owner);
                    }
                }
            }
            if !missing.is_empty() {
                let missing: Owners = missing.iter().collect();
                for stored in objects::load(connection, &missing).await? {
                    let state = State::decode(&stored.owner.object, &stored.state)?;
                    books.put(stored.owner.object, Entry::stored(state, stored.sequence, stored.derived));
                }
            }
            let mut next = HashSet::new();
            for object in &wanted {
                wanted::by_state(books, object, &mut next);
            }
            asked.extend(wanted);
            next.retain(|object| !asked.contains(object));
            wanted = next;
        }
        Ok(())
    }

    fn may_hold(&self, owner: &Owner) -> bool {
        match self {
            Self::Any => true,
            Self::Written(written) => written.contains(&digest(owner)),
        }
    }
}

fn digest(owner: &Owner) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(owner)
}
