//! Hundreds of runs leave this process as it was. The file has one test, which owns the process.
#![cfg(target_os = "linux")]

use child_process::exec_file;

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

fn children() -> String {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let lists =
        tasks.map(|task| std::fs::read_to_string(task.path().join("children")).unwrap_or_default());
    lists.collect()
}

#[test]
fn many_runs_leave_no_descriptor_and_no_zombie() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        exec_file("true", [""; 0]).await.unwrap();
        let before = open_files();
        let is_soak = std::env::var_os("SOAK").is_some();
        for round in 0..if is_soak { 4000 } else { 400 } {
            match round % 4 {
                0 => drop(exec_file("true", [""; 0]).await.unwrap()),
                1 => drop(exec_file("false", [""; 0]).await.unwrap_err()),
                2 => drop(exec_file("no-such-program", [""; 0]).await.unwrap_err()),
                _ => drop(exec_file("sleep", ["100"]).spawn().await.unwrap()),
            }
        }
        // The runtime drops the task of the last child when it comes round to it.
        while open_files() != before {
            tokio::task::yield_now().await;
        }
        // What was dropped is reaped by a thread, since `Drop` does not wait.
        while !children().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        assert_eq!(child_process::unreaped(), [0; 0]);
    });
}
