//! Prints `docs/errors.md`, the reference page of all error codes: `cargo run -p psp-builder --example errors`.

fn main() {
    print!("{}", psp_builder::catalog::catalog().markdown());
}
