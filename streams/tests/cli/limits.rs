//! Little memory, few threads, none at all, pipes that do not wait: the tool goes on, or says why not.

use std::fs::{File, Permissions};
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;
use rustix::fs::{OFlags, fcntl_setfl};

use super::folder::{Folder, TEXT};
use super::member::Member;
use super::peers::peer;
use super::running::Running;

fn is_soak() -> bool {
    std::env::var_os("SOAK").is_some_and(|value| value == "1")
}

/// Zeros in gzip; `SOAK=1` goes past 4 GiB.
fn zeros_in_gzip() -> Vec<u8> {
    let mebibytes = if is_soak() { 4_200 } else { 32 };
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..mebibytes {
        encoder.write_all(&[0; 1 << 20]).unwrap();
    }
    encoder.finish().unwrap()
}

/// `streams` started by a shell under `limit`.
fn limited(folder: &Folder, limit: &str, args: &str) -> Command {
    let mut command = folder.other_command(Command::new("sh"));
    command
        .args(["-c", &format!("{limit}; exec \"$0\" {args}")])
        .arg(env!("CARGO_BIN_EXE_streams"));
    command
}

#[test]
fn six_at_once_work_in_little_memory() {
    let folder = Folder::with("zeros.gz", zeros_in_gzip());

    for args in ["decompress -c zeros.gz", "test zeros.gz", "list zeros.gz"] {
        let running: Vec<_> = (0..6)
            .map(|_| {
                let mut command = limited(&folder, "ulimit -v 200000", args);
                Running::start(command.stdout(File::create("/dev/null").unwrap()))
            })
            .collect();

        for running in running {
            running.wait().expect_silence();
        }
    }
}

/// The most threads that it has, and its largest memory in KiB, while it works.
#[cfg(target_os = "linux")]
fn watched(running: &mut Running) -> (usize, u64) {
    let (mut threads, mut memory) = (0, 0);
    let process = format!("/proc/{}", running.id());
    let word = |status: &str, name: &str| -> Option<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    };
    running.until_ended(|| {
        let status = std::fs::read_to_string(format!("{process}/status")).unwrap_or_default();
        threads = threads.max(word(&status, "Threads:").unwrap_or_default());
        memory = memory.max(word(&status, "VmHWM:").unwrap_or_default());
    });
    (usize::try_from(threads).unwrap(), memory)
}

#[cfg(target_os = "linux")] // They are counted in /proc.
#[test]
fn a_file_is_decoded_by_four_threads_in_24_mebibytes() {
    let folder = Folder::with("zeros.gz", zeros_in_gzip());

    for args in ["decompress -f zeros.gz", "test zeros.gz", "list zeros.gz"] {
        let mut command = folder.command();
        let mut running = Running::start(command.args(args.split_whitespace()));

        let (threads, memory) = watched(&mut running);

        running.wait().expect_silence();
        assert!(threads <= 4, "{args}: {threads} threads");
        assert!(memory <= 24 * 1024, "{args}: {memory} KiB");
    }
}

#[test]
fn with_little_address_space_it_works_or_says_why_not() {
    let noise = super::random::random_bytes(18, 300_000);
    let folder = Folder::with("a", &noise);
    folder.run("compress -k a").expect_silence();
    // Where threads have arenas of 64 MiB of their own, what is left for the others is little near 143 MiB.
    let step = if is_soak() { 100 } else { 8_000 };
    let limits = (20_000..60_000).step_by(step);
    for limit in limits.chain((140_000..146_000).step_by(step / 4)) {
        for args in [
            "compress -c a",
            "decompress -c a.gz",
            "test a.gz",
            "list a.gz",
        ] {
            let mut command = limited(&folder, &format!("ulimit -v {limit}"), args);

            let ran = Running::start(&mut command).wait();

            match ran.status {
                0 => assert_eq!(ran.stderr, "", "{limit}: {args}"),
                _ => ran.expect_line(1, &["needs 48 MiB of address space"]),
            }
        }
    }
}

#[test]
fn with_few_open_files_it_works_or_says_why_not() {
    let folder = Folder::with("a", TEXT).and("b.gz", Member::of(TEXT).bytes());

    // Fewer do not suffice for the libraries of a program.
    for limit in (4..32).step_by(if is_soak() { 1 } else { 3 }) {
        for args in [
            "compress -f a",
            "decompress -f b.gz",
            "test b.gz",
            "list b.gz",
            "copy -f a c",
        ] {
            let mut command = limited(&folder, &format!("ulimit -n {limit}"), args);

            let ran = Running::start(&mut command).wait();

            match ran.status {
                0 => assert_eq!(ran.stderr, "", "{limit}: {args}"),
                _ => ran.expect_line(1, &["needs more open files than `ulimit -n` allows"]),
            }
        }
    }
}

#[test]
fn holes_stay_holes() {
    use std::os::unix::fs::{FileExt, MetadataExt};
    const LEN: u64 = (8 << 20) + 3;
    let folder = Folder::with("sparse", "");
    let sparse = File::options().write(true).open(folder.path("sparse"));
    let sparse = sparse.unwrap();
    sparse.set_len(LEN).unwrap();
    // A hole between two pieces of data, and one behind them.
    sparse.write_all_at(b"first", 0).unwrap();
    sparse.write_all_at(b"second", 3 << 20).unwrap();

    folder.run("compress sparse").expect_silence();
    folder.run("decompress sparse.gz -o back").expect_silence();
    folder.run("copy sparse copied").expect_silence();

    for name in ["back", "copied"] {
        let metadata = std::fs::metadata(folder.path(name)).unwrap();
        assert_eq!(metadata.len(), LEN, "{name}");
        assert!(
            metadata.blocks() * 512 <= 1 << 20,
            "{name}: {} blocks",
            metadata.blocks()
        );
        assert!(folder.read(name) == folder.read("sparse"), "{name}");
    }
}

#[test]
fn where_no_thread_can_be_started_there_is_a_sentence_and_no_panic() {
    let folder = Folder::with("a.gz", Member::of(TEXT).bytes());
    folder.copied_binary();
    std::fs::set_permissions(folder.path(""), Permissions::from_mode(0o755)).unwrap();
    // The limit does not hold for root, and counts all processes of a user: this one has no other.
    const ANOTHER: [&str; 5] = ["--reuid", "54321", "--regid", "54321", "--clear-groups"];
    let (Some(mut setpriv), Some(_)) = (peer("setpriv"), peer("prlimit")) else {
        return;
    };
    if !setpriv
        .args(ANOTHER)
        .arg("true")
        .status()
        .unwrap()
        .success()
    {
        eprintln!("skipped: this user may not be another one");
        return;
    }
    for limit in 1..5 {
        let mut command = folder.other_command(peer("setpriv").unwrap());
        command
            .args(ANOTHER)
            .args(["prlimit", &format!("--nproc={limit}")]);

        let ran = Running::start(command.args(["./streams", "decompress", "-c", "a.gz"])).wait();

        match ran.status {
            0 => assert_eq!(ran.stdout, TEXT),
            _ => ran.expect_line(1, &["cannot start a thread"]),
        }
    }
}

#[test]
fn pipes_that_do_not_wait_are_waited_for() {
    let folder = Folder::empty();
    let noise = super::random::random_bytes(17, 1_000_000);

    for args in ["compress -1", "copy - -"] {
        let (stdin, mut feed) = std::io::pipe().unwrap();
        let (mut out, stdout) = std::io::pipe().unwrap();
        fcntl_setfl(stdin.as_fd(), OFlags::NONBLOCK).unwrap();
        fcntl_setfl(stdout.as_fd(), OFlags::NONBLOCK).unwrap();
        let mut command = folder.command();
        command
            .args(args.split_whitespace())
            .stdin(stdin)
            .stdout(stdout);
        let running = Running::start(&mut command);
        // Its end of the pipes is the only one now.
        drop(command);
        let noise = &noise;
        let got = thread::scope(|scope| {
            scope.spawn(move || {
                for part in noise.chunks(300_000) {
                    thread::yield_now();
                    feed.write_all(part).unwrap();
                }
            });
            let mut got = Vec::new();
            std::io::Read::read_to_end(&mut out, &mut got).unwrap();
            got
        });

        running.wait().expect_silence();
        let plain = if args.starts_with("copy") {
            got
        } else {
            folder.run_with("-d", &got).stdout
        };
        assert!(plain == *noise, "{args}");
    }
}

#[test]
fn text_waits_for_its_reader_too() {
    let members = Member::of(TEXT).bytes();
    let mut folder = Folder::with("000.gz", &members);
    for number in 1..100 {
        folder = folder.and(format!("{number:03}.gz"), &members);
    }
    let names = folder.names().join(" ");
    let list = format!("list {names}");
    for args in ["tour --code", "completions bash", &list] {
        let (mut out, stdout) = std::io::pipe().unwrap();
        // The smallest pipe: a page.
        #[cfg(target_os = "linux")]
        rustix::pipe::fcntl_setpipe_size(&stdout, 1).unwrap();
        fcntl_setfl(stdout.as_fd(), OFlags::NONBLOCK).unwrap();
        let mut command = folder.command();
        command.args(args.split_whitespace()).stdout(stdout);
        let mut running = Running::start(&mut command);
        drop(command);

        running.until(|| rustix::io::ioctl_fionread(&out).unwrap() > 1_000);
        let mut got = Vec::new();
        std::io::Read::read_to_end(&mut out, &mut got).unwrap();

        running.wait().expect_silence();
        assert!(got == folder.run(args).stdout, "{args}");
    }
}

#[cfg(target_os = "linux")] // It has a device that is always full.
#[test]
fn a_closed_stdout_is_a_failure_with_a_sentence() {
    let folder = Folder::with("a", TEXT);
    let mut command = folder.command();
    command.args(["-c", "a"]).stdout(Stdio::from(
        File::options().write(true).open("/dev/full").unwrap(),
    ));

    Running::start(&mut command)
        .wait()
        .expect_line(1, &["stdout", "cannot write"]);
}
