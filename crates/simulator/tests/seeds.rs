//! A thousand seeds keep every promise.

#[test]
fn a_thousand_seeds_keep_every_promise() {
    if let Err(broken) = journey_simulator::run_all(0, 1_000, &|_| {}) {
        panic!("{broken}");
    }
}
