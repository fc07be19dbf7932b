//! Dateline, the daemon.
fn main() {
    println!("Hello, world!");
}
