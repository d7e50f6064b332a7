use journey_base::Severity;

use super::edits::done;
use super::laws::{canonical, comments, edited, picture, text_of};
use super::sources::{all, journeys_of};
use crate::canvas::{Op, edit};
use crate::fixture::fixture;
use crate::{FileId, Workspace};

fn errors(workspace: &Workspace, file: FileId) -> Vec<String> {
    let found = workspace.diagnostics_of(file).into_iter();
    found.filter(|it| it.severity == Severity::Error).map(|it| it.message).collect()
}

fn extract(tile: &str, last: Option<&str>) -> Op {
    let last = last.map(str::to_owned);
    Op::ExtractSubJourney { tile: tile.to_owned(), last, name: None }
}

#[test]
fn whatever_is_extracted_from_any_journey_still_type_checks() {
    let (mut extracted, mut refused) = (0, 0);
    for mut workspace in all() {
        for (file, journey) in journeys_of(&workspace) {
            let before = text_of(&workspace, file);
            let known = errors(&workspace, file);
            let canvas = picture(&workspace, file, &journey);
            for tile in &canvas.tiles {
                let mut siblings =
                    canvas.tiles.iter().filter(|it| it.place.sequence == tile.place.sequence);
                let last = &siblings.next_back().expect("the tile itself").key;
                for op in [extract(&tile.key, None), extract(&tile.key, Some(last))] {
                    let change = match edit(&workspace, file, &journey, &op) {
                        Ok(change) => change,
                        Err(why) => {
                            assert!(why.to_string().len() > 20, "{why}");
                            refused += 1;
                            continue;
                        }
                    };
                    extracted += 1;
                    let after = edited(&before, &change.edits);
                    workspace.set_text(file, after.as_str());
                    assert_eq!(errors(&workspace, file), known, "{journey}, {op:?}:\n{after}");
                    assert_eq!(comments(&before), comments(&after));
                    assert_eq!(canonical(&before), canonical(&after), "{after}");
                    workspace.set_text(file, before.as_str());
                }
            }
        }
    }
    assert!(extracted > 50, "{extracted} extracted, {refused} refused");
}

const TEXT: &str = "\
customer { email: text? @pii score: int = 0 }
event left { id: text total: number? address: text @pii }
event bought { id: text }
destination mail log { action note(to: text @pii, id: text, total: number?) }

journey j {
  entry event left as cart
  reenter always

  exit bought on event bought as order where order.id == cart.id
  exit unknown when customer.email is unset

  wait 1h
  // What is said.
  send mail.note(to: cart.address, id: cart.id, total: cart.total)
  wait for event left as next up to 3d
  branch {
    when customer.score > 3 { exit rich }
    else {}
  }
  exit poor
}
";

#[test]
fn tiles_become_a_journey_with_what_they_read_and_how_they_end() {
    let text = done(TEXT, &extract("send_1", Some("branch_1"))).expect("an edit");
    let parent = "\
  wait 1h
  run j_note(cart_address: cart.address, cart_id: cart.id, cart_total: cart.total) {
    exited bought { exit bought }
    exited rich { exit rich }
    exited unknown { exit unknown }
  }
  exit poor
}

journey j_note(cart_address: text @pii, cart_id: text, cart_total: number?) {
  entry manual
  reenter always
  exit bought on event bought as order where order.id == cart_id
  exit unknown when customer.email is unset

  // What is said.
  send mail.note(to: cart_address, id: cart_id, total: cart_total)
  wait for event left as next up to 3d
  branch {
    when customer.score > 3 { exit rich }
    else {}
  }
  exit done
}
";
    assert!(text.ends_with(parent), "{text}");
}

#[test]
fn a_journey_that_was_made_of_tiles_becomes_tiles_again() {
    let fixture = fixture(TEXT);
    let (mut workspace, file) = (fixture.workspace, fixture.at.file);
    let change =
        edit(&workspace, file, "j", &extract("send_1", Some("branch_1"))).expect("an edit");
    assert_eq!(change.name.as_deref(), Some("j_note"));
    let after = edited(TEXT, &change.edits);
    workspace.set_text(file, after.as_str());
    let [back] = change.back.as_slice() else { panic!("one operation: {:?}", change.back) };
    let undone = edit(&workspace, file, "j", back).expect("an edit");
    assert_eq!(edited(&after, &undone.edits), TEXT);
    assert_eq!(undone.select.expect("a tile").key, "send_1");
    // What stands elsewhere may have changed since, but not which journeys these are.
    let other = after.replace("journey j_note(", "journey j_other(");
    workspace.set_text(file, other.as_str());
    assert_eq!(
        edit(&workspace, file, "j", back).expect_err("a refusal").to_string(),
        "the journeys `j`, `j_note` are not there any more, one right behind the other; so what was \
         there before them cannot be put back"
    );
    workspace.set_text(file, after.as_str());
    for text in ["", "event x {}", "journey k { entry manual exit a }", "journey j { entry"] {
        let journeys = vec!["j".to_owned()];
        let op = Op::Restore { journeys, text: text.to_owned(), select: None };
        let why = edit(&workspace, file, "j", &op).expect_err(text).to_string();
        assert!(why.starts_with("this cannot be written here: "), "{text}: {why}");
    }
}

#[test]
fn what_would_do_something_else_on_its_own_is_refused() {
    let refused = |text: &str, tile| done(text, &extract(tile, None)).expect_err("a refusal");
    let after = TEXT.replace("  exit unknown", "  exit expired after 9d\n  exit unknown");
    assert!(refused(&after, "send_1").contains("`exit expired after …` counts from the entry"));
    let keyed = TEXT.replace(" as cart\n", " as cart\n    keyed by cart.id\n");
    assert!(refused(&keyed, "send_1").contains("several times at once"));
    let split = TEXT.replace("wait 1h", "split s { 50% a {} 50% b {} }");
    assert!(refused(&split, "split_1").contains("deal its arms anew"));
    let read =
        TEXT.replace("exit poor", "send mail.note(to: \"\", id: next.id ?? \"\")\n  exit poor");
    assert!(
        refused(&read, "wait_2").contains("`next` is read behind"),
        "{}",
        refused(&read, "wait_2")
    );
    let label = TEXT
        .replace("wait 1h", "first: wait 1h")
        .replace("left as next up", "left as next since first up");
    assert!(refused(&label, "first").contains("is spoken of elsewhere"));
    assert!(refused(&label, "wait_1").contains("is a tile outside"));
}
