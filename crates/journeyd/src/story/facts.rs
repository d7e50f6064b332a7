//! What each kind of fact has to say.

use journey_bytecode::Journey;
use journey_engine::timeline::{Fact, Happened};
use journey_vm::{Ending, Refusal, Rule};
use serde_json::{Map, Value, json};

use super::{Teller, names, values};
use crate::http::time;

type More = Map<String, Value>;

/// Members of an object.
fn more<const N: usize>(members: [(&str, Value); N]) -> More {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

impl Teller<'_> {
    /// The kind of a fact and what there is to say of it, its place aside.
    pub(super) fn fact(self, happened: &Happened) -> (&'static str, More) {
        let program = self.program;
        let journey = program
            .zip(happened.journey)
            .and_then(|(program, journey)| program.journeys.get(usize::from(journey)));
        match &happened.what {
            Fact::Entered { key: None } => ("entered", More::new()),
            Fact::Entered { key: Some(key) } => ("entered", more([("key", names::plain(key))])),
            Fact::NotEntered { reason } => {
                ("not_entered", more([("reason", refusal(*reason).into())]))
            }
            Fact::Refreshed => ("refreshed", More::new()),
            Fact::Arrived => ("arrived", More::new()),
            Fact::Left { edge, since } => ("left", left(journey, happened.tile, *edge, *since)),
            Fact::Sent { action, args, .. } => ("sent", self.sent(*action, args)),
            Fact::Called { url, .. } => ("called", more([("url", url.as_str().into())])),
            Fact::Answered { outcome, status, .. } => {
                let outcome = names::outcome(*outcome).into();
                ("answered", more([("outcome", outcome), ("status", (*status).into())]))
            }
            Fact::Held { action, rule, until, again } => {
                let rule = rule_name(*rule).into();
                let action = self.action(*action);
                let (until, again) = (time(*until).into(), (*again).into());
                let said = [("action", action), ("rule", rule), ("until", until), ("again", again)];
                ("held", more(said))
            }
            Fact::Skipped { action, rule } => {
                let rule = rule_name(*rule).into();
                ("skipped", more([("action", self.action(*action)), ("rule", rule)]))
            }
            Fact::Updated { changes, .. } => ("updated", more([("changes", self.traits(changes))])),
            Fact::SetMember { audience, member, .. } => {
                let audience = self.audience(*audience);
                ("set_member", more([("audience", audience), ("member", (*member).into())]))
            }
            Fact::GoalReached { goal } => {
                ("goal_reached", more([("goal", goal_of(journey, *goal))]))
            }
            Fact::GoalFault { goal, fault } => {
                let fault = fault.to_string().into();
                ("goal_fault", more([("goal", goal_of(journey, *goal)), ("fault", fault)]))
            }
            Fact::Exited { ending, since } => ("exited", exited(journey, *ending, *since)),
            Fact::Faulted { fault } => ("faulted", more([("fault", fault.to_string().into())])),
            Fact::Unparked => ("unparked", More::new()),
            Fact::Forgotten { event } => ("forgotten", more([("event", self.event(*event))])),
            Fact::JoinedAudience { audience } => {
                ("joined_audience", more([("audience", self.audience(*audience))]))
            }
            Fact::LeftAudience { audience } => {
                ("left_audience", more([("audience", self.audience(*audience))]))
            }
            Fact::AudienceFault { audience, fault } => {
                let fault = fault.to_string().into();
                ("audience_fault", more([("audience", self.audience(*audience)), ("fault", fault)]))
            }
            Fact::UnknownZone => ("unknown_zone", More::new()),
            Fact::Decided { site, holds, reads } => {
                let reads = reads.iter().map(|(source, value)| self.read(*source, value));
                let words = |program| site.words(program, happened.journey, happened.tile);
                let question = self.program.and_then(words);
                let reads = Value::Array(reads.collect());
                let said = [("question", question.into()), ("holds", (*holds).into())];
                let mut said = more(said);
                said.insert("reads".to_owned(), reads);
                ("decided", said)
            }
            Fact::Duplicate => ("duplicate", More::new()),
            Fact::Rebased => ("rebased", More::new()),
            Fact::Moved { version } => ("moved", more([("from_version", (*version).into())])),
        }
    }

    fn action(self, action: u16) -> Value {
        let found = self.program.and_then(|it| it.actions.get(usize::from(action)));
        found.map(|action| action.name.clone()).into()
    }

    fn sent(self, action: u16, args: &[(u16, journey_bytecode::Const)]) -> More {
        let declared = self.program.and_then(|it| it.actions.get(usize::from(action)));
        let args = declared.map_or(Value::Null, |it| values(&it.params, args));
        more([("action", self.action(action)), ("args", args)])
    }
}

fn left(journey: Option<&Journey>, tile: Option<u16>, edge: u16, since: i64) -> More {
    let tile = journey.zip(tile).and_then(|(it, tile)| it.tiles.get(usize::from(tile)));
    let edge = tile.and_then(|tile| tile.edges.get(usize::from(edge))).cloned();
    more([("edge", edge.into()), ("since", time(since).into())])
}

fn exited(journey: Option<&Journey>, ending: Ending, since: i64) -> More {
    let name = journey.map(|journey| ending.name(journey).to_owned());
    let by_itself = ending.outcome().is_some();
    let kind = if by_itself { "outcome" } else { "ending" };
    more([(kind, name.into()), ("since", time(since).into())])
}

fn goal_of(journey: Option<&Journey>, goal: u16) -> Value {
    let goal = journey.and_then(|journey| journey.goals.get(usize::from(goal)));
    json!(goal.map(|goal| &goal.name))
}

fn rule_name(rule: Rule) -> &'static str {
    match rule {
        Rule::Require => "require",
        Rule::Quiet => "quiet",
        Rule::Cap => "cap",
    }
}

fn refusal(reason: Refusal) -> String {
    match reason {
        Refusal::Inside => "it is inside already".to_owned(),
        Refusal::Reentry => "the `reenter` rule says no".to_owned(),
        Refusal::Paused => "the journey is paused".to_owned(),
        Refusal::Stopped => "the journey is being stopped".to_owned(),
        Refusal::Closed => "the journey is completed".to_owned(),
        Refusal::Arguments => "these are not its arguments".to_owned(),
        Refusal::Condition => "the condition of its entry is false".to_owned(),
        Refusal::Fault(fault) => fault.to_string(),
        Refusal::NoEvent => "there is no event to take the key from".to_owned(),
    }
}
