//! How it runs: the threads that drive shards, their commits, and the clock.
