//! What the runtime measures, as `/metrics` has it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use journey_engine::counters::Counts;
use journey_engine::deploy::{History, Version};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::Runtime;

/// Seconds of a sync: a good disk, a slow one, one that is about to break.
const COMMIT: [f64; 10] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];
/// Seconds by which a timer is late: nobody notices, somebody may, something is wrong.
const LAG: [f64; 9] = [0.01, 0.1, 0.5, 1.0, 5.0, 30.0, 60.0, 600.0, 3_600.0];

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Measures {
    /// Events that came, by what became of them.
    pub events: Family<Outcome, Counter>,
    /// Attempts to deliver that have ended, by how.
    pub actions: Family<Outcome, Counter>,
    /// Messages that nobody has confirmed yet.
    pub outbox: Gauge,
    /// Commands that were carried out, timers among them.
    pub steps: Counter,
    /// Customers for whom something was due.
    pub fired: Counter,
    /// By how much the earliest of them was late.
    pub timer_lag: Histogram,
    /// How long it took to make steps durable.
    pub commits: Histogram,
}

/// What became of something.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Outcome {
    /// A word for it.
    pub outcome: &'static str,
}

impl Default for Measures {
    fn default() -> Measures {
        Measures {
            events: Family::default(),
            actions: Family::default(),
            outbox: Gauge::default(),
            steps: Counter::default(),
            fired: Counter::default(),
            timer_lag: Histogram::new(LAG),
            commits: Histogram::new(COMMIT),
        }
    }
}

impl Measures {
    /// Adds one that came to this.
    pub fn count(family: &Family<Outcome, Counter>, outcome: &'static str, by: u64) {
        family.get_or_create(&Outcome { outcome }).inc_by(by);
    }

    /// Registers all but what needs to know the names of journeys.
    pub fn register(&self, registry: &mut Registry) {
        // What has not happened yet is 0, and not unknown.
        for outcome in ["accepted", "duplicate", "rejected"] {
            Measures::count(&self.events, outcome, 0);
        }
        for outcome in ["delivered", "retried", "failed"] {
            Measures::count(&self.actions, outcome, 0);
        }
        let help = "Events that came in, by what became of them";
        registry.register("events_ingested", help, self.events.clone());
        let help = "Attempts to deliver a message or call, by how they ended";
        registry.register("actions", help, self.actions.clone());
        let help = "Messages and calls that nobody has confirmed yet";
        registry.register("outbox_pending", help, self.outbox.clone());
        let help = "Commands that shards carried out";
        registry.register("steps", help, self.steps.clone());
        let help = "Customers for whom something was due";
        registry.register("timers_fired", help, self.fired.clone());
        let help = "Seconds by which the earliest timer of a batch was late";
        registry.register("timer_lag_seconds", help, self.timer_lag.clone());
        let help = "Seconds it took to make a group of steps durable";
        registry.register("commit_seconds", help, self.commits.clone());
    }
}

/// Metrics of journeys, by their names.
pub struct JourneyMetrics(pub Arc<Runtime>);

impl fmt::Debug for JourneyMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JourneyMetrics")
    }
}

impl Collector for JourneyMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let (tallies, history) = (&self.0.tallies, self.0.history());
        let sums = tallies.since();
        let name = |version: &Version| {
            self.0.read_control(|control| control.name(version.line).map(str::to_owned))
        };
        let mut inside: BTreeMap<String, u64> = BTreeMap::new();
        // Of each version how many there were, then who came and who went.
        for (version, count) in tallies.members_before() {
            *inside.entry(name(&version).unwrap_or_default()).or_default() += count;
        }
        for (version, counts) in &sums {
            let (came, went) = traffic(counts);
            let count = inside.entry(name(version).unwrap_or_default()).or_default();
            *count = (*count + came).saturating_sub(went);
        }
        let help = "Members inside a journey";
        let mut members =
            encoder.encode_descriptor("journeyd_members_active", help, None, MetricType::Gauge)?;
        for (journey, count) in &inside {
            let labels = [("journey", journey.as_str())];
            let metric = ConstGauge::new(i64::try_from(*count).unwrap_or(i64::MAX));
            metric.encode(members.encode_family(&labels)?)?;
        }
        let help = "Members that passed a tile or left from it";
        let total = "journeyd_tile_transitions";
        let transitions = encoder.encode_descriptor(total, help, None, MetricType::Counter)?;
        encode_tiles(transitions, &history, &sums, name)
    }
}

/// How many came into a journey, and how many went.
fn traffic(counts: &Counts) -> (u64, u64) {
    let went = counts.exits.iter().sum::<u64>() + counts.removed + counts.moved_out;
    (counts.entered + counts.moved_in, went)
}

fn encode_tiles(
    mut encoder: MetricEncoder<'_>,
    history: &History,
    sums: &BTreeMap<Version, Counts>,
    name: impl Fn(&Version) -> Option<String>,
) -> Result<(), fmt::Error> {
    for (version, counts) in sums {
        let Some(deployment) = history.deployment() else { continue };
        let Some(journey) = deployment.find(*version) else { continue };
        let Some(journey) = deployment.set.program().journeys.get(usize::from(journey)) else {
            continue;
        };
        let (name, number) = (name(version).unwrap_or_default(), version.version.to_string());
        for (tile, counts) in journey.tiles.iter().zip(&counts.tiles) {
            let (journey, version) = (("journey", name.as_str()), ("version", number.as_str()));
            let labels = [journey, version, ("tile", tile.id.as_str())];
            let metric = ConstCounter::new(counts.passed + counts.exited);
            metric.encode(encoder.encode_family(&labels)?)?;
        }
    }
    Ok(())
}
