//! A past that is lived through again, one record after the other in the order in which things happened: between two of them
//! the read models say what was true then.

use std::{
    collections::VecDeque,
    ops::{Deref, DerefMut},
};

use daybook_domain::scope::ScopeId;
use daybook_store::snapshot::Snapshot;
use sqlx::PgPool;

use super::{Standpoint, Told, prepare, records::Happening};
use crate::{
    Error,
    engine::{Engine, Reading},
    loader::Loader,
    output::Output,
};

/// The read models on their way through the past.
#[derive(Debug)]
pub struct Retelling {
    snapshot: Snapshot,
    engine: Engine,
    rest: VecDeque<Happening>,
}

impl Retelling {
    /// Begins where only the last `tell` records are still to come. Says also how many came before.
    ///
    /// # Errors
    /// Like [`super::look_back`].
    pub async fn begin(
        pool: &PgPool,
        scope: ScopeId,
        customers: &[String],
        from: Standpoint,
        tell: usize,
    ) -> Result<(Self, usize), Error> {
        let (snapshot, mut records) = prepare(pool, scope, customers, from).await?;
        records.sort_by_key(|one| (one.told.happened, one.told.position));
        let before = records.len().saturating_sub(tell);
        let rest = records.split_off(before).into();
        let mut retelling = Self { snapshot, engine: Engine::new(Loader::of_empty_generation()), rest };
        retelling.take_in(records.into_iter().map(|one| one.reading).collect()).await?;
        Ok((retelling, before))
    }

    /// When the next record happened, if there is one.
    pub fn next_at(&self) -> Option<i64> {
        self.rest.front().map(|next| next.told.happened)
    }

    /// Goes on by one record.
    ///
    /// # Errors
    /// What the database says.
    pub async fn go_on(&mut self) -> Result<Option<Told>, Error> {
        let Some(Happening { reading, told }) = self.rest.pop_front() else { return Ok(None) };
        self.take_in(vec![reading]).await?;
        Ok(Some(told))
    }

    async fn take_in(&mut self, readings: Vec<Reading>) -> Result<(), Error> {
        self.engine.apply(&mut self.snapshot, readings).await?;
        self.engine.flush(&mut self.snapshot, None).await?;
        self.engine.output.remove_replaced(&mut self.snapshot).await?;
        self.engine.output.write_rows(&mut self.snapshot).await?;
        self.engine.output = Output::default();
        Ok(())
    }

    /// Ends it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end(self) -> Result<(), Error> {
        Ok(self.snapshot.undo().await?)
    }
}

impl Deref for Retelling {
    type Target = Snapshot;

    fn deref(&self) -> &Snapshot {
        &self.snapshot
    }
}

impl DerefMut for Retelling {
    fn deref_mut(&mut self) -> &mut Snapshot {
        &mut self.snapshot
    }
}
