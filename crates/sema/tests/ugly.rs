//! Inputs nobody writes by hand: each gets an answer, in time, without a panic.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use std::fmt::Write;

use common::{brief, one_file};
use journey_base::{Code, Severity};

/// The codes found in a text, each once, in order.
fn codes(text: &str) -> Vec<String> {
    let mut codes: Vec<String> =
        one_file(text).diagnostics().iter().map(|found| found.code.to_string()).collect();
    codes.sort();
    codes.dedup();
    codes
}

#[test]
fn thousands_of_parentheses_are_one_finding() {
    let text = format!("let x = {}1{}\n", "(".repeat(20_000), ")".repeat(20_000));
    assert_eq!(codes(&text), ["J0006"]);
}

#[test]
fn what_may_be_nested_is_checked_however_deep() {
    let mut text = String::from("customer { n: int = 0 }\n");
    let nested =
        |open: &str, close: &str| format!("{}customer.n{}", open.repeat(100), close.repeat(100));
    let deep = [
        nested("(", ")"),
        nested("abs(", ")"),
        nested("-(", ")"),
        format!("{}customer.n{}", "(if true then 1 else ".repeat(60), ")".repeat(60)),
        nested("max(1, ", ")"),
    ];
    for (index, expr) in deep.iter().enumerate() {
        let _ = writeln!(text, "audience a{index} = {expr} > 1");
    }
    let _ = writeln!(text, "audience b = {}customer.n > 1{}", "not (".repeat(100), ")".repeat(100));
    let both = "(customer.n > 1 and (customer.n > 2 or ";
    let _ = writeln!(text, "audience c = {}true{}", both.repeat(50), "))".repeat(50));
    let _ = writeln!(text, "let d = {}1{}", "[".repeat(100), "]".repeat(100));
    let _ = writeln!(text, "event e {{ x: {}int{} }}", "list<".repeat(100), ">".repeat(100));
    let arms = "branch { when true { ".repeat(60);
    let _ = writeln!(text, "journey j {{ entry manual {arms} {} exit done }}", "} }".repeat(60));
    assert_eq!(codes(&text), ["J0603"], "{}", brief(&text));
}

#[test]
fn long_chains_have_a_limit() {
    let sum = vec!["customer.n"; 300].join(" + ");
    let text = format!("customer {{ n: int = 0 }}\naudience a = {sum} > 1\n");
    assert_eq!(codes(&text), ["J0308", "J0603"]);
    let all = vec!["customer.n > 1"; 2_000].join(" and ");
    let text = format!("customer {{ n: int = 0 }}\naudience a = {all}\n");
    assert_eq!(codes(&text), ["J0308", "J0603"]);
    // Of constants and texts no chain is left.
    let known = vec!["1"; 2_000].join(" + ");
    let texts = vec!["\"a{customer.n}\""; 500].join(" + ");
    let text = format!(
        "customer {{ n: int = 0 }}\nlet k = {known}\naudience a = {texts} == \"\" and customer.n > k\n"
    );
    assert_eq!(codes(&text), ["J0603"]);
}

#[test]
fn a_long_chain_of_constants_needs_no_stack() {
    let mut text = String::from("let a0 = 1\n");
    for index in 1..20_000 {
        let _ = writeln!(text, "let a{index} = a{} + 1", index - 1);
    }
    let _ = writeln!(text, "audience last = a19999 == 20000");
    assert_eq!(codes(&text), ["J0603"]);
    let circle: String =
        (0..5_000).map(|at| format!("let a{at} = a{} + 1\n", (at + 1) % 5_000)).collect();
    assert_eq!(codes(&circle), ["J0104"]);
}

#[test]
fn constants_made_of_one_another_twice_do_not_grow_without_end() {
    for (first, operator) in [
        ("\"aaaaaaaaaa\"", "+"),
        ("[1, 2]", "+"),
        ("lower(\"É\")", "+"),
        ("number(\"1\") ?? 1", "*"),
    ] {
        let mut text = format!("let a0 = {first}\n");
        for index in 1..60 {
            let _ = writeln!(text, "let a{index} = a{0} {operator} a{0}", index - 1);
        }
        let _ = writeln!(text, "let _last = a59");
        assert_eq!(codes(&text), ["J0308"], "{first}");
    }
}

#[test]
fn a_long_chain_of_audiences_needs_no_stack() {
    let mut text = String::from("customer { n: int = 0 }\naudience a0 = customer.n > 1\n");
    for index in 1..5_000 {
        let _ = writeln!(text, "audience a{index} = customer in a{}", index - 1);
    }
    let _ = writeln!(text, "journey j {{ entry audience a4999 exit done }}");
    let workspace = one_file(&text);
    let found = workspace.diagnostics();
    assert!(found.is_empty(), "{}", found.len());
    let order = workspace.checked().unwrap().audiences;
    assert_eq!((&*order[0].name, &*order[4_999].name), ("a0", "a4999"));
}

#[test]
fn too_many_tiles_are_refused_at_the_first_too_many() {
    let tiles = "wait 1d ".repeat(10_001);
    let text = format!("journey j {{ entry manual {tiles} exit done }}");
    assert_eq!(codes(&text), ["J0308"]);
    let tiles = "wait 1d ".repeat(9_999);
    let text = format!("journey j {{ entry manual {tiles} exit done }}");
    assert_eq!(codes(&text), [""; 0]);
}

#[test]
fn narrowing_along_ten_thousand_tiles() {
    let mut text = String::from("customer { e: text? }\nevent x { a: text? }\n");
    text.push_str("destination out log { action note(v: text) }\n");
    text.push_str("journey j { entry event x exit gone when customer.e is unset\n");
    for index in 0..2_400 {
        let _ = writeln!(text, "wait for event x as b{index} up to 1d");
        let _ = writeln!(text, "branch {{ when b{index} is unset {{ exit a }} }}");
        let _ = writeln!(text, "send out.note(v: customer.e + (b{index}.a ?? \"\"))");
    }
    text.push_str("exit done }\n");
    assert_eq!(brief(&text), "");
}

#[test]
fn a_hundred_findings_are_shown_and_the_rest_counted() {
    let text: String = (0..500).map(|at| format!("let _first{at} = second{at}\n")).collect();
    let found = one_file(&text).diagnostics();
    assert_eq!(found.len(), 101);
    let last = found.last().unwrap();
    assert_eq!(last.code, Code::TOO_MANY);
    assert!(last.message.ends_with("findings in this file; the first 100 are shown"));
    // Many warnings do not make an error, nor hide one.
    let mut text: String = (0..200).map(|at| format!("let A{at} = 1\n")).collect();
    let workspace = one_file(&text);
    assert!(workspace.diagnostics().iter().all(|found| found.severity == Severity::Warning));
    assert!(workspace.checked().is_some());
    text.push_str("let b = c\n");
    let found = one_file(&text).diagnostics();
    assert!(found.iter().any(|found| found.severity == Severity::Error));
}

#[test]
fn garbage_is_not_checked_twice() {
    let noise: String = (0..40_000u32)
        .map(|at| char::from_u32(33 + at.wrapping_mul(2_654_435_761) % 94).unwrap())
        .collect();
    let found = one_file(&noise).diagnostics();
    assert!(!found.is_empty() && found.len() <= 101);
    assert!(found.iter().all(|found| found.code < Code::UNKNOWN_NAME), "only the parser speaks");
}

#[test]
fn a_megabyte_of_unknown_names_is_answered() {
    let mut text = String::from("destination out log { action note(v: text) }\n");
    text.push_str("event placed { total: number }\n");
    text.push_str("journey j { entry event placed\n");
    for index in 0..9_000 {
        let _ = writeln!(text, "send out.note(v: customer.unknown_trait_{index}, w: {index})");
    }
    text.push_str("exit done }\n");
    assert_eq!(one_file(&text).diagnostics().len(), 101);
}

#[test]
fn ten_thousand_events_with_a_slip() {
    let mut text = String::new();
    for index in 0..10_000 {
        let _ = writeln!(text, "event event_number_{index} {{ p: int }}");
    }
    text.push_str("journey j { entry event evnt_number_17 exit done }\n");
    let found = one_file(&text).diagnostics();
    let error = found.iter().find(|found| found.severity == Severity::Error).unwrap();
    assert_eq!(error.primary.text, "did you mean `event_number_17`?");
}

#[test]
fn an_empty_workspace_is_clean() {
    assert_eq!(brief(""), "");
    assert_eq!(brief("\u{FEFF}// nothing here\n"), "");
    let none = journey_sema::Workspace::new(
        journey_sema::Config::default(),
        Vec::<(String, String)>::new(),
    );
    assert!(none.diagnostics().is_empty());
    assert!(none.checked().unwrap().journeys.is_empty());
}
