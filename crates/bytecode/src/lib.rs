//! The compiled form of journeys.
//!
//! A [`Program`] is what the compiler hands to the interpreter: the schema that events and traits
//! are laid out by, a pool of constants, expression code, and for each journey a table of states
//! with the coarse code that runs between them. This crate knows how a program is written to
//! bytes, read back, verified and printed. It does not know source text, syntax trees, the type
//! checker, or how a program is run.
//!
//! Start at [`program`] for the shape of a program and at [`insn`] for the expression code.
//! Nothing downstream takes a bare `Program`: the interpreter accepts only
//! `Verified<Program>`, which the verifier alone can make.

pub mod codec;
pub mod disasm;
pub mod insn;
pub mod journey;
pub mod link;
pub mod migration;
pub mod program;
pub mod request;
pub mod value;
pub mod verify;

pub use codec::{DecodeError, DecodeErrorKind, artifact_id, decode, encode, schema_fingerprint};
pub use disasm::disasm;

pub use insn::{BinaryOp, Cmp, Cond, Fold, Insn, UnaryOp};
pub use journey::*;
pub use link::{Broken, Comparison, Counterpart, LinkError, Pinned, link};
pub use migration::{Fate, Place, Plan, WaitKind};
pub use program::*;
pub use request::*;
pub use value::{Const, FieldType, Type};
pub use verify::{Problem, Verified, VerifyError, verify};
