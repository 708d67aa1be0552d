//! What is logged, and how. Logs go to standard error and hold no secret and no body: nothing here logs any, and what others might is covered line by line.

use std::io::{IsTerminal, Write};

use daybook_stripe::private::message;
use tracing_subscriber::EnvFilter;

use super::Problems;

/// Logging.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Log (standard error)")]
pub struct LogArguments {
    /// What is logged: error, warn, info, debug, trace, or a list such as `info,daybook_worker=debug`
    #[arg(long, global = true, env = "DAYBOOK_LOG", hide_env_values = true, value_name = "FILTER")]
    log: Option<String>,

    /// One line of text, or one JSON object a line
    #[arg(
        long,
        global = true,
        env = "DAYBOOK_LOG_FORMAT",
        hide_env_values = true,
        value_name = "text|json",
        default_value = "text"
    )]
    log_format: String,
}

/// A checked [`LogArguments`].
#[derive(Debug)]
pub struct LogSettings {
    filter: EnvFilter,
    format: LogFormat,
}

/// The form of a line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LogFormat {
    Text,
    Json,
}

impl LogArguments {
    /// Checks it. `usual` is the filter when none was given.
    pub fn read(&self, usual: &str, problems: &mut Problems) -> Option<LogSettings> {
        let filter = super::written(self.log.as_deref()).unwrap_or(usual);
        let filter = EnvFilter::try_new(filter).map_err(|error| {
            problems.add(
                "DAYBOOK_LOG (--log)",
                format!("{filter:?}: {error}"),
                "DAYBOOK_LOG=info,daybook_worker=debug",
            );
        });
        let format = match self.log_format.trim() {
            "text" => Some(LogFormat::Text),
            "json" => Some(LogFormat::Json),
            other => {
                let wrong = format!("{other:?} is no format: it is text or json");
                problems.add("DAYBOOK_LOG_FORMAT (--log-format)", wrong, "DAYBOOK_LOG_FORMAT=json");
                None
            }
        };
        Some(LogSettings { filter: filter.ok()?, format: format? })
    }
}

/// Writes with secrets covered. Each line comes in one piece.
struct Covering<W>(W);

impl<W: Write> Write for Covering<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write_all(message(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

impl LogSettings {
    /// Begins to log.
    pub fn start(self) {
        let lines = tracing_subscriber::fmt().with_env_filter(self.filter).with_writer(|| Covering(std::io::stderr()));
        // A second start in one process, as in tests, keeps the first.
        let _ = match self.format {
            LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).try_init(),
            LogFormat::Json => lines.json().flatten_event(true).try_init(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_shows_a_secret_whoever_wrote_it() {
        let mut lines = Covering(Vec::new());
        lines.write_all(b"connecting to postgres://ada:password@db/x with whsec_12345678\n").unwrap();
        assert_eq!(String::from_utf8(lines.0).unwrap(), "connecting to postgres://[masked]@db/x with [masked]\n");
    }
}
