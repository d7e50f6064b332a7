//! Memory that is used again from one call to the next.

use bumpalo::Bump;

/// What a call of [`apply`](crate::apply) or [`eval`](crate::eval) needs to work with. Make one a
/// thread and pass it to every call: once warm, it does not allocate.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Temporary values: texts, lists and records that expressions make.
    pub(crate) arena: Bump,
}

impl Scratch {
    /// Fresh scratch memory.
    pub fn new() -> Scratch {
        Scratch::default()
    }

    /// Where temporaries go.
    pub fn arena(&self) -> &Bump {
        &self.arena
    }

    /// Forgets all temporaries and keeps the memory. [`apply`](crate::apply) does this by itself.
    pub fn reset(&mut self) {
        self.arena.reset();
    }
}
