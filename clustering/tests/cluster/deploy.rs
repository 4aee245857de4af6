//! The files in `deploy/`: whoever they are for finds nothing wrong with them, and their times fit ours.

use crate::support::peer;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

/// What a primary allows a worker over its deadline, to end itself.
const GRACE: Duration = Duration::from_secs(1);

fn deploy(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
    fs::read_to_string(folder.join(name)).unwrap()
}

fn clustering(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clustering"));
    command.args(args).output().unwrap()
}

/// The time that `serve` takes for a flag unless told otherwise.
fn default(flag: &str) -> Duration {
    let help = String::from_utf8(clustering(&["serve", "--help"]).stdout).unwrap();
    let (_, after) = help.split_once(&format!("--{flag} <TIME>")).unwrap();
    let (_, value) = after.split_once("[default: ").unwrap();
    seconds(value.split_once(']').unwrap().0)
}

fn seconds(text: &str) -> Duration {
    let number = text.strip_suffix('s').unwrap_or(text);
    Duration::from_secs(number.parse().unwrap())
}

/// What follows `name` in a text in which it stands once.
fn value<'a>(text: &'a str, name: &str) -> &'a str {
    let mut found = text.split(name).skip(1);
    let (Some(rest), None) = (found.next(), found.next()) else {
        panic!("{name} once in {text}");
    };
    let end = rest.find(['\n', ';', '"', ' ']).unwrap();
    &rest[..end]
}

/// How long a cluster may take from SIGTERM to its end.
fn longest_end(lame_duck: Duration) -> Duration {
    lame_duck + default("idle-grace") + default("drain-timeout") + GRACE
}

fn says_nothing(checked: &Output) {
    let said = [&checked.stdout[..], &checked.stderr[..]].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(checked.status.success() && said.is_empty(), "{said}");
}

#[test]
fn systemd_finds_nothing_to_complain_about() {
    let Some(analyze) = peer::need("systemd-analyze") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let service = folder.path().join("clustering.service");
    let socket = folder.path().join("clustering.socket");
    let here = deploy("clustering.service").replace(
        "/usr/local/bin/clustering",
        env!("CARGO_BIN_EXE_clustering"),
    );
    fs::write(&service, here).unwrap();
    fs::write(&socket, deploy("clustering.socket")).unwrap();

    let mut command = Command::new(analyze);
    command.args(["verify", "--man=no"]).args([service, socket]);
    let checked = command.env("HOME", folder.path()).output().unwrap();

    says_nothing(&checked);
}

#[test]
fn systemd_waits_as_long_as_an_end_or_a_start_may_take() {
    let unit = deploy("clustering.service");

    let stop = seconds(value(&unit, "\nTimeoutStopSec="));
    let watchdog = seconds(value(&unit, "\nWatchdogSec="));

    assert!(stop > longest_end(Duration::ZERO));
    // Also if a lame duck is added that is long enough for haproxy.cfg.
    assert!(stop > longest_end(Duration::from_secs(5)));
    assert!(watchdog > default("start-timeout"));
}

#[test]
fn nginx_finds_nothing_to_complain_about() {
    let Some(nginx) = peer::need("nginx") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display();
    let config = deploy("nginx.conf").replace("8080", &peer::free_port().to_string());
    fs::write(folder.path().join("site.conf"), config).unwrap();
    let main =
        format!("pid {path}/pid; events {{}} http {{ access_log off; include {path}/site.conf; }}");
    fs::write(folder.path().join("nginx.conf"), main).unwrap();

    let mut command = Command::new(nginx);
    command.args(["-q", "-t", "-e", "stderr", "-p"]);
    command.arg(folder.path()).args(["-c", "nginx.conf"]);

    says_nothing(&command.output().unwrap());
}

#[test]
fn haproxy_finds_nothing_to_complain_about() {
    let Some(haproxy) = peer::need("haproxy") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("haproxy.cfg");
    fs::write(&config, deploy("haproxy.cfg")).unwrap();

    let checked = Command::new(haproxy)
        .args(["-c", "-q", "-f"])
        .arg(config)
        .output();

    says_nothing(&checked.unwrap());
}

#[test]
fn a_proxy_closes_an_idle_connection_before_a_worker_does() {
    let ours = default("head-timeout");

    let nginx = deploy("nginx.conf");
    let haproxy = deploy("haproxy.cfg");

    assert!(seconds(value(&nginx, "keepalive_timeout ")) < ours);
    assert!(seconds(value(&haproxy, "timeout http-keep-alive ")) < ours);
}

#[test]
fn haproxy_notices_a_lame_duck_before_it_is_gone() {
    let haproxy = deploy("haproxy.cfg");

    let every = value(&haproxy, "inter ").strip_suffix("ms").unwrap();
    let checks: u32 = value(&haproxy, "fall ").parse().unwrap();
    let lame_duck = value(&haproxy, "--lame-duck ").strip_suffix(')').unwrap();

    let noticed = Duration::from_millis(every.parse().unwrap()) * (checks + 1);
    assert!(noticed < seconds(lame_duck));
}

/// The lines that belong to `key:`, each without what is in front of it.
fn block(yaml: &str, key: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
    let mut lines = yaml
        .lines()
        .skip_while(|line| line.trim() != format!("{key}:"));
    let depth = indent(lines.next().unwrap_or_else(|| panic!("no {key}")));
    let inside = lines.take_while(|line| indent(line) > depth);
    inside.map(|line| format!("{}\n", line.trim())).collect()
}

#[test]
fn the_times_of_the_kubernetes_manifest_fit_ours() {
    let yaml = deploy("kubernetes.yaml");
    let number = |text: &str, name| Duration::from_secs(value(text, name).parse().unwrap());
    let probe = |name| {
        let probe = block(&yaml, name);
        let tries: u32 = value(&probe, "failureThreshold: ").parse().unwrap();
        let path = value(&probe, "path: ").to_owned();
        (path, number(&probe, "periodSeconds: ") * tries)
    };

    let grace = number(&yaml, "terminationGracePeriodSeconds: ");
    let lame_duck = seconds(value(&yaml, "\"--lame-duck\", \""));
    let (ready_path, unready) = probe("readinessProbe");
    let (live_path, dead) = probe("livenessProbe");
    let (start_path, started) = probe("startupProbe");

    assert!(grace > longest_end(lame_duck), "{grace:?}");
    assert!(lame_duck > unready, "{lame_duck:?} {unready:?}");
    assert_eq!([ready_path, start_path], ["/readyz", "/readyz"]);
    assert_eq!(live_path, "/livez");
    assert!(started > default("start-timeout") * 2);
    // Half-asked questions are thrown out of the admin address after 3 s.
    assert!(dead > Duration::from_secs(3) * 2);
}

#[test]
fn the_manifest_names_the_ports_that_the_cluster_is_told_to_use() {
    let yaml = deploy("kubernetes.yaml");

    let container = block(&yaml, "ports");
    let service = yaml.split("kind: Service").nth(1).unwrap();

    assert!(yaml.contains("\"--listen\", \"0.0.0.0:3000\""));
    assert!(yaml.contains("\"--admin\", \"0.0.0.0:9100\""));
    assert!(
        container.contains("- name: http\ncontainerPort: 3000\n"),
        "{container}"
    );
    assert!(
        container.contains("- name: admin\ncontainerPort: 9100\n"),
        "{container}"
    );
    assert_eq!(value(service, "targetPort: "), "http");
    assert!(!yaml.contains('\t'));
}

#[test]
fn what_the_files_say_on_the_command_line_is_understood() {
    let unit = deploy("clustering.service");
    let start = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="))
        .unwrap();
    let from_unit: Vec<_> = start.split(' ').skip(1).collect();
    let yaml = deploy("kubernetes.yaml");
    let args = yaml
        .lines()
        .find_map(|line| line.trim().strip_prefix("args: "))
        .unwrap();
    let from_yaml: Vec<String> = serde_json::from_str(args).unwrap();
    let from_yaml: Vec<_> = from_yaml.iter().map(String::as_str).collect();

    for args in [from_unit, from_yaml] {
        // What comes first and is wrong is complained about.
        let understood = clustering(&[&args[..], &["--help"]].concat());

        assert!(understood.status.success(), "{args:?}");
    }
}

#[test]
fn the_block_that_installs_the_units_fits_the_folder_of_the_crate() {
    let text = deploy("README.md");
    let (_, block) = text.split_once("## Installing the units").unwrap();
    let block = block
        .split("```")
        .nth(1)
        .unwrap()
        .strip_prefix("sh\n")
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    for wanted in [
        "root/usr/local/bin",
        "root/etc/systemd/system",
        "crate/deploy",
    ] {
        fs::create_dir_all(folder.path().join(wanted)).unwrap();
    }
    for file in ["clustering.service", "clustering.socket"] {
        fs::write(folder.path().join("crate/deploy").join(file), deploy(file)).unwrap();
    }
    // In place of what changes the machine: `cargo install` brings our binary, and `sudo` works below a folder.
    let program = |name: &str, body: &str| {
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    };
    let cargo = "[ \"$1 $2 $3 $4\" = 'install --path . --root' ] && mkdir -p \"$5/bin\" && cp \"$OURS\" \"$5/bin/clustering\"";
    program("cargo", cargo);
    program(
        "sudo",
        "case $1 in systemctl) exit;; esac
         for word; do shift; case $word in /*) word=$ROOT$word;; esac; set -- \"$@\" \"$word\"; done; exec \"$@\"",
    );
    let path = format!(
        "{}:{}",
        folder.path().display(),
        std::env::var("PATH").unwrap()
    );

    let mut shell = Command::new("sh");
    shell
        .args(["-ec", block])
        .current_dir(folder.path().join("crate"))
        .env("PATH", path);
    let ran = shell
        .env("ROOT", &root)
        .env("OURS", env!("CARGO_BIN_EXE_clustering"))
        .output()
        .unwrap();

    says_nothing(&ran);
    for installed in [
        "usr/local/bin/clustering",
        "etc/systemd/system/clustering.service",
        "etc/systemd/system/clustering.socket",
    ] {
        assert!(root.join(installed).is_file(), "{installed}");
    }
}
