//! Tests and their steps.

use std::sync::Arc;

use journey_base::TextRange;

use super::{Const, Expr};

/// A test that checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Test {
    /// Its title.
    pub title: Arc<str>,
    /// The journey it is about.
    pub journey: Arc<str>,
    /// Traits the customer starts with.
    pub customer: Vec<(Arc<str>, Const)>,
    /// Audiences without a definition the customer starts in.
    pub audiences: Vec<Arc<str>>,
    /// Steps in order, each with its place relative to the item.
    pub steps: Vec<(Step, TextRange)>,
}

/// A step of a test.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// `at TIME`: milliseconds since 1970; never before the time reached so far
    At(i64),
    /// `after D`: milliseconds
    After(i64),
    /// `event NAME {…}`: the event, and a value for each property in declaration order
    Event(Arc<str>, Vec<Const>),
    /// `update customer {…}`
    Update(Vec<(Arc<str>, Const)>),
    /// `join AUDIENCE`, `leave AUDIENCE`: one without a definition, and whether it is joined
    Member(Arc<str>, bool),
    /// `respond LABEL …`: from now on the webhook of that label is answered so
    Respond(Arc<str>, Const),
    /// `fail LABEL (with STATUS)? (N times)?`: from now on, or so many times
    Fail {
        /// The label of a webhook or send.
        label: Arc<str>,
        /// The status of the response.
        status: Option<u16>,
        /// How many times.
        times: Option<u32>,
    },
    /// `expect webhook LABEL {…}? (N times)?`
    ExpectWebhook {
        /// Its label.
        label: Arc<str>,
        /// Fields that the body must have.
        fields: Vec<(Arc<str>, Const)>,
        /// How many times.
        times: Option<u32>,
    },
    /// `expect no webhook LABEL`
    ExpectNoWebhook(Arc<str>),
    /// `choose SPLIT ARM`
    Choose(Arc<str>, Arc<str>),
    /// `pause`: the test's journey; never while it is paused
    Pause,
    /// `resume`: never but while it is paused
    Resume,
    /// `enter (args)`: by hand
    Enter {
        /// Arguments by parameter.
        args: Vec<(Arc<str>, Const)>,
        /// Where the journey's entry is an event, a value for each of its properties in declaration
        /// order.
        event: Option<Vec<Const>>,
    },
    /// `expect exit NAME`
    ExpectExit(Arc<str>),
    /// `expect at LABEL (until TIME)?`
    ExpectAt(Arc<str>, Option<i64>),
    /// `expect send DEST.ACTION(args…)? (N times)?`: every message so far of that action with
    /// those arguments, exactly N, or at least one
    ExpectSend {
        /// `destination.action`
        action: Arc<str>,
        /// Arguments it must have, by parameter.
        args: Vec<(Arc<str>, Const)>,
        /// Exactly how many.
        times: Option<u32>,
    },
    /// `expect no send …`
    ExpectNoSend {
        /// `destination.action`
        action: Arc<str>,
        /// Arguments it would have.
        args: Vec<(Arc<str>, Const)>,
    },
    /// `expect goal NAME`, `expect no goal NAME`: whether some membership has reached it
    ExpectGoal(Arc<str>, bool),
    /// `expect not entered`
    ExpectNotEntered,
    /// `expect COND`: over the customer and now
    ExpectCondition(Expr),
}
