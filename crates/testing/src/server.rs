//! The server that the tests of this process use: found or started once.

use std::time::{SystemTime, UNIX_EPOCH};

use local_postgres::{Cluster, DataDir, Options};
use tokio::sync::OnceCell;

use crate::{Error, leftovers};

/// A server, told by the URL of one of its databases.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) url: String,
}

impl Server {
    /// The URL of another database of the same server.
    pub(crate) fn url_of(&self, database: &str) -> String {
        let (place, parameters) = match self.url.split_once('?') {
            Some((place, parameters)) => (place, format!("?{parameters}")),
            None => (self.url.as_str(), String::new()),
        };
        let start = place.find("://").map_or(0, |colon| colon + 3);
        let (scheme, rest) = place.split_at(start);
        let host = rest.split_once('/').map_or(rest, |(host, _)| host);
        format!("{scheme}{host}/{database}{parameters}")
    }
}

/// The server of `DATABASE_URL`, or a private cluster that its watcher ends with this process.
pub(crate) async fn get() -> Result<Server, Error> {
    static SERVER: OnceCell<(Server, Option<Cluster>)> = OnceCell::const_new();
    let (server, _) = SERVER.get_or_try_init(find_or_start).await?;
    Ok(server.clone())
}

async fn find_or_start() -> Result<(Server, Option<Cluster>), Error> {
    if let Some(url) = from_environment() {
        let server = Server { url };
        leftovers::drop_old(&server).await;
        return Ok((server, None));
    }
    let start = || Cluster::start(&Options::new(DataDir::ThrowAway));
    let cluster = tokio::task::spawn_blocking(start).await.map_err(|error| Error::Preparation(error.to_string()))??;
    Ok((Server { url: cluster.url() }, Some(cluster)))
}

#[expect(clippy::disallowed_methods, reason = "a test has no command line of its own to be configured by")]
fn from_environment() -> Option<String> {
    std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty())
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    seconds(SystemTime::now())
}

/// When this test program was built, in seconds since 1970: a template made by an older build may have older tables.
pub(crate) fn build_time() -> u64 {
    let built = std::env::current_exe().and_then(|program| program.metadata()?.modified());
    built.map_or(0, seconds)
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_databases_name_changes_in_a_url() {
        let other = |url: &str| Server { url: url.to_owned() }.url_of("b");
        assert_eq!(other("postgres:///a?host=%2Ftmp&user=c"), "postgres:///b?host=%2Ftmp&user=c");
        assert_eq!(other("postgres://c:d@host:1/a"), "postgres://c:d@host:1/b");
        assert_eq!(other("postgres://host"), "postgres://host/b");
    }
}
