//! Which crate may know which.

use std::collections::BTreeSet;
use std::path::Path;

use crate::{Failure, shell};

/// What each crate may depend on within the workspace, development dependencies aside.
const ALLOWED: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("time", &[]),
    ("syntax", &["base"]),
    ("fmt", &["base", "syntax"]),
    ("sema", &["base", "syntax", "time"]),
    ("bytecode", &["base", "time"]),
    ("vm", &["bytecode", "time"]),
    ("engine", &["bytecode", "time", "vm"]),
    ("delivery", &["bytecode", "vm"]),
    ("intake", &["bytecode", "time", "vm"]),
    ("ir", &["base", "sema", "bytecode"]),
    ("ide", &["base", "time", "syntax", "fmt", "sema", "ir"]),
    ("lsp", &["base", "sema", "ide", "testing", "workspace"]),
    ("reference", &["base", "syntax", "sema"]),
    ("workspace", &["base", "sema", "ir"]),
    ("testing", &["base", "bytecode", "ir", "sema", "vm"]),
    (
        "journeyc",
        &[
            "base",
            "time",
            "syntax",
            "sema",
            "bytecode",
            "vm",
            "intake",
            "ir",
            "fmt",
            "lsp",
            "reference",
            "testing",
            "workspace",
        ],
    ),
    (
        "journeyd",
        &[
            "base",
            "time",
            "syntax",
            "sema",
            "bytecode",
            "vm",
            "engine",
            "delivery",
            "ir",
            "intake",
            "workspace",
        ],
    ),
    ("simulator", &["bytecode", "engine", "ir", "sema", "vm"]),
    ("treesitter", &[]),
    ("xtask", &["base"]),
];

/// What must not stand anywhere in a crate's dependency tree.
const ABSENT: &[(&str, &[&str])] = &[
    ("journey-base", &["salsa", "logos", "serde_json", "chrono"]),
    ("journey-time", &["journey-base", "salsa", "serde_json", "tokio"]),
    ("journey-syntax", &["salsa", "pest", "pest_meta", "serde_json", "chrono", "rayon"]),
    ("journey-sema", &["pest", "miette", "serde_json", "clap", "tokio", "ignore"]),
    ("journey-fmt", &["salsa", "pest", "serde_json", "clap", "rayon", "ignore"]),
    ("journey-bytecode", &["journey-syntax", "salsa", "logos", "rayon", "tokio"]),
    ("journey-vm", &["journey-syntax", "journey-sema", "salsa", "tokio", "rand", "rayon"]),
    ("journey-engine", &["journey-syntax", "journey-sema", "salsa", "tokio", "hyper", "rand"]),
    ("journey-delivery", &["journey-engine", "journey-sema", "axum", "rand", "openssl"]),
    ("journey-intake", &["journey-syntax", "journey-sema", "salsa", "tokio", "hyper", "rand"]),
    ("journey-ir", &["journey-vm", "miette", "clap", "tokio"]),
    ("journey-testing", &["journey-workspace", "serde_json", "clap", "tokio", "rand", "ignore"]),
    ("journey-ide", &["journey-vm", "tower-lsp-server", "serde_json", "tokio", "ignore", "clap"]),
];

/// The folders of all crates.
pub(super) fn crates(root: &Path) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root.join("crates"))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn manifest(root: &Path, name: &str) -> Result<toml::Table, Failure> {
    let path = root.join("crates").join(name).join("Cargo.toml");
    let text = std::fs::read_to_string(&path)?;
    Ok(text.parse::<toml::Table>().map_err(|error| format!("{}: {error}", path.display()))?)
}

fn dependencies(manifest: &toml::Table, section: &str) -> Vec<String> {
    let table = manifest.get(section).and_then(toml::Value::as_table);
    table.map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

pub(super) fn direction(root: &Path) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for name in crates(root)? {
        let Some((_, allowed)) = ALLOWED.iter().find(|(of, _)| *of == name) else {
            found.push(format!("crates/{name} has no place in the order of crates"));
            continue;
        };
        for dependency in dependencies(&manifest(root, &name)?, "dependencies") {
            if let Some(inner) = dependency.strip_prefix("journey-")
                && !allowed.contains(&inner)
            {
                found.push(format!("crates/{name} must not depend on crates/{inner}"));
            }
        }
    }
    Ok(found)
}

pub(super) fn absences(root: &Path) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for (package, absent) in ABSENT {
        let arguments =
            ["tree", "--offline", "--edges", "normal", "--prefix", "none", "--package", package];
        let tree = shell::output(root, &shell::cargo(), &arguments)?;
        let present: BTreeSet<&str> = tree.lines().filter_map(|l| l.split(' ').next()).collect();
        let wrong = absent.iter().filter(|name| present.contains(**name));
        found.extend(wrong.map(|name| format!("{package} must never know {name}")));
    }
    Ok(found)
}

pub(super) fn documented(root: &Path) -> Result<Vec<String>, Failure> {
    let document = std::fs::read_to_string(root.join("docs/dependencies.md"))?;
    let mut used = BTreeSet::new();
    for name in crates(root)? {
        let manifest = manifest(root, &name)?;
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            used.extend(dependencies(&manifest, section));
        }
    }
    used.retain(|name| !name.starts_with("journey"));
    Ok(used
        .into_iter()
        .filter(|name| !document.contains(&format!("| `{name}`")))
        .map(|name| format!("{name} is not in docs/dependencies.md"))
        .collect())
}
