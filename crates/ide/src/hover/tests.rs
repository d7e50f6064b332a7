use super::hover;
use crate::Counts;
use crate::fixture::{counts, fixture};

const SHOP: &str = "\
//- schema.journey
customer {
  /// Where mail goes.
  email \"E-Mail\": text? @pii
  old: text? @deprecated(\"use email\")
}
/// Somebody put something into the cart.
event cart_updated \"Cart Updated\" { id: text total: number }
/// Who buys.
audience buyers = customer.email is set
/// From here on it is much.
let limit = 25
destination mail log {
  /// Greets.
  action welcome(to: text, level: int = 1)
}
//- main.journey
";

fn shown(rest: &str) -> String {
    let fixture = fixture(&format!("{SHOP}{rest}"));
    hover(&fixture.workspace, fixture.at, &Counts::default())
        .map(|it| it.markdown)
        .unwrap_or_default()
}

fn journey(body: &str) -> String {
    format!("journey j {{\n  entry event cart_updated as cart\n{body}\n}}\n")
}

#[test]
fn a_trait_shows_its_type_its_name_on_the_wire_and_its_doc_comment() {
    let wanted = "```journey\ncustomer.email \"E-Mail\": text? @pii\n```\n\nWhere mail goes.\n\n*schema.journey:3*";
    assert_eq!(shown("audience a = customer.ema$0il is set"), wanted);
}

#[test]
fn what_is_deprecated_says_what_to_use() {
    assert!(shown("audience a = customer.o$0ld is set").contains("**Deprecated**: use email"));
}

#[test]
fn events_actions_audiences_and_constants_show_their_declaration() {
    let event = shown("journey j { entry event cart_$0updated  exit a }");
    assert!(event.contains("event cart_updated { id: text total: number }"), "{event}");
    assert!(
        event.contains("On the wire: `Cart Updated`") && event.contains("Somebody put"),
        "{event}"
    );
    let action = shown(&journey("  send mail.wel$0come(to: \"x\")"));
    assert!(action.contains("action mail.welcome(to: text, level: int = 1)"), "{action}");
    assert!(action.contains("Greets."), "{action}");
    let audience = shown("audience a = customer in buy$0ers");
    assert!(
        audience.contains("audience buyers = customer.email is set")
            && audience.contains("Who buys."),
        "{audience}"
    );
    let constant = shown("audience a = lim$0it > 3");
    assert!(constant.contains("let limit = 25") && constant.contains("From here on"), "{constant}");
}

#[test]
fn names_of_a_journey_show_what_they_hold() {
    assert!(shown(&journey("  let x = ca$0rt.total")).contains("event cart_updated as cart"));
    assert!(shown(&journey("  let x = cart.to$0tal")).contains("cart_updated.total: number"));
    assert!(
        shown(&journey("  let x = cart.total\n  branch { when $0x > 1 { exit a } }"))
            .contains("x: number")
    );
    assert!(
        shown(&journey("  let $0x = cart.total\n  branch { when x > 1 { exit a } }"))
            .contains("x: number")
    );
    let parameter = shown(&journey("  send mail.welcome(lev$0el: 3, to: \"\")"));
    assert!(parameter.contains("level: int = 1"), "{parameter}");
}

#[test]
fn a_tile_says_what_it_does_and_until_when() {
    assert_eq!(shown(&journey("  wa$0it 3d")), "Stays here for `3d` from arriving, then goes on.");
    assert_eq!(
        shown(&journey("  wa$0it until mon..fri 09:00..17:00")),
        "Stays until the clock in the workspace's zone, `UTC` is within `mon..fri 09:00..17:00`; \
         whoever arrives within it goes on at once."
    );
    assert_eq!(
        shown(&journey("  wait for$0 event cart_updated up to 7d")),
        "Stays until the event `cart_updated` comes, at most `7d`. It goes on either way."
    );
    assert_eq!(shown(&journey("  ex$0it done")), "Leaves the journey with the outcome `done`.");
    assert!(shown(&journey("  wait 1d $0 \n broken (")).is_empty());
}

#[test]
fn words_of_the_language_are_explained() {
    assert!(shown("audience a = co$0unt(cart_updated) > 1").contains("How often the event came"));
    assert!(shown("journey j { entry man$0ual exit a }").contains("`manual`: enters by hand"));
    assert!(shown("event e { x: timeof$0day }").contains("A time of day"));
}

#[test]
fn labels_and_outcomes_show_the_tile() {
    let test = "journey j {\n  entry manual\n  nap: wait 1d\n  exit done\n}\ntest \"t\" { journey j at 2026-01-05T09:00Z enter expect at na$0p expect exit done }\n";
    let label = shown(test);
    assert!(
        label.contains("nap: wait 1d") && label.contains("Label of the journey `j`"),
        "{label}"
    );
}

#[test]
fn a_brace_in_a_text_does_not_end_a_tile() {
    let label = shown(&format!(
        "{}test \"t\" {{ journey j at 2026-01-05T09:00Z expect at rem$0ind }}",
        journey("  remind: send mail.welcome(to: \"for {cart.id}\")\n  exit a")
    ));
    assert!(label.contains("remind: send mail.welcome(to: \"for {cart.id}\")"), "{label}");
}

#[test]
fn a_tile_says_what_was_counted_there() {
    let counts = counts(Some(1), &[("wait_1", 12_480, 42), ("ask", 1, 0), ("gone", 7, 7)]);
    let shown = |body: &str| {
        let journey = format!("journey waits {{\n  entry manual\n{body}  exit done\n}}\n");
        let fixture = fixture(&journey);
        hover(&fixture.workspace, fixture.at, &counts).map(|it| it.markdown).unwrap_or_default()
    };
    let wait = shown("  wa$0it 1d\n");
    assert!(wait.ends_with("then goes on.\n\n12,480 in · 42 here"), "{wait}");
    let label = shown("  as$0k: wait 1d\n");
    assert!(label.ends_with("\n\n1 in · 0 here"), "{label}");
    // Nobody counted at this one yet, and a `let` in a tile is not the tile.
    for body in ["  wait 1d\n  wa$0it 2d\n", "  repeat up to 2 times { l$0et x = 1 }\n"] {
        assert!(!shown(body).contains(" in · "), "{}", shown(body));
    }
}
