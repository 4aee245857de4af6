//! A browser that does as it is told: Chromium, by its debugging protocol over a pipe.
//!
//! No port, no driver, no package: the shell hands it our pipes as its third and fourth file, where it looks for them.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

pub struct Browser {
    child: Child,
    to: Option<ChildStdin>,
    from: Receiver<Value>,
    session: Value,
    calls: u64,
    /// What the browser has said without having been asked.
    pub events: Vec<Value>,
    _profile: tempfile::TempDir,
}

const START: &str = r#"exec "$0" --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --disable-breakpad --disable-dev-shm-usage --hide-scrollbars \
    --remote-debugging-pipe --user-data-dir="$1" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#;

impl Browser {
    /// Starts `$CHROMIUM`, or the first on the PATH. Where there is none a test is skipped, unless `REQUIRE_PEERS=1`.
    pub fn start() -> Option<Self> {
        let chosen = std::env::var("CHROMIUM").ok();
        let known = ["chromium", "chromium-browser", "google-chrome"].map(str::to_owned);
        let answers = |name: &String| Command::new(name).arg("--version").output().is_ok();
        let Some(chromium) = chosen.into_iter().chain(known).find(answers) else {
            let required = std::env::var_os("REQUIRE_PEERS").is_some_and(|value| value == "1");
            assert!(!required, "no chromium is there, and REQUIRE_PEERS=1");
            println!("skipped: no chromium is there");
            return None;
        };
        let profile = tempfile::tempdir().unwrap();
        let mut child = Command::new("sh")
            .args(["-c", START, &chromium])
            .arg(profile.path())
            // What it leaves anywhere is gone with its folder.
            .env("HOME", profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let to = child.stdin.take();
        let replies = BufReader::new(child.stdout.take().unwrap());
        let (says, from) = channel();
        std::thread::spawn(move || {
            for message in replies.split(0).map_while(Result::ok) {
                if says
                    .send(serde_json::from_slice(&message).unwrap())
                    .is_err()
                {
                    return;
                }
            }
        });
        let mut browser = Self {
            child,
            to,
            from,
            session: Value::Null,
            calls: 0,
            events: Vec::new(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        browser.session = browser.call("Target.attachToTarget", &attach)["sessionId"].clone();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        Some(browser)
    }

    /// Opens a page on a screen of this size and waits until all of it is there.
    pub fn open(&mut self, url: &str, (width, height): (u32, u32)) {
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.call("Emulation.setDeviceMetricsOverride", &screen);
        self.events.clear();
        self.call("Page.navigate", &json!({ "url": url }));
        let place = json!(url);
        self.until(&format!(
            "location.href === {place} && document.readyState === 'complete'"
        ));
    }

    /// Presses a key.
    pub fn key(&mut self, key: &str) {
        for kind in ["keyDown", "keyUp"] {
            let press = json!({ "type": kind, "key": key });
            self.call("Input.dispatchKeyEvent", &press);
        }
    }

    /// The value of an expression in the page, of a promise when it is there.
    pub fn eval(&mut self, expression: &str) -> Value {
        let ask = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.call("Runtime.evaluate", &ask);
        assert_eq!(answer["exceptionDetails"], Value::Null, "{expression}");
        answer["result"]["value"].take()
    }

    pub fn until(&mut self, condition: &str) {
        for _ in 0..1500 {
            if self.eval(&format!("Boolean({condition})")) == true {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("never: {condition}; {:?}", self.events);
    }

    pub fn call(&mut self, method: &str, params: &Value) -> Value {
        self.calls += 1;
        let mut message = json!({ "id": self.calls, "method": method, "params": params });
        if self.session != Value::Null {
            message["sessionId"] = self.session.clone();
        }
        let to = self.to.as_mut().unwrap();
        to.write_all(format!("{message}\0").as_bytes()).unwrap();
        to.flush().unwrap();
        loop {
            let mut reply = self.from.recv_timeout(Duration::from_secs(60));
            match &mut reply {
                Ok(reply) if reply["id"] == self.calls => {
                    assert_eq!(reply["error"], Value::Null, "{method}");
                    return reply["result"].take();
                }
                Ok(event) => self.events.push(event.take()),
                Err(error) => panic!("{method}: {error}"),
            }
        }
    }

    /// What went wrong in the page, and what it asked other sites for.
    pub fn complaints(&self, base: &str) -> Vec<String> {
        let of = |event: &&Value| match event["method"].as_str() {
            Some("Runtime.exceptionThrown" | "Runtime.consoleAPICalled" | "Log.entryAdded") => true,
            Some("Network.requestWillBeSent") => {
                let url = event["params"]["request"]["url"]
                    .as_str()
                    .unwrap_or_default();
                !url.starts_with(base) && !url.starts_with("data:")
            }
            _ => false,
        };
        let events = self.events.iter().filter(of);
        events.map(Value::to_string).collect()
    }
}

impl Drop for Browser {
    /// It ends when it is told to; its helpers are in its group.
    fn drop(&mut self) {
        if let Some(mut to) = self.to.take() {
            drop(to.write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0"));
        }
        for _ in 0..250 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let group = format!("-{}", self.child.id());
        let kill = Command::new("kill")
            .args(["-KILL", "--", &group])
            .stderr(Stdio::null())
            .status();
        drop(kill);
        drop(self.child.wait());
    }
}
