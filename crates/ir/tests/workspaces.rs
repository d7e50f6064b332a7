//! Whole workspaces, from source to verified programs.

#![allow(clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use journey_bytecode::{Op, encode, verify};
use journey_ir::{graph, lower};
use journey_sema::{Checked, Config, Workspace};

/// The workspaces of this repository that are meant to be run.
const WORKSPACES: [&str; 3] =
    ["examples/grocery", "tests/conformance/cd1", "tests/conformance/cj1"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sources(directory: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(directory).expect("a workspace");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "journey") {
            let text = std::fs::read_to_string(&path).expect("a readable file");
            found.push((path.display().to_string(), text));
        }
    }
    found
}

fn checked(mut files: Vec<(String, String)>, backwards: bool) -> Checked {
    if backwards {
        files.reverse();
    }
    let workspace = Workspace::new(Config { name: "shop".into(), ..Config::default() }, files);
    workspace.checked().unwrap_or_else(|| panic!("{:#?}", workspace.diagnostics()))
}

#[test]
fn every_workspace_compiles_to_a_program_that_verifies() {
    for workspace in WORKSPACES {
        let checked = checked(sources(&root().join(workspace)), false);
        let program = lower(&checked).expect("it compiles");
        verify(program).unwrap_or_else(|error| panic!("{workspace}: {error}"));
    }
}

#[test]
fn the_order_of_files_changes_no_byte() {
    let files = sources(&root().join("examples/grocery"));
    assert!(files.len() > 1);
    let bytes = |backwards| {
        let program = lower(&checked(files.clone(), backwards)).expect("it compiles");
        encode(&verify(program).expect("it verifies"))
    };
    assert_eq!(bytes(false), bytes(true));
}

#[test]
fn the_picture_has_the_tiles_of_the_program() {
    for workspace in WORKSPACES {
        let checked = checked(sources(&root().join(workspace)), false);
        let program = lower(&checked).expect("it compiles");
        for (journey, source) in program.journeys.iter().zip(&checked.journeys) {
            let svg = graph::render_svg(
                &graph::graph(source).expect("a picture"),
                &graph::Overlay::default(),
            );
            for tile in &journey.tiles {
                assert_eq!(svg.matches(&format!("data-tile=\"{}\"", tile.id)).count(), 1);
            }
        }
    }
}

/// Everything of the language's subset in one journey.
const EVERYTHING: &str = r#"
customer {
  email: text?
  plan: "free" | "pro" | "enterprise" = "free"
  score: int = 0
  appointment: time?
  tags: list<text> = []
}
event cart_abandoned { id: text total: number }
event order_placed { cart_id: text? total: number }
event email_clicked { message_id: text }
audience regulars = count(order_placed, within: 90d) >= 3
audience vip = customer in regulars and customer.plan == "pro"
destination mail log { action note(to: text, template: text, total: number?, urgent: bool = false) }

journey cart "Cart" {
  entry event cart_abandoned as cart where cart.total >= 25
  reenter after 7d
  exit converted on event order_placed as order where order.cart_id == cart.id
  exit no_address when customer.email is unset
  exit expired after 30d

  wait 1h
  reminder: send mail.note(to: customer.email, template: "one", total: cart.total) as first
  wait up to 2d {
    on event email_clicked as click where click.message_id == first.id { wait 1d }
    when customer in vip { exit vip }
    timeout {
      split halves {
        50% a { send mail.note(to: customer.email, template: "{customer.plan} {cart.total}") }
        50% b { update customer { plan: "pro", score: customer.score + 10 } }
      }
    }
  }
  branch customer.plan {
    "free", "pro" { wait for event order_placed as late where late.total > cart.total up to 1d }
    "enterprise" { exit enterprise }
  }
  branch {
    when customer.appointment is set and customer.appointment > now {
      wait until (customer.appointment ?? 2030-01-01T00:00Z) - 24h
    }
    when happened(order_placed, since: reminder) and (last(order_placed).total ?? 0) > 9 { exit bought }
    when now.weekday in [sat, sun] or now.time in 21:00..08:00 { wait by (cart.at.date + 3) at 09:00 {
      when customer.score > 100 { exit high }
      timeout { exit low }
    } }
  }
  exit done
}
"#;

#[test]
fn a_journey_with_everything_in_it_compiles() {
    let checked = checked(vec![("a.journey".into(), EVERYTHING.into())], false);
    let program = lower(&checked).expect("it compiles");
    let program = verify(program).unwrap_or_else(|error| panic!("{error}"));
    let journey = &program.journeys[0];
    let locals: Vec<_> = journey.locals.iter().map(|local| &*local.name).collect();
    assert_eq!(locals, ["cart.id", "cart.total", "cart.at", "first.id"]);
    let audiences: Vec<_> = program.audiences.iter().map(|it| &*it.name).collect();
    assert_eq!(audiences, ["regulars", "vip"]);
    let suspends = journey.code.iter().filter(|op| matches!(op, Op::Suspend { .. })).count();
    assert_eq!((suspends, journey.states.len(), journey.marks), (6, 6, 1));
}
