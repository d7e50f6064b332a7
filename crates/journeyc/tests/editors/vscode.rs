//! The extension of VS Code, without VS Code: `cargo xtask test-vscode` is the test with it.

use std::process::Command;

use crate::support::{missing, root, run};

#[test]
fn the_extension_of_vs_code_compiles_passes_its_tests_and_is_packed() {
    let folder = root().join("editors/vscode");
    if !folder.join("node_modules/.bin/vsce").exists() {
        return missing("editors/vscode/node_modules");
    }
    for script in ["typecheck", "test", "build", "package"] {
        run(Command::new("npm").args(["run", "--silent", script]).current_dir(&folder));
    }
    let packed = std::fs::metadata(folder.join("dist/journey.vsix")).unwrap();
    assert!(packed.len() < 400_000, "journey.vsix has {} bytes", packed.len());
}
