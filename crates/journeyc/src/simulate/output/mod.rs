//! What a simulation leaves behind: files, and a table for people.

mod html;
pub(crate) mod json;
mod report;
mod rows;
mod splits;
mod summary;
pub(crate) mod text;

pub use html::page;
pub use report::report;
pub(crate) use rows::Tables;
pub(crate) use summary::EnterAccount;
pub use summary::Summary;
