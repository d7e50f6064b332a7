//! Running the test at the cursor, while the rest of the workspace is being worked on.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use journey_base::FileId;
use journey_sema::{Config, Workspace};
use journey_testing::{NotRun, Outcome, run_at};

const SHOP: &str = "\
event order { total: number }
destination crm log { action note(name: text) }
journey gift {
  entry manual
  send crm.note(name: \"gift\")
  exit done
}
journey shop {
  entry event order as o
  wait 1h
  branch { when o.total > 50 { run gift() } }
  exit done
}
test \"large\" {
  journey shop
  at 2026-01-05T09:00Z
  event order { total: 80 }
  after 1h
  expect send crm.note(name: \"gift\")
  expect exit done
}
test \"small\" {
  journey shop
  at 2026-01-05T09:00Z
  event order { total: 20 }
  expect exit done
}
";

/// Runs the test with this title in the shop and a second file.
fn run(title: &str, shop: &str, other: &str) -> Result<Outcome, NotRun> {
    let files = vec![("shop.journey".to_owned(), shop), ("other.journey".to_owned(), other)];
    let workspace = Workspace::new(Config::default(), files);
    let offset = shop.find(title).expect("the title is in the shop");
    run_at(&workspace, FileId(0), offset as u32)
}

#[test]
fn a_test_runs_from_its_title_and_says_what_happened() {
    let outcome = run("large", SHOP, "").unwrap();
    assert_eq!((outcome.title.as_str(), outcome.held), ("large", 2));
    assert_eq!(outcome.failure, None);
    assert_eq!(outcome.headline(), "passed: 2 expectations held");
    assert!(outcome.timeline.iter().any(|line| line.at == "2026-01-05T10:00:00Z"));
}

#[test]
fn a_failure_has_the_place_of_its_step() {
    let outcome = run("small", SHOP, "").unwrap();
    assert!(outcome.headline().starts_with("failed at `expect exit done`: "), "{outcome:?}");
    let failure = outcome.failure.expect("nobody has left after no time");
    assert_eq!(failure.range.of(SHOP), "expect exit done");
    assert_eq!(failure.range.start as usize, SHOP.rfind("expect exit").unwrap());
}

#[test]
fn errors_in_other_journeys_and_files_do_not_matter() {
    let outcome =
        run("large", SHOP, "journey broken { entry manual wait customer.nothing exit x }");
    assert_eq!(outcome.unwrap().failure, None);
    let outcome = run("large", SHOP, "journey half { entry manual wait 1");
    assert_eq!(outcome.unwrap().failure, None);
}

#[test]
fn errors_in_what_the_test_needs_are_said() {
    let broken = |from: &str, to: &str| run("large", &SHOP.replacen(from, to, 1), "");
    assert!(matches!(broken("wait 1h", "wait \"x\""), Err(NotRun::Broken)));
    assert!(matches!(broken("name: \"gift\")\n  exit", "nam: 1)\n  exit"), Err(NotRun::Broken)));
    assert!(matches!(broken("total: number", "total: numbr"), Err(NotRun::Broken)));
    assert!(matches!(
        broken("event order { total: 80", "event ordr { total: 80"),
        Err(NotRun::Broken)
    ));
}

#[test]
fn where_no_test_is_none_runs() {
    let error = run("journey shop", SHOP, "").unwrap_err();
    assert_eq!(error.to_string(), "there is no test here");
}

#[test]
fn a_test_in_which_too_much_happens_is_given_up() {
    let text = "journey long {
  entry manual
  repeat up to 10000 times { repeat up to 10000 times { wait 1s } }
  exit done
}
test \"never ends\" {
  journey long
  at 2026-01-05T09:00Z
  enter()
  after 3650d
  expect exit done
}
";
    let error = run("never ends", text, "").unwrap_err();
    assert!(matches!(error, NotRun::TooLong), "{error}");
}
