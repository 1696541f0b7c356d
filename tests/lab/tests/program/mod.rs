//! The program `cargo lab` as tests run it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use doorward_lab::sheet::Sheet;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_doorward-lab");

/// A running `cargo lab`, killed at the end of the test whatever happens.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

/// Starts a lab on free ports and reads its line.
pub(crate) fn open(arguments: &[&str]) -> (Running, Value) {
    read(
        Command::new(PROGRAM)
            .args(["--", "--json", "--listen", "127.0.0.1:0"])
            .args(arguments),
    )
}

/// Starts a lab and reads its line.
pub(crate) fn read(command: &mut Command) -> (Running, Value) {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    (Running(child), serde_json::from_str(&line).unwrap())
}

/// Stops a lab in order.
pub(crate) fn stop(mut lab: Running) {
    let pid = Pid::from_raw(i32::try_from(lab.0.id()).unwrap()).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
    assert!(lab.0.wait().unwrap().success());
}

/// What a lab tells outside clients.
pub(crate) async fn sheet(told: &Value) -> Sheet {
    let address = told["lab"].as_str().unwrap().parse().unwrap();
    doorward_lab::play::sheet_of(&address).await.unwrap()
}
