//! `run` at a real terminal, under a shell with job control: limits, keys, programs that use the terminal.

mod support;

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use nix::pty::openpty;
use support::{DEADLINE, bearers, processes, until};

const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";
const CTRL_Z: &str = "\x1a";

/// An interactive shell on a terminal of its own.
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
            .args([
                "--ctty",
                "env",
                "--default-signal",
                "bash",
                "--norc",
                "--noprofile",
                "-i",
            ])
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

    /// Types a line, which the terminal shows, and waits until it has.
    fn enter(&mut self, line: &str) {
        self.press(line);
        self.press("\n");
    }

    /// Waits until `text` is on the screen, after what was waited for before.
    #[track_caller]
    fn wait_for(&mut self, text: &str) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let screen =
                String::from_utf8_lossy(&self.screen.lock().unwrap()[self.seen..]).into_owned();
            if let Some(place) = screen.find(text) {
                self.seen += place + text.len();
                return;
            }
            assert!(
                Instant::now() < deadline,
                "{text:?} is not on the screen: {screen:?}"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
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

/// Returns whether `program` runs with this variable in its environment, in this state: `S` sleeps. So it has been
/// executed, in its process group.
fn runs(marker: &str, program: &str, state: &str) -> bool {
    let wanted = format!("({program}) {state}");
    processes(marker).any(|folder| {
        std::fs::read_to_string(folder.join("stat")).is_ok_and(|stat| stat.contains(&wanted))
    })
}

#[test]
fn a_limit_ends_everything_that_the_command_has_started() {
    let mut shell = Shell::start();
    let marker = format!("TERMINAL_LIMIT={}", std::process::id());
    let family = "(setsid sleep 47 &); (sleep 48 &); sleep 49 & sleep 50";

    shell.enter(&format!(
        "env {marker} $BIN run -t 500ms -k 500ms -- sh -c '{family}'; echo \"status=$?\""
    ));
    until("they run", || bearers(&marker) >= 5);
    shell.wait_for("status=124");

    // All are killed; it takes them a moment to end.
    until("nothing is left", || bearers(&marker) == 0);
    shell.expect_usual_modes();
}

#[test]
fn ctrl_c_arrives_once() {
    let mut shell = Shell::start();
    // Busy, so that a second one is not taken together with the first.
    let busy = "n=0; while [ $n -lt 400000 ]; do n=$((n+1)); done";
    let script = format!("trap \"echo caught\"\"-it\" INT; echo up\"\"-now; {busy}; exit 7");

    shell.enter(&format!("$BIN run -- sh -c '{script}'; echo \"status=$?\""));
    shell.wait_for("up-now");
    shell.press(CTRL_C);
    shell.wait_for("status=7");

    assert_eq!(
        shell.screen().matches("caught-it").count(),
        1,
        "{}",
        shell.screen()
    );
}

#[test]
fn two_ctrl_c_in_a_session_do_not_kill_a_program_that_takes_them() {
    let mut shell = Shell::start();
    let script = "trap \"echo again\" INT; while :; do echo -n \"prompt\"\"? \"; read -r line || exit 5; echo \"<$line>\"; done";

    let marker = format!("SESSION={}", std::process::id());
    shell.enter(&format!(
        "env {marker} $BIN run -- bash -c '{script}'; echo \"status=$?\""
    ));
    shell.wait_for("prompt? ");
    for _ in 0..3 {
        // It may miss a signal that comes just before it begins to read.
        until("it reads", || runs(&marker, "bash", "S"));
        shell.press(CTRL_C);
        shell.wait_for("again\r\n");
    }
    shell.enter("still here");
    shell.wait_for("<still here>");
    shell.press(CTRL_D);
    shell.wait_for("status=5");
    shell.expect_usual_modes();
}

#[test]
fn a_program_that_ctrl_c_ends_is_reported_as_the_shell_does() {
    let mut shell = Shell::start();

    let marker = format!("CTRL_C={}", std::process::id());
    shell.enter(&format!(
        "env {marker} $BIN run -- sleep 100; echo \"status=$?\""
    ));
    until("it sleeps", || runs(&marker, "sleep", "S"));
    shell.press(CTRL_C);
    shell.wait_for("status=130");
}

#[test]
fn ctrl_z_stops_it_and_fg_lets_it_go_on() {
    let mut shell = Shell::start();

    shell.enter("$BIN run -- sh -c 'echo up-\"\"now; read -r line; echo \"<$line>\"'");
    shell.wait_for("up-now");
    shell.press(CTRL_Z);
    shell.wait_for("Stopped");
    shell.enter("fg");
    shell.enter("hello");
    shell.wait_for("<hello>");
    shell.enter("echo \"status=$?\"");
    shell.wait_for("status=0");
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
        shell.enter(
            &format!("LESS= {line}; echo \"status=$?\"").replace("LESS= ", "export LESS=; "),
        );
        shell.wait_for("\n101");
        shell.press("G");
        shell.wait_for("200");
        shell.press("q");
        shell.wait_for("status=0");
    }
    shell.expect_usual_modes();
}

#[test]
fn a_shell_inside_has_its_own_job_control() {
    let mut shell = Shell::start();

    shell.enter("PS1='inside> ' $BIN run -- bash --norc --noprofile -i; echo \"status=$?\"");
    shell.wait_for("inside> ");
    let marker = format!("INSIDE={}", std::process::id());
    shell.enter(&format!("{marker} sleep 100"));
    until("it sleeps", || runs(&marker, "sleep", "S"));
    shell.press(CTRL_Z);
    shell.wait_for("Stopped");
    shell.enter("kill -9 %1");
    until("it is dead", || bearers(&marker) == 0);
    // Whether the shell has seen that already or not, afterwards it has no job.
    shell.enter("fg");
    shell.enter("exit 9");
    shell.wait_for("status=9");
    shell.expect_usual_modes();
}

#[test]
fn a_shell_that_a_limit_kills_gives_the_terminal_back() {
    let mut shell = Shell::start();

    // The script has no job control, so that nothing but `run` can give it the terminal back.
    let script = "$BIN run -t 500ms -k 300ms -- bash --norc --noprofile -i; echo \"status=$?\"; read -r line; echo \"<$line>\"";
    shell.enter(&format!("bash -c '{script}'"));
    shell.wait_for("status=137");
    shell.enter("mine again");
    shell.wait_for("<mine again>");
    shell.expect_usual_modes();
}

#[test]
fn modes_are_as_before_when_a_limit_ended_the_program() {
    let mut shell = Shell::start();

    shell.enter("$BIN run -t 300ms -- sh -c 'stty raw -echo; sleep 100'; echo \"status=$?\"");
    shell.wait_for("status=124");
    shell.expect_usual_modes();
}

#[test]
fn a_repl_takes_ctrl_c_twice_and_goes_on() {
    if !is_installed("python3") {
        return;
    }
    let mut shell = Shell::start();

    shell.enter("$BIN run -- python3 -q; echo \"status=$?\"");
    shell.wait_for(">>> ");
    for _ in 0..2 {
        shell.press(CTRL_C);
        shell.wait_for("KeyboardInterrupt");
        shell.wait_for(">>> ");
    }
    shell.enter("print(6 * 7000)");
    shell.wait_for("42000");
    shell.press(CTRL_D);
    shell.wait_for("status=0");
    shell.expect_usual_modes();
}
