//! How many files and sockets the process may have open at a time.
//!
//! Whoever opens connections must not take from the store what it needs to open a file: it would have
//! to end the process. So as many as the system grants are asked for, and of these some are kept.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What is kept for files of the store, for receivers and for what else there is.
const KEPT: u64 = 768;

/// How many connections may be open at a time, of so many that are wanted.
pub fn connections(wanted: usize) -> usize {
    let granted = raise();
    let fitting = fitting(granted, wanted);
    if fitting < wanted {
        let granted = granted.unwrap_or_default();
        tracing::warn!(
            connections = fitting,
            "the process may open {granted} files and sockets, which is too little for \
             `limits.connections` = {wanted}: raise it (`ulimit -n`, LimitNOFILE of systemd), or lower that"
        );
    }
    fitting
}

/// Asks for as many as the process may ask for. How many it may open now; nothing is any number.
fn raise() -> Option<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    if raised.is_ok() { maximum } else { current }
}

/// As many as fit beside what is kept; a quarter where nearly nothing would.
fn fitting(granted: Option<u64>, wanted: usize) -> usize {
    let Some(granted) = granted else { return wanted };
    let room = granted.saturating_sub(KEPT).max(granted / 4);
    wanted.min(usize::try_from(room).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::fitting;

    #[test]
    fn connections_leave_the_store_its_files() {
        assert_eq!(fitting(None, 10_000), 10_000);
        assert_eq!(fitting(Some(1 << 19), 10_000), 10_000);
        assert_eq!(fitting(Some(4_096), 10_000), 4_096 - 768);
        assert_eq!(fitting(Some(1_024), 10_000), 256);
        assert_eq!(fitting(Some(1_024), 100), 100);
        assert_eq!(fitting(Some(400), 10_000), 100);
    }
}
