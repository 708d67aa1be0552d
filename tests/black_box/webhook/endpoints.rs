//! Several endpoints, each with its own secrets, account and label.

use serde_json::json;

use crate::harness::event::{BEGIN, bytes, customer, customer_created, event};
use crate::harness::house::House;

const CONNECT: &str = "whsec_connect_0123456789";

#[tokio::test]
async fn each_endpoint_takes_its_own_secrets_only() {
    let house = House::new().await;
    let server = house.serve(&[&format!("--endpoint=connect={CONNECT}")]).await;
    let (plain, connect) = (server.client(), server.client().signing_with(CONNECT));
    plain.deliver(customer_created("evt_1", "cus_1")).await.expect(200);
    connect.deliver_to("/webhooks/stripe/connect", customer_created("evt_2", "cus_2")).await.expect(200);
    plain.deliver_to("/webhooks/stripe/connect", customer_created("evt_3", "cus_3")).await.expect(400);
    connect.deliver(customer_created("evt_4", "cus_4")).await.expect(400);
    let labels: Vec<(String, Option<String>)> =
        sqlx::query_as("select event_id, endpoint from record order by position")
            .fetch_all(&house.database.pool)
            .await
            .unwrap();
    let expected = [("evt_1", "default"), ("evt_2", "connect")];
    assert_eq!(labels, expected.map(|(event, label)| (event.to_owned(), Some(label.to_owned()))));
}

#[tokio::test]
async fn endpoints_can_stand_in_a_file_with_their_account_and_secrets_from_the_environment() {
    let house = House::new().await;
    house.write(
        "daybook.toml",
        "[[endpoint]]\nname = 'connect'\nsecrets_env = 'CONNECT_SECRET'\nmode = 'test'\naccount = 'acct_platform'\nlabel = 'Connect'\n",
    );
    let mut command = house.command(&["serve", "--json", "--listen=127.0.0.1:0", "--config=daybook.toml"]);
    command.env("CONNECT_SECRET", CONNECT);
    let server = crate::harness::server::Server::start(command).await;
    let client = server.client().signing_with(CONNECT);
    let mut connected = event("evt_2", "customer.created", BEGIN, &customer("cus_1"));
    connected["account"] = json!("acct_connected");
    for body in [customer_created("evt_1", "cus_1"), bytes(&connected)] {
        client.deliver_to("/webhooks/stripe/connect", body).await.expect(200);
    }
    let scopes: Vec<(String, String, Option<String>)> = sqlx::query_as(
        "select event_id, account, endpoint from record join scope on scope.id = record.scope order by position",
    )
    .fetch_all(&house.database.pool)
    .await
    .unwrap();
    let expected = [("evt_1", "acct_platform"), ("evt_2", "acct_connected")];
    let expected = expected.map(|(event, account)| (event.to_owned(), account.to_owned(), Some("Connect".to_owned())));
    assert_eq!(scopes, expected);
}
