//! What is easily done wrong has a clear answer: never a borrow panic, never a hang, never a silent nothing.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use event_loop::*;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn panic_text(action: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(action)).expect_err("a panic");
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
        .expect("a text")
}

#[test]
fn a_call_outside_a_loop_says_what_to_do() {
    for call in [
        || next_tick(|| ()),
        || queue_microtask(|| ()),
        || drop(set_timeout(ms(1), || ())),
        || {
            set_immediate(|| ());
        },
        || drop(spawn(async {})),
        || drop(spawn_blocking(|| ())),
        || close(|| ()),
        || exit(0),
        || busy(ms(1)),
    ] {
        let text = panic_text(call);

        assert!(
            text.contains("no event loop runs on this thread: call this inside event_loop::run("),
            "{text}"
        );
    }
}

#[test]
fn the_panic_names_the_line_of_the_caller() {
    let here = std::thread::current().id();
    let before = std::panic::take_hook();
    let seen = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let theirs = std::sync::Arc::clone(&seen);
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == here {
            *theirs.lock().unwrap() = info.location().unwrap().file().to_owned();
        }
    }));

    let _ = catch_unwind(|| next_tick(|| ()));

    std::panic::set_hook(before);
    assert!(seen.lock().unwrap().ends_with("misuse.rs"));
}

#[test]
fn a_loop_inside_a_loop_is_refused_and_the_outer_one_resume() {
    let text = Rc::new(RefCell::new(String::new()));
    let seen = Rc::clone(&text);

    let exit = run_script(move || {
        *seen.borrow_mut() = panic_text(|| drop(run(async {})));
        set_timeout(ms(1), || set_exit_code(4));
    });

    assert!(
        text.borrow()
            .contains("an event loop already runs on this thread")
    );
    assert_eq!(exit.code(), 4);
}

#[test]
fn a_loop_after_a_loop_is_a_new_one_and_old_handles_do_nothing_to_it() {
    let old: Rc<RefCell<Option<(Timeout, Immediate)>>> = Rc::default();
    let kept = Rc::clone(&old);
    run_script(move || {
        let timer = set_timeout(ms(60_000), || ());
        timer.unref();
        let immediate = set_immediate(|| ());
        immediate.unref();
        *kept.borrow_mut() = Some((timer, immediate));
    })
    .into_result()
    .unwrap();
    let ran = Rc::new(Cell::new(0));

    let both = Rc::clone(&ran);
    run_script(move || {
        let (one, other) = (Rc::clone(&both), both);
        set_timeout(ms(1), move || one.set(one.get() + 1));
        set_immediate(move || other.set(other.get() + 1));
        let (timer, immediate) = old.take().unwrap();
        timer.clear();
        timer.refresh();
        immediate.clear();
        assert!(!timer.has_ref());
    })
    .into_result()
    .unwrap();

    assert_eq!(ran.get(), 2);
}

#[test]
fn clearing_twice_and_in_the_own_callback_does_no_harm() {
    let runs = Rc::new(Cell::new(0));
    let count = Rc::clone(&runs);

    let exit = Builder::new().clock(Clock::Virtual).run_script(move || {
        let own: Rc<RefCell<Option<Timeout>>> = Rc::default();
        let timer = Rc::clone(&own);
        let interval = set_interval(ms(5), move || {
            count.set(count.get() + 1);
            let timer = timer.borrow();
            let timer = timer.as_ref().unwrap();
            timer.clear();
            timer.clear();
            timer.refresh();
        });
        *own.borrow_mut() = Some(interval);
    });

    assert_eq!((runs.get(), exit.code()), (1, 0));
}

#[test]
fn a_handle_may_be_dropped_at_any_time() {
    let runs = Rc::new(Cell::new(0));
    let count = Rc::clone(&runs);

    Builder::new()
        .clock(Clock::Virtual)
        .run_script(move || {
            let other = Rc::clone(&count);
            drop(set_timeout(ms(1), move || count.set(count.get() + 1)));
            let kept = Rc::new(RefCell::new(None));
            let own = Rc::clone(&kept);
            let timer = set_timeout(ms(2), move || {
                own.take();
                other.set(other.get() + 1);
            });
            *kept.borrow_mut() = Some(timer);
        })
        .into_result()
        .unwrap();

    assert_eq!(runs.get(), 2);
}

#[test]
fn what_a_callback_drops_may_call_into_the_loop() {
    struct Busybody(Rc<Cell<u32>>);
    impl Drop for Busybody {
        fn drop(&mut self) {
            let count = Rc::clone(&self.0);
            next_tick(move || count.set(count.get() + 1));
            set_timeout(ms(1), || ()).clear();
            set_immediate(|| ()).clear();
            drop(spawn(async {}));
        }
    }
    let drops = Rc::new(Cell::new(0));
    let count = Rc::clone(&drops);

    let exit = run_script(move || {
        let held = || Busybody(Rc::clone(&count));
        let (a, b, c, d) = (held(), held(), held(), held());
        set_timeout(ms(1), move || {
            let _held = &a;
        })
        .clear();
        set_immediate(move || drop(b)).clear();
        next_tick(move || drop(c));
        set_timeout(ms(1), move || {
            let _held = &d;
        });
        let left = held();
        set_timeout(ms(60_000), move || {
            let _held = &left;
        })
        .unref(); // dropped with the loop
    });

    assert_eq!((drops.get(), exit.code()), (4, 0));
}

#[test]
fn a_panic_that_nobody_listens_for_ends_the_loop_with_1() {
    let exit = run_script(|| {
        set_timeout(ms(60_000), || ());
        next_tick(|| assert!(ms(1) > ms(2), "broken"));
    });

    assert_eq!(exit.code(), 1);
    assert!(matches!(exit.error(), Some(Error::Panicked(text)) if text == "broken"));
}

#[test]
fn millions_of_nested_ticks_and_microtasks_need_no_stack() {
    fn tick(left: u32) {
        if left > 0 {
            next_tick(move || tick(left - 1));
        }
    }
    fn microtask(left: u32) {
        if left > 0 {
            queue_microtask(move || microtask(left - 1));
        }
    }

    let exit = run_script(|| {
        tick(2_000_000);
        microtask(2_000_000);
    });

    assert_eq!(exit.code(), 0);
}

#[test]
fn a_promise_may_be_settled_and_dropped_in_any_order() {
    let exit = run(async {
        let (promise, resolver) = Promise::<u8>::pending();
        drop(promise);
        resolver.resolve(1);
        let (promise, resolver) = Promise::<u8>::pending();
        drop(resolver);
        drop(promise);
        let (promise, resolver) = Promise::<u8>::pending();
        let waiting = spawn(promise);
        drop(waiting);
        resolver.resolve(1);
    });

    assert_eq!(exit.code(), 0);
}
