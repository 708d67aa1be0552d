//! Rebuilding read models from the log, beside the live ones, and switching over when they are complete.
//!
//! Readers never see half of it: a generation is a schema of its own until the pointer names it. Memory stays bounded:
//! states beyond the limit are written to the new generation and read back when a record needs them.

mod build;
mod compare;
mod fold_log;
mod past;
mod switch;

pub use build::rebuild;
pub use compare::{Comparison, Difference};
pub use past::past;

use daybook_projections::generation::{PARTS, Part};
use tokio_util::sync::CancellationToken;

use crate::{Error, output::Output};

/// What is rebuilt.
#[derive(Clone, Copy, Debug)]
pub enum What {
    /// Aggregates and all read models.
    Everything,
    /// One read model.
    Only(&'static Part),
}

impl What {
    /// The read model of this name.
    ///
    /// # Errors
    /// When there is none; the error names those there are.
    pub fn only(name: &str) -> Result<Self, Error> {
        // The first part is what the fold itself stands on: no read model.
        let known = PARTS.iter().skip(1);
        known.clone().find(|part| part.name == name).map(Self::Only).ok_or_else(|| Error::UnknownReadModel {
            name: name.to_owned(),
            known: known.map(|part| part.name).collect(),
        })
    }

    /// The rows that have to be written: all, or those of one read model and the states it is folded from.
    fn keep(self, output: &mut Output) {
        if let Self::Only(part) = self {
            output.events.clear();
            output.outcomes.clear();
            output.readers.keep(part.tables);
        }
    }

    /// Whether readers may find something else in this part.
    fn compares(self, part: &Part) -> bool {
        match self {
            Self::Everything => true,
            Self::Only(only) => only.name == part.name,
        }
    }

    /// The names the pointer is switched for.
    fn names(self) -> Vec<&'static str> {
        match self {
            Self::Everything => PARTS.iter().map(|part| part.name).collect(),
            Self::Only(part) => vec![part.name],
        }
    }
}

/// How a rebuild behaves.
#[derive(Clone, Copy, Debug)]
pub struct RebuildConfig {
    /// States kept in memory.
    pub states: usize,
    /// Bytes of rows gathered before they are written.
    pub rows: usize,
    /// Records read in one transaction.
    pub records: i64,
    /// Whether the new rows are compared with the live ones before they take their place.
    pub beside_live: BesideLive,
}

/// What happens between building and switching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BesideLive {
    /// The rows are compared: both generations are read once more
    Compare,
    /// Nothing: the new rows take the place of the live ones unseen
    Trust,
}

impl Default for RebuildConfig {
    fn default() -> Self {
        Self { states: 78_000, rows: 4 << 20, records: 20_000, beside_live: BesideLive::Compare }
    }
}

/// How far a rebuild is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Records folded, of how many.
    Folding {
        /// So many are done.
        done: i64,
        /// Of so many.
        total: i64,
    },
    /// Rows are being derived and written.
    Writing,
    /// Keys and indexes are being made.
    Indexing,
    /// What arrived meanwhile is being applied.
    CatchingUp,
    /// The new rows are being compared with the live ones.
    Comparing,
    /// The pointer is being switched.
    Switching,
}

/// What a rebuild did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// The new generation.
    pub generation: i32,
    /// Records it has applied.
    pub size: i64,
    /// What readers find changed; none when nothing was compared.
    pub comparison: Option<Comparison>,
}

/// Who is told how far it is, and who may stop it.
pub struct Observer<'a> {
    /// Told now and then.
    pub progress: &'a (dyn Fn(Progress) + Send + Sync),
    /// Asked between two units of work.
    pub shutdown: &'a CancellationToken,
}
