//! What is logged, and how. Logs go to standard error and hold no secret and no body.

use std::io::IsTerminal;

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

impl LogSettings {
    /// Begins to log.
    pub fn start(self) {
        let lines = tracing_subscriber::fmt().with_env_filter(self.filter).with_writer(std::io::stderr);
        // A second start in one process, as in tests, keeps the first.
        let _ = match self.format {
            LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).try_init(),
            LogFormat::Json => lines.json().flatten_event(true).try_init(),
        };
    }
}
