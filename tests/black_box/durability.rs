//! Whatever dies, what was acknowledged is in the log, once, and everything derived from it is what a rebuild gives.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use daybook_simulator::deliver::{Delivered, Delivery, Disorder, Outcome, Target, disorder, send_all};
use daybook_simulator::{Plan, RenderedEvent, ShapeChoice, simulate};
use sqlx::{Connection, PgConnection};

use crate::harness::client::WEBHOOK;
use crate::harness::event::{customer_created, subscribed};
use crate::harness::house::{House, SECRET};
use crate::harness::server::Server;
use crate::harness::{log, now, tables, until};

const ROUNDS: u32 = 20;
const CONNECTIONS: usize = 8;
/// Tables that may be empty: nothing needs a person, nothing waits for what is only named.
const SPARSE: [&str; 2] = ["attention", "parked"];

/// Deliveries in order, as Stripe has them waiting: what is not acknowledged goes to the end.
struct Stripe {
    waiting: RefCell<VecDeque<RenderedEvent>>,
    acknowledged: RefCell<BTreeSet<String>>,
}

impl Stripe {
    fn new(seed: u64) -> Self {
        let plan = Plan {
            seed,
            customers: 24,
            start: now() - 300 * 86_400,
            months: 8,
            shape: ShapeChoice::Mixed,
            livemode: false,
            account: None,
        };
        let deliveries = disorder(simulate(&plan).events(), seed, &Disorder::TYPICAL);
        Self { waiting: RefCell::new(deliveries.into()), acknowledged: RefCell::default() }
    }

    /// What will be sent, by event: deliveries of one event differ a little.
    fn bodies(&self) -> BTreeMap<String, BTreeSet<Vec<u8>>> {
        let mut bodies: BTreeMap<String, BTreeSet<Vec<u8>>> = BTreeMap::new();
        for event in &*self.waiting.borrow() {
            bodies.entry(event.id.clone()).or_default().insert(event.body.clone());
        }
        bodies
    }

    fn left(&self) -> usize {
        self.waiting.borrow().len()
    }

    fn settle(&self, delivered: Delivered<'_>) {
        match delivered.outcome {
            Outcome::Acknowledged => drop(self.acknowledged.borrow_mut().insert(delivered.event.id.clone())),
            Outcome::Refused(status) => panic!("{} was refused with {status}", delivered.event.id),
            Outcome::Unanswered => self.waiting.borrow_mut().push_back(delivered.event.clone()),
        }
    }

    /// Delivers until nothing waits, or kills the server after so many acknowledgements.
    async fn deliver(&self, server: &mut Server, kill_after: Option<usize>) {
        let delivery = Delivery {
            target: Target::new(server.address, WEBHOOK).unwrap(),
            secret: SECRET.to_owned(),
            connections: CONNECTIONS,
            attempts: 1,
            timeout: Duration::from_secs(10),
            clock: now,
        };
        let (killed, seen) = (Cell::new(false), Cell::new(0));
        let next = || if killed.get() { None } else { self.waiting.borrow_mut().pop_front() };
        let server = RefCell::new(server);
        let progress = |delivered: Delivered<'_>| {
            self.settle(delivered);
            seen.set(seen.get() + 1);
            if kill_after == Some(seen.get()) {
                server.borrow_mut().kill();
                killed.set(true);
            }
        };
        send_all(&delivery, std::iter::from_fn(next), progress).await;
    }
}

/// Waits until the worker of this server, and no dead one's lease, moves the read models.
async fn works(house: &House, server: &Server) {
    until("its worker is active", async || server.log().contains("this worker is active").then_some(())).await;
    house.applied(server).await;
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_or_doubled_when_the_server_is_killed_twenty_times_under_load() {
    let house = House::new().await;
    let stripe = Stripe::new(20);
    let sent = stripe.bodies();
    let share = stripe.left() / (usize::try_from(ROUNDS).unwrap() + 1);
    assert!(share > 40, "there are enough events for every round: {share}");
    for round in 0..ROUNDS {
        let mut server = house.serve(&[]).await;
        // Every other time while the worker is at work, else while it still waits for the dead one's lease.
        if round % 2 == 0 {
            works(&house, &server).await;
        }
        let uneven = usize::try_from(round * 37 % 23).unwrap();
        stripe.deliver(&mut server, Some(share - uneven)).await;
        server.kill_and_wait().await;
    }
    let mut server = house.serve(&[]).await;
    while stripe.left() > 0 {
        stripe.deliver(&mut server, None).await;
    }
    works(&house, &server).await;
    let records = log::assert_whole(&house.database.pool).await;
    assert_eq!(records.len(), sent.len(), "every event is in the log");
    for record in &records {
        let bodies = sent.get(&record.event_id).unwrap();
        assert!(bodies.contains(&record.body), "{} is not as it was sent", record.event_id);
    }
    let logged: BTreeSet<String> = records.into_iter().map(|record| record.event_id).collect();
    assert_eq!(stripe.acknowledged.into_inner(), logged);
    assert_sound(&house).await;
}

/// Every hash is recomputed by the program itself, and a rebuild changes no row.
async fn assert_sound(house: &House) {
    let findings = house.doctor(&["--verify"]).await;
    // The tests' own PostgreSQL flushes nothing to the disk, and says so.
    let wrong: Vec<_> = findings.iter().filter(|one| one["level"] == "wrong" && one["name"] != "durability").collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(findings.iter().any(|one| one["name"] == "log" && one["level"] == "ok"), "{findings:#?}");
    let live = tables::live(&house.database.pool).await;
    let empty: Vec<&String> = live.iter().filter(|(_, rows)| rows.is_empty()).map(|(table, _)| table).collect();
    assert!(empty.iter().all(|table| SPARSE.contains(&table.as_str())), "these tables have no rows: {empty:?}");
    house.run(&["rebuild", "--all", "--yes"]).await.expect(0);
    tables::assert_same(&live, &tables::live(&house.database.pool).await);
}

#[tokio::test]
async fn a_server_that_is_asked_to_stop_answers_what_it_was_asked_first() {
    let (house, mut server) = House::with_server().await;
    let client = server.client();
    let deliveries = (0..200).map(|number| {
        let client = client.clone();
        async move {
            let id = format!("evt_{number:03}");
            let body = customer_created(&id, &format!("cus_{number}"));
            let signature = client.sign(now(), &body);
            let headers = [("content-type", "application/json"), ("stripe-signature", signature.as_str())];
            let answer = client.try_send(hyper::Method::POST, WEBHOOK, &headers, body.into()).await;
            answer.filter(|answer| answer.status == 200).map(|_| id)
        }
    });
    let stopping = async {
        until("some are in the log", async || (!log::records(&house.database.pool).await.is_empty()).then_some(()))
            .await;
        server.stop().await
    };
    let (acknowledged, status) = tokio::join!(futures::future::join_all(deliveries), stopping);
    assert!(status.success(), "{status}");
    let logged: BTreeSet<String> =
        log::assert_whole(&house.database.pool).await.into_iter().map(|record| record.event_id).collect();
    for id in acknowledged.into_iter().flatten() {
        assert!(logged.contains(&id), "{id} was acknowledged and is not in the log");
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_cancels_nothing() {
    let (house, server) = House::with_server().await;
    for number in 0..20 {
        let client = server.client();
        let body = customer_created(&format!("evt_{number}"), "cus_1");
        let delivering = tokio::spawn(async move { client.deliver(body).await });
        // Now before it is sent, now after.
        for _ in 0..number * 10 {
            tokio::task::yield_now().await;
        }
        delivering.abort();
    }
    let last = server.client().record(customer_created("evt_last", "cus_1")).await;
    let records = log::assert_whole(&house.database.pool).await;
    assert_eq!(records[usize::try_from(last).unwrap()].event_id, "evt_last");
}

/// Lets nobody into a database, and throws out who is in it; then lets them in again.
struct Outage {
    admin: PgConnection,
    name: String,
}

impl Outage {
    async fn begin(house: &House) -> Self {
        let options = house.database.pool.connect_options();
        let name = options.get_database().unwrap().to_owned();
        let mut admin = PgConnection::connect_with(&(*options).clone().database("postgres")).await.unwrap();
        let closed = format!("alter database {name} allow_connections false");
        sqlx::query(&closed).execute(&mut admin).await.unwrap();
        sqlx::query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1")
            .bind(&name)
            .execute(&mut admin)
            .await
            .unwrap();
        Self { admin, name }
    }

    async fn end(mut self) {
        let open = format!("alter database {} allow_connections true", self.name);
        sqlx::query(&open).execute(&mut self.admin).await.unwrap();
    }
}

#[tokio::test]
async fn while_the_database_is_away_webhooks_come_again_and_known_answers_are_stale_and_then_refused() {
    let house = House::new().await;
    let server = house.serve(&["--stale-limit=4"]).await;
    let app = server.client().with_key(&house.key("app").await);
    app.deliver(customer_created("evt_1", "cus_1")).await.expect(200);
    app.deliver(subscribed("evt_2", "sub_1", "cus_1", "pro")).await.expect(200);
    house.applied(&server).await;
    let path = "/v1/customers/cus_1/entitlements/pro";
    until("the answer is kept", async || {
        let answer = app.get(path).await.expect(200).json();
        (answer["allowed"] == true && answer["stale"] == false).then_some(())
    })
    .await;
    let outage = Outage::begin(&house).await;
    let stale = until("the answer is stale", async || {
        let answer = app.get(path).await.expect(200).json();
        (answer["stale"] == true).then_some(answer)
    })
    .await;
    assert_eq!((&stale["allowed"], &stale["size"]), (&true.into(), &2.into()));
    let refused =
        until("the answer is refused", async || Some(app.get(path).await).filter(|it| it.status != 200)).await;
    assert!(refused.status == 503 && refused.header("retry-after").is_some(), "{}", refused.text());
    let answer = app.deliver(customer_created("evt_3", "cus_3")).await.expect(503);
    assert!(answer.header("retry-after").is_some());
    assert_eq!(app.get("/readyz").await.status, 503);
    assert_eq!(app.get("/healthz").await.status, 200, "the process itself lives");
    outage.end().await;
    until("deliveries are taken again", async || {
        (app.deliver(customer_created("evt_3", "cus_3")).await.status == 200).then_some(())
    })
    .await;
    until("answers are fresh again", async || {
        let answer = app.get(path).await;
        (answer.status == 200 && answer.json()["stale"] == false).then_some(())
    })
    .await;
    house.applied(&server).await;
    assert_eq!(log::assert_whole(&house.database.pool).await.len(), 3);
}

#[tokio::test]
async fn a_full_queue_turns_deliveries_away_and_keeps_what_it_took() {
    let house = House::new().await;
    let server = house.serve(&["--queue=2"]).await;
    // Somebody else appends, and takes his time.
    let mut appending = house.database.pool.begin().await.unwrap();
    sqlx::query("select from head for update").execute(&mut *appending).await.unwrap();
    let deliveries = (0..12).map(|number| {
        let client = server.client();
        async move { client.deliver(customer_created(&format!("evt_{number}"), "cus_1")).await }
    });
    let releasing = async {
        until("some are turned away", async || {
            let metrics = server.client().get("/metrics").await.text();
            let busy = metrics.lines().find_map(|line| line.strip_prefix("daybook_recorder_busy_total "))?;
            (busy.parse::<u32>().ok()? >= 6).then_some(())
        })
        .await;
        appending.rollback().await.unwrap();
    };
    let (answers, ()) = tokio::join!(futures::future::join_all(deliveries), releasing);
    let (taken, away): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert!(!taken.is_empty() && away.len() >= 6, "{} taken, {} turned away", taken.len(), away.len());
    for answer in away {
        let answer = answer.expect(503);
        assert!(answer.header("retry-after").is_some() && answer.reason() == "busy", "{}", answer.text());
    }
    assert_eq!(log::assert_whole(&house.database.pool).await.len(), taken.len());
}
