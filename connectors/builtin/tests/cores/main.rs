//! A run of a model takes one core and no more, so that who bounds the callers bounds what all captures together take.
//!
//! One test in a process of its own: it adds up what each thread has worked. Linux counts that in hundredths of a second.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "tests fail by panicking")]

use std::path::Path;

use doorward_builtin::Models;
use doorward_builtin::model::File;

/// Ticks of processor time after which shares of it mean something.
const ENOUGH: u64 = 150;

/// What each thread of this process has worked so far, in ticks, the busiest first.
fn worked() -> Vec<u64> {
    let threads = std::fs::read_dir("/proc/self/task").expect("threads");
    let ticks = |thread: std::io::Result<std::fs::DirEntry>| {
        let stat = std::fs::read_to_string(thread.ok()?.path().join("stat")).ok()?;
        // The name in brackets may hold spaces; user and system time are the 12th and 13th after it.
        let times = stat.rsplit(')').next()?.split_whitespace().skip(11).take(2);
        times.map(|time| time.parse::<u64>().ok()).sum::<Option<u64>>()
    };
    let mut found: Vec<u64> = threads.filter_map(ticks).collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    found
}

/// How many threads the runtime would have of its own accord: on a machine with one core of two threads, only one.
const WISH: (&str, &str) = ("RTEN_NUM_THREADS", "2");

#[test]
fn whoever_runs_a_model_keeps_one_core_busy_and_leaves_the_others() {
    if std::env::var(WISH.0).is_err() {
        let again = std::env::current_exe().expect("this test");
        let again = std::process::Command::new(again).env(WISH.0, WISH.1).status();
        assert!(again.expect("started").success());
        return;
    }
    let models = Models::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("models"));
    let model = models.get(File::FaceFinder).expect("loads");
    let before: u64 = worked().iter().sum();
    loop {
        model
            .run([1, 3, 640, 640], vec![90.0; 3 * 640 * 640], &["cls_8"])
            .expect("runs");
        let now = worked();
        let all = now.iter().sum::<u64>();
        if all - before < ENOUGH {
            continue;
        }
        // Beside the worker there is this thread, which loads the model, fills the input and waits.
        let busiest = now.first().copied().unwrap_or(0);
        assert!(busiest * 10 >= all * 8, "{now:?}");
        break;
    }
}
