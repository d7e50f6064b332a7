//! What runs: the sources, drafts and versions of the workspace, and their compiling and activation.
