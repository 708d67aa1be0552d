//! The HTTP face: where it listens and its bounds.

use std::net::{SocketAddr, ToSocketAddrs};
use std::ops::RangeInclusive;
use std::time::Duration;

use daybook_http::Endpoint;
use daybook_http::config::{CacheLimits, Config, WebhookLimits};

use super::Problems;

/// The HTTP face.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "HTTP")]
pub struct HttpArguments {
    /// Address and port to listen on. Port 0 takes a free one
    #[arg(
        long,
        env = "DAYBOOK_LISTEN",
        hide_env_values = true,
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:4242"
    )]
    listen: String,

    /// Kilobytes of a delivery's body at most; a larger one is answered 413
    #[arg(
        long,
        env = "DAYBOOK_BODY_KILOBYTES",
        hide_env_values = true,
        value_name = "KILOBYTES",
        default_value = "3072"
    )]
    body_kilobytes: String,

    /// Seconds a signature's time may lie from this machine's clock
    #[arg(
        long,
        env = "DAYBOOK_SIGNATURE_TOLERANCE",
        hide_env_values = true,
        value_name = "SECONDS",
        default_value = "300"
    )]
    signature_tolerance: String,

    /// Customers whose entitlement answers are kept in memory
    #[arg(
        long,
        env = "DAYBOOK_CACHE_CUSTOMERS",
        hide_env_values = true,
        value_name = "COUNT",
        default_value = "250000"
    )]
    cache_customers: String,

    /// Seconds for which known answers are still given, marked stale, while the database is away
    #[arg(long, env = "DAYBOOK_STALE_LIMIT", hide_env_values = true, value_name = "SECONDS", default_value = "60")]
    stale_limit: String,
}

/// A checked [`HttpArguments`], before the endpoints are known.
#[derive(Clone, Copy, Debug)]
pub struct HttpSettings {
    /// Where to listen.
    pub listen: SocketAddr,
    webhook: WebhookLimits,
    cache: CacheLimits,
}

impl HttpSettings {
    /// The settings of the HTTP face with these endpoints.
    pub fn with_endpoints(&self, endpoints: Vec<Endpoint>) -> Config {
        Config { endpoints, webhook: self.webhook, cache: self.cache, ..Config::default() }
    }
}

impl HttpArguments {
    /// Checks it.
    pub fn read(&self, problems: &mut Problems) -> Option<HttpSettings> {
        let listen = address(problems, &self.listen);
        let kilobytes =
            number(problems, &self.body_kilobytes, "DAYBOOK_BODY_KILOBYTES", "--body-kilobytes", 1..=65_536, 3_072);
        let tolerance = number(
            problems,
            &self.signature_tolerance,
            "DAYBOOK_SIGNATURE_TOLERANCE",
            "--signature-tolerance",
            1..=86_400,
            300,
        );
        let customers = number(
            problems,
            &self.cache_customers,
            "DAYBOOK_CACHE_CUSTOMERS",
            "--cache-customers",
            0..=100_000_000,
            250_000,
        );
        let stale = number(problems, &self.stale_limit, "DAYBOOK_STALE_LIMIT", "--stale-limit", 1..=86_400, 60);
        let webhook = WebhookLimits {
            body_bytes: usize::try_from(kilobytes?).unwrap_or(usize::MAX).saturating_mul(1024),
            tolerance: i64::try_from(tolerance?).unwrap_or(i64::MAX),
            ..WebhookLimits::default()
        };
        let cache = CacheLimits {
            customers: usize::try_from(customers?).unwrap_or(usize::MAX),
            refuse_after: Duration::from_secs(stale?),
            ..CacheLimits::default()
        };
        Some(HttpSettings { listen: listen?, webhook, cache })
    }
}

/// A number in a range.
fn number(
    problems: &mut Problems,
    text: &str,
    variable: &str,
    flag: &str,
    range: RangeInclusive<u64>,
    example: u64,
) -> Option<u64> {
    let number = text.trim().parse().ok().filter(|number| range.contains(number));
    if number.is_none() {
        let wrong = format!("{text:?} is no number from {} to {}", range.start(), range.end());
        problems.add(format!("{variable} ({flag})"), wrong, format!("{variable}={example}"));
    }
    number
}

/// An address with a port; a name such as `localhost` is looked up.
fn address(problems: &mut Problems, text: &str) -> Option<SocketAddr> {
    const PLACE: &str = "DAYBOOK_LISTEN (--listen)";
    const EXAMPLE: &str = "DAYBOOK_LISTEN=127.0.0.1:4242, or 0.0.0.0:4242 for all addresses of this machine";
    let text = text.trim();
    if text.parse::<u16>().is_ok() || text.parse::<std::net::IpAddr>().is_ok() {
        problems.add(PLACE, format!("{text:?} is not both an address and a port"), EXAMPLE);
        return None;
    }
    let found = text.parse().ok().or_else(|| text.to_socket_addrs().ok()?.next());
    if found.is_none() {
        problems.add(
            PLACE,
            format!("{text:?} is no address with a port, or its name is unknown on this machine"),
            EXAMPLE,
        );
    }
    found
}
