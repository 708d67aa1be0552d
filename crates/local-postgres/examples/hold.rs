//! Holds a cluster and prints its URL, until standard input closes: `cargo run -p local-postgres --example hold -- [FOLDER]`. With a folder
//! the data is kept there, without one it is thrown away. Handy for looking at kept data with `psql`, and what the tests kill.

use std::io::Read;
use std::process::ExitCode;

use local_postgres::{Cluster, DataDir, Options};

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "the URL is this program's output")]
fn main() -> ExitCode {
    let data_dir = std::env::args_os().nth(1).map_or(DataDir::ThrowAway, |folder| DataDir::Kept(folder.into()));
    match Cluster::start(&Options::new(data_dir)) {
        Ok(cluster) => {
            println!("{}", cluster.url());
            // Whether it closes or fails, it is over.
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
