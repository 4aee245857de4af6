//! Playing a script: each operation is one call of the library.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use event_loop::{
    Immediate, Promise, Timeout, at_line, busy, immediate, next_tick, on_before_exit, on_uncaught,
    queue_microtask, set_immediate, set_interval, set_timeout, sleep, spawn, spawn_blocking_with,
};

use super::console::println;
use super::parse::{Node, Op, Root, Script};

/// The error is what `(throw L)` throws.
type Outcome = Result<(), String>;

/// What a program has made.
enum Handle {
    Timeout(Timeout),
    Immediate(Immediate),
}

struct Interpreter {
    /// What a recording calls it.
    file: Arc<str>,
    script: Script,
    next: Cell<usize>,
    /// What the current program has made under each label.
    handles: RefCell<HashMap<Arc<str>, Handle>>,
    /// At most two a program count, so that every program ends.
    refreshes: Cell<usize>,
}

/// Plays all programs, each when the one before has left nothing to do.
pub fn start(file: &str, script: Script) {
    let interpreter = Rc::new(Interpreter {
        file: file.into(),
        script,
        next: Cell::new(0),
        handles: RefCell::default(),
        refreshes: Cell::default(),
    });
    on_uncaught(|error| println!("caught {}", error.root_cause()));
    on_before_exit(move |_| interpreter.next_program());
}

impl Interpreter {
    fn next_program(self: &Rc<Self>) {
        let number = self.next.replace(self.next.get() + 1);
        if let Some(before) = number.checked_sub(1) {
            // What a program prints is in a line of it, also when nothing is left of it to do.
            let line = self.script.programs[before].line;
            at_line(&self.file, line, || println!("-- end"));
        }
        for handle in self.handles.take().values() {
            self.apply(Op::Clear, handle);
        }
        self.refreshes.set(0);
        let Some(program) = self.script.programs.get(number) else {
            return;
        };
        let interpreter = Rc::clone(self);
        let run = move || interpreter.run(&interpreter.script.programs[number].body);
        at_line(&self.file, program.line, || {
            println!("== {}", program.title);
            match program.root {
                Root::Timer => drop(set_timeout(Duration::from_millis(1), run)),
                Root::Check => drop(set_immediate(run)),
                Root::Poll => spawn_blocking_with(|| (), move |_| run()),
            }
        });
    }

    fn run(self: &Rc<Self>, nodes: &[usize]) -> Outcome {
        nodes.iter().try_for_each(|node| {
            let line = self.script.nodes[*node].line;
            at_line(&self.file, line, || self.step(*node))
        })
    }

    fn fire(self: &Rc<Self>, node: usize) -> Outcome {
        let Node { line, label, .. } = &self.script.nodes[node];
        at_line(&self.file, *line, || println!("{label}"));
        self.run(&self.script.nodes[node].body)
    }

    fn step(self: &Rc<Self>, index: usize) -> Outcome {
        let node = &self.script.nodes[index];
        let interpreter = Rc::clone(self);
        let fire = move || interpreter.fire(index);
        match node.op {
            Op::Log => println!("{}", node.label),
            Op::Tick => next_tick(fire),
            Op::Micro => queue_microtask(fire),
            Op::Immediate => self.keep(node, Handle::Immediate(set_immediate(fire))),
            Op::Timeout => {
                let timer = set_timeout(delay(node.numbers[0]), fire);
                self.keep(node, Handle::Timeout(timer));
            }
            Op::Interval => self.interval(index),
            Op::Sleep => spawn_after(sleep(delay(node.numbers[0])), fire),
            Op::Yield => spawn_after(immediate(), fire),
            Op::Hops => spawn_after(hops(node.numbers[0]), fire),
            Op::Clear | Op::Refresh | Op::Unref | Op::Ref => {
                if let Some(handle) = self.handles.borrow().get(&node.label) {
                    self.apply(node.op, handle);
                }
            }
            Op::Busy => busy(milliseconds(node.numbers[0])),
            Op::Throw => return Err(node.label.to_string()),
        }
        Ok(())
    }

    /// Prints `L#k` at each firing; at the last one clears itself and runs the nodes.
    fn interval(self: &Rc<Self>, index: usize) {
        let node = &self.script.nodes[index];
        let interpreter = Rc::clone(self);
        let mut count = 0.0;
        let interval = set_interval(delay(node.numbers[0]), move || {
            let node = &interpreter.script.nodes[index];
            count += 1.0;
            at_line(&interpreter.file, node.line, || {
                println!("{}#{count}", node.label);
            });
            if count != node.numbers[1] {
                return Ok(());
            }
            Timeout::this().clear();
            interpreter.run(&node.body)
        });
        self.keep(node, Handle::Timeout(interval));
    }

    fn keep(&self, node: &Node, handle: Handle) {
        let label = Arc::clone(&node.label);
        self.handles.borrow_mut().insert(label, handle);
    }

    /// Clears, refreshes, unrefs or refs what was made.
    fn apply(&self, op: Op, handle: &Handle) {
        match (handle, op) {
            (Handle::Timeout(timer), Op::Clear) => timer.clear(),
            (Handle::Timeout(timer), Op::Refresh) => {
                if self.refreshes.replace(self.refreshes.get() + 1) < 2 {
                    timer.refresh();
                }
            }
            (Handle::Timeout(timer), Op::Unref) => drop(timer.unref()),
            (Handle::Timeout(timer), _) => drop(timer.keep_alive()),
            (Handle::Immediate(immediate), Op::Clear) => immediate.clear(),
            (Handle::Immediate(immediate), Op::Unref) => drop(immediate.unref()),
            (Handle::Immediate(immediate), Op::Ref) => drop(immediate.keep_alive()),
            (Handle::Immediate(_), _) => {}
        }
    }
}

/// Starts an async function that awaits `first`.
#[track_caller]
fn spawn_after(
    first: impl Future<Output = ()> + 'static,
    fire: impl FnOnce() -> Outcome + 'static,
) {
    spawn(async move {
        first.await;
        fire()
    });
}

/// Takes that number of microtask turns, at least one.
async fn hops(turns: f64) {
    for _ in 0..turns.max(1.0).ceil() as u64 {
        drop(Promise::resolved(()).await);
    }
}

/// A delay as Node takes it: what it cannot hold is one millisecond.
fn delay(ms: f64) -> Duration {
    let longest = f64::from(i32::MAX);
    milliseconds(if ms <= longest { ms } else { 1.0 })
}

fn milliseconds(ms: f64) -> Duration {
    Duration::try_from_secs_f64(ms / 1000.0).unwrap_or_default()
}
