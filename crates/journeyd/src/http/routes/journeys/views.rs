//! A journey as an answer.

use journey_engine::counters::Counts;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::super::problem::SourceError;
use super::super::super::state::Services;
use super::canvas::Canvas;
use crate::catalog::JourneyView;
use crate::runtime::CatchingUp;

/// The states there are.
pub(super) const STATES: [&str; 5] = ["draft", "active", "paused", "completed", "stopped"];

/// A journey in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super::super) struct JourneyLine {
    /// Its name.
    id: String,
    /// How it stands.
    state: &'static str,
    /// The version that was activated last.
    version: Option<u32>,
    /// The version that is being written.
    draft: Option<u32>,
    /// The moves that lead to another state.
    moves: Vec<&'static str>,
}

/// A journey.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super::super) struct Journey {
    #[serde(flatten)]
    line: JourneyLine,
    /// The text of the draft, or of the version that was activated last.
    source: String,
    /// The picture of that text; absent where it has errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    canvas: Option<Canvas>,
    /// What is wrong with it.
    diagnostics: Vec<SourceError>,
    /// What has happened so far, all versions together.
    counts: Totals,
    /// While customers are being brought along to what was done last: an activation, a resumption, a stop.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    catching_up: Option<CatchingUpView>,
}

/// How far customers have been brought along. All of the server are looked at, members or not.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatchingUp)]
pub(super) struct CatchingUpView {
    /// Customers that were looked at so far.
    looked_at: u64,
    /// How many there were the last time; absent as long as they were not counted since the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    customers: Option<u64>,
}

/// What has happened in a journey so far.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(in super::super::super) struct Totals {
    /// Memberships that began.
    pub(in super::super::super) entered: u64,
    /// Members inside now.
    pub(in super::super::super) inside: u64,
    /// Memberships that ended with an outcome.
    pub(in super::super::super) exited: u64,
    /// Members that were taken out, or left with all others.
    pub(in super::super::super) removed: u64,
    /// Members inside that cannot go on.
    pub(in super::super::super) faulted: u64,
    /// Goals that were reached.
    pub(in super::super::super) goals: u64,
}

impl JourneyLine {
    pub(super) fn of(view: &JourneyView) -> JourneyLine {
        JourneyLine {
            id: view.document.name.clone(),
            state: view.state.name(),
            version: view.document.current().map(|it| it.number),
            draft: view.document.draft().map(|it| it.number),
            moves: view.moves(),
        }
    }
}

impl Journey {
    pub(super) fn of(services: &Services, view: &JourneyView) -> Journey {
        let source = view.document.versions.last().map(|it| it.source.clone()).unwrap_or_default();
        let looked = services.catalog.look_at(&view.document.name, &source);
        let canvas = looked.graph.as_ref().map(Canvas::of);
        Journey {
            line: JourneyLine::of(view),
            source,
            canvas,
            diagnostics: looked.findings.clone(),
            counts: totals(services, &view.document.name),
            catching_up: catching_up(services, &view.document.name),
        }
    }
}

fn catching_up(services: &Services, name: &str) -> Option<CatchingUpView> {
    let runtime = &services.runtime;
    let line = runtime.read_control(|control| control.line(name))?;
    let CatchingUp { looked_at, customers } = runtime.catching_up(line)?;
    Some(CatchingUpView { looked_at, customers })
}

pub(in super::super::super) fn totals(services: &Services, name: &str) -> Totals {
    let line = services.runtime.read_control(|control| control.line(name));
    let tallies = line.map(|line| services.runtime.tallies(line)).unwrap_or_default();
    let mut totals = Totals::default();
    tallies.values().for_each(|tally| totals.add(&tally.counts));
    totals
}

impl Totals {
    pub(super) fn add(&mut self, counts: &Counts) {
        self.entered += counts.entered;
        self.inside += counts.inside();
        self.exited += counts.exits.iter().sum::<u64>();
        self.removed += counts.removed;
        self.faulted += counts.faulted.saturating_sub(counts.unfaulted);
        self.goals += counts.goals.iter().sum::<u64>();
    }
}
