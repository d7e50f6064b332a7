//! Events that were not taken, for people to look at.

use serde::{Deserialize, Serialize};

/// An event that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// When it came.
    pub at: i64,
    /// Whose it is, as far as that could be read.
    pub customer: Option<String>,
    /// Why it was not taken.
    pub reason: String,
    /// What came, cut off where it is too long.
    pub text: String,
}

impl Rejected {
    /// Whether it may hold something about a customer.
    pub fn names(&self, customer: &str) -> bool {
        self.customer.as_deref() == Some(customer) || self.text.contains(customer)
    }
}
