//! Ends a wait in time.
//!
//! Node's `epoll_wait` and tokio's timers count milliseconds and round up. On Linux a timer of the kernel (`timerfd`) is as fine as its clock;
//! elsewhere tokio's is used, and timers are up to a millisecond later.

#[cfg(target_os = "linux")]
pub use linux::WakeTimer;
#[cfg(not(target_os = "linux"))]
pub use portable::WakeTimer;

#[cfg(target_os = "linux")]
mod linux {
    use std::cell::{Cell, RefCell};
    use std::future::poll_fn;
    use std::io;
    use std::os::fd::AsFd;
    use std::pin::Pin;
    use std::task::Context;
    use std::time::Duration;

    use nix::sys::time::TimeSpec;
    use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
    use tokio::io::{AsyncRead, ReadBuf};
    use tokio::net::unix::pipe::Receiver;

    /// A timer of the poller.
    pub struct WakeTimer {
        timer: TimerFd,
        /// tokio's view of it: a file that gives eight bytes when it elapses, as a pipe might.
        elapsed: RefCell<Receiver>,
        /// When it elapses: a wait that was cut short needs no call to go on.
        set_to: Cell<Option<u64>>,
    }

    impl WakeTimer {
        /// Makes a timer; to be called inside of tokio's runtime.
        pub fn new() -> io::Result<Self> {
            let flags = TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC;
            let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, flags)?;
            let elapsed = Receiver::from_owned_fd_unchecked(timer.as_fd().try_clone_to_owned()?)?;
            Ok(Self {
                timer,
                elapsed: RefCell::new(elapsed),
                set_to: Cell::new(None),
            })
        }

        /// Waits until `then` of the loop's clock, which is `rest` away; now and then for less.
        pub async fn wait(&self, then: u64, rest: Duration) {
            if self.set_to.replace(Some(then)) != Some(then) {
                // Zero would disarm it.
                let rest = Expiration::OneShot(TimeSpec::from(rest.max(Duration::from_nanos(1))));
                let set = self.timer.set(rest, TimerSetTimeFlags::empty());
                set.expect("a timer takes every time that is not negative");
            }
            // More room than it needs: a short read tells tokio that nothing is left.
            let mut room = [0; 16];
            let mut room = ReadBuf::new(&mut room);
            let read = |cx: &mut Context<'_>| {
                Pin::new(&mut *self.elapsed.borrow_mut()).poll_read(cx, &mut room)
            };
            let _ = poll_fn(read).await;
            self.set_to.set(None);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod portable {
    use std::io;
    use std::time::Duration;

    pub struct WakeTimer;

    impl WakeTimer {
        pub fn new() -> io::Result<Self> {
            Ok(Self)
        }

        pub async fn wait(&self, _then: u64, rest: Duration) {
            tokio::time::sleep(rest).await;
        }
    }
}
