use std::collections::BTreeSet;

use super::sources::{all, journeys_of, recipes};
use crate::canvas::{
    Canvas, CanvasTile, Direction, Frame, Options, Place, Sequence, TileRef, canvas, range_of,
    run_at, tile_at,
};
use crate::fixture::fixture;
use crate::place::{FilePosition, FileRange};
use journey_base::TextRange;

const SHOP: &str = "\
customer { plan: \"free\" | \"pro\" = \"free\" }
destination mail log { action email(to: text) }
journey cart \"The cart\" {
  entry manual
  /// A day of grace.
  /// At least.
  wait 1d
  branch customer.plan {
    \"free\" {
      wait 2d
      reminder: send mail.email(to: \"ada@example.com\") { failed { exit lost } }
    }
    \"pro\" {}
  }
  let begun = now
  repeat up to 3 times every 2d until customer.plan == \"pro\" { wait 1h }
  exit done
}
";

fn picture_of(marked: &str) -> Canvas {
    let fixture = fixture(marked);
    canvas(&fixture.workspace, fixture.at.file, "cart", &Options::default()).expect("a journey")
}

fn tile<'c>(canvas: &'c Canvas, key: &str) -> &'c CanvasTile {
    canvas.tiles.iter().find(|tile| tile.key == key).expect("a tile of this key")
}

#[test]
fn a_tile_says_what_it_is_and_what_it_does() {
    let canvas = picture_of(SHOP);
    assert_eq!((&*canvas.title, &*canvas.entry.text), ("The cart", "entry manual"));
    let shown: Vec<_> = canvas
        .tiles
        .iter()
        .map(|tile| format!("{} | {} | {} | {}", tile.key, tile.title, tile.detail, tile.doc))
        .collect();
    assert_eq!(
        shown,
        [
            "wait_1 | 1d |  | A day of grace.\nAt least.",
            "branch_1 | by customer.plan |  | ",
            "wait_2 | 2d |  | ",
            "reminder | mail.email | to: \"ada@example.com\" | ",
            "exit_1 | lost |  | ",
            "repeat_1 | up to 3 times | every 2d until customer.plan == \"pro\" | ",
            "wait_3 | 1h |  | ",
            "exit_2 | done |  | ",
        ]
    );
    let captures: Vec<_> = canvas.captures.iter().map(|it| (&*it.key, &*it.value)).collect();
    assert_eq!(captures, [("let begun", "now")]);
    let arms: Vec<_> = tile(&canvas, "reminder").arms.iter().map(|arm| &*arm.label).collect();
    assert_eq!(arms, ["failed", "delivered", "skipped"]);
    // The values leave nothing over.
    let arms: Vec<_> = tile(&canvas, "branch_1").arms.iter().map(|arm| &arm.tiles).collect();
    assert_eq!(arms, [&vec!["wait_2".to_owned(), "reminder".to_owned()], &vec![]]);
}

#[test]
fn keys_are_the_ids_of_compiled_tiles() {
    for workspace in all() {
        let mut compared = 0;
        for (file, journey) in journeys_of(&workspace) {
            let Some(checked) = workspace.journey(&journey) else { continue };
            let mut ids = Vec::new();
            let graph = journey_ir::graph::graph(&checked).expect("a picture");
            graph.visit(&mut |node| ids.push((node.id.clone(), node.arms.len())));
            let canvas =
                canvas(&workspace, file, &journey, &Options::default()).expect("a picture");
            let keys: Vec<_> =
                canvas.tiles.iter().map(|tile| (tile.key.clone(), tile.arms.len())).collect();
            assert_eq!(keys, ids, "{journey}");
            compared += 1;
        }
        assert!(compared > 0);
    }
}

#[test]
fn the_recipes_are_compared_with_their_compiled_tiles_one_and_all() {
    let workspace = recipes();
    let journeys = journeys_of(&workspace);
    assert!(journeys.len() >= 20);
    assert!(journeys.iter().all(|(_, journey)| workspace.journey(journey).is_some()));
}

#[test]
fn every_edge_has_a_place_in_the_text_of_its_own_and_points() {
    let canvas = picture_of(SHOP);
    let places: BTreeSet<_> = canvas.edges.iter().map(|edge| edge.place.clone()).collect();
    let place = |tile: Option<&str>, arm, index| Place {
        sequence: Sequence { tile: tile.map(str::to_owned), arm },
        index,
    };
    let expected = [
        place(None, 0, 0),
        place(None, 0, 1),
        // Behind what is captured, so that it is known there; and not before the exit, which comes next.
        place(None, 0, 3),
        place(None, 0, 4),
        place(Some("branch_1"), 0, 0),
        place(Some("branch_1"), 0, 1),
        place(Some("branch_1"), 0, 2),
        place(Some("branch_1"), 1, 0),
        // `delivered` and `skipped` are only implied; a tile put there gives them a block.
        place(Some("reminder"), 0, 0),
        place(Some("reminder"), 1, 0),
        place(Some("reminder"), 2, 0),
        place(Some("repeat_1"), 0, 0),
        place(Some("repeat_1"), 0, 1),
    ];
    assert_eq!(places, BTreeSet::from(expected));
    assert!(canvas.edges.iter().all(|edge| edge.points.len() >= 2));
    assert!(canvas.edges.iter().any(|edge| edge.again));
}

#[test]
fn boxes_do_not_overlap_and_fit_in_the_picture_whichever_way_it_runs() {
    let workspace = recipes();
    for (file, journey) in journeys_of(&workspace) {
        for direction in [Direction::Down, Direction::Right] {
            let options = Options { direction, ..Options::default() };
            let canvas = canvas(&workspace, file, &journey, &options).expect("a picture");
            let labels = canvas.edges.iter().filter_map(|edge| edge.label.as_ref());
            let frames: Vec<Frame> = canvas
                .tiles
                .iter()
                .map(|tile| tile.frame)
                .chain(labels.map(|label| label.frame))
                .chain([canvas.entry.frame])
                .collect();
            for (number, frame) in frames.iter().enumerate() {
                assert!(frame.x >= 0 && frame.y >= 0, "{journey}: {frame:?}");
                assert!(frame.x + frame.width <= canvas.width, "{journey}: {frame:?}");
                assert!(frame.y + frame.height <= canvas.height, "{journey}: {frame:?}");
                let clear = |other: &Frame| {
                    frame.x + frame.width <= other.x
                        || other.x + other.width <= frame.x
                        || frame.y + frame.height <= other.y
                        || other.y + other.height <= frame.y
                };
                let other = frames[number + 1..].iter().find(|other| !clear(other));
                assert_eq!(other, None, "{journey} {direction:?}: {frame:?}");
            }
        }
    }
}

#[test]
fn a_picture_to_the_right_puts_what_follows_to_the_right() {
    let fixture = fixture(SHOP);
    let options = Options { direction: Direction::Right, ..Options::default() };
    let canvas = canvas(&fixture.workspace, fixture.at.file, "cart", &options).expect("a journey");
    let (first, second) = (tile(&canvas, "wait_1").frame, tile(&canvas, "branch_1").frame);
    assert!(first.x + first.width < second.x);
    let (upper, lower) = (tile(&canvas, "wait_2").frame, tile(&canvas, "reminder").frame);
    assert!(upper.x + upper.width < lower.x);
}

#[test]
fn a_collapsed_tile_is_drawn_as_one_and_keeps_all_keys() {
    let fixture = fixture(SHOP);
    let options = Options { collapsed: vec!["branch_1".to_owned()], ..Options::default() };
    let canvas = canvas(&fixture.workspace, fixture.at.file, "cart", &options).expect("a journey");
    let keys: Vec<_> = canvas.tiles.iter().map(|tile| (&*tile.key, tile.collapsed)).collect();
    let expected = [
        ("wait_1", false),
        ("branch_1", true),
        ("repeat_1", false),
        ("wait_3", false),
        ("exit_2", false),
    ];
    assert_eq!(keys, expected);
    assert_eq!(tile(&canvas, "branch_1").arms.len(), 2);
    assert!(
        canvas.edges.iter().all(|edge| edge.place.sequence.tile.as_deref() != Some("branch_1"))
    );
}

#[test]
fn what_does_not_type_check_is_drawn_with_its_findings_at_the_tiles() {
    let canvas = picture_of(
        "\
event half {
journey cart {
  entry event nobody_knows as cart
  hours: wait unheard_of
  branch { when cart.total > 3 { exit big } }
  exit done
}
",
    );
    assert!(!canvas.stale, "the mistake is elsewhere");
    let keys: Vec<_> = canvas.tiles.iter().map(|tile| &*tile.key).collect();
    assert_eq!(keys, ["hours", "branch_1", "exit_1", "exit_2"]);
    let found: Vec<_> =
        canvas.problems.iter().map(|it| (it.tile.as_deref(), &*it.message)).collect();
    assert!(found.iter().any(|(tile, text)| *tile == Some("hours") && text.contains("unheard_of")));
    assert!(found.iter().any(|(tile, text)| tile.is_none() && text.contains("nobody_knows")));
}

#[test]
fn a_journey_that_cannot_be_read_is_stale_and_shows_what_could_be() {
    let canvas = picture_of(
        "\
journey cart {
  entry manual
  wait 1d
  send mail.
  exit done
}
",
    );
    assert!(canvas.stale);
    assert!(canvas.tiles.iter().any(|tile| tile.key == "wait_1"));
    let unfinished = picture_of("journey cart {\n  entry manual\n  wait 1d\n");
    assert!(unfinished.stale);
}

#[test]
fn the_cursor_finds_its_tile_and_a_tile_its_text() {
    let text = SHOP.replacen("reminder: send", "reminder: se$0nd", 1);
    let found = fixture(&text);
    let tile = tile_at(&found.workspace, found.at).expect("a tile");
    assert_eq!(tile, TileRef { journey: "cart".to_owned(), key: "reminder".to_owned() });
    let range = range_of(&found.workspace, found.at.file, &tile).expect("its text");
    assert_eq!(
        found.show(range),
        "main.journey:11 \"reminder: send mail.email(to: \\\"ada@example.com\\\") { failed { exit lost } }\""
    );
    // A capture is no tile, and neither is the header.
    let text = fixture(&SHOP.replacen("let begun", "let $0begun", 1));
    assert_eq!(tile_at(&text.workspace, text.at), None);
    let nowhere = TileRef { journey: "cart".to_owned(), key: "wait_9".to_owned() };
    assert_eq!(range_of(&found.workspace, found.at.file, &nowhere), None);
}

#[test]
fn selected_text_is_a_run_of_siblings() {
    let run = |from: &str, to: &str| {
        let found = fixture(SHOP);
        let start = SHOP.find(from).expect("the beginning") as u32;
        let end = (SHOP.find(to).expect("the end") + to.len()) as u32;
        let range = FileRange { file: found.at.file, range: TextRange::new(start, end) };
        run_at(&found.workspace, range).map(|(first, last)| (first.key, last.key))
    };
    let keys = |first: &str, last: &str| Some((first.to_owned(), last.to_owned()));
    assert_eq!(run("wait 2d", "wait 2d"), keys("wait_2", "wait_2"));
    assert_eq!(run("2d\n", "exit lost"), keys("wait_2", "reminder"));
    assert_eq!(run("wait 2d", "let begun"), keys("branch_1", "let begun"));
    assert_eq!(run("entry", "wait 2d"), None);
}

#[test]
fn every_tile_of_every_recipe_is_found_from_its_first_byte() {
    let workspace = recipes();
    for (file, journey) in journeys_of(&workspace) {
        let canvas = canvas(&workspace, file, &journey, &Options::default()).expect("a picture");
        for tile in canvas.tiles {
            let at = FilePosition { file, offset: tile.span.start };
            let found = tile_at(&workspace, at).expect("a tile");
            assert_eq!(found, TileRef { journey: journey.clone(), key: tile.key });
        }
    }
}

#[test]
fn places_of_another_kind_go_over_the_wire_in_its_place() {
    let canvas = picture_of(SHOP).map(|range| (range.start, range.end));
    let first = &canvas.tiles[0];
    let picture: &str = SHOP;
    let span = &picture[first.span.0 as usize..first.span.1 as usize];
    assert_eq!(span, "/// A day of grace.\n  /// At least.\n  wait 1d");
}
