//! `cargo xtask`: checks what the crates promise.

fn main() {}
