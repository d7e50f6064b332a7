//! The picture of a journey, the way between it and the text, and edits.

mod edits;
mod extracted;
mod forms;
mod laws;
mod picture;
mod sources;
mod wire;
mod wrapped;
