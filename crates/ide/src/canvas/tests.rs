//! The picture of a journey, and the way between it and the text.

mod picture;
mod sources;
