//! Members, read from the store.

use std::sync::Arc;

use journey_engine::deploy::{Deployment, History, Line};
use journey_engine::form::ReadError;
use journey_engine::keys;
use journey_vm::{Instance, Status};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::super::problem::{Problem, ProblemKind};
use super::super::time;
use super::{Filter, MemberState};
use crate::pages::{Page, page};
use crate::runtime::Runtime;

/// A member of a journey.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MemberView {
    /// The customer.
    customer: String,
    /// The how manyeth membership of this customer in this journey.
    membership: u32,
    /// The version of the journey that it goes by.
    version: u32,
    /// The tile it is at.
    tile: Option<String>,
    /// How it stands.
    state: MemberState,
    /// Why it cannot go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    fault: Option<String>,
    /// When it entered.
    #[schema(format = "date-time")]
    entered_at: String,
    /// When it came to its tile.
    #[schema(format = "date-time")]
    arrived_at: String,
    /// When its wait ends, if nothing ends it before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "date-time")]
    waits_until: Option<String>,
}

/// The members of a journey.
pub(super) struct Members<'r> {
    runtime: &'r Runtime,
    history: Arc<History>,
    line: Line,
}

impl<'r> Members<'r> {
    pub(super) fn new(runtime: &'r Runtime, line: Line) -> Members<'r> {
        Members { runtime, history: runtime.history(), line }
    }

    /// Refuses a tile that no version with members has.
    pub(super) fn check(&self, id: &str, filter: &Filter) -> Result<(), Problem> {
        let Some(wanted) = &filter.tile else { return Ok(()) };
        let mut known: Vec<&str> = Vec::new();
        for deployment in self.history.deployment().into_iter() {
            let journeys = deployment.set.program().journeys.iter().zip(&deployment.journeys);
            let of_line = journeys.filter(|(_, version)| version.line == self.line);
            for (journey, _) in of_line {
                known.extend(journey.tiles.iter().map(|tile| tile.id.as_str()));
            }
        }
        if known.is_empty() || known.contains(&wanted.as_str()) {
            return Ok(());
        }
        known.sort_unstable();
        known.dedup();
        let known = known.join(", ");
        let detail =
            format!("in the query, `tile`: the journey `{id}` has none `{wanted}`, but: {known}");
        Err(Problem::new(ProblemKind::InvalidParameter, detail))
    }

    /// A page of those that fit.
    pub(super) fn page(
        &self,
        filter: &Filter,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Page<MemberView>, Problem> {
        let shards = 0..self.runtime.shards();
        let ranges: Vec<_> = shards.map(|shard| keys::members(self.line.0, shard)).collect();
        let found = page(self.runtime.store(), &ranges, after, limit, |key, _| {
            let Some((customer, membership)) = keys::member_of(key) else { return Ok(None) };
            let view = self.view(customer, membership)?;
            Ok::<_, ReadError>(view.filter(|view| view.fits(filter)))
        });
        Ok(found?)
    }

    fn view(&self, customer: &str, membership: u32) -> Result<Option<MemberView>, ReadError> {
        // It may have left between the index and this.
        let Some((record, deployment)) = self.runtime.look_up(customer)? else { return Ok(None) };
        let is_it = |it: &&Instance| {
            it.membership == membership
                && deployment.version(it.journey).is_some_and(|of| of.line == self.line)
        };
        let instance = record.instances().iter().find(is_it);
        Ok(instance.and_then(|it| self.member(customer, it, &deployment)))
    }

    fn member(
        &self,
        customer: &str,
        instance: &Instance,
        deployment: &Deployment,
    ) -> Option<MemberView> {
        let journey = deployment.set.program().journeys.get(usize::from(instance.journey))?;
        let tile = instance.tile.and_then(|tile| journey.tiles.get(usize::from(tile)));
        let (state, fault) = match instance.status {
            Status::Faulted(fault) => (MemberState::Faulted, Some(fault.to_string())),
            // A pause holds also those whom it has not been told yet.
            Status::Waiting(_) if self.history.paused().contains(&self.line) => {
                (MemberState::Paused, None)
            }
            Status::Waiting(_) => (MemberState::Waiting, None),
            Status::Paused => (MemberState::Paused, None),
        };
        let deadline = instance.deadline.filter(|_| state == MemberState::Waiting);
        Some(MemberView {
            customer: customer.to_owned(),
            membership: instance.membership,
            version: deployment.version(instance.journey)?.version,
            tile: tile.map(|tile| tile.id.clone()),
            state,
            fault,
            entered_at: time(instance.entered_at),
            arrived_at: time(instance.arrived_at),
            waits_until: deadline.map(time),
        })
    }
}

impl MemberView {
    fn fits(&self, filter: &Filter) -> bool {
        let at_tile = |wanted: &String| self.tile.as_ref() == Some(wanted);
        filter.tile.as_ref().is_none_or(at_tile)
            && filter.state.is_none_or(|wanted| self.state == wanted)
    }
}
