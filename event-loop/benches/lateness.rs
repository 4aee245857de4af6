//! How late a timer of 1 ms is, in microseconds; a negative figure would be early. Takes how many, in twenties; with `tokio`, tokio's.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

const MS: Duration = Duration::from_millis(1);

fn main() -> anyhow::Result<()> {
    let count = std::env::args().filter_map(|arg| arg.parse().ok()).next();
    let count: u32 = count.unwrap_or(1) * 20;
    let mut late = Vec::new();
    if std::env::args().any(|arg| arg == "tokio") {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build()?.block_on(async {
            for _ in 0..count {
                let began = Instant::now();
                tokio::time::sleep(MS).await;
                late.push(lateness(began));
            }
        });
    } else {
        let noted = Rc::new(RefCell::new(Vec::new()));
        let ours = Rc::clone(&noted);
        let main = async move {
            for _ in 0..count {
                let began = Instant::now();
                event_loop::sleep(MS).await;
                ours.borrow_mut().push(lateness(began));
            }
        };
        event_loop::run(main).into_result()?;
        late = noted.take();
    }
    late.sort_by(f64::total_cmp);
    println!("earliest {:.1}", late[0]);
    println!("median {:.1}", late[late.len() / 2]);
    println!("99th percentile {:.1}", late[late.len() * 99 / 100]);
    Ok(())
}

fn lateness(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e6 - 1000.0
}
