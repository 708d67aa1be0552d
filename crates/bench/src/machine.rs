//! Where it was measured: as much as explains the figures, and nothing that names the machine.

use std::fs;
use std::num::NonZero;
use std::thread::available_parallelism;

use serde::Serialize;

/// The machine and its database.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    processor: String,
    cores: usize,
    memory_megabytes: u64,
    kernel: String,
    postgres: String,
}

impl Machine {
    /// This machine.
    pub(crate) fn this(postgres: String) -> Self {
        let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Self {
            processor: field(&processors, "model name").unwrap_or("unknown").to_owned(),
            cores: available_parallelism().map_or(0, NonZero::get),
            memory_megabytes: kilobytes(&memory, "MemTotal") / 1024,
            kernel: kernel.trim().split('-').next().unwrap_or_default().to_owned(),
            postgres,
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { processor, cores, memory_megabytes, kernel, postgres } = self;
        write!(
            formatter,
            "{processor}, {cores} cores, {memory_megabytes} MB; Linux {kernel}; PostgreSQL {postgres}, fsync on"
        )
    }
}

/// The most memory this process has had at once, in kilobytes; 0 where the system does not say.
pub(crate) fn peak_kilobytes() -> u64 {
    kilobytes(&fs::read_to_string("/proc/self/status").unwrap_or_default(), "VmHWM")
}

fn kilobytes(text: &str, name: &str) -> u64 {
    let value = field(text, name).and_then(|value| value.split_whitespace().next());
    value.and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let fields = text.lines().filter_map(|line| line.split_once(':'));
    fields.map(|(key, value)| (key.trim(), value.trim())).find(|(key, _)| *key == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_their_names() {
        let text = "model name\t: Abacus 3\nVmHWM:\t  1234 kB\n";
        assert_eq!(field(text, "model name"), Some("Abacus 3"));
        assert_eq!(kilobytes(text, "VmHWM"), 1234);
        assert_eq!(kilobytes(text, "VmRSS"), 0);
    }
}
