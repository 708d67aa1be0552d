//! A running `daybook serve`: started on a free port, asked, ended in order or killed. What it logged is shown when its test fails.

use std::net::SocketAddr;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

use super::client::Client;
use super::house::SECRET;
use super::until;

/// See above.
pub struct Server {
    child: Child,
    /// where it listens
    pub address: SocketAddr,
    log: Arc<Mutex<String>>,
}

impl Server {
    /// Starts it, reads from its first line where it listens, and waits until it is ready.
    pub async fn start(mut command: Command) -> Self {
        let mut child = command.spawn().expect("the server starts");
        let log = Arc::default();
        tokio::spawn(gather(child.stderr.take().unwrap(), Arc::clone(&log)));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let Some(line) = lines.next_line().await.unwrap() else {
            let status = child.wait().await.unwrap();
            panic!("the server ended with {status}:\n{}", log.lock().unwrap());
        };
        // Somebody has to read on, or a server that prints more would wait for ever.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let said: Value = serde_json::from_str(&line).unwrap();
        let address = said["listening"].as_str().unwrap().trim_start_matches("http://").parse().unwrap();
        let server = Self { child, address, log };
        until("the server is ready", async || {
            let ready = server.client().try_get("/readyz").await?;
            (ready.status == 200).then_some(())
        })
        .await;
        server
    }

    /// A client that signs with the usual secret and has no key.
    pub fn client(&self) -> Client {
        Client::new(self.address, SECRET)
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// `kill -9`, without waiting.
    pub fn kill(&mut self) {
        self.child.start_kill().unwrap();
    }

    /// `kill -9`, and waits until it is gone.
    pub async fn kill_and_wait(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to end, and waits until it has.
    pub async fn stop(&mut self) -> ExitStatus {
        let pid = i32::try_from(self.child.id().unwrap()).unwrap();
        kill(Pid::from_raw(pid), Signal::SIGTERM).unwrap();
        self.child.wait().await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.start_kill();
        if std::thread::panicking() {
            println!("the server at {} logged:\n{}", self.address, self.log());
        }
    }
}

async fn gather(mut from: impl AsyncRead + Unpin, into: Arc<Mutex<String>>) {
    let mut bytes = [0; 4096];
    while let Ok(count) = from.read(&mut bytes).await {
        if count == 0 {
            return;
        }
        into.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
    }
}
