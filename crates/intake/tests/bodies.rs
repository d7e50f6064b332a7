//! Bodies, cut into elements.

#![allow(missing_docs, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use journey_intake::{Element, Elements, Form, Limits, whole_lines};

const WIDE: Limits = Limits { elements: 100, bytes: 1_000, depth: 64 };

fn told(element: &Element<'_>) -> String {
    let text = match &element.text {
        Ok(text) => (*text).to_owned(),
        Err(reason) => format!("! {}", reason.of_element()),
    };
    format!("{} {}: {text}", element.index, element.line)
}

/// Index and line of each element, with its text or what is wrong.
fn cut(body: &[u8], form: Form, limits: Limits) -> Vec<String> {
    Elements::new(body, form, limits).map(|element| told(&element)).collect()
}

#[test]
fn a_json_body_is_an_array_or_one_element() {
    assert_eq!(Form::of_json(b" \n[{}]"), Form::Array);
    assert_eq!(Form::of_json(b"\xEF\xBB\xBF[]"), Form::Array);
    assert_eq!(Form::of_json(b"{\"a\":[1]}"), Form::One);
    assert_eq!(Form::of_json(b""), Form::One);
    assert_eq!(cut(b" {\n \"a\": [1]\n} \n", Form::One, WIDE), ["0 1: {\n \"a\": [1]\n}"]);
}

#[test]
fn an_array_gives_each_of_its_elements() {
    let body = br#"[ {"a":[1,{"b":"],}\""}]} ,
        2,
        "x" ]
"#;
    let expected = ["0 1: {\"a\":[1,{\"b\":\"],}\\\"\"}]}", "1 2: 2", "2 3: \"x\""];
    assert_eq!(cut(body, Form::Array, WIDE), expected);
    assert!(cut(b" [ ] ", Form::Array, WIDE).is_empty());
}

#[test]
fn a_broken_element_does_not_take_the_others_along() {
    let body = b"[{\"a\":nope}, {\"b\":1}}, , {\"c\" 1} {\"d\":2}, \"\xFF\", {\"e\":3},]";
    assert_eq!(
        cut(body, Form::Array, WIDE),
        [
            "0 1: {\"a\":nope}",
            "1 1: {\"b\":1}}",
            "2 1: ",
            "3 1: {\"c\" 1} {\"d\":2}",
            "4 1: ! byte 2 of the element is not UTF-8",
            "5 1: {\"e\":3}",
            "6 1: ",
        ]
    );
}

#[test]
fn where_an_array_breaks_off_the_last_item_says_so() {
    let broken = |body: &str| cut(body.as_bytes(), Form::Array, WIDE);
    assert_eq!(
        broken("[1, {\"a\":[2}"),
        [
            "0 1: 1",
            "1 1: {\"a\":[2}",
            "2 1: ! the body is not JSON: `,` or `]` is wanted at byte 13"
        ]
    );
    assert_eq!(
        broken("[1"),
        ["0 1: 1", "1 1: ! the body is not JSON: `,` or `]` is wanted at byte 3"]
    );
    assert_eq!(
        broken("[1,"),
        ["0 1: 1", "1 1: ! the body is not JSON: a value is wanted at byte 4"]
    );
    assert_eq!(broken("["), ["0 1: ! the body is not JSON: a value is wanted at byte 2"]);
    assert_eq!(
        broken("[1]\n2"),
        ["0 1: 1", "1 2: ! the body is not JSON: the end of the body is wanted at byte 5"]
    );
    assert_eq!(broken("{}"), ["0 1: ! the body is not JSON: an array is wanted at byte 1"]);
}

#[test]
fn each_line_is_an_element_and_empty_ones_are_none() {
    let body = b"\xEF\xBB\xBF{\"a\":1}\r\n\n  \n  {\"b\":2\n{\"c\":\xC3}\n{\"d\":4}";
    assert_eq!(
        cut(body, Form::Lines, WIDE),
        [
            "0 1: {\"a\":1}\r",
            "1 4:   {\"b\":2",
            "2 5: ! byte 6 of the element is not UTF-8",
            "3 6: {\"d\":4}",
        ]
    );
}

#[test]
fn limits_hold_for_elements_and_for_the_body() {
    let limits = Limits { elements: 3, bytes: 10, depth: 2 };
    let expected = [
        "0 1: [[1]]",
        "1 1: ! the element nests deeper than 2 levels",
        "2 1: ! the element is longer than 10 bytes",
        "3 1: ! there are more than 3 elements",
    ];
    let array = b"[[[1]], [[[1]]], \"0123456789\", 4, 5]";
    assert_eq!(cut(array, Form::Array, limits), expected);
    let lines = b"[[1]]\n[[[1]]]\n\"0123456789\"\n4\n5\n";
    let lines = cut(lines, Form::Lines, limits);
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[3], "3 4: ! there are more than 3 elements");
    assert!(cut(b"1\n2\n3\n\n", Form::Lines, limits).iter().all(|told| !told.contains('!')));
}

#[test]
fn a_body_of_lines_can_come_in_pieces() {
    let body = b"{\"a\":1}\n\n{\"b\":2}\n{\"c\":3}\nlast";
    let whole = cut(body, Form::Lines, WIDE);
    for size in 1..body.len() {
        let (mut told_so_far, mut waiting) = (Vec::new(), Vec::new());
        let mut last = Elements::new(b"", Form::Lines, WIDE);
        let mut pieces = body.chunks(size).peekable();
        while let Some(piece) = pieces.next() {
            waiting.extend_from_slice(piece);
            let end = match pieces.peek() {
                Some(_) => whole_lines(&waiting),
                None => waiting.len(),
            };
            let taken: &'static [u8] = Vec::leak(waiting.drain(..end).collect());
            let mut elements = last.resume(taken);
            told_so_far.extend(elements.by_ref().map(|element| told(&element)));
            last = elements;
        }
        assert_eq!(told_so_far, whole, "{size}");
    }
    // The limit counts over all pieces.
    let two = Limits { elements: 2, ..WIDE };
    let mut first = Elements::new(b"1\n2\n", Form::Lines, two);
    assert_eq!(first.by_ref().count(), 2);
    let mut second = first.resume(b"3\n4\n");
    assert_eq!(told(&second.next().unwrap()), "2 3: ! there are more than 2 elements");
    assert_eq!(second.next(), None);
    assert_eq!(second.resume(b"5\n").next(), None);
}

#[test]
fn a_piece_of_a_body_goes_on_counting_where_those_before_it_ended() {
    let limits = Limits { elements: usize::MAX, ..WIDE };
    let mut further = Elements::further(b"3\n\n4", 2, limits);
    assert_eq!(further.by_ref().map(|it| it.index).collect::<Vec<_>>(), [2, 3]);
    // A mark stands at the beginning of a body, and nowhere else.
    let text = |index| Elements::further(b"\xEF\xBB\xBF1\n", index, limits).next().unwrap().text;
    assert_eq!((text(0), text(1)), (Ok("1"), Ok("\u{feff}1")));
}
