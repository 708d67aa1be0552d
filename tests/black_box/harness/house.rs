//! A database of its own, and the program in it: servers, commands, keys. Only a few houses stand at one time, because all of them share one
//! PostgreSQL with its hundred connections.

use daybook_testing::TestDatabase;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::client::Client;
use super::program::{self, Ran};
use super::server::Server;
use super::{event, until};

/// The signing secret of every endpoint without a name.
pub const SECRET: &str = "whsec_black_box_0123456789abcdef";

static ROOM: Semaphore = Semaphore::const_new(4);

/// See above.
pub struct House {
    /// the database
    pub database: TestDatabase,
    /// where its files stand
    pub folder: TempDir,
    _turn: SemaphorePermit<'static>,
}

impl House {
    /// A new one, without tables.
    pub async fn new() -> Self {
        let turn = ROOM.acquire().await.unwrap();
        let database = TestDatabase::empty().await.unwrap();
        Self { database, folder: tempfile::tempdir().unwrap(), _turn: turn }
    }

    /// A new one with a server that is ready.
    pub async fn with_server() -> (Self, Server) {
        let house = Self::new().await;
        let server = house.serve(&[]).await;
        (house, server)
    }

    /// A new one with a server to which the story was told, and a client with a key of this role.
    pub async fn with_story(role: &str) -> (Self, Server, Client) {
        let (house, server) = Self::with_server().await;
        for body in event::story() {
            server.client().deliver(body).await.expect(200);
        }
        house.applied(&server).await;
        let client = server.client().with_key(&house.key(role).await);
        (house, server, client)
    }

    /// Writes a file into that folder.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// A command that is about this database.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = program::command(self.folder.path(), words);
        command.env("DATABASE_URL", &self.database.url).env("DAYBOOK_DATABASE_CONNECTIONS", "6");
        command
    }

    /// Runs a command to its end.
    pub async fn run(&self, words: &[&str]) -> Ran {
        self.run_with(words, b"").await
    }

    /// Runs a command to its end with something on standard input.
    pub async fn run_with(&self, words: &[&str], input: &[u8]) -> Ran {
        program::run(self.command(words), input).await
    }

    /// Starts a server with further words and waits until it is ready.
    pub async fn serve(&self, words: &[&str]) -> Server {
        let mut all = vec!["serve", "--json", "--listen=127.0.0.1:0", "--worker-lease=1"];
        all.extend(words);
        let mut command = self.command(&all);
        command.env("DAYBOOK_WEBHOOK_SECRET", SECRET).env("DAYBOOK_MODE", "test");
        Server::start(command).await
    }

    /// What `daybook doctor` finds.
    pub async fn doctor(&self, words: &[&str]) -> Vec<Value> {
        let mut command = self.command(&["doctor", "--json"]);
        command.args(words).env("DAYBOOK_WEBHOOK_SECRET", SECRET).env("DAYBOOK_MODE", "test");
        let ran = program::run(command, b"").await;
        assert!([0, 3].contains(&ran.code), "{}", ran.err);
        ran.json()["findings"].as_array().unwrap().clone()
    }

    /// Creates a key of test mode.
    pub async fn key(&self, role: &str) -> String {
        let created = self.run(&["key", "create", role, "--role", role, "--mode", "test", "--json"]).await.expect(0);
        created.json()["secret"].as_str().unwrap().to_owned()
    }

    /// Waits until the read models have applied the whole log. Returns its size.
    pub async fn applied(&self, server: &Server) -> i64 {
        until("everything is applied", async || {
            let ready = server.client().get("/readyz").await.json();
            let size = |name: &str| ready.get(name).and_then(Value::as_i64);
            size("log_size").filter(|log| size("size") == Some(*log))
        })
        .await
    }
}
