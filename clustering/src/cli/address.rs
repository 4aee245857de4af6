//! Addresses as people write them: `3000`, `:3000`, `localhost:3000`, `0.0.0.0:80`, `[::1]:3000`, `unix:/run/app.sock`.

/// The address with a host, the loopback one if none is named.
pub fn parse(text: &str) -> Result<String, String> {
    if text
        .strip_prefix("unix:")
        .is_some_and(|path| !path.is_empty())
    {
        return Ok(text.to_owned());
    }
    let port = text.strip_prefix(':').unwrap_or(text);
    if port.parse::<u16>().is_ok() {
        return Ok(format!("127.0.0.1:{port}"));
    }
    match text.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => {
            Ok(text.to_owned())
        }
        _ => Err(
            "an address is a port or HOST:PORT: 3000, 0.0.0.0:80, [::1]:3000; or unix:PATH"
                .to_owned(),
        ),
    }
}
