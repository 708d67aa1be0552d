//! Several operators at once, and some who go away in the middle.

use std::time::Duration;

use daybook_commands::Done;
use daybook_domain::{
    customer::{Act, Insistence},
    entitlement::Source,
    id::CustomerId,
};
use futures::future::join_all;

use crate::house::{House, grant, position, request};

#[tokio::test]
async fn of_many_who_ask_for_the_same_at_once_one_is_recorded_and_the_others_find_it_so() {
    let house = House::build().await;
    let done = join_all((0..8).map(|_| house.act(None, grant("pro")))).await;
    let recorded = done.iter().filter(|done| matches!(done, Ok(Done::Recorded(_)))).count();
    let so_already = done.iter().filter(|done| matches!(done, Ok(Done::SoAlready { .. }))).count();
    assert_eq!((recorded, so_already), (1, 7), "{done:?}");
    assert_eq!(house.acts().await, 1);
}

#[tokio::test]
async fn of_two_operators_who_contradict_each_other_the_second_is_refused() {
    let house = House::build().await;
    let link = |account: &str| house.act(None, Act::Link { account: account.into() });
    let (one, other) = tokio::join!(link("user_1"), link("user_2"));
    assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1, "{one:?} {other:?}");
    assert_eq!(house.acts().await, 1);
}

#[tokio::test]
async fn many_attempts_under_one_key_get_one_answer() {
    let house = House::build().await;
    let done = join_all((0..8).map(|_| house.act(Some("key"), grant("pro")))).await;
    let positions: Vec<i64> = done.iter().map(|done| position(done.as_ref().unwrap())).collect();
    assert!(positions.iter().all(|one| Some(one) == positions.first() && *one > 0), "{done:?}");
    assert_eq!(done.iter().filter(|done| matches!(done, Ok(Done::Recorded(_)))).count(), 1);
    assert_eq!(house.acts().await, 1);
}

/// The server dies somewhere between the request and its answer: the runtime that carries it is dropped, with its connections. Whoever asks again
/// under the same key, elsewhere, gets an answer, and there is one record.
#[tokio::test(flavor = "multi_thread")]
async fn an_act_whose_server_died_anywhere_on_the_way_is_recorded_once_when_it_is_asked_for_again() {
    let house = House::build().await;
    let (mut done_before, mut rounds) = (0, 0);
    for milliseconds in [0, 1, 2, 3, 4, 6, 8, 10, 13, 16, 20, 25, 30, 40, 60, 100] {
        let (key, feature) = (format!("key {milliseconds}"), format!("feature {milliseconds}"));
        let url = house.test.url.clone();
        let act = grant(&feature);
        let (asked, of) = (request(Some(&key), &act), act.clone());
        tokio::task::spawn_blocking(move || doomed_server(&url, Duration::from_millis(milliseconds), asked, of))
            .await
            .unwrap();
        let again = house.act(Some(&key), act).await.unwrap();
        done_before += usize::from(matches!(again, Done::Repeated(_)));
        rounds += 1;
        assert!(matches!(again, Done::Repeated(_) | Done::Recorded(_)), "{again:?}");
    }
    assert_eq!(house.acts().await, rounds);
    println!("{done_before} of {rounds} had been recorded before their server died");
    let said = house.said("cus_1", house.acts().await).await;
    assert!(said.iter().all(|source| matches!(source, Source::Operators { .. })));
}

/// A server of its own on a runtime of its own, which ends without any order after a while.
fn doomed_server(url: &str, life: Duration, request: daybook_commands::Request, act: Act) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let pool = sqlx::PgPool::connect(url).await.unwrap();
        let database = daybook_store::Database::from_pool(pool);
        let (recorder, task) = daybook_store::Recorder::new(&database, daybook_store::recorder::Limits::default());
        tokio::spawn(task.run(std::future::pending()));
        let desk = daybook_commands::Desk::new(&database, &recorder, daybook_commands::Limits::default());
        tokio::spawn(async move { desk.act(request, CustomerId::new("cus_1"), act, Insistence::None).await });
        tokio::time::sleep(life).await;
    });
    runtime.shutdown_background();
}
