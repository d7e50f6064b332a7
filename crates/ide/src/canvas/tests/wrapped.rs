use super::edits::done;
use super::laws::{edited, picture, text_of};
use super::sources::{all, journeys_of};
use crate::canvas::{Op, edit};
use crate::{FileId, Workspace};

fn wrap(tile: &str, last: Option<&str>) -> Op {
    Op::WrapInBranch { tile: tile.to_owned(), last: last.map(str::to_owned) }
}

/// What is found in a file, without places.
fn found(workspace: &Workspace, file: FileId) -> Vec<String> {
    let found = workspace.diagnostics_of(file).into_iter();
    let mut found: Vec<String> = found.map(|it| format!("{} {}", it.code, it.message)).collect();
    found.sort();
    found
}

#[test]
fn nothing_is_found_in_what_is_wrapped_that_was_not_found_before() {
    let (mut wrapped, mut refused) = (0, 0);
    for mut workspace in all() {
        for (file, journey) in journeys_of(&workspace) {
            let before = text_of(&workspace, file);
            let known = found(&workspace, file);
            let canvas = picture(&workspace, file, &journey);
            for tile in &canvas.tiles {
                let siblings = canvas.tiles.iter();
                let siblings = siblings.filter(|it| it.place.sequence == tile.place.sequence);
                let siblings: Vec<_> = siblings.skip_while(|it| it.key != tile.key).collect();
                let [_, next @ ..] = siblings.as_slice() else { panic!("the tile itself") };
                let ends = [next.first(), next.last().filter(|_| next.len() > 1)];
                let ends = ends.into_iter().flatten().map(|it| Some(&*it.key)).chain([None]);
                for last in ends {
                    let op = wrap(&tile.key, last);
                    let Ok(change) = edit(&workspace, file, &journey, &op) else {
                        refused += 1;
                        continue;
                    };
                    wrapped += 1;
                    let after = edited(&before, &change.edits);
                    workspace.set_text(file, after.as_str());
                    assert_eq!(found(&workspace, file), known, "{journey}, {op:?}:\n{after}");
                    workspace.set_text(file, before.as_str());
                }
            }
        }
    }
    assert!(wrapped > 200, "{wrapped} wrapped, {refused} refused");
}

#[test]
fn whoever_left_before_leaves_still() {
    let text = "journey j {\n  entry manual\n  wait 1h\n  branch {\n    when customer.id == \"a\" { exit a }\n    else { exit b }\n  }\n}\n";
    let wrapped = done(text, &wrap("wait_1", Some("branch_1"))).expect("an edit");
    assert!(wrapped.contains("\n    else { exit b }\n  }\n}\n"), "{wrapped}");
    // What leads on goes past the branch.
    let wrapped = done(text, &wrap("wait_1", None)).expect("an edit");
    assert!(wrapped.contains("{ wait 1h }\n  }\n  branch {"), "{wrapped}");
}

#[test]
fn a_round_of_a_repeat_that_must_wait_waits_still() {
    let repeat = |rest: &str, body: &str| {
        format!(
            "journey j {{\n  entry manual\n  repeat up to 3 times{rest} {{\n{body}  }}\n  exit done\n}}\n"
        )
    };
    let why = done(&repeat("", "    wait 1h\n"), &wrap("wait_1", None)).expect_err("a refusal");
    assert!(why.starts_with("every round of a `repeat` has to wait"), "{why}");
    let branch =
        "    branch {\n      when customer.id == \"a\" { wait 1h }\n      else { exit b }\n    }\n";
    assert!(done(&repeat("", branch), &wrap("wait_1", None)).is_err());
    assert!(done(&repeat(" every 1d", "    wait 1h\n"), &wrap("wait_1", None)).is_ok());
    let two = "    wait 1h\n    wait 2h\n";
    assert!(done(&repeat("", two), &wrap("wait_1", None)).is_ok());
    assert!(done(&repeat("", two), &wrap("wait_1", Some("wait_2"))).is_err());
}
