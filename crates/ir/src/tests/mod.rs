//! What things compile to.

mod expressions;
mod journeys;
