//! Writes the syntax kinds and the typed views of `journey-syntax` from the grammar.
//!
//! The grammar is read with `pest_meta`; [`model`] decides what each rule becomes, [`kind`] and
//! [`ast`] write the two files. They are checked in, so that a build needs no code generation and
//! a review sees what a change of the grammar does to the API.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

mod ast;
mod kind;
pub(crate) mod model;

/// Whether to write the files or to compare them with what would be written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Write.
    Write,
    /// Compare.
    Check,
}

/// Why the files could not be generated.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CodegenError {
    /// A file could not be read or written, or `rustfmt` could not be started.
    #[error("{path}: {source}")]
    Io {
        /// The file or program.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The grammar itself does not parse.
    #[error("grammar/journey.pest:\n{0}")]
    Grammar(String),
    /// The grammar parses, and breaks a convention the generator relies on.
    #[error("grammar/journey.pest: rule `{rule}`: {message}")]
    Convention {
        /// The rule.
        rule: String,
        /// What is wrong with it, and what to do.
        message: String,
    },
    /// `rustfmt` refused what was generated: a mistake in the generator.
    #[error("rustfmt refused the generated {0}")]
    Format(&'static str),
    /// `--check` found a difference.
    #[error("{0} is not what grammar/journey.pest says; run `cargo xtask codegen`")]
    Stale(PathBuf),
}

/// Generates the files below `root`, or compares them.
pub(crate) fn run(root: &Path, mode: Mode) -> Result<(), CodegenError> {
    let source = read(&root.join("grammar/journey.pest"))?;
    let model = model::Model::read(&source)?;
    let folder = root.join("crates/syntax/src/generated");
    for (name, text) in [("kind.rs", kind::generate(&model)?), ("ast.rs", ast::generate(&model)?)] {
        let path = folder.join(name);
        let text = format(root, name, &text)?;
        if mode == Mode::Write {
            fs::write(&path, text).map_err(|source| CodegenError::Io { path, source })?;
        } else if fs::read_to_string(&path).ok().as_deref() != Some(text.as_str()) {
            return Err(CodegenError::Stale(path));
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, CodegenError> {
    fs::read_to_string(path).map_err(|source| CodegenError::Io { path: path.into(), source })
}

/// Runs `rustfmt` over `text` with the repository's settings.
fn format(root: &Path, name: &'static str, text: &str) -> Result<String, CodegenError> {
    let failed = |source| CodegenError::Io { path: "rustfmt".into(), source };
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(root.join("rustfmt.toml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text.as_bytes()).map_err(failed)?;
    }
    let output = child.wait_with_output().map_err(failed)?;
    if !output.status.success() {
        return Err(CodegenError::Format(name));
    }
    String::from_utf8(output.stdout).map_err(|_| CodegenError::Format(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checked_in_files_are_what_the_grammar_says() {
        run(&crate::root(), Mode::Check).unwrap();
    }

    #[test]
    fn a_rule_that_breaks_a_convention_is_refused() {
        let word = |rules: &str| format!("{rules}\nname = {{ word }}\nword = @{{ 'a'..'z'+ }}");
        let refused = |rules: &str| {
            let model = model::Model::read(&word(rules))?;
            ast::generate(&model)
        };
        for (rules, reason) in [
            ("kw_a = { \"a\" }", "must be a token"),
            ("a = { \"~\" }", "no punctuation"),
            ("a = { b | name }\nb = _{ name | c }\nc = { word }", "two accessors"),
            ("a = { name", "expected"),
        ] {
            let error = refused(rules).unwrap_err().to_string();
            assert!(error.contains(reason), "{rules}: {error}");
        }
    }
}
