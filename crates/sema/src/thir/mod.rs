//! The typed tree: what checking makes of a declaration.
//!
//! Every name is resolved, every type known, every implicit conversion written out, constants
//! (`let`) put in place and folded. Lowering to bytecode reads this tree, and so does the slow
//! evaluator that tests compare with. A body that had findings has none: nothing downstream
//! meets a [`Type::Error`](crate::Type::Error).
//!
//! Ranges are relative to the start of the item, so that an edit elsewhere in the file leaves the
//! tree equal.

mod expr;
mod journey;
mod schema;
mod test;
mod tile;

pub use expr::{
    BinaryOp, CompareOp, Condition, Const, Expr, ExprKind, Fold, FoldFn, History, HistoryFn,
    HistoryRange, Item, UnaryOp, Wake,
};
pub use journey::RESTARTED;
pub use journey::{
    Binding, BindingId, BindingKind, Each, Entry, EventMatch, ExitCriterion, ExitTrigger, Goal,
    Journey, Param, Reenter, Since, WhileInside,
};
pub use schema::{
    Audience, Cap, Delivery, HttpRequest, Mail, Method, Otherwise, Policy, Quiet, Request,
    RequestKind,
};
pub use test::{Step, Test};
pub use tile::{
    ArmTrigger, Call, Hours, Outcome, OutcomeArm, Repeat, Response, RunArm, RunEnd, SplitArm, Tile,
    TileKind, WaitArm, WaitLimit, Webhook, Window,
};
