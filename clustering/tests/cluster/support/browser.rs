//! A browser that does as it is told: Chromium, by its debugging protocol over a pipe.
//!
//! No port, no driver, no package: the shell hands it our pipes as its third and fourth file, where it looks for them. It takes a second of a processor
//! to start, so tests that run side by side or one right after the other share it, each with a tab of its own.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use serde_json::{Value, json};

/// A tab.
pub struct Browser {
    chromium: Arc<Mutex<Chromium>>,
    target: Value,
    session: Value,
}

/// The browser of all tabs.
struct Chromium {
    child: Child,
    to: Option<ChildStdin>,
    from: Receiver<Value>,
    calls: u64,
    /// What the tabs have said without having been asked.
    events: Vec<Value>,
    _profile: tempfile::TempDir,
}

/// The one that runs, as long as a tab is open.
static RUNNING: Mutex<Weak<Mutex<Chromium>>> = Mutex::new(Weak::new());

/// A test that failed leaves nothing half done in there.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const START: &str = r#"exec "$0" --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --disable-breakpad --disable-dev-shm-usage --hide-scrollbars \
    --disable-background-timer-throttling --disable-renderer-backgrounding --disable-backgrounding-occluded-windows \
    --remote-debugging-pipe --user-data-dir="$1" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#;

impl Browser {
    /// Opens a tab of `$CHROMIUM`, or of the first on the PATH. Where there is none a test is skipped, unless `REQUIRE_PEERS=1`.
    pub fn start() -> Option<Self> {
        let chosen = std::env::var("CHROMIUM").ok();
        let known = ["chromium", "chromium-browser", "google-chrome"].map(str::to_owned);
        let answers = |name: &String| Command::new(name).arg("--version").output().is_ok();
        let mut running = lock(&RUNNING);
        let chromium = running.upgrade().or_else(|| {
            let name = chosen.into_iter().chain(known).find(answers)?;
            Some(Arc::new(Mutex::new(Chromium::start(&name))))
        });
        let Some(chromium) = chromium else {
            let required = std::env::var_os("REQUIRE_PEERS").is_some_and(|value| value == "1");
            assert!(!required, "no chromium is there, and REQUIRE_PEERS=1");
            println!("skipped: no chromium is there");
            return None;
        };
        *running = Arc::downgrade(&chromium);
        drop(running);
        let mut browser = Self {
            chromium,
            target: Value::Null,
            session: Value::Null,
        };
        let target = browser.call("Target.createTarget", &json!({ "url": "about:blank" }));
        browser.target = target["targetId"].clone();
        let attach = json!({ "targetId": browser.target, "flatten": true });
        browser.session = browser.call("Target.attachToTarget", &attach)["sessionId"].clone();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        Some(browser)
    }

    /// Opens a page on a screen of this size and waits until it says that it is ready.
    pub fn open(&mut self, url: &str, (width, height): (u32, u32)) {
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.call("Emulation.setDeviceMetricsOverride", &screen);
        lock(&self.chromium)
            .events
            .retain(|event| event["sessionId"] != self.session);
        self.call("Page.navigate", &json!({ "url": url }));
        self.until("document.body?.dataset.ready === 'yes'");
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
        panic!("never: {condition}; {:?}", lock(&self.chromium).events);
    }

    pub fn call(&mut self, method: &str, params: &Value) -> Value {
        lock(&self.chromium).call(&self.session, method, params)
    }

    /// What went wrong in the page, and what it asked the world for beside `/status`.
    pub fn complaints(&self) -> Vec<String> {
        let chromium = lock(&self.chromium);
        let ours = chromium.events.iter();
        let ours = ours.filter(|event| event["sessionId"] == self.session);
        let of = |event: &&Value| match event["method"].as_str() {
            Some("Runtime.exceptionThrown" | "Runtime.consoleAPICalled" | "Log.entryAdded") => true,
            Some("Network.requestWillBeSent") => {
                let request = &event["params"]["request"];
                let url = request["url"].as_str().unwrap_or_default();
                let expected = event["params"]["type"] == "Document" || url == "data:,";
                let asks = url.ends_with("/status") && request["method"] == "GET";
                !expected && !asks
            }
            _ => false,
        };
        ours.filter(of).map(Value::to_string).collect()
    }
}

impl Drop for Browser {
    /// The tab goes, and with the last one the browser.
    fn drop(&mut self) {
        let close = json!({ "targetId": self.target });
        // Where it is gone already, so is the tab.
        drop(lock(&self.chromium).send(&Value::Null, "Target.closeTarget", &close));
    }
}

impl Chromium {
    fn start(name: &str) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut child = Command::new("sh")
            .args(["-c", START, name])
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
        Self {
            child,
            to,
            from,
            calls: 0,
            events: Vec::new(),
            _profile: profile,
        }
    }

    /// Sends a question, and returns its number.
    fn send(&mut self, session: &Value, method: &str, params: &Value) -> io::Result<u64> {
        self.calls += 1;
        let mut message = json!({ "id": self.calls, "method": method, "params": params });
        if *session != Value::Null {
            message["sessionId"] = session.clone();
        }
        let to = self.to.as_mut().unwrap();
        to.write_all(format!("{message}\0").as_bytes())?;
        to.flush()?;
        Ok(self.calls)
    }

    fn call(&mut self, session: &Value, method: &str, params: &Value) -> Value {
        let id = self.send(session, method, params).unwrap();
        loop {
            let mut reply = self.from.recv_timeout(Duration::from_secs(60));
            match &mut reply {
                Ok(reply) if reply["id"] == id => {
                    assert_eq!(reply["error"], Value::Null, "{method}");
                    return reply["result"].take();
                }
                Ok(event) => self.events.push(event.take()),
                Err(error) => panic!("{method}: {error}"),
            }
        }
    }
}

impl Drop for Chromium {
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
