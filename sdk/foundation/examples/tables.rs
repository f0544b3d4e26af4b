//! Prints a reference page that is generated from the code: `cargo run -p foundation --example tables das`
//! (or `errors`), for `docs/das.md` and `docs/errors.md`.

use foundation::codes::{CODES, Catalog};

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("das") => print!("{}", foundation::das::markdown()),
        Some("errors") => print!("{}", Catalog::new(&[("foundation", CODES)]).markdown()),
        _ => eprintln!("usage: tables das|errors"),
    }
}
