//! Connection URLs over a local socket, in the form that sqlx and libpq both read. The port is always named, so that a `PGPORT` in the
//! environment cannot lead elsewhere.

use std::path::Path;

/// The number in the socket's file name; nothing listens on it.
pub(crate) const PORT: u16 = 5432;

/// `postgres:///database?host=/folder&port=5432&user=role&sslmode=disable`, every part percent-encoded.
pub(crate) fn local(sockets: &Path, role: &str, database: &str) -> String {
    use std::os::unix::ffi::OsStrExt;
    let host = encode(sockets.as_os_str().as_bytes());
    let database = encode(database.as_bytes());
    let role = encode(role.as_bytes());
    format!("postgres:///{database}?host={host}&port={PORT}&user={role}&sslmode=disable")
}

fn encode(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_percent_encoded() {
        assert_eq!(
            local(Path::new("/a b/r&d"), "own?er", "day/book"),
            "postgres:///day%2Fbook?host=%2Fa%20b%2Fr%26d&port=5432&user=own%3Fer&sslmode=disable"
        );
    }
}
