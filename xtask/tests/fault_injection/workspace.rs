//! A workspace in a temporary folder, for one test: its crate, its Node and its cargo are shell scripts, so that a
//! test can inject any fault and needs neither a compiler nor Node. `cargo.rs` has the real one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The temporary workspace, with one crate, `demo`.
pub struct Bench {
    dir: TempDir,
}

/// What `cargo xtask` said.
#[derive(Debug)]
pub struct Ran {
    pub status: Option<i32>,
    pub text: String,
}

impl Bench {
    pub fn new() -> Self {
        let bench = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        bench.write("Cargo.toml", "[workspace]\nmembers = [\"demo\"]\n");
        bench.write("demo/Cargo.toml", "[package]\nname = \"demo\"\n");
        bench.write("demo/golden/fixtures/letters.txt", "abc\n");
        fs::create_dir_all(bench.path("tmp")).unwrap();
        fs::create_dir_all(bench.path("rust")).unwrap();
        bench.program(
            "cargo",
            r#"case "$*" in *--no-run*) exit;; "test "*) exec sh "$0.test";; esac
               echo '{"target":{"name":"demo"},"executable":"'"${0%/*}"'/demo.sh"}'"#,
        );
        bench.write("cargo.test", "exit 0");
        bench.program(
            "demo.sh",
            &format!(
                r#"rust="{}"
                   if [ "$1 $2" = "tour --list" ]; then cd "$rust" && ls | sed -n 's/^tour-//p'
                   elif [ "$1" = tour ]; then . "$rust/tour-$2"
                   else . "$rust/$1"; fi"#,
                bench.path("rust").display()
            ),
        );
        bench.node("v24.1.2");
        bench
    }

    /// Replaces Node by one that says this version, and runs its programs as shell scripts.
    pub fn node(&self, version: &str) {
        self.program(
            "node",
            &format!(r#"if [ "$1" = --version ]; then echo {version}; else . "$1"; fi"#),
        );
    }

    /// A lesson: a shell script for either side, and the golden bytes.
    pub fn lesson(&self, name: &str, rust: &str, node: &str, golden: impl AsRef<[u8]>) {
        self.write(&format!("rust/tour-{name}"), rust);
        self.write(&format!("demo/examples/{name}.rs"), "");
        self.write(&format!("demo/examples/{name}.mjs"), node);
        self.write(&format!("demo/examples/{name}.out"), golden);
    }

    /// A command of the tool: the settings (`args` is set to the name), the script, the golden bytes.
    pub fn command(&self, name: &str, settings: &str, rust: &str, golden: impl AsRef<[u8]>) {
        self.write(&format!("rust/{name}"), rust);
        self.write(
            &format!("demo/golden/02-{name}.toml"),
            format!("args = [\"{name}\"]\n{settings}\n"),
        );
        self.write(&format!("demo/golden/02-{name}.out"), golden);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// An executable shell script.
    pub fn program(&self, name: &str, body: &str) {
        // Written beside and moved: a script that is open for writing in a fork of another test cannot be run.
        self.write(&format!("{name}.draft"), format!("#!/bin/sh\n{body}\n"));
        fs::set_permissions(
            self.path(&format!("{name}.draft")),
            fs::Permissions::from_mode(0o755),
        )
        .unwrap();
        fs::rename(self.path(&format!("{name}.draft")), self.path(name)).unwrap();
    }

    /// `cargo xtask`, to be run in the workspace. Its temporary folders are ours, so that we see what stays behind.
    pub fn xtask(&self, line: &str) -> Command {
        // A test that sends a signal must not depend on whether the caller ignores it.
        let mut command = Command::new("env");
        command
            .args(["--default-signal=HUP,INT,TERM", env!("CARGO_BIN_EXE_xtask")])
            .args(line.split_whitespace())
            .current_dir(self.path("demo"))
            .stdin(Stdio::null());
        command
            .env("CARGO", self.path("cargo"))
            .env("NODE", self.path("node"))
            .env("TMPDIR", self.path("tmp"));
        command.env_remove("CI").env_remove("REQUIRE_PEERS");
        command
    }

    /// Runs `cargo xtask` and sees that it leaves nothing behind.
    pub fn run(&self, line: &str) -> Ran {
        self.finish(&mut self.xtask(line))
    }

    pub fn finish(&self, command: &mut Command) -> Ran {
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8(bytes).unwrap())
            .concat();
        self.assert_nothing_is_left();
        Ran {
            status: output.status.code(),
            text,
        }
    }

    /// No process that was started in this workspace is alive, and no temporary folder is left.
    pub fn assert_nothing_is_left(&self) {
        let mark = self.path("tmp").into_os_string().into_encoded_bytes();
        for entry in fs::read_dir("/proc").unwrap() {
            let process = entry.unwrap().path();
            let environment = fs::read(process.join("environ")).unwrap_or_default();
            let is_ours = environment.windows(mark.len()).any(|part| part == mark);
            assert!(
                !is_ours,
                "{} is still there",
                fs::read_to_string(process.join("cmdline")).unwrap_or_default()
            );
        }
        assert_eq!(
            fs::read_dir(self.path("tmp")).unwrap().count(),
            0,
            "temporary folders are still there"
        );
    }
}

impl Ran {
    /// The exit status, and the texts that must be there.
    #[track_caller]
    pub fn expect(&self, status: i32, texts: &[&str]) -> &Self {
        assert_eq!(self.status, Some(status), "{}", self.text);
        self.expect_any(texts)
    }

    /// The texts that must be there, whatever the exit status is.
    #[track_caller]
    pub fn expect_any(&self, texts: &[&str]) -> &Self {
        for text in texts {
            assert!(self.text.contains(text), "no {text:?} in:\n{}", self.text);
        }
        self
    }

    #[track_caller]
    pub fn lacks(&self, text: &str) -> &Self {
        assert!(!self.text.contains(text), "{text:?} in:\n{}", self.text);
        self
    }
}

/// Whether a process is there and no zombie.
pub fn is_alive(pid: &str) -> bool {
    let stat =
        fs::read_to_string(Path::new("/proc").join(pid.trim()).join("stat")).unwrap_or_default();
    stat.rsplit_once(") ")
        .is_some_and(|(_, rest)| !rest.starts_with('Z'))
}
