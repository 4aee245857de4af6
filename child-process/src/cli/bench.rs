//! `bench`, hidden: what `cargo xtask bench` runs. Prints `NAME RATE`.

use std::ffi::CString;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use child_process::{Channel, Child};
use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, posix_spawn};
use nix::sys::wait::waitpid;
use serde_json::Value;
use tokio::io::AsyncReadExt;

/// Arguments of `bench`.
#[derive(clap::Args)]
pub struct Args {
    what: What,
    /// How often
    #[arg(default_value_t = 200)]
    times: u32,
    /// MiB that the parent holds, where that counts
    #[arg(default_value_t = 2048)]
    mib: usize,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum What {
    /// Start `/bin/true` and wait for it
    Spawn,
    /// The same with nothing in between
    PosixSpawn,
    /// Read 2 GiB from a child
    Output,
    /// Messages there and back, and many at once
    Ipc,
    /// End a family that resists
    Stubborn,
}

pub async fn bench(args: Args) -> Result<u8> {
    match args.what {
        What::Spawn => {
            println!("small parent {:.1}", spawns(args.times).await?);
            let resident = resident(args.mib);
            println!("large parent {:.1}", spawns(args.times).await?);
            drop(resident);
        }
        What::PosixSpawn => {
            println!("small parent {:.1}", posix_spawns(args.times)?);
            let resident = resident(args.mib);
            println!("large parent {:.1}", posix_spawns(args.times)?);
            drop(resident);
        }
        What::Output => println!("{}", output(args.mib).await?),
        What::Ipc => ipc(args.times).await?,
        What::Stubborn => println!("99th percentile {:.1}", stubborn(args.times).await?),
    }
    Ok(0)
}

/// Memory that is really there: every page is written.
fn resident(mib: usize) -> Vec<u8> {
    vec![1; mib << 20]
}

async fn spawns(times: u32) -> Result<f64> {
    let began = Instant::now();
    for _ in 0..times {
        child_process::exec_file("/bin/true", [""; 0]).await?;
    }
    Ok(f64::from(times) / began.elapsed().as_secs_f64())
}

fn posix_spawns(times: u32) -> Result<f64> {
    let program = CString::new("/bin/true")?;
    let environment: Vec<CString> = std::env::vars()
        .filter_map(|(name, value)| CString::new(format!("{name}={value}")).ok())
        .collect();
    let (actions, attributes) = (PosixSpawnFileActions::init()?, PosixSpawnAttr::init()?);
    let began = Instant::now();
    for _ in 0..times {
        let pid = posix_spawn(
            program.as_c_str(),
            &actions,
            &attributes,
            &[&program],
            &environment,
        )?;
        waitpid(pid, None)?;
    }
    Ok(f64::from(times) / began.elapsed().as_secs_f64())
}

/// Reads what `head -c` copies from `/dev/zero`, and counts it.
async fn output(mib: usize) -> Result<usize> {
    let amount = format!("{mib}M");
    let mut child = child_process::exec_file("head", ["-c", &amount, "/dev/zero"])
        .spawn()
        .await?;
    let mut stdout = child.stdout.take().context("a pipe")?;
    let (mut chunk, mut all) = (vec![0; 256 << 10], 0);
    loop {
        let read = stdout.read(&mut chunk).await?;
        if read == 0 {
            break;
        }
        all += read;
    }
    child.wait().await?;
    Ok(all)
}

async fn ipc(times: u32) -> Result<()> {
    let own = std::env::current_exe()?;
    let (mut child, channel): (Child, Channel<Value, Value>) =
        child_process::exec_file(own, ["peer"]).fork().await?;
    let (sender, mut receiver) = channel.into_split();
    let ping = serde_json::json!({ "type": "ping", "n": 1, "text": "as long as most are" });
    for _ in 0..100 {
        sender.send(&ping).await?;
        receiver.recv().await?;
    }
    let began = Instant::now();
    for _ in 0..times * 50 {
        sender.send(&ping).await?;
        receiver.recv().await?;
    }
    println!(
        "round trips {:.1}",
        f64::from(times * 50) / began.elapsed().as_secs_f64()
    );

    let large = serde_json::json!({ "text": "x".repeat(100_000) });
    let began = Instant::now();
    let sending = async {
        for _ in 0..times * 5 {
            sender.send(&large).await?;
        }
        anyhow::Ok(())
    };
    let receiving = async {
        for _ in 0..times * 5 {
            receiver.recv().await?;
        }
        anyhow::Ok(())
    };
    tokio::try_join!(sending, receiving)?;
    let megabytes = f64::from(times * 5) * 0.1;
    println!(
        "MB/s there and back {:.1}",
        megabytes / began.elapsed().as_secs_f64()
    );
    sender.disconnect().await?;
    child.wait().await?;
    Ok(())
}

/// In milliseconds, for a limit of 200 ms and a grace of 200 ms.
async fn stubborn(times: u32) -> Result<f64> {
    let line = "trap '' TERM; (trap '' TERM; sleep 1000) & sleep 1000";
    let mut took = Vec::new();
    for _ in 0..times {
        let limit = Duration::from_millis(200);
        let began = Instant::now();
        let outcome = child_process::exec(line).timeout(limit).grace(limit).await;
        took.push(began.elapsed());
        anyhow::ensure!(
            outcome.is_err_and(|error| error.killed()),
            "nobody ended it"
        );
    }
    took.sort();
    Ok(took[took.len() * 99 / 100].as_secs_f64() * 1e3)
}
