//! Names, types and checks of a Journey workspace.
//!
//! This crate turns the syntax of all files of a workspace into typed trees, or into diagnostics
//! that say what is wrong, where, and what to do. It knows no files and no clock, no editor's
//! protocol, and nothing of how a journey runs.
//!
//! Start at [`Workspace`]. Behind it is a database of queries (`db`): `items` cuts files into
//! declarations that do not know their place, `table` knows which names there are,
//! `declarations` and `constants` what they stand for; `journey`, `audiences` and `tests_decl`
//! check bodies, by way of `expr`, which knows the types. `diagnostics` collects what was found.
//! The result is a [`Checked`] workspace of [`thir`] trees.

mod allows;
mod attributes;
mod audiences;
mod calls;
pub mod config;
mod constants;
mod continuous;
mod cx;
mod db;
mod declarations;
mod destinations;
mod diagnostics;
mod duplicates;
mod expr;
mod facts;
mod findings;
mod fold;
mod graph;
pub mod index;
mod instant;
mod items;
mod journey;
mod literals;
mod loops;
mod lost;
mod names;
mod policies;
mod privacy;
mod record;
mod relations;
mod requests;
pub mod schema;
pub mod suggest;
mod table;
mod tests_decl;
pub mod thir;
pub mod ty;
mod types;
mod urls;
mod usage;
mod view;
pub mod walk;
mod workspace;
pub mod written;

pub use config::{Config, ConfigError, LintLevel};
pub use diagnostics::syntax_error;
pub use journey::outline;
pub use names::NameKind;
pub use schema::{
    ActionType, Checked, CheckedTest, DestinationKind, DestinationType, EventType, Schema,
};
pub use ty::{Field, Marks, Type};
pub use workspace::{Declaration, JourneyOutline, Stop, Superseded, Workspace, unless_superseded};
