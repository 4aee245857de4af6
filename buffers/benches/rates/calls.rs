//! Calls with 32 bytes: what is between a caller and the crate that does the work.

use base64::Engine;
use base64::engine::{GeneralPurposeConfig, Simd};
use buffers::Encoding::{Base64, Hex};

use super::inputs::noise;
use super::{Job, Made};

const LEN: usize = 32;

pub fn ours() -> Vec<Job> {
    let bytes = noise(LEN);
    let (also, hex, base64) = (
        bytes.clone(),
        Hex.to_text_lossy(&bytes),
        Base64.to_text_lossy(&bytes),
    );
    vec![
        Job::new("hex encode", LEN, move || {
            Made::Text(Hex.to_text_lossy(&bytes))
        }),
        Job::new("hex decode", LEN, move || {
            Made::Bytes(Hex.to_bytes(&hex).expect("hex"))
        }),
        Job::new("base64 encode", LEN, move || {
            Made::Text(Base64.to_text_lossy(&also))
        }),
        Job::new("base64 decode", LEN, move || {
            Made::Bytes(Base64.to_bytes(&base64).expect("base64"))
        }),
    ]
}

/// The same jobs.
pub fn direct() -> Vec<Job> {
    let bytes = noise(LEN);
    let (also, hex) = (bytes.clone(), const_hex::encode(&bytes));
    let engine = Simd::standard(GeneralPurposeConfig::new());
    let (encoder, base64) = (engine.clone(), engine.encode(&bytes));
    vec![
        Job::new("hex encode", LEN, move || {
            Made::Text(const_hex::encode(&bytes))
        }),
        Job::new("hex decode", LEN, move || {
            Made::Bytes(const_hex::decode(&hex).expect("hex"))
        }),
        Job::new("base64 encode", LEN, move || {
            Made::Text(encoder.encode(&also))
        }),
        Job::new("base64 decode", LEN, move || {
            Made::Bytes(engine.decode(&base64).expect("base64"))
        }),
    ]
}
