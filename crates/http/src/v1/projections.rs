//! `GET /v1/projections`: which generation of each read model answers, and how far it has come.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use daybook_store::checkpoint::{self, Checkpoint};
use daybook_store::generation::{self, Generation};
use daybook_store::log::read;
use serde::Serialize;
use utoipa::ToSchema;

use super::refusals::Unanswered;
use crate::Problem;
use crate::auth::AnalystCaller;
use crate::query::Asked;
use crate::state::Shared;
use crate::wait::{Wait, then_read};

/// What answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Projections {
    /// The live read models, by name.
    live: Vec<LiveProjection>,
    /// Every generation that is kept, oldest first; one that is live nowhere is being built or waits to be pruned.
    generations: Vec<GenerationAnswer>,
    /// How many records the log has.
    log_size: i64,
    /// How many of them what answers has applied.
    size: i64,
}

/// A read model that answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct LiveProjection {
    /// Its name.
    name: String,
    /// The generation that answers for it.
    generation: i32,
    /// How many records it has applied.
    size: i64,
    /// How many it has not.
    lag: i64,
}

/// One build.
#[derive(Debug, Serialize, ToSchema)]
pub struct GenerationAnswer {
    /// Its number.
    id: i32,
    /// When it was begun.
    created_at: DateTime<Utc>,
    /// The version of the code that built it.
    code_version: String,
    /// How many records it has applied.
    size: i64,
    /// When it last moved.
    moved_at: Option<DateTime<Utc>>,
}

/// Which read models answer, and how far have they come?
#[utoipa::path(
    get, path = "/v1/projections", tag = "operation",
    params(Wait),
    responses(
        (status = 200, description = "The read models.", body = Projections),
        Unanswered,
    )
)]
pub async fn projections(
    State(app): State<Shared>,
    AnalystCaller(access): AnalystCaller,
    Asked(wait): Asked<Wait>,
) -> Result<Json<Projections>, Problem> {
    let mut snapshot = then_read(&app, access.scope, &wait).await?;
    let size = snapshot.size();
    let log_size = read::size(&mut snapshot).await?;
    let pointer = generation::pointer(&mut snapshot).await?;
    let checkpoints = checkpoint::all(&mut snapshot).await?;
    let generations = generation::all(&mut snapshot).await?;
    snapshot.end().await?;
    let checkpoints: HashMap<i32, Checkpoint> = checkpoints.into_iter().map(|one| (one.generation, one)).collect();
    let size_of = |generation: i32| checkpoints.get(&generation).map_or(0, |checkpoint| checkpoint.size);
    let live = pointer.into_iter().map(|(name, generation)| {
        let size = size_of(generation);
        LiveProjection { name, generation, size, lag: log_size.saturating_sub(size) }
    });
    let generations = generations.into_iter().map(|one| GenerationAnswer::of(one, &checkpoints));
    Ok(Json(Projections { live: live.collect(), generations: generations.collect(), log_size, size }))
}

impl GenerationAnswer {
    fn of(generation: Generation, checkpoints: &HashMap<i32, Checkpoint>) -> Self {
        let checkpoint = checkpoints.get(&generation.id);
        Self {
            id: generation.id,
            created_at: generation.created_at,
            code_version: generation.code_version,
            size: checkpoint.map_or(0, |checkpoint| checkpoint.size),
            moved_at: checkpoint.map(|checkpoint| checkpoint.updated_at),
        }
    }
}
