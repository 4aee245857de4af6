//! Messages to this program, forked, and back: one at a time, and many at once. Prints `NAME RATE`. Argument: how often.

use std::env;
use std::time::Instant;

use child_process::{Channel, parent};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    if let Some(mut channel) = parent()? as Option<Channel> {
        while let Some(message) = channel.recv().await? {
            channel.send(&message).await?;
        }
        return Ok(());
    }
    let times = env::args()
        .skip(1)
        .find_map(|arg| arg.parse::<u32>().ok())
        .unwrap_or(200);
    let (mut child, channel): (_, Channel) = child_process::exec_file(env::current_exe()?, [""; 0])
        .fork()
        .await?;
    let (sender, mut receiver) = channel.into_split();
    let ping = json!({ "type": "ping", "n": 1, "text": "as long as most are" });
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

    let large = json!({ "text": "x".repeat(100_000) });
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
