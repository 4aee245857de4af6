//! Kernels of AVX-512 and AVX2, and which of them the processor can run, found out once.
//! Only here and in the calls from `kernels.rs` is code `unsafe`.
//!
//! Each kernel takes whole blocks, as many as it can, and says how far it came.
//! `BUFFERS_SIMD=scalar` or `avx2` holds the level down: the tests compare them.

/// The unit tests run the kernels with an emulation of the intrinsics, on any machine.
#[cfg(test)]
#[path = "../../tests/support/intrinsics.rs"]
mod arch;
#[cfg(not(test))]
use std::arch::x86_64 as arch;

pub(crate) mod base64;
pub(crate) mod base64_avx2;
mod lanes;
pub(crate) mod search;
pub(crate) mod swap;
pub(crate) mod to_utf16;
pub(crate) mod to_utf8;
pub(crate) mod to_utf8_avx2;
pub(crate) mod validate;

// The tests of the kernels once more, with emulated instructions.
#[cfg(test)]
#[path = "../../tests/bad_input.rs"]
mod emulated_bad_input;
#[cfg(test)]
#[path = "../../tests/conformance.rs"]
mod emulated_conformance;
#[cfg(test)]
#[path = "../../tests/levels.rs"]
mod emulated_levels;

use std::sync::OnceLock;

/// What the processor can do, the better the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// What every processor can do.
    Scalar,
    /// 32 bytes at a time.
    Avx2,
    /// 64 bytes at a time, and picking bytes by a mask: AVX-512 BW, VL, VBMI and VBMI2.
    Avx512,
}

/// Returns the level in use: the processor's, or less if `BUFFERS_SIMD` says so.
pub(crate) fn level() -> Level {
    static LEVEL: OnceLock<Level> = OnceLock::new();
    *LEVEL.get_or_init(|| {
        let most = match std::env::var("BUFFERS_SIMD").as_deref() {
            Ok("scalar") => Level::Scalar,
            Ok("avx2") => Level::Avx2,
            _ => Level::Avx512,
        };
        if cfg!(test) {
            // The emulation can do it all.
            return most;
        }
        detected().min(most)
    })
}

fn detected() -> Level {
    #[cfg(target_arch = "x86_64")]
    {
        let has_avx512 = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vbmi")
            && is_x86_feature_detected!("avx512vbmi2");
        let has_avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt");
        if has_avx512 && has_avx2 {
            return Level::Avx512;
        } else if has_avx2 {
            return Level::Avx2;
        }
    }
    Level::Scalar
}

#[cfg(test)]
#[test]
fn kernels_that_this_processor_cannot_run_are_counted() {
    use std::io::Write;

    let levels = crate::kernels::LEVELS;
    let (all, max) = (levels.len(), detected());
    let not_run = levels.iter().filter(|level| **level > max).count();

    if not_run > 0 {
        // Not captured, as what `println!` prints is.
        let _ = writeln!(
            std::io::stderr(),
            "{not_run} of {all} SIMD kernels are not run with this processor's instructions; the unit tests run all {all} emulated"
        );
    }
}
