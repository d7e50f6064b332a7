use super::laws::{KINDS, edited, picture, text_of};
use super::sources::{journeys_of, recipes};
use crate::canvas::{New, Op, Place, Sequence, TileKind, edit};
use crate::fixture::fixture;

/// Does something to the journey `j` of a text; gives the new text, or why not.
pub(super) fn done(text: &str, op: &Op) -> Result<String, String> {
    let fixture = fixture(text);
    let change = edit(&fixture.workspace, fixture.at.file, "j", op).map_err(|it| it.to_string())?;
    Ok(edited(&text_of(&fixture.workspace, fixture.at.file), &change.edits))
}

#[test]
fn a_tile_put_in_at_an_edge_stands_there_and_is_selected() {
    let text = "\
journey j {
  entry manual

  wait 1d // a day
  exit done
}
";
    let fixture = fixture(text);
    let file = fixture.at.file;
    let at = picture(&fixture.workspace, file, "j").edges[1].place.clone();
    let op = Op::Insert { at, new: New::Kind(TileKind::Branch), spacing: None };
    let change = edit(&fixture.workspace, file, "j", &op).expect("an edit");
    assert_eq!(change.select.expect("a tile").key, "branch_1");
    assert_eq!(
        edited(text, &change.edits),
        "\
journey j {
  entry manual

  wait 1d // a day
  branch {
    when customer.id == \"customer_1\" {}
    else {}
  }
  exit done
}
"
    );
    assert_eq!(
        done(text, &Op::Remove { tile: "wait_9".to_owned(), last: None }),
        Err("there is no tile `wait_9` any more".to_owned())
    );
}

const TALKATIVE: &str = "\
journey j {
  entry manual

  // The first day.
  first: wait 1d // on purpose
  /// Asks.
  ask: branch {
    when customer.id == \"a\" { exit early }
    // Everybody else.
    else {
      // Nothing to do.

      // A little later.
      wait 2d
    }
  }

  exit done
}
";

fn place(tile: Option<&str>, arm: u32, index: u32) -> Place {
    Place { sequence: Sequence { tile: tile.map(str::to_owned), arm }, index }
}

#[test]
fn comments_that_belong_to_a_tile_move_with_it_and_others_stay() {
    let op = Op::Move {
        tile: "first".to_owned(),
        last: None,
        to: place(Some("ask"), 1, 2),
        spacing: None,
    };
    assert_eq!(
        done(TALKATIVE, &op).expect("an edit"),
        "\
journey j {
  entry manual

  /// Asks.
  ask: branch {
    when customer.id == \"a\" { exit early }
    // Everybody else.
    else {
      // Nothing to do.

      // A little later.
      wait 2d
      // The first day.
      first: wait 1d // on purpose
    }
  }

  exit done
}
"
    );
    let op = Op::Remove { tile: "wait_1".to_owned(), last: None };
    let text = done(TALKATIVE, &op).expect("an edit");
    assert!(text.contains("// Nothing to do.\n    }"), "{text}");
    assert!(!text.contains("A little later"), "{text}");
}

#[test]
fn only_what_changes_is_edited() {
    let fixture = fixture(TALKATIVE);
    let op = Op::Remove { tile: "exit_1".to_owned(), last: None };
    let change = edit(&fixture.workspace, fixture.at.file, "j", &op).expect("an edit");
    assert_eq!(change.edits.len(), 1);
    assert_eq!(change.edits[0].range.of(TALKATIVE).trim(), "exit early");
}

#[test]
fn a_copy_has_labels_of_its_own() {
    let op = Op::Duplicate { tile: "first".to_owned(), last: None };
    let text = done(TALKATIVE, &op).expect("an edit");
    let copy = "  // The first day.\n  first_2: wait 1d // on purpose\n  /// Asks.\n";
    assert!(text.contains(copy), "{text}");
}

#[test]
fn a_tile_put_on_a_way_that_is_only_implied_gives_it_a_block() {
    let text = "\
event paid {}
journey j {
  entry manual
  wait up to 3d {
    on event paid { exit paid }
  }
  exit unpaid
}
";
    let op = Op::Insert {
        at: place(Some("wait_1"), 1, 0),
        new: New::Text("exit late".to_owned()),
        spacing: None,
    };
    let new = done(text, &op).expect("an edit");
    let arms = "    on event paid { exit paid }\n    timeout { exit late }\n";
    assert!(new.contains(arms), "{new}");
}

#[test]
fn a_new_arm_of_a_split_gets_half_of_the_last_one_and_gives_it_back() {
    let text = "\
journey j {
  entry manual
  split trial {
    60% a {}
    40% b { wait 1d }
  }
  exit done
}
";
    let tile = || "split_1".to_owned();
    let op = Op::AddArm { tile: tile(), text: None, at: None, spacing: None, shares: None };
    let new = done(text, &op).expect("an edit");
    assert!(new.contains("    60% a {}\n    20% b { wait 1d }\n    20% c {}\n"), "{new}");
    // A text without anything in it is none.
    let blank = Some(" ".to_owned());
    let op = Op::AddArm { tile: tile(), text: blank, at: None, spacing: None, shares: None };
    assert_eq!(done(text, &op).as_deref(), Ok(&*new));
    let op = Op::RemoveArm { tile: tile(), arm: 1, shares: None };
    let new = done(&new, &op).expect("an edit");
    assert!(new.contains("    80% a {}\n    20% c {}\n"), "{new}");
}

#[test]
fn what_cannot_be_done_is_refused_in_words() {
    let refused = |op: &Op| done(TALKATIVE, op).expect_err("a refusal");
    let op = Op::Move {
        tile: "ask".to_owned(),
        last: None,
        to: place(Some("ask"), 0, 0),
        spacing: None,
    };
    assert_eq!(refused(&op), "a tile cannot be moved into itself");
    let op = Op::Remove { tile: "first".to_owned(), last: Some("wait_1".to_owned()) };
    assert_eq!(refused(&op), "only tiles that follow each other directly can be taken together");
    let op = Op::RemoveArm { tile: "ask".to_owned(), arm: 0, shares: None };
    assert_eq!(refused(&op), "`ask` has no other arm; remove the tile instead");
    let op =
        Op::AddArm { tile: "first".to_owned(), text: None, at: None, spacing: None, shares: None };
    assert_eq!(refused(&op), "`first` goes on in one way only");
    let op = Op::Insert {
        at: place(None, 0, 0),
        new: New::Text("exit a } journey k { entry manual exit b".to_owned()),
        spacing: None,
    };
    assert_eq!(refused(&op), "this cannot be written here: it is not a tile");
    let op = Op::Insert { at: place(None, 0, 0), new: New::Kind(TileKind::Send), spacing: None };
    assert!(refused(&op).starts_with("there is nothing to send yet"));
    let stale = TALKATIVE.replace("exit done", "exit");
    let why = done(&stale, &Op::Remove { tile: "ask".to_owned(), last: None });
    assert!(why.expect_err("a refusal").contains("mend it first"));
}

#[test]
fn a_new_tile_of_any_kind_type_checks_in_every_recipe() {
    let mut workspace = recipes();
    for (file, journey) in journeys_of(&workspace) {
        let text = text_of(&workspace, file);
        let edges = picture(&workspace, file, &journey).edges;
        for kind in KINDS {
            let (at, new) = (edges[0].place.clone(), New::Kind(kind));
            let op = Op::Insert { at, new, spacing: None };
            let change = edit(&workspace, file, &journey, &op).expect("an edit");
            let after = edited(&text, &change.edits);
            workspace.set_text(file, after.as_str());
            let found = workspace.diagnostics_of(file);
            let errors = found.iter().filter(|it| it.severity == journey_base::Severity::Error);
            let errors: Vec<_> = errors.map(|it| &it.message).collect();
            assert!(errors.is_empty(), "{journey}, {kind:?}: {errors:?}\n{after}");
        }
        workspace.set_text(file, text);
    }
}
