//! Nothing secret and nothing personal leaves the program, except in the raw body that an auditor asks for. Every place of a Stripe object that can hold such a thing
//! is given a mark ([`canary`]), and then everything that can be asked is asked, by every role, by every command and at every level of the log. What is
//! looked for was really there: the raw bodies hold every mark.

mod canary;
mod commands;
mod log;
mod routes;

use daybook_simulator::{ApiShape, Plan, ShapeChoice, Story, simulate};
use serde_json::json;

use crate::harness::event::{BEGIN, bytes, event, refunded};
use crate::harness::house::House;
use crate::harness::server::Server;

/// A secret of the configuration.
const SECOND_SECRET: &str = "whsec_canaryofthesecondendpoint";
/// Another one.
const API_KEY: &str = "sk_test_canaryofstripesapi";

/// A house in which everything is marked: its records, its configuration, its operators' words.
struct Marked {
    house: House,
    server: Server,
    /// the ids of all events, by position
    events: Vec<String>,
    /// a customer with a subscription
    customers: Vec<String>,
    subscriptions: Vec<String>,
}

impl Marked {
    async fn new() -> Self {
        let house = House::new().await;
        let endpoint = format!("--endpoint=second={SECOND_SECRET}");
        let key = format!("--stripe-api-key={API_KEY}");
        let server = house.serve(&["--log=trace,sqlx=trace", &endpoint, &key]).await;
        let mut marked = Self { house, server, events: Vec::new(), customers: Vec::new(), subscriptions: Vec::new() };
        marked.tell_histories().await;
        marked.tell_rarities().await;
        marked.send_what_is_refused().await;
        marked.house.applied(&marked.server).await;
        marked.act().await;
        marked.house.applied(&marked.server).await;
        marked
    }

    /// Simulated customers of most kinds, in all shapes.
    async fn tell_histories(&mut self) {
        let stories = [
            Story::TrialConverts,
            Story::FailureRecovers,
            Story::DunningUnpaid,
            Story::Upgrade,
            Story::PartialRefund,
            Story::DisputeLost,
            Story::DisputeOpen,
            Story::CreditAfterPayment,
            Story::OneOff,
            Story::OutOfBand,
            Story::PaidOut,
            Story::SeenWhole,
            Story::Marketplace,
        ];
        let shape = ShapeChoice::One(ApiShape::Clover);
        let start = crate::harness::now() - 70 * 86_400;
        let world = simulate(&Plan { seed: 5, customers: 0, start, months: 2, shape, livemode: false, account: None });
        for (number, story) in stories.into_iter().enumerate() {
            let history = world.story_of(number, &[story]);
            self.customers.extend(history.customer.clone());
            self.subscriptions.extend(history.truth().subscriptions.into_keys());
            for event in history.render(ApiShape::ALL[number % ApiShape::ALL.len()]) {
                self.deliver(canary::marked(&event.body)).await;
            }
        }
    }

    /// Kinds of objects that no history has, a thin event, one that cannot be read, one of an unknown type, a contradiction, and what waits for its charge.
    async fn tell_rarities(&mut self) {
        for (number, (kind, name)) in canary::RARE.iter().enumerate() {
            let object = json!({"id": format!("rare_{number}"), "object": name, "customer": self.customers[0], "open": true,
                "actionable": true, "created": BEGIN, "requirements": {"currently_due": ["individual.phone"]}});
            let event = event(&format!("evt_rare_{number}"), kind, BEGIN, &object);
            self.deliver(canary::marked(&bytes(&event))).await;
        }
        let mut unreadable =
            event("evt_unreadable", "invoice.paid", BEGIN, &json!({"id": "in_x", "object": "invoice"}));
        unreadable["data"]["object"]["customer_email"] = json!("canary-unread@example.com");
        unreadable["data"]["object"]["total"] = json!("canary-total@example.com");
        self.deliver(bytes(&unreadable)).await;
        let mut contradiction =
            event("evt_rare_0", canary::RARE[0].0, BEGIN, &json!({"id": "rare_0", "object": canary::RARE[0].1}));
        contradiction["data"]["object"]["email"] = json!("canary-other@example.com");
        self.server.client().deliver(canary::marked(&bytes(&contradiction))).await.expect(200);
        let thin = json!({"id": "evt_thin", "object": "v2.core.event", "type": "v1.invoice.paid", "created": "2026-01-01T00:00:00Z", "livemode": false,
            "related_object": {"id": "in_1", "type": "invoice", "url": "/v1/invoices/in_1"}});
        self.deliver(bytes(&thin)).await;
        self.deliver(refunded("evt_parked", "re_parked", "ch_nobody")).await;
    }

    /// Deliveries that nobody signed, or that cannot be events: nothing of them may be logged or told.
    async fn send_what_is_refused(&self) {
        let client = self.server.client();
        let body = br#"{"email": "canary-refused@example.com", "client_secret": "pi_1_secret_canaryrefused"}"#;
        for signature in ["t=1,v1=canary@example.com", "canary sk_live_canarysignature", ""] {
            client.deliver_with("/webhooks/stripe", signature, &body[..]).await.expect(400);
        }
        let answer = client.deliver(&b"{\"email\": \"canary-broken@example.com\", "[..]).await;
        assert!(!canary::is_in(&answer.text()), "{}", answer.text());
        client.with_key("dbk_app_canary").get("/v1/events?customer=canary@example.com").await.expect(401);
    }

    /// Operators write about somebody.
    async fn act(&self) {
        let operator = self.server.client().with_key(&self.house.key("operator").await);
        let path = format!("/v1/customers/{}/grants", self.customers[0]);
        let grant = json!({"feature": "pro", "force": true, "reason": "canary-reason@example.com asked for it", "actor": "ops"});
        operator.post(&path, &grant).await.expect(201);
    }

    async fn deliver(&mut self, body: Vec<u8>) {
        let id = serde_json::from_slice::<serde_json::Value>(&body).unwrap()["id"].as_str().unwrap().to_owned();
        let position = self.server.client().record(body).await;
        assert_eq!(usize::try_from(position).unwrap(), self.events.len(), "every event is a new one");
        self.events.push(id);
    }
}

#[tokio::test]
async fn nothing_secret_or_personal_leaves_but_the_raw_body_that_an_auditor_asks_for() {
    let marked = Marked::new().await;
    routes::answers_of_every_route_to_every_role(&marked).await;
    routes::raw_bodies_for_auditors(&marked).await;
    commands::output_of_every_command(&marked).await;
    log::lines_at_every_level(&marked);
}
