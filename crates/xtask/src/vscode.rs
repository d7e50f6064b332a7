//! `cargo xtask test-vscode`: the packed extension in code-server, in a browser.
//!
//! Not part of the other tests: it installs some 500 MB from npm, and needs Debian's chromium and a compiler for C++.

use std::path::Path;

use crate::{Failure, shell};

/// code-server for the node that Debian and most pipelines have, and what drives the browser.
const PACKAGES: &[&str] = &["code-server@4.100.3", "playwright-core@1.65.1"];

/// The parts of code-server in another language than JavaScript without which it does not start. Others fetch what
/// they need from elsewhere, so what they are for is missing: searching in files.
const NATIVE: &[&str] = &["@vscode/spdlog", "native-watchdog", "node-pty"];

const QUIET: &[&str] = &["--silent", "--no-audit", "--no-fund", "--ignore-scripts"];

/// Builds everything, installs what is missing, and runs `editors/vscode/browser/drive.mjs`.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let extension = root.join("editors/vscode");
    shell::run(&extension, "npm", &[&["ci"], QUIET].concat())?;
    shell::run(&extension, "npm", &["run", "--silent", "build"])?;
    shell::run(&extension, "npm", &["run", "--silent", "package"])?;
    shell::run(root, &shell::cargo(), &["build", "--quiet", "--package", "journeyc"])?;
    let tools = root.join("target/tools/vscode");
    if !tools.join("installed").exists() {
        install(&tools)?;
        std::fs::write(tools.join("installed"), PACKAGES.join("\n"))?;
    }
    let pictures = root.join("target/vscode");
    println!("pictures go to {}", pictures.display());
    shell::run_in(
        root,
        "node",
        &["editors/vscode/browser/drive.mjs"],
        &[
            ("JOURNEY_PICTURES", &pictures),
            ("JOURNEY_REPOSITORY", root),
            ("JOURNEY_SERVER", &root.join("target/debug/journeyc")),
            ("JOURNEY_TOOLS_FOLDER", &tools),
        ],
    )
}

/// What code-server's own script does when it is installed, less what comes from other places than npm.
fn install(tools: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(tools)?;
    let packages = [&["install"], QUIET, &["--prefix", "."], PACKAGES].concat();
    shell::run(tools, "npm", &packages)?;
    shell::run(tools, "npm", &["rebuild", "--silent", "argon2"])?;
    let code = tools.join("node_modules/code-server/lib/vscode");
    let inner = [&["install", "--omit=dev"], QUIET].concat();
    shell::run(&code, "npm", &inner)?;
    shell::run(&code.join("extensions"), "npm", &inner)?;
    for package in NATIVE {
        // The last steps of some fetch things that are not needed here; what is missing is seen at the start.
        let built = shell::run(&code, "npm", &["rebuild", "--silent", package]);
        if let Err(why) = built {
            eprintln!("{package}: {why}");
        }
    }
    link(&code, "node_modules", "node_modules.asar")?;
    link(&code.join("bin/helpers"), "browser-linux.sh", "browser.sh")
}

#[cfg(unix)]
fn link(folder: &Path, to: &str, name: &str) -> Result<(), Failure> {
    let place = folder.join(name);
    if !place.exists() {
        std::os::unix::fs::symlink(to, place)?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn link(_: &Path, _: &str, _: &str) -> Result<(), Failure> {
    Err("code-server runs on Linux and macOS".into())
}
