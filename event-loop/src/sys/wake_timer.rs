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
    use std::io;
    use std::os::fd::AsFd;
    use std::pin::Pin;
    use std::task::{Context, Poll};
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

        /// Lets it elapse at `then` of the loop's clock, which is `rest` away.
        pub fn set(&self, then: u64, rest: Duration) {
            if self.set_to.replace(Some(then)) == Some(then) {
                return;
            }
            // Zero would disarm it.
            let rest = Expiration::OneShot(TimeSpec::from(rest.max(Duration::from_nanos(1))));
            let set = self.timer.set(rest, TimerSetTimeFlags::empty());
            set.expect("a timer takes every time that is not negative");
        }

        /// Ready when it has elapsed; now and then also if that was for an earlier time.
        pub fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
            // More room than it needs: a short read tells tokio that nothing is left.
            let mut room = [0; 16];
            let mut elapsed = self.elapsed.borrow_mut();
            let read = Pin::new(&mut *elapsed).poll_read(cx, &mut ReadBuf::new(&mut room));
            read.map(|_| self.set_to.set(None))
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod portable {
    use std::cell::RefCell;
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use std::time::Duration;

    use tokio::time::{Sleep, sleep};

    #[derive(Default)]
    pub struct WakeTimer(RefCell<Option<Pin<Box<Sleep>>>>);

    impl WakeTimer {
        pub fn new() -> io::Result<Self> {
            Ok(Self::default())
        }

        pub fn set(&self, _then: u64, rest: Duration) {
            self.0.replace(Some(Box::pin(sleep(rest))));
        }

        pub fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
            match &mut *self.0.borrow_mut() {
                Some(sleep) => sleep.as_mut().poll(cx),
                None => Poll::Pending,
            }
        }
    }
}
