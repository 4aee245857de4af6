//! A program that is running, and is not when its test ends.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

/// Far more than anything here takes; a test that waits longer has failed.
const DEADLINE: Duration = Duration::from_secs(60);
/// The same for gigabytes.
const LONG_DEADLINE: Duration = Duration::from_secs(20 * 60);

/// Killed and reaped when dropped.
pub struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
}

/// What a program left when it had ended.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take();
        Self { child, stdin }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Takes its stdout away: what becomes of it is up to the caller.
    pub fn take_stdout(&mut self) -> impl Read + use<> {
        self.child.stdout.take().unwrap()
    }

    /// Writes to its stdin, which stays open; as much as it wants of it. What does not fit into pipes needs [`Self::give`].
    pub fn feed(&mut self, bytes: &[u8]) {
        // It may have ended before it has read all: its status and its words are what is looked at.
        let _ = self.stdin.as_mut().unwrap().write_all(bytes);
    }

    /// Writes to its stdin and closes it, while its output is read; then waits for its end.
    pub fn give(mut self, bytes: &[u8]) -> Ran {
        let mut stdin = self.stdin.take().unwrap();
        thread::scope(|scope| {
            scope.spawn(move || {
                let _ = stdin.write_all(bytes);
            });
            self.wait_without_closing()
        })
    }

    /// Sends it the signal of that name.
    pub fn signal(&self, name: &str) {
        let id = self.id().to_string();
        let sent = Command::new("sh")
            .args(["-c", r#"kill -s "$0" "$1""#, name, &id])
            .status();
        assert!(sent.unwrap().success(), "SIG{name} to {id}");
    }

    /// Waits for `condition` as long as the program runs.
    pub fn until(&mut self, condition: impl FnMut() -> bool) {
        self.wait_until(condition, Duration::from_millis(1));
    }

    /// Waits for `condition` as [`Self::until`] does, and looks without a pause.
    pub fn until_now(&mut self, condition: impl FnMut() -> bool) {
        self.wait_until(condition, Duration::ZERO);
    }

    fn wait_until(&mut self, mut condition: impl FnMut() -> bool, pause: Duration) {
        let deadline = Instant::now() + DEADLINE;
        while !condition() {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "{ended:?} before its time");
            assert!(Instant::now() < deadline, "nothing happens");
            thread::sleep(pause);
        }
    }

    /// Calls `look` again and again until the program has ended.
    pub fn until_ended(&mut self, mut look: impl FnMut()) {
        let deadline = Instant::now() + LONG_DEADLINE;
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < deadline, "it does not end");
            look();
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Sends it a signal at once, which [`Self::signal`] cannot.
    #[cfg(unix)]
    pub fn signal_now(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).unwrap();
    }

    /// Closes its stdin and waits for its end.
    pub fn wait(mut self) -> Ran {
        drop(self.stdin.take());
        self.wait_without_closing()
    }

    /// Waits for its end, whatever its status is, its stdin still open.
    pub fn wait_for_any_end(mut self) {
        self.end();
    }

    fn end(&mut self) -> ExitStatus {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not end");
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits for its end, its stdin still open.
    pub fn wait_without_closing(mut self) -> Ran {
        let stdout = collect(self.child.stdout.take());
        let stderr = collect(self.child.stderr.take());
        let status = self.end();
        Ran {
            status: status.code().unwrap_or_else(|| panic!("{status}")),
            stdout: stdout.join().unwrap(),
            stderr: String::from_utf8(stderr.join().unwrap()).unwrap(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has usually ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads all of a pipe meanwhile, so that nobody waits for its reader.
fn collect(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            pipe.read_to_end(&mut bytes).unwrap();
        }
        bytes
    })
}

impl Ran {
    /// Fails the test unless all went well without a word.
    #[track_caller]
    pub fn expect_silence(&self) {
        assert_eq!((self.status, self.stderr.as_str()), (0, ""));
    }

    /// Fails the test unless the status is this and there was one line on stderr that says all of `words`.
    #[track_caller]
    pub fn expect_line(&self, status: i32, words: &[&str]) {
        assert_eq!(self.status, status, "{}", self.stderr);
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        assert!(self.stderr.starts_with("streams: "), "{}", self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "no {word:?}: {}", self.stderr);
        }
    }
}
