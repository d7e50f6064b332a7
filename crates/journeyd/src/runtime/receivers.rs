//! How the receivers of messages stand, for people who look at what does not arrive.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use journey_delivery::{Circuit, Deliverer, QueueStatus};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;

use super::Gone;

/// How a receiver stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whether it is called.
    pub circuit: Circuit,
    /// Since when it is gone, if it is.
    pub gone_since: Option<i64>,
    /// Its queue, if it has one at present.
    pub queue: Option<QueueStatus>,
}

/// Those who are called, by the names of their queues.
pub trait Receivers: Send + Sync {
    /// How those stand that have a queue or are gone.
    fn all(&self) -> BTreeMap<String, Standing>;

    /// Receivers that are left alone at present, and why.
    fn left_alone(&self) -> BTreeMap<String, Circuit> {
        let all = self.all().into_iter().map(|(queue, standing)| (queue, standing.circuit));
        all.filter(|(_, circuit)| *circuit != Circuit::Closed).collect()
    }

    /// Has receivers called again, whatever they did before. That is durable when this returns; it may block.
    fn enable(&self, queues: &[String]);
}

/// Those that delivery calls.
pub struct Called {
    /// Who calls them.
    pub deliverer: Arc<Deliverer>,
    /// Those that are not called any more.
    pub gone: Arc<Gone>,
}

impl Receivers for Called {
    fn all(&self) -> BTreeMap<String, Standing> {
        let gone = self.gone.all().into_iter().map(|(queue, since)| {
            let gone_since = Some(since);
            (queue, Standing { circuit: Circuit::Disabled, gone_since, queue: None })
        });
        let mut all: BTreeMap<String, Standing> = gone.collect();
        for status in self.deliverer.status() {
            let gone_since = all.get(&status.queue).and_then(|standing| standing.gone_since);
            let (name, circuit) = (status.queue.clone(), status.circuit);
            all.insert(name, Standing { circuit, gone_since, queue: Some(status) });
        }
        all
    }

    fn enable(&self, queues: &[String]) {
        for queue in queues {
            // Before, so that no queue is opened for one that is gone; one that has none is called when it gets
            // something. And behind, for what was heard between the two.
            self.gone.forget(queue);
            let _ = self.deliverer.enable(queue);
            self.gone.forget(queue);
        }
    }
}

/// Nobody: nothing leaves.
impl Receivers for () {
    fn all(&self) -> BTreeMap<String, Standing> {
        BTreeMap::new()
    }

    fn enable(&self, _: &[String]) {}
}

/// Metrics of receivers: how many stand how. Their names are no labels, as sources may name many.
pub struct ReceiverMetrics(pub Arc<dyn Receivers>);

impl fmt::Debug for ReceiverMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReceiverMetrics")
    }
}

/// The words for how a receiver stands, as the API has them.
fn word(circuit: Circuit) -> &'static str {
    match circuit {
        Circuit::Closed => "called",
        Circuit::Open => "left_alone",
        Circuit::Probing => "probed",
        Circuit::Disabled => "gone",
    }
}

impl Collector for ReceiverMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
        for circuit in [Circuit::Closed, Circuit::Open, Circuit::Probing, Circuit::Disabled] {
            counts.insert(word(circuit), 0);
        }
        for standing in self.0.all().values() {
            *counts.entry(word(standing.circuit)).or_default() += 1;
        }
        let help = "Receivers that have a queue or are gone, by whether they are called";
        let mut receivers =
            encoder.encode_descriptor("journeyd_receivers", help, None, MetricType::Gauge)?;
        for (standing, count) in counts {
            let labels = [("standing", standing)];
            ConstGauge::new(count).encode(receivers.encode_family(&labels)?)?;
        }
        Ok(())
    }
}
