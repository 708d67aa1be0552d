//! Asking the books. A command that looks something up opens the database, finds whose books are meant, makes sure that there are read models, and
//! reads all it needs in one snapshot.

use std::fmt;

use daybook_domain::scope::{Scope, ScopeId};
use daybook_http::state::Shared;
use daybook_store::Database;
use daybook_store::snapshot::Snapshot;

use crate::answers::asking;
use crate::built::ensure_built;
use crate::config::DatabaseArguments;
use crate::exit::Refused;
use crate::known;
use crate::open::reading;
use crate::scope::ScopeArguments;

/// Whose books, in which database.
#[derive(Clone, Debug, clap::Args)]
pub struct BooksArguments {
    #[command(flatten)]
    scope: ScopeArguments,
    #[command(flatten)]
    pub database: DatabaseArguments,
}

/// The books of one scope, at one size.
#[derive(Debug)]
pub struct Books {
    /// In which everything is read.
    pub snapshot: Snapshot,
    /// Whose they are, as tables name it.
    pub id: ScopeId,
    /// Whose they are, as people name it.
    pub scope: Scope,
}

impl BooksArguments {
    /// Opens the books, asks, and closes them whatever came of it.
    pub async fn read<T>(&self, ask: impl AsyncFnOnce(&mut Books) -> anyhow::Result<T>) -> anyhow::Result<T> {
        reading(&self.database, async |opened| {
            let mut snapshot = Snapshot::begin(opened.database.pool()).await?;
            let (id, scope) = self.scope.find(&mut snapshot).await?;
            ensure_built(&mut snapshot).await?;
            let mut books = Books { snapshot, id, scope };
            let answer = ask(&mut books).await?;
            books.snapshot.end().await?;
            Ok(answer)
        })
        .await
    }

    /// The same for questions that the code behind the HTTP API answers.
    pub async fn ask<T>(
        &self,
        ask: impl AsyncFnOnce((&Shared, &Database), (ScopeId, &Scope)) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        reading(&self.database, async |opened| {
            let mut connection = opened.database.pool().acquire().await?;
            let (id, scope) = self.scope.find(&mut connection).await?;
            ensure_built(&mut connection).await?;
            drop(connection);
            ask((&asking(&opened.database).await?, &opened.database), (id, &scope)).await
        })
        .await
    }
}

impl Books {
    /// Refuses a list that found nothing where nobody has named the customer it was asked for.
    pub async fn ensure_known(&mut self, customer: Option<&str>, found_nothing: bool) -> anyhow::Result<()> {
        known::ensure_known(&mut self.snapshot, (self.id, &self.scope), customer, found_nothing).await
    }

    /// What was asked for stands nowhere in them.
    pub fn never_shown(&self, what: impl fmt::Display) -> anyhow::Error {
        Refused(format!("no event of {} has shown {what}", self.scope)).into()
    }
}
