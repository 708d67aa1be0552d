//! What is stored looks as `CODE_VERSION` says. Rows and states of another form that kept their number would be taken for this version's own: read wrongly, or
//! not at all.

use daybook_simulator::{ApiShape, RenderedEvent};
use daybook_store::snapshot::Snapshot;
use daybook_worker::setup::CODE_VERSION;
use sqlx::Row;

use super::{harness, live_equals_rebuilt::work_live};

/// The version, and a digest of what it makes of every story in every shape.
const STORED: (&str, &str) = ("4", "15e060468dcb55f23637bc8944380444");

#[tokio::test]
async fn states_and_rows_of_another_form_come_with_another_version() {
    let (test, database) = harness::database().await;
    let rounds = 0..ApiShape::ALL.len();
    let events: Vec<RenderedEvent> = rounds.flat_map(harness::stories).flat_map(|(_, _, events)| events).collect();
    harness::append(&database, &events).await;
    work_live(&database, 1).await;
    let mut snapshot = Snapshot::begin(&test.pool).await.unwrap();
    sqlx::query("set local time zone 'UTC'").execute(&mut *snapshot).await.unwrap();
    let mut digests = Vec::new();
    let states = "(select kind, id, encode(state, 'hex') from object) as t";
    for table in harness::READERS.iter().map(|table| format!("{table} as t")).chain([states.to_owned()]) {
        let digest = format!(
            "select md5(coalesce(string_agg(md5(t::text), '' order by t::text collate \"C\"), '')) as digest from {table}"
        );
        digests.push(sqlx::query(&digest).fetch_one(&mut *snapshot).await.unwrap().get::<String, _>("digest"));
    }
    let together = sqlx::query("select md5($1) as digest").bind(digests.join(" "));
    let together: String = together.fetch_one(&mut *snapshot).await.unwrap().get("digest");
    snapshot.end().await.unwrap();
    assert_eq!(
        (CODE_VERSION, together.as_str()),
        STORED,
        "what is stored has another form, or other events were simulated: if code below `worker` has changed, raise CODE_VERSION; then keep this"
    );
}
