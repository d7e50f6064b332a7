//! Names, types and checks of a Journey workspace.

pub mod schema;
pub mod thir;
pub mod ty;

pub use schema::{ActionType, Checked, CheckedTest, DestinationKind, EventType, Schema};
pub use ty::{Field, Type};
