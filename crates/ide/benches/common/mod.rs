//! Sources of any size.

#![allow(dead_code)]

use std::fmt::Write;

/// What the journeys here speak of.
pub(crate) const SCHEMA: &str = r#"customer {
  email: text?
  score: int = 0
}

event order {
  id: text
  total: number
}

destination mail log {
  action note(to: text, subject: text, total: number = 0)
}

"#;

/// A journey of at least so many tiles: ten in each part, most of them in arms.
pub(crate) fn journey(tiles: usize) -> String {
    let mut text = format!("{SCHEMA}journey long {{\n  entry event order as first\n\n");
    for part in 0..tiles.div_ceil(10) {
        let _ = write!(
            text,
            r#"  // Part {part}.
  wait 1h
  note_{part}: send mail.note(to: customer.email ?? "-", subject: "Part {part}", total: first.total)
  wait up to 2d {{
    on event order as next_{part} where next_{part}.total > {part} {{
      update customer {{ score: customer.score + 1 }}
      exit bought
    }}
    timeout {{
      // Nothing came.
      branch {{
        when customer.score > {part} {{ send mail.note(to: "a", subject: "b") }}
        else {{ wait 3d }}
      }}
    }}
  }}
  update customer {{ score: customer.score + 2 }}
  wait 2h
"#
        );
    }
    text.push_str("  exit done\n}\n");
    text
}

/// A file that declares so many events.
pub(crate) fn events(count: usize) -> String {
    let mut text = String::new();
    for number in 0..count {
        let _ = writeln!(text, "/// Event {number}.\nevent e{number} {{\n  id: text\n}}\n");
    }
    text
}

/// A file that declares so many traits, in one block.
pub(crate) fn traits(count: usize) -> String {
    let mut text = "customer {\n".to_owned();
    for number in 0..count {
        let _ = writeln!(text, "  t{number}: int = {number}");
    }
    text.push_str("}\n");
    text
}

/// A file with so many small journeys, all but the first of which start that, and a test for each.
pub(crate) fn journeys(count: usize) -> String {
    let mut text = "journey j0 {\n  entry manual\n  exit done\n}\n\n".to_owned();
    for number in 1..count {
        let _ = write!(
            text,
            r#"journey j{number} {{
  entry manual
  run j0()
  exit done
}}

test "{number}" {{
  journey j0
  at 2026-01-05T09:00Z
  enter
  expect exit done
}}

"#
        );
    }
    text
}
