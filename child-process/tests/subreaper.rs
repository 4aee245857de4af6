//! A process that orphans come to has more than one run. The file has one test, which owns the process.
#![cfg(target_os = "linux")]

use std::time::Duration;

use child_process::{Error, Exit, exec};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn a_limit_ends_nothing_of_another_run() {
    nix::sys::prctl::set_child_subreaper(true).unwrap();
    let mut other = exec("(setsid cat <&3 >&4 &); cat; exit 7")
        .stdio(3, child_process::Stdio::Piped)
        .stdio(4, child_process::Stdio::Piped)
        .spawn()
        .await
        .unwrap();
    let (mut orphan_in, mut orphan_out) =
        (other.take_socket(3).unwrap(), other.take_socket(4).unwrap());
    orphan_in.write_all(b"1").await.unwrap();
    assert_eq!(orphan_out.read_u8().await.unwrap(), b'1', "the orphan runs");

    let short = Duration::from_millis(100);
    for command in [exec("sleep 1000"), exec("sleep 1000").foreground()] {
        let outcome = command.timeout(short).grace(short).await;
        assert!(
            matches!(outcome, Err(Error::TimedOut { .. })),
            "{outcome:?}"
        );
    }

    assert_eq!(other.wait().await.unwrap(), Exit::Code(7));
    orphan_in.write_all(b"2").await.unwrap();
    assert_eq!(orphan_out.read_u8().await.unwrap(), b'2', "it runs on");
    orphan_in.shutdown().await.unwrap();
    assert!(orphan_out.read_u8().await.is_err(), "it has ended");
}
