//! Everything that leaves the process: actions on their way to destinations, and what came back.
