//! Real connections: what hears an answer, and how the loop ends.

use std::net::SocketAddr;
use std::time::Duration;

use daybook_http::serve;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::house::{House, NOW, SECRET, event, prepared, signed};

/// A house that listens, and the way to end it.
async fn listening(house: &House) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<std::io::Result<()>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (end, ended) = oneshot::channel();
    let served = tokio::spawn(serve(listener, house.router.clone(), async { drop(ended.await) }));
    (address, end, served)
}

/// A delivery as it goes over the wire.
fn delivery(signature: &str, length: usize) -> String {
    format!(
        "POST /webhooks/stripe HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nstripe-signature: {signature}\r\n\
         content-length: {length}\r\n\r\n"
    )
}

async fn first_line(stream: &mut TcpStream) -> String {
    let mut bytes = vec![0; 4096];
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read(&mut bytes)).await.unwrap().unwrap();
    String::from_utf8_lossy(&bytes[..read]).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_client_that_sends_too_much_hears_why() {
    let house = House::build().await;
    let (address, _end, _served) = listening(&house).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(delivery("t=1,v1=00", 5_000_000).as_bytes()).await.unwrap();
    stream.write_all(&vec![b' '; 5_000_000]).await.unwrap();
    assert_eq!(first_line(&mut stream).await, "HTTP/1.1 413 Payload Too Large");
}

#[tokio::test]
async fn a_client_that_asks_first_hears_it_before_it_sends() {
    let house = House::build().await;
    let (address, _end, _served) = listening(&house).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = delivery("t=1,v1=00", 5_000_000).replace("host: x", "host: x\r\nexpect: 100-continue");
    stream.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(first_line(&mut stream).await, "HTTP/1.1 413 Payload Too Large");
}

#[tokio::test]
async fn what_was_asked_is_answered_when_the_program_ends() {
    let database = prepared().await;
    let store = daybook_store::Database::from_pool(database.pool.clone());
    let (recorder, task) = daybook_store::Recorder::new(&store, daybook_store::recorder::Limits::default());
    let house = House::of(database, crate::house::config(), recorder);
    let (address, end, served) = listening(&house).await;
    let body = event("evt_1", "a.b", &serde_json::json!({}));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(delivery(&signed(SECRET, NOW, &body), body.len()).as_bytes()).await.unwrap();
    stream.write_all(&body).await.unwrap();
    // The delivery waits for the recorder, which begins only after the program was told to end.
    while house.app.deliveries_waiting() == 0 {
        tokio::task::yield_now().await;
    }
    end.send(()).unwrap();
    tokio::spawn(task.run(std::future::pending()));
    assert_eq!(first_line(&mut stream).await, "HTTP/1.1 200 OK");
    served.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn headers_that_trickle_in_are_cut_off_within_a_quarter_of_a_minute() {
    let house = House::build().await;
    let (address, _end, _served) = listening(&house).await;
    let (mut reader, mut writer) = TcpStream::connect(address).await.unwrap().into_split();
    let trickle = async {
        writer.write_all(b"GET /healthz HTTP/1.1\r\nhost: ").await.unwrap();
        while writer.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        std::future::pending::<()>().await;
    };
    let mut bytes = Vec::new();
    let cut_off = tokio::time::timeout(Duration::from_secs(18), async {
        tokio::select! { ended = reader.read_to_end(&mut bytes) => drop(ended), () = trickle => () }
    });
    assert!(cut_off.await.is_ok());
}
