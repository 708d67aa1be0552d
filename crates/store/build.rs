//! Compiles the crate again when a migration is added: the migrations are embedded.

fn main() {
    let mut out = std::io::stdout();
    // A build script speaks to cargo on stdout; a closed stdout only costs a rebuild.
    let _ = std::io::Write::write_all(&mut out, b"cargo:rerun-if-changed=../../migrations\n");
}
