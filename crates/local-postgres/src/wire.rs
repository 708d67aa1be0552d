//! As much of PostgreSQL's protocol (version 3) as it takes to ask a local server that trusts our user id a simple question: whether it answers,
//! and to create a role or a database. Everything else is done by a real client. Source: "Frontend/Backend Protocol" in PostgreSQL's manual.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// Creating a database copies files; nothing else here takes long.
const ANSWER_LIMIT: Duration = Duration::from_secs(120);
/// No message that we ask for comes near this; protects against a peer that is no PostgreSQL.
const LONGEST_MESSAGE: usize = 1 << 20;
const PROTOCOL: u32 = 196_608;

/// Why the server gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WireError {
    /// It cannot be reached, or does not speak the protocol.
    #[error("{0}")]
    Unreachable(#[from] std::io::Error),
    /// It said no.
    #[error("{message} ({code})")]
    Refused { code: String, message: String },
}

/// A session that has been let in.
#[derive(Debug)]
pub(crate) struct Session {
    stream: UnixStream,
    server_version: String,
}

impl Session {
    pub(crate) fn open(sockets: &Path, role: &str, database: &str) -> Result<Self, WireError> {
        let stream = UnixStream::connect(sockets.join(format!(".s.PGSQL.{}", crate::url::PORT)))?;
        stream.set_read_timeout(Some(ANSWER_LIMIT))?;
        stream.set_write_timeout(Some(ANSWER_LIMIT))?;
        let mut session = Self { stream, server_version: String::new() };
        let mut body = PROTOCOL.to_be_bytes().to_vec();
        for word in ["user", role, "database", database, "application_name", "local-postgres", ""] {
            body.extend(word.as_bytes());
            body.push(0);
        }
        session.send(None, &body)?;
        session.answer()?;
        Ok(session)
    }

    /// What the server says its version is, such as `15.18 (Debian 15.18-0+deb12u1)`.
    pub(crate) fn server_version(&self) -> &str {
        &self.server_version
    }

    /// Runs one statement; returns how many rows came back.
    pub(crate) fn ask(&mut self, statement: &str) -> Result<usize, WireError> {
        let mut body = statement.as_bytes().to_vec();
        body.push(0);
        self.send(Some(b'Q'), &body)?;
        self.answer()
    }

    fn send(&mut self, kind: Option<u8>, body: &[u8]) -> Result<(), WireError> {
        let length = u32::try_from(body.len() + 4).map_err(|_| strange("a statement that is too long"))?;
        let mut message: Vec<u8> = kind.into_iter().collect();
        message.extend(length.to_be_bytes());
        message.extend(body);
        Ok(self.stream.write_all(&message)?)
    }

    /// Reads until the server is ready for the next question, or refuses.
    fn answer(&mut self) -> Result<usize, WireError> {
        let mut rows = 0;
        let mut refusal = None;
        loop {
            let (kind, body) = self.message()?;
            match kind {
                b'R' if body != [0, 0, 0, 0] => return Err(strange("a request for a password").into()),
                b'S' => self.learn(&body),
                b'D' => rows += 1,
                // A refused log-in is not followed by "ready".
                b'E' if self.server_version.is_empty() => return Err(refused(&body)),
                b'E' => refusal = Some(refused(&body)),
                b'Z' => return refusal.map_or(Ok(rows), Err),
                _ => {}
            }
        }
    }

    fn message(&mut self) -> Result<(u8, Vec<u8>), WireError> {
        let mut kind = [0];
        self.stream.read_exact(&mut kind)?;
        let mut length = [0; 4];
        self.stream.read_exact(&mut length)?;
        let length = usize::try_from(u32::from_be_bytes(length)).ok().and_then(|length| length.checked_sub(4));
        let length = length
            .filter(|length| *length <= LONGEST_MESSAGE)
            .ok_or_else(|| strange("a message of impossible length"))?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        let [kind] = kind;
        Ok((kind, body))
    }

    fn learn(&mut self, body: &[u8]) {
        let mut words = body.split(|byte| *byte == 0).map(String::from_utf8_lossy);
        if words.next().as_deref() == Some("server_version") {
            self.server_version = words.next().unwrap_or_default().into_owned();
        }
    }
}

fn refused(body: &[u8]) -> WireError {
    let field = |wanted: u8| {
        let found = body.split(|byte| *byte == 0).find(|field| field.first() == Some(&wanted));
        String::from_utf8_lossy(found.and_then(|field| field.get(1..)).unwrap_or_default()).into_owned()
    };
    WireError::Refused { code: field(b'C'), message: field(b'M') }
}

fn strange(what: &str) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, format!("the server sent {what}"))
}
