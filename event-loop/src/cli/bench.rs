//! `bench`, hidden: what `cargo xtask bench` runs. Prints `NAME RATE`; its twins are in `benches/`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use event_loop::{
    Promise, immediate, next_tick, queue_microtask, run, set_immediate, set_timeout, sleep,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Arguments of `bench`.
#[derive(clap::Args)]
pub struct Args {
    what: What,
    /// How much of it, in thousands
    #[arg(default_value_t = 100)]
    thousands: u32,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum What {
    /// Callbacks of each kind a second
    Callbacks,
    /// A million timers spread over a second
    Spread,
    /// Round trips over a loopback socket
    Echo,
    /// The same on plain tokio
    TokioEcho,
    /// How late a timer of 1 ms is
    Lateness,
    /// How late a timerfd is
    Timerfd,
    /// Timers that wait
    Pending,
}

const MS: Duration = Duration::from_millis(1);

pub fn bench(args: &Args) -> anyhow::Result<()> {
    let count = args.thousands * 1000;
    match args.what {
        What::Callbacks => callbacks(count),
        What::Spread => spread(count * 10),
        What::Echo => {
            let rate = Rc::new(Cell::new(0.0));
            let result = Rc::clone(&rate);
            run(async move {
                result.set(echo(count / 5).await?);
                Ok::<_, std::io::Error>(())
            })
            .into_result()?;
            println!("round trips {:.0}", rate.get());
        }
        What::TokioEcho => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            println!("round trips {:.0}", runtime.block_on(echo(count / 5))?);
        }
        What::Lateness => lateness(count / 50)?,
        What::Timerfd => timerfd(count / 50)?,
        What::Pending => pending(count * 10),
    }
    Ok(())
}

fn callbacks(count: u32) {
    // Once to warm up, as the twin does for its compiler.
    for warm in [true, false] {
        let say = |name: &str, began: Instant, count: u32| {
            if !warm {
                println!(
                    "{name} {:.0}",
                    f64::from(count) / began.elapsed().as_secs_f64()
                );
            }
        };
        each(count, BATCH, "immediates in a batch", &say, |ran| {
            set_immediate(move || ran.set(ran.get() + 1));
        });
        chain(count, &say);
        each(count, BATCH, "ticks", &say, |ran| {
            next_tick(move || ran.set(ran.get() + 1));
        });
        each(count, BATCH, "microtasks", &say, |ran| {
            queue_microtask(move || ran.set(ran.get() + 1));
        });
        let began = Instant::now();
        let _ = run(async move {
            for _ in 0..count {
                Promise::resolved(()).await?;
            }
            Ok::<_, event_loop::Error>(())
        });
        say("promise hops", began, count);
        each(count, count, "timers of 1 ms", &say, |ran| {
            set_timeout(MS, move || ran.set(ran.get() + 1));
        });
        let began = Instant::now();
        let _ = run(async move {
            for _ in 0..count {
                set_timeout(Duration::from_secs(1), || {}).clear();
            }
        });
        say("timers set and cleared", began, count);
    }
}

/// So many at once.
const BATCH: u32 = 1000;

/// Schedules batch after batch.
fn each(
    count: u32,
    batch: u32,
    name: &str,
    say: &dyn Fn(&str, Instant, u32),
    schedule: impl Fn(Rc<Cell<u32>>) + 'static,
) {
    let began = Instant::now();
    let ran = Rc::new(Cell::new(0));
    let counted = Rc::clone(&ran);
    let _ = run(async move {
        for _ in 0..count / batch {
            for _ in 0..batch {
                schedule(Rc::clone(&counted));
            }
            immediate().await;
        }
    });
    assert_eq!(ran.get(), count, "{name}");
    say(name, began, count);
}

/// Each schedules the next one.
fn chain(count: u32, say: &dyn Fn(&str, Instant, u32)) {
    fn next(left: u32) {
        if left > 0 {
            set_immediate(move || next(left - 1));
        }
    }
    let began = Instant::now();
    let _ = run(async move { next(count) });
    say("immediates in a chain", began, count);
}

/// Delays of 1 ms to 1 s, again and again.
fn spread(count: u32) {
    let _ = run(async move {
        for number in 0..count {
            set_timeout(MS * (number % 1000 + 1), || {});
        }
    });
}

fn pending(count: u32) {
    let _ = run(async move {
        let began = Instant::now();
        for number in 0..count {
            set_timeout(Duration::from_secs(100) + MS * (number % 1000), || {});
        }
        println!(
            "set {:.0}",
            f64::from(count) / began.elapsed().as_secs_f64()
        );
        event_loop::exit(0);
    });
}

async fn echo(count: u32) -> std::io::Result<f64> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = async {
        let (mut stream, _) = listener.accept().await?;
        let mut chunk = [0; 64];
        loop {
            let read = stream.read(&mut chunk).await?;
            if read == 0 {
                return Ok(());
            }
            stream.write_all(&chunk[..read]).await?;
        }
    };
    let client = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut chunk = [0; 64];
        let began = Instant::now();
        for _ in 0..count {
            stream.write_all(&[b'x'; 64]).await?;
            stream.read_exact(&mut chunk).await?;
        }
        Ok::<_, std::io::Error>(f64::from(count) / began.elapsed().as_secs_f64())
    };
    let (served, rate) = futures::join!(server, client);
    served.and(rate)
}

/// Prints the 99th percentile in microseconds; a negative one would be early.
fn lateness(count: u32) -> anyhow::Result<()> {
    let late = Rc::new(RefCell::new(Vec::new()));
    let noted = Rc::clone(&late);
    run(async move {
        for _ in 0..count {
            let began = Instant::now();
            sleep(MS).await;
            noted
                .borrow_mut()
                .push(began.elapsed().as_secs_f64() * 1e6 - 1000.0);
        }
        Ok::<_, event_loop::Error>(())
    })
    .into_result()?;
    report(&mut late.borrow_mut());
    Ok(())
}

fn timerfd(count: u32) -> anyhow::Result<()> {
    use nix::sys::time::TimeSpec;
    use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};

    let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::empty())?;
    let mut late = Vec::new();
    for _ in 0..count {
        let began = Instant::now();
        timer.set(
            Expiration::OneShot(TimeSpec::from_duration(MS)),
            TimerSetTimeFlags::empty(),
        )?;
        timer.wait()?;
        late.push(began.elapsed().as_secs_f64() * 1e6 - 1000.0);
    }
    report(&mut late);
    Ok(())
}

fn report(late: &mut [f64]) {
    late.sort_by(f64::total_cmp);
    println!("earliest {:.1}", late[0]);
    println!("median {:.1}", late[late.len() / 2]);
    println!("99th percentile {:.1}", late[late.len() * 99 / 100]);
}
