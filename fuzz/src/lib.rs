//! What the fuzzer does with its bytes, and what must hold whatever they are.
//!
//! Each function is a target; `fuzz_targets/` hands the bytes to it, and `tests/seeds.rs` does the
//! same with the seeds on a toolchain that cannot fuzz. A target panics where a promise of the
//! project is broken: that is what a finding looks like.

// Targets are tests: a promise that is broken should stop them.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod life;
mod spell;

use std::sync::OnceLock;

use journey_base::Severity;
use journey_bytecode::codec::reseal;
use journey_bytecode::{decode, encode, verify};
use journey_fmt::{DEFAULT_WIDTH, FormatError, format};
use journey_sema::{Config, Workspace};
use journey_syntax::{MAX_ERRORS, parse};
use journey_vm::ProgramSet;

pub use spell::spell;

/// Longer inputs find nothing that shorter ones do not, and take longer to find it.
const MAX_TEXT: usize = 1 << 14;

/// Any text is read without loss, and gets a tree that keeps its promises.
pub fn lexer(data: &[u8]) {
    read(&String::from_utf8_lossy(data));
}

/// The same for texts that consist of the language's words.
pub fn parser(data: &[u8]) {
    read(&spell(data));
}

fn read(text: &str) {
    let parse = parse(text);
    assert_eq!(parse.tree.text(), text);
    assert_eq!(parse.tree.validate(), Ok(()));
    assert!(parse.errors.len() <= MAX_ERRORS + 1);
    for error in &parse.errors {
        let range = std::ops::Range::from(error.range);
        assert!(text.get(range).is_some(), "{error:?}");
    }
}

/// A text without mistakes has a canonical form, which is its own canonical form.
pub fn formatter(data: &[u8]) {
    let text = spell(data);
    match format(&text, DEFAULT_WIDTH) {
        Ok(once) => {
            let twice = format(&once, DEFAULT_WIDTH).expect("what was formatted can be formatted");
            assert_eq!(once, twice);
        }
        Err(FormatError::Syntax(errors)) => assert!(!errors.is_empty()),
        Err(error @ FormatError::Unfaithful { .. }) => panic!("{error}"),
    }
}

/// Any text is checked; what is found points into it; and what has no error compiles to a program
/// that the verifier takes and that runs without a fault of its own.
pub fn checker(data: &[u8]) {
    let text = spell(data);
    if text.len() > MAX_TEXT {
        return;
    }
    let files = vec![("main.journey".to_owned(), text.clone())];
    let workspace = Workspace::new(Config::default(), files);
    let found = workspace.diagnostics();
    for finding in &found {
        let range = std::ops::Range::from(finding.primary.range);
        assert!(text.get(range).is_some(), "{finding:?}");
    }
    if found.iter().any(|finding| finding.severity == Severity::Error) {
        return;
    }
    let Some(checked) = workspace.checked() else { panic!("no error, and nothing checked") };
    // Limits of the format are reported by the compiler alone.
    let Ok(program) = journey_ir::lower(&checked) else { return };
    let verified = verify(program).expect("the compiler's programs are sound");
    life::live(&ProgramSet::new(verified), data);
}

/// Bytes that may have been an artifact once are refused, or make a program that does no harm.
pub fn program(data: &[u8]) {
    run_artifact(data.to_vec(), data);
    run_artifact(patched(data), data);
}

fn run_artifact(mut artifact: Vec<u8>, data: &[u8]) {
    // Checksums keep accidents out, not an attacker, and would keep the fuzzer out.
    reseal(&mut artifact);
    let Ok(program) = decode(&artifact) else { return };
    // One program has one encoding.
    assert!(decode(&encode(&program)).is_ok_and(|again| again == program));
    if let Ok(verified) = verify(program) {
        life::live(&ProgramSet::new(verified), data);
    }
}

/// A sound artifact with a few bytes changed: three of the data say where, the fourth to what.
fn patched(data: &[u8]) -> Vec<u8> {
    static SOUND: OnceLock<Vec<u8>> = OnceLock::new();
    let mut artifact = SOUND.get_or_init(sound).clone();
    for patch in data.chunks_exact(4) {
        let [high, middle, low, value] = [patch[0], patch[1], patch[2], patch[3]];
        let at = u32::from_be_bytes([0, high, middle, low]) as usize % artifact.len();
        artifact[at] = value;
    }
    artifact
}

/// The artifact that is patched.
fn sound() -> Vec<u8> {
    let text = include_str!("../seeds/shop.journey").to_owned();
    let workspace = Workspace::new(Config::default(), vec![("shop.journey".to_owned(), text)]);
    let checked = workspace.checked().expect("the seed has no error");
    encode(&verify(journey_ir::lower(&checked).unwrap()).unwrap())
}
