//! Names, types and checks of a Journey workspace.

pub mod thir;
pub mod ty;

pub use ty::{Field, Type};
