//! When receivers are left alone.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Config, Length};

/// When a receiver that fails is left alone, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Breaker {
    /// After how many failures in a row.
    pub failures: u32,
    /// For how long at first; twice as long after each attempt that fails, too.
    pub pause: Length,
    /// For how long at most.
    pub longest: Length,
}

impl Default for Breaker {
    fn default() -> Breaker {
        Breaker { failures: 5, pause: Length::seconds(30), longest: Length::seconds(300) }
    }
}

/// What differs for one receiver.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OwnBreaker {
    /// After how many failures in a row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failures: Option<u32>,
    /// For how long at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause: Option<Length>,
    /// For how long at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest: Option<Length>,
}

impl OwnBreaker {
    /// What holds for the receiver, where that holds for all.
    pub fn over(self, general: Breaker) -> Breaker {
        Breaker {
            failures: self.failures.unwrap_or(general.failures),
            pause: self.pause.unwrap_or(general.pause),
            longest: self.longest.unwrap_or(general.longest),
        }
    }

    /// One with everything in it, to read off which keys there are.
    pub(super) fn example() -> OwnBreaker {
        let Breaker { failures, pause, longest } = Breaker::default();
        OwnBreaker { failures: Some(failures), pause: Some(pause), longest: Some(longest) }
    }
}

/// The longest pause: whoever is left alone for longer is forgotten.
const LONGEST: Duration = Duration::from_secs(86_400);

/// What is wrong with when receivers are left alone: keys, as TOML writes them, each with why.
pub(super) fn faults(config: &Config) -> BTreeMap<String, String> {
    let mut faults = BTreeMap::new();
    let general = config.delivery.breaker;
    check("delivery.breaker", general, &mut faults);
    for (name, destination) in &config.destinations {
        // What is wrong for all is not wrong for each once more.
        if destination.breaker != OwnBreaker::default() {
            let section = format!("destinations.{}.breaker", super::layers::in_toml(name));
            check(&section, destination.breaker.over(general), &mut faults);
        }
    }
    faults
}

fn check(section: &str, breaker: Breaker, faults: &mut BTreeMap<String, String>) {
    let Breaker { failures, pause, longest } = breaker;
    let mut fault = |key: &str, why: String| drop(faults.insert(format!("{section}.{key}"), why));
    if failures == 0 {
        fault("failures", "a receiver is left alone after one failure at the earliest".to_owned());
    }
    if pause.0.is_zero() {
        fault("pause", "a receiver is left alone for some time: 1s, say".to_owned());
    }
    if longest < pause {
        fault("longest", format!("`{longest}` is shorter than `pause`, which is `{pause}`"));
    }
    if longest.0 > LONGEST {
        fault("longest", format!("`{longest}` is longer than a day"));
    }
}
