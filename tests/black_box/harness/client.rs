//! A small HTTP/1.1 client, a connection for each request. It signs deliveries as Stripe does.

use std::net::SocketAddr;

use bytes::Bytes;
use daybook_simulator::deliver::signature_header;
use http_body_util::{BodyExt, Full};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{HeaderMap, Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use super::now;

/// Where deliveries go.
pub const WEBHOOK: &str = "/webhooks/stripe";

/// See above.
#[derive(Clone, Debug)]
pub struct Client {
    address: SocketAddr,
    secret: String,
    key: Option<String>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// the status
    pub status: u16,
    /// the headers
    pub headers: HeaderMap,
    /// the body
    pub body: Bytes,
}

impl Answer {
    /// Passes it on if the status is this one.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// A header, if it is there.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The word for programs in a problem.
    pub fn reason(&self) -> String {
        self.json()["reason"].as_str().unwrap_or_default().to_owned()
    }
}

impl Client {
    /// A client of this server.
    pub fn new(address: SocketAddr, secret: &str) -> Self {
        Self { address, secret: secret.to_owned(), key: None }
    }

    /// The same with a key.
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self.clone() }
    }

    /// The same with another signing secret.
    pub fn signing_with(&self, secret: &str) -> Self {
        Self { secret: secret.to_owned(), ..self.clone() }
    }

    /// Asks.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Bytes::new()).await
    }

    /// Asks a server that may not answer.
    pub async fn try_get(&self, path: &str) -> Option<Answer> {
        self.try_send(Method::GET, path, &[], Bytes::new()).await
    }

    /// Asks with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        let json = [(CONTENT_TYPE.as_str(), "application/json")];
        self.send(Method::POST, path, &json, Bytes::from(body.to_string())).await
    }

    /// Delivers, signed now.
    pub async fn deliver(&self, body: impl Into<Bytes>) -> Answer {
        self.deliver_to(WEBHOOK, body).await
    }

    /// Delivers to another path, signed now.
    pub async fn deliver_to(&self, path: &str, body: impl Into<Bytes>) -> Answer {
        let body = body.into();
        let signature = self.sign(now(), &body);
        self.deliver_with(path, &signature, body).await
    }

    /// Delivers with any signature header.
    pub async fn deliver_with(&self, path: &str, signature: &str, body: impl Into<Bytes>) -> Answer {
        let headers = [(CONTENT_TYPE.as_str(), "application/json; charset=utf-8"), ("stripe-signature", signature)];
        self.send(Method::POST, path, &headers, body.into()).await
    }

    /// The signature header of a body at a time.
    pub fn sign(&self, at: i64, body: &[u8]) -> String {
        signature_header(&self.secret, at, body)
    }

    /// Delivers and returns the position.
    pub async fn record(&self, body: impl Into<Bytes>) -> i64 {
        let answer = self.deliver(body).await.expect(200);
        answer.json()["position"].as_i64().unwrap()
    }

    /// Sends any request.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Bytes) -> Answer {
        self.try_send(method, path, headers, body).await.expect("the server answers")
    }

    /// Sends any request to a server that may not answer.
    pub async fn try_send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Bytes) -> Option<Answer> {
        let stream = TcpStream::connect(self.address).await.ok()?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(connection);
        let mut request = Request::builder().method(method).uri(path).header(HOST, self.address.to_string());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(key) = &self.key {
            request = request.header(AUTHORIZATION, format!("Bearer {key}"));
        }
        let answer = sender.send_request(request.body(Full::new(body)).unwrap()).await.ok()?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.ok()?.to_bytes();
        Some(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
    }
}
