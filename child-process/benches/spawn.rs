//! Starts `/bin/true` and waits for it, from a small and from a large parent. Prints `NAME RATE`.
//!
//! Arguments: how often, the MiB that the large parent holds, and `raw` for `posix_spawn` with nothing in between.

use std::env;
use std::ffi::CString;
use std::time::Instant;

use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, posix_spawn};
use nix::sys::wait::waitpid;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let args: Vec<String> = env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let number = |index: usize| args.get(index).and_then(|number| number.parse().ok());
    let (times, mib) = (number(0).unwrap_or(200), number(1).unwrap_or(2048));
    let is_raw = args.last().is_some_and(|arg| arg == "raw");

    println!("small parent {:.1}", rate(times, is_raw).await?);
    // Memory that is really there: every page is written.
    let resident = vec![1u8; mib << 20];
    println!("large parent {:.1}", rate(times, is_raw).await?);
    drop(resident);
    Ok(())
}

async fn rate(times: usize, is_raw: bool) -> anyhow::Result<f64> {
    let program = CString::new("/bin/true")?;
    let variables =
        env::vars().filter_map(|(name, value)| CString::new(format!("{name}={value}")).ok());
    let variables: Vec<CString> = variables.collect();
    let (actions, attributes) = (PosixSpawnFileActions::init()?, PosixSpawnAttr::init()?);
    let began = Instant::now();
    for _ in 0..times {
        if is_raw {
            let pid = posix_spawn(
                program.as_c_str(),
                &actions,
                &attributes,
                &[&program],
                &variables,
            )?;
            waitpid(pid, None)?;
        } else {
            child_process::exec_file("/bin/true", [""; 0]).await?;
        }
    }
    Ok(times as f64 / began.elapsed().as_secs_f64())
}
