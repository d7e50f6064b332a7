//! Workspaces on a disk, for those who work on them: `journeyc`, and `journeyd dev`.
//!
//! [`load`] finds and reads their files, [`compile`] checks them, [`watch`] does something again
//! whenever they change, [`directory`] is for those who stay with them and read again what changed, and [`render`] shows findings to people and programs. Here are the files and
//! the terminal; what the language means is in `journey-sema`.

pub mod compile;
pub mod directory;
pub mod load;
pub mod render;
pub mod watch;
