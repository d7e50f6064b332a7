//! The expression interpreter and the pure apply function.
