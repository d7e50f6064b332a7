//! What goes over the wire looks as clients expect it.

use serde_json::{from_value, json, to_value};

use super::laws::picture;
use crate::canvas::{New, Op, Options, Place, Refusal, Sequence, TileKind};
use crate::fixture::fixture;

#[test]
fn operations_are_read_with_what_need_not_be_said_left_out() {
    let op: Op = from_value(json!({
        "op": "insert",
        "at": { "sequence": { "tile": "branch_1", "arm": 1 }, "index": 0 },
        "new": { "kind": "wait" },
    }))
    .expect("an operation");
    let sequence = Sequence { tile: Some("branch_1".to_owned()), arm: 1 };
    let at = Place { sequence, index: 0 };
    assert_eq!(op, Op::Insert { at, new: New::Kind(TileKind::Wait), spacing: None });
    let op: Op = from_value(json!({ "op": "setField", "tile": "a", "field": "as", "value": null }))
        .expect("an operation");
    assert!(matches!(&op, Op::SetField { value: None, .. }));
    let again: Op = from_value(to_value(&op).expect("a value")).expect("the same operation");
    assert_eq!(op, again);
    let options: Options = from_value(json!({ "direction": "right" })).expect("options");
    assert!(options.collapsed.is_empty());
}

#[test]
fn a_picture_has_its_places_in_line_and_refusals_their_reason() {
    let fixture = fixture("journey j { entry manual wait 1d exit done }");
    let canvas = picture(&fixture.workspace, fixture.at.file, "j");
    let value = to_value(canvas.map(|range| json!([range.start, range.end]))).expect("a value");
    let tile = &value["tiles"][0];
    assert_eq!((&tile["key"], &tile["kind"]), (&json!("wait_1"), &json!("wait")));
    assert_eq!(tile["span"], json!([25, 32]));
    assert_eq!(tile["sequence"], json!({ "tile": null, "arm": 0 }));
    assert!(tile["box"]["width"].is_number());
    assert_eq!(value["edges"][1]["index"], json!(1));
    let refusal = Refusal::NoTile { tile: "a".to_owned() };
    assert_eq!(to_value(refusal).expect("a value"), json!({ "reason": "noTile", "tile": "a" }));
}
