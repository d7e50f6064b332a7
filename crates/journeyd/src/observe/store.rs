//! Metrics of the store.

use std::fmt;
use std::sync::Arc;

use journey_engine::store::EmbeddedStore;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// Asks the store when it is asked.
pub struct StoreMetrics(pub Arc<EmbeddedStore>);

impl fmt::Debug for StoreMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreMetrics")
    }
}

impl Collector for StoreMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let metrics = self.0.metrics();
        for (name, help, value) in [
            ("appends", "Batches that were appended", metrics.appends),
            ("log_bytes", "Bytes that were written to the log", metrics.log_bytes),
            ("syncs", "How often the log was synced", metrics.syncs),
            ("flushes", "Layers that were written behind the log", metrics.flushes),
            ("flushed_bytes", "Bytes that were written behind the log", metrics.flushed_bytes),
            ("merges", "How often files behind the log were merged", metrics.merges),
            ("append_waits", "Appends that had to wait for room in memory", metrics.waits),
        ] {
            let (name, metric) = (format!("journeyd_store_{name}"), ConstCounter::new(value));
            metric.encode(encoder.encode_descriptor(&name, help, None, metric.metric_type())?)?;
        }
        for (name, help, value) in [
            ("log_segments", "Segments the log has", metrics.segments),
            ("overlay_bytes", "Memory of changes that are only in the log", metrics.overlay_bytes),
            ("overlay_keys", "Keys these changes concern", metrics.overlay_keys),
            ("frozen_layers", "Layers that wait to be written", metrics.frozen_layers),
        ] {
            let value = i64::try_from(value).unwrap_or(i64::MAX);
            let (name, metric) = (format!("journeyd_store_{name}"), ConstGauge::new(value));
            metric.encode(encoder.encode_descriptor(&name, help, None, metric.metric_type())?)?;
        }
        Ok(())
    }
}
