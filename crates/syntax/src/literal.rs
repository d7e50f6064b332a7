//! What literals and texts stand for.
