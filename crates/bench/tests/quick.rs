//! A quick run of the benchmark: everything in it works, and its report holds what docs/BENCHMARKS.md shows. The figures mean nothing.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// Runs these measures and returns the report.
fn quick(measures: &[&str], daybook: Option<&PathBuf>) -> Value {
    let mut bench = Command::new(env!("CARGO_BIN_EXE_daybook-bench"));
    bench.args(measures).args(["--quick", "--rounds", "1", "--json"]);
    if let Some(daybook) = daybook {
        bench.arg("--daybook").arg(daybook);
    }
    let output = bench.output().expect("the benchmark starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the report is JSON")
}

fn figure(row: &Value) -> Option<(&str, u64)> {
    Some((row.get("measure")?.as_str()?, row.get("median")?.as_u64()?))
}

/// The measure and the median of each row.
fn figures(report: &Value) -> Vec<(&str, u64)> {
    let rows = report.get("rows").and_then(Value::as_array).expect("the report has rows");
    rows.iter().map(|row| figure(row).expect("a row has a measure and a median")).collect()
}

#[test]
fn a_rebuild_is_measured_beside_its_limits() {
    let report = quick(&["rebuild"], None);
    let figures = figures(&report);
    assert_eq!(figures.len(), 11);
    assert!(figures.iter().all(|(measure, median)| *measure == "rebuild" && *median > 0), "{figures:?}");
    assert_eq!(report["quick"], true);
}

/// Needs the program itself, which only a build of the whole workspace makes.
#[test]
fn a_server_is_measured_beside_its_limits() {
    let beside = PathBuf::from(env!("CARGO_BIN_EXE_daybook-bench")).with_file_name("daybook");
    let named = std::env::var_os("DAYBOOK_BIN").map(PathBuf::from);
    let Some(daybook) = named.or(Some(beside)).filter(|program| program.exists()) else { return };
    let report = quick(&["ingest", "check", "latency"], Some(&daybook));
    let figures = figures(&report);
    for (measure, rows) in [("ingest", 7), ("check", 9), ("latency", 4)] {
        assert_eq!(figures.iter().filter(|(name, _)| *name == measure).count(), rows, "{figures:?}");
    }
}
