//! The server as a process: its start, its end, and what the system counts of it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Process {
    /// Starts `journeyd dev`; it listens once this returns.
    pub(crate) fn start(workspace: &Path, data: &Path, base_url: &str) -> Process {
        let mut child = Command::new(env!("CARGO_BIN_EXE_journeyd"))
            .arg("dev")
            .arg(workspace)
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(["--set", "log.level=warn"])
            .env("JOURNEYD_DESTINATION_HOOK_BASE_URL", base_url)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut greeting = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut greeting).unwrap();
        let address = greeting.trim().rsplit('/').next().unwrap().parse().unwrap();
        // Nobody waits for what it says further.
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        Process { child, address }
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// What it holds in memory now, in bytes.
    pub(crate) fn resident(&self) -> u64 {
        self.of("status", "VmRSS:") * 1024
    }

    /// What it had the system write to disks so far, in bytes.
    pub(crate) fn written(&self) -> u64 {
        self.of("io", "write_bytes:")
    }

    fn of(&self, file: &str, field: &str) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(field)).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
