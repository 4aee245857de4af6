//! `run` at a real terminal, under a shell with job control: limits, keys, programs that use the terminal.
#![cfg(target_os = "linux")]

#[path = "support/limits.rs"]
mod limits;
#[path = "support/processes.rs"]
mod processes;

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};

use limits::limits;
use nix::libc;
use nix::pty::openpty;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use processes::{bearers, processes, running, until};

const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";
const CTRL_Z: &str = "\x1a";

/// An interactive shell on a terminal of its own. A test that fails prints its screen.
struct Shell {
    keyboard: File,
    screen: Arc<Mutex<Vec<u8>>>,
    /// What was on the screen before was looked at already.
    seen: usize,
    bash: Child,
}

impl Shell {
    fn start() -> Self {
        let pty = openpty(None, None).unwrap();
        let slave = || pty.slave.try_clone().unwrap();
        let bash = Command::new("setsid")
            // A test may run where keys are ignored: in the background of a script.
            .args(["--ctty", "env", "--default-signal", "bash"])
            // Without line editing the terminal itself echoes what is typed, whatever runs meanwhile.
            .args(["--noediting", "--norc", "--noprofile", "-i"])
            .env("PS1", "ready> ")
            .env("TERM", "xterm")
            .env("BIN", env!("CARGO_BIN_EXE_child-process"))
            .env_remove("HISTFILE")
            .stdin(slave())
            .stdout(slave())
            .stderr(slave())
            .spawn()
            .unwrap();
        drop(pty.slave);
        let screen = Arc::new(Mutex::new(Vec::new()));
        let (mut master, copy) = (
            File::from(pty.master.try_clone().unwrap()),
            Arc::clone(&screen),
        );
        std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(read @ 1..) = master.read(&mut chunk) {
                copy.lock().unwrap().extend_from_slice(&chunk[..read]);
            }
        });
        let mut shell = Self {
            keyboard: pty.master.into(),
            screen,
            seen: 0,
            bash,
        };
        shell.wait_for("ready> ");
        shell
    }

    fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Types a line and waits for its echo, in which nothing is looked for afterwards.
    #[track_caller]
    fn enter(&mut self, line: &str) {
        self.press(line);
        self.wait_for(line);
        self.press("\n");
    }

    /// Returns whether `text` is on the screen, after what was found before.
    fn shows(&mut self, text: &str) -> bool {
        let screen = self.screen.lock().unwrap();
        let place = screen[self.seen..]
            .windows(text.len())
            .position(|part| part == text.as_bytes());
        self.seen += place.map_or(0, |place| place + text.len());
        place.is_some()
    }

    /// Waits until `text` is on the screen, after what was found before.
    #[track_caller]
    fn wait_for(&mut self, text: &str) {
        until(&format!("{text:?} on the screen"), || self.shows(text));
    }

    /// Waits until the shell reads the next line: before, it may throw away what is typed.
    #[track_caller]
    fn wait_for_prompt(&mut self) {
        self.wait_for("ready> ");
        let folder = PathBuf::from(format!("/proc/{}", self.bash.id()));
        until("the shell reads", || is_reading(&folder, "bash"));
    }

    fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned()
    }

    /// Asserts that the terminal shows what is typed, and takes lines.
    #[track_caller]
    fn expect_usual_modes(&mut self) {
        self.enter(
            "stty -a | tr ' ;' '\\n\\n' | grep -cx -e echo -e icanon -e isig | sed s/^/modes=/",
        );
        self.wait_for("modes=3");
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.bash.kill();
        let _ = self.bash.wait();
        if std::thread::panicking() {
            println!("the screen:\n{}", self.screen());
        }
    }
}

/// Whether the test can be made; says so where it cannot.
fn is_installed(program: &str) -> bool {
    let found = Command::new("which").arg(program).output();
    let installed = found.is_ok_and(|found| found.status.success());
    if !installed {
        println!("skipped: {program} is not installed");
    }
    installed
}

/// Returns whether the program waits for what is typed.
fn reads(marker: &str, program: &str) -> bool {
    processes(marker).any(|folder| is_reading(&folder, program))
}

/// What a program calls that waits for what is typed.
const READS: &[libc::c_long] = &[
    libc::SYS_read,
    libc::SYS_ppoll,
    libc::SYS_pselect6,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_select,
];

/// Returns whether the process of this folder is the program, and waits for what is typed. It may sleep before, while
/// the terminal changes its modes.
fn is_reading(folder: &Path, program: &str) -> bool {
    let read = |file| std::fs::read_to_string(folder.join(file)).unwrap_or_default();
    let call = read("syscall");
    let reads = match call.split_whitespace().next() {
        Some("running") => false,
        // The kernel may keep the call to itself, and the place as well: then it says 0.
        None => {
            let place = read("wchan");
            let reads = ["poll", "select", "wait_woken", "n_tty_read"];
            place == "0" || reads.iter().any(|name| place.contains(name))
        }
        Some(call) => READS.iter().any(|read| call == read.to_string()),
    };
    reads && read("stat").contains(&format!("({program}) S"))
}

/// Returns a variable for the environment of a test's processes.
fn marker(name: &str) -> String {
    format!("{name}={}", std::process::id())
}

#[test]
fn a_limit_ends_everything_that_the_command_has_started() {
    let mut shell = Shell::start();
    let family = "(setsid sleep 1047 &); (sleep 1048 &); sleep 1049 & sleep 1050";

    for limit in limits() {
        let marker = marker("TERMINAL_LIMIT");
        shell.enter(&format!(
            "env {marker} $BIN run -t {}ms -k 500ms -- sh -c '{family}'; echo status=$?.",
            limit.as_millis()
        ));
        let mut all_run = false;
        until("they run, or the limit is over", || {
            all_run = all_run || running(&marker, "(sleep)") == 4;
            all_run || shell.shows("status=124.")
        });
        if all_run {
            shell.wait_for("status=124.");
        }

        // All are killed; it takes them a moment to end.
        until("nothing is left", || bearers(&marker) == 0);
        if all_run {
            break;
        }
    }
    shell.expect_usual_modes();
}

#[test]
fn ctrl_c_arrives_once() {
    let mut shell = Shell::start();
    // Busy, so that a second one is not taken together with the first, and for a while after it.
    let busy = "while [ $n = 0 ]; do :; done; while [ $n -lt 400000 ]; do n=$((n+1)); done";
    let script = format!("n=0; trap \"n=1; echo caught-it\" INT; echo up-now; {busy}; exit 7");

    shell.enter(&format!("$BIN run -- sh -c '{script}'; echo status=$?."));
    shell.wait_for("up-now");
    shell.press(CTRL_C);
    shell.wait_for("caught-it");
    let after = shell.seen;
    shell.wait_for("status=7.");

    assert!(!shell.screen()[after..].contains("caught-it"));
}

#[test]
fn an_interrupt_of_the_tool_alone_reaches_the_command() {
    let mut shell = Shell::start();
    let script = "trap \"echo caught-it; exit 7\" INT; echo up-now; while :; do sleep 0.01; done";
    let marker = marker("ALONE");
    for option in ["", "--foreground"] {
        shell.enter(&format!(
            "env {marker} $BIN run {option} -- sh -c '{script}'; echo status=$?."
        ));
        shell.wait_for("up-now");
        let is_tool = |folder: &Path| {
            let name = std::fs::read_to_string(folder.join("comm"));
            name.is_ok_and(|name| name == "child-process\n")
        };
        let tool = processes(&marker).find(|folder| is_tool(folder)).unwrap();
        let pid = tool.file_name().unwrap().to_str().unwrap().parse().unwrap();

        kill(Pid::from_raw(pid), Signal::SIGINT).unwrap();

        shell.wait_for("caught-it");
        shell.wait_for("status=7.");
    }
}

#[test]
fn two_ctrl_c_in_a_session_do_not_kill_a_program_that_takes_them() {
    let mut shell = Shell::start();
    let script = "trap \"echo again\" INT; while :; do echo -n \"prompt? \"; read -r line || exit 5; echo \"<$line>\"; done";

    let marker = marker("SESSION");
    shell.enter(&format!(
        "env {marker} $BIN run -- bash -c '{script}'; echo status=$?."
    ));
    shell.wait_for("prompt? ");
    for _ in 0..3 {
        // It may miss a signal that comes just before it begins to read.
        until("it reads", || reads(&marker, "bash"));
        shell.press(CTRL_C);
        shell.wait_for("again\r\n");
    }
    shell.enter("still here");
    shell.wait_for("<still here>");
    shell.press(CTRL_D);
    shell.wait_for("status=5.");
    shell.expect_usual_modes();
}

#[test]
fn a_program_that_ctrl_c_ends_is_reported_as_the_shell_does() {
    let mut shell = Shell::start();

    let marker = marker("CTRL_C");
    shell.enter(&format!(
        "env {marker} $BIN run -- sleep 1000; echo status=$?."
    ));
    until("it sleeps", || running(&marker, "(sleep) S") == 1);
    shell.press(CTRL_C);
    shell.wait_for("status=130.");
}

#[test]
fn ctrl_z_stops_it_and_fg_lets_it_go_on() {
    let mut shell = Shell::start();

    let marker = marker("CTRL_Z");
    shell.enter(&format!(
        "env {marker} $BIN run -- sh -c 'echo up-now; read -r line; echo \"<$line>\"'"
    ));
    shell.wait_for("up-now");
    shell.press(CTRL_Z);
    shell.wait_for("Stopped");
    // The shell knows of `run` alone. The command, until it stops as well, would read what is typed next.
    until("it is stopped", || running(&marker, "(sh) T") == 1);
    shell.wait_for_prompt();
    shell.enter("fg");
    shell.enter("hello");
    shell.wait_for("<hello>");
    shell.enter("echo status=$?.");
    shell.wait_for("status=0.");
}

#[test]
fn a_pager_at_the_end_of_a_pipe_reads_its_keys() {
    if !is_installed("less") {
        return;
    }
    let mut shell = Shell::start();

    for line in [
        "seq 100 200 | $BIN run -- less",
        "seq 100 200 > $BIN.$$; $BIN run -- less $BIN.$$; rm $BIN.$$",
    ] {
        shell.enter(&format!("export LESS=; {line}; echo status=$?."));
        shell.wait_for("\n101");
        shell.press("G");
        shell.wait_for("200");
        shell.press("q");
        shell.wait_for("status=0.");
    }
    shell.expect_usual_modes();
}

#[test]
fn a_shell_inside_has_its_own_job_control() {
    let mut shell = Shell::start();

    shell.enter("PS1='inside> ' $BIN run -- bash --norc --noprofile -i; echo status=$?.");
    shell.wait_for("inside> ");
    let marker = marker("INSIDE");
    shell.enter(&format!("{marker} sleep 1000"));
    until("it sleeps", || running(&marker, "(sleep) S") == 1);
    shell.press(CTRL_Z);
    shell.wait_for("Stopped");
    shell.wait_for("inside> ");
    shell.enter("kill -9 %1");
    until("it is dead", || bearers(&marker) == 0);
    // Whether the shell has seen that already or not, afterwards it has no job.
    shell.enter("fg");
    shell.wait_for("inside> ");
    shell.enter("exit 9");
    shell.wait_for("status=9.");
    shell.expect_usual_modes();
}

#[test]
fn a_shell_that_a_limit_kills_gives_the_terminal_back() {
    let mut shell = Shell::start();

    for limit in limits() {
        // The script has no job control, so that nothing but `run` can give it the terminal back.
        let inner = format!("$BIN run -t {}ms -k 300ms --", limit.as_millis());
        let script = format!(
            "{inner} env PS1=\"inside> \" bash --norc --noprofile -i; echo status=$?.; read -r line; echo \"<$line>\""
        );
        shell.enter(&format!("bash -c '{script}'"));
        // Before its prompt, a shell may not yet ignore SIGTERM.
        let mut has_prompt = false;
        until("its prompt, or the limit is over", || {
            has_prompt = shell.shows("inside> ");
            has_prompt || shell.shows("status=")
        });
        if has_prompt {
            shell.wait_for("status=137.");
        }
        shell.enter("mine again");
        shell.wait_for("<mine again>");
        shell.expect_usual_modes();
        if has_prompt {
            break;
        }
    }
}

#[test]
fn modes_are_as_before_when_a_limit_ended_the_program() {
    let mut shell = Shell::start();

    for limit in limits() {
        shell.enter(&format!(
            "$BIN run -t {}ms -- sh -c 'stty raw -echo; echo raw-now; sleep 1000'; echo status=$?.",
            limit.as_millis()
        ));
        let mut is_raw = false;
        until("other modes, or the limit is over", || {
            is_raw = shell.shows("raw-now");
            is_raw || shell.shows("status=124.")
        });
        if is_raw {
            shell.wait_for("status=124.");
        }
        shell.expect_usual_modes();
        if is_raw {
            break;
        }
    }
}

#[test]
fn a_repl_takes_ctrl_c_twice_and_goes_on() {
    if !is_installed("python3") {
        return;
    }
    let mut shell = Shell::start();

    let marker = marker("REPL");
    shell.enter(&format!(
        "env {marker} $BIN run -- python3 -q; echo status=$?."
    ));
    for _ in 0..2 {
        shell.wait_for(">>> ");
        // A Ctrl-C between its prompt and its read is only taken at the next key.
        until("it reads", || reads(&marker, "python3"));
        shell.press(CTRL_C);
        shell.wait_for("KeyboardInterrupt");
    }
    shell.wait_for(">>> ");
    until("it reads", || reads(&marker, "python3"));
    shell.enter("print(6 * 7000)");
    shell.wait_for("42000");
    shell.wait_for(">>> ");
    // Between two modes of the terminal, Ctrl-D is lost.
    until("it reads", || reads(&marker, "python3"));
    shell.press(CTRL_D);
    shell.wait_for("status=0.");
    shell.expect_usual_modes();
}

#[test]
fn whatever_is_run_at_the_terminal_nothing_is_left() {
    let is_soak = std::env::var_os("SOAK").is_some();
    let mut shell = Shell::start();
    let marker = marker("TERMINAL_RANDOM");
    // Signals to `run`, which is the parent, and to the foreground group, as Ctrl-C sends it.
    let scripts = [
        "sleep 1000 & sleep 1000",
        "trap \"\" TERM INT; sleep 1000 & sleep 1000",
        "(setsid sleep 1000 &); sleep 1000",
        "(sleep 1000 &); exec sleep 1000",
        "setsid sh -c \"trap \\\"\\\" TERM; sleep 1000\" & wait",
        "sleep 1000 & kill -TERM $PPID; sleep 1000",
        // A shell has what it starts in the background ignore SIGINT: that would stay, as without `run`.
        "kill -INT 0; sleep 1000",
        "trap \"\" INT HUP; sleep 1000 & kill -INT 0; kill -HUP $PPID; sleep 1000",
    ];
    for index in 0..if is_soak { 500 } else { 16 } {
        let script = scripts[index % scripts.len()];
        let limit = index * 7919 % 90 + 10;
        shell.enter(&format!(
            "env {marker} $BIN run -t {limit}ms -k 40ms -- sh -c '{script}'; echo status=$?."
        ));
        shell.wait_for("status=");
    }
    until("nothing is left", || bearers(&marker) == 0);
    shell.expect_usual_modes();
}

#[test]
fn a_limit_in_the_background_leaves_the_terminal_to_the_program_in_the_foreground() {
    let mut shell = Shell::start();
    let marker = marker("BACKGROUND");

    // Long enough for the next program to be in the foreground before.
    for limit in limits().skip(2) {
        let limit = format!("{}ms", limit.as_millis());
        shell.enter(&format!("env {marker} $BIN run -t {limit} -- sleep 1000"));
        let mut is_over = false;
        until("it sleeps, or the limit is over", || {
            is_over = shell.shows("timed out");
            is_over || running(&marker, "(sleep) S") == 1
        });
        if !is_over {
            shell.press(CTRL_Z);
            until("it is stopped, or the limit is over", || {
                is_over = shell.shows("timed out");
                is_over || shell.shows("Stopped")
            });
        }
        if is_over {
            continue;
        }
        shell.wait_for_prompt();
        shell.enter("bg; cat");
        shell.wait_for("timed out");
        // Its read goes on; the next one would stop it if it were in the background.
        for line in ["first", "second"] {
            shell.enter(line);
            shell.wait_for(&format!("\n{line}\r\n"));
        }
        shell.press(CTRL_D);
        break;
    }
    shell.expect_usual_modes();
}

#[test]
fn a_limit_leaves_the_terminal_to_the_pager_at_the_end_of_the_pipe() {
    if !is_installed("less") {
        return;
    }
    let mut shell = Shell::start();
    let marker = marker("PAGER");
    let folder = tempfile::tempdir().unwrap();
    let up = folder.path().join("up");
    let up = up.display();

    for limit in limits() {
        let limit = format!("{}ms", limit.as_millis());
        // The pager changes the modes when `run` has seen them.
        shell.enter(&format!(
            "export LESS= {marker}; rm -f {up}; $BIN run -t {limit} -- sh -c 'touch {up}; seq 100; sleep 1000' | (until [ -e {up} ]; do :; done; less); echo pager=$?."
        ));
        let mut is_over = false;
        until("the pager reads, or the limit is over", || {
            is_over = shell.shows("timed out");
            is_over || reads(&marker, "less")
        });
        if !is_over {
            shell.wait_for("timed out");
        }
        shell.press("q");
        if !is_over {
            shell.wait_for("pager=0.");
            break;
        }
        shell.press("\n");
        shell.wait_for("pager=");
    }
    shell.expect_usual_modes();
}

#[test]
fn ctrl_c_after_the_end_of_the_command_ends_what_holds_its_pipes() {
    let mut shell = Shell::start();
    let marker = marker("LATE_KEY");

    shell.enter(&format!(
        "env {marker} $BIN run --json -- sh -c 'sleep 1000 & echo hi'; echo status=$?."
    ));
    until("only what it has started is left", || {
        running(&marker, "(sleep) S") == 1 && running(&marker, "(sh)") == 0
    });
    shell.press(CTRL_C);
    shell.wait_for("status=0.");
    until("nothing is left", || bearers(&marker) == 0);
}

#[test]
fn a_background_job_that_reads_the_terminal_is_ended_by_its_limit() {
    let mut shell = Shell::start();

    shell.enter("$BIN run -t 300ms -- cat & wait $!; echo waited=$?.");
    shell.wait_for("waited=124.");
    shell.expect_usual_modes();
}
