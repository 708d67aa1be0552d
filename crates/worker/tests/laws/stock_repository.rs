//! The events of our aggregates stand in the layout of cqrs-es: the stock repository loads any of them, and folding what
//! it gives ends in the state the worker has.

use cqrs_es::{Aggregate, persist::PersistedEventRepository};
use daybook_domain::{id::ObjectKind, subscription::Subscription};
use daybook_projections::{
    objects,
    owner::{Owner, Owners},
};
use daybook_store::generation;
use daybook_worker::{
    Loader,
    batch::{BatchLimits, Generations, Place, apply_next},
    engine::Engine,
    setup,
    state::State,
};
use postgres_es::PostgresEventRepository;
use sqlx::{Executor, Row};

use super::harness;

#[tokio::test]
async fn the_stock_event_repository_loads_every_subscription_and_folds_to_the_workers_state() {
    let (test, database) = harness::database().await;
    harness::append(&database, &harness::history(3, 5, 6)).await;
    let mut connection = database.dedicated_connection().await.unwrap();
    setup::ensure_generation(&mut connection).await.unwrap();
    let generations = Generations::live(&generation::pointer(&mut connection).await.unwrap());
    let limits = BatchLimits { records: 100_000, ..BatchLimits::default() };
    apply_next(&mut connection, &mut Engine::new(Loader::Any), (Place::Live, &generations), 0, 1, &limits)
        .await
        .unwrap();
    let table = format!("{}.event", generation::schema(generations.newest().unwrap()));
    let repository = PostgresEventRepository::new(test.pool.clone()).with_tables(&table, "unused");
    connection
        .execute(format!("set search_path = {}", generation::schema(generations.newest().unwrap())).as_str())
        .await
        .unwrap();
    let ids = connection
        .fetch_all("select distinct aggregate_id from event where aggregate_type = 'Subscription'")
        .await
        .unwrap();
    assert!(!ids.is_empty());
    for id in ids.iter().map(|row| row.get::<String, _>(0)) {
        let mut folded = Subscription::default();
        for event in repository.get_events::<Subscription>(&id).await.unwrap() {
            folded.apply(serde_json::from_value(event.payload).unwrap());
        }
        let (scope, subscription) = id.split_once('/').unwrap();
        let owner =
            Owner::new(daybook_domain::scope::ScopeId(scope.parse().unwrap()), ObjectKind::Subscription, subscription);
        let owners: Owners = [&owner].into_iter().collect();
        let stored = objects::load(&mut connection, &owners).await.unwrap().remove(0);
        let state = State::decode(&stored.owner.object, &stored.state).unwrap();
        assert_eq!(state, State::Subscription(Box::new(folded)));
    }
}
