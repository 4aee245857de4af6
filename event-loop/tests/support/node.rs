//! The Node to compare with: one of the versions that the crate follows.

use std::process::Command;

/// The path and the version, "v24.1.0", of `$NODE` or of `node` on the PATH. Without one a test is skipped, unless `REQUIRE_PEERS=1`.
pub fn node() -> Option<(String, String)> {
    let node = std::env::var("NODE").unwrap_or_else(|_| "node".to_owned());
    let output = Command::new(&node).arg("--version").output();
    let version = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let version = version.unwrap_or_else(|error| error.to_string());
    if ["v22.", "v24.", "v26."]
        .iter()
        .any(|known| version.starts_with(known))
    {
        return Some((node, version));
    }
    assert!(
        std::env::var_os("REQUIRE_PEERS").is_none_or(|value| value != "1"),
        "{node} is not Node 22, 24 or 26 ({version}), and REQUIRE_PEERS=1"
    );
    eprintln!("skipped: {node} is not Node 22, 24 or 26 ({version})");
    None
}
