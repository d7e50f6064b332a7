//! How the parts of the server hear that it stops.

use tokio::sync::watch;

/// Says that the server stops.
#[derive(Debug)]
pub struct Stop(watch::Sender<bool>);

/// Hears that the server stops.
#[derive(Debug, Clone)]
pub struct Stopping(watch::Receiver<bool>);

impl Default for Stop {
    fn default() -> Self {
        Stop(watch::Sender::new(false))
    }
}

impl Stop {
    /// One who hears of it.
    pub fn listener(&self) -> Stopping {
        Stopping(self.0.subscribe())
    }

    /// The server stops.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stopping {
    /// Whether the server stops.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Ends when the server stops. A response that streams without end selects on this, so that
    /// it does not hold the process up.
    pub async fn begun(&mut self) {
        // Nobody left to say so is as good as said.
        let _ = self.0.wait_for(|stopping| *stopping).await;
    }
}
