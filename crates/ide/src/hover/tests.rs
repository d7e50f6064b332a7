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
        event.contains("Comes in as `Cart Updated`.") && event.contains("Somebody put"),
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
    let says = |tile: &str, words: &str| assert_eq!(shown(&journey(tile)), words, "{tile}");
    says("  wa$0it 3d", "Waits 3 days from when somebody arrives here, then goes on.");
    says("  wa$0it 1d12h", "Waits 1 day 12 hours from when somebody arrives here, then goes on.");
    says(
        "  wa$0it until mon..fri 09:00..17:00",
        "Waits until it is `mon..fri 09:00..17:00` on the clocks of `UTC`, the time zone of the \
         workspace. Whoever arrives in that time goes on at once.",
    );
    says(
        "  wa$0it until mon..fri 09:00",
        "Waits until it is next `mon..fri 09:00` on the clocks of `UTC`, the time zone of the \
         workspace, then goes on.",
    );
    says(
        "  wait for$0 event cart_updated up to 7d",
        "Waits until the event `cart_updated` comes, for 7 days at most. It goes on either way.",
    );
    says(
        "  wa$0it for event cart_updated as it where it.total > 3",
        "Waits until the event `cart_updated` where `it.total > 3` comes, however long that takes.",
    );
    says("  ex$0it done", "Leaves the journey with the outcome `done`.");
    says(
        "  se$0nd mail.welcome(to: \"x\")",
        "Sends `mail.welcome`, and goes on at once, without waiting until that has arrived.",
    );
    says(
        "  webh$0ook post \"https://a.example/{cart.id}\"",
        "Calls `https://a.example/{cart.id}` (POST), and goes on at once.",
    );
    says(
        "  split$0 s { 20% a {} 80% b {} }",
        "Takes one of its arms by chance: 20% `a`, 80% `b`. A customer who enters again takes the \
         same arm.",
    );
    says(
        "  upda$0te customer { email: \"x\", old: unset }",
        "Sets `email`, `old` of the customer, all at once, and goes on.",
    );
    says(
        "  repe$0at up to 3 times every 2d { wait 1h }",
        "Goes through its tiles at most 3 times, one every 2 days.",
    );
    assert!(shown(&journey("  wait 1d $0 \n broken (")).is_empty());
}

#[test]
fn a_wait_speaks_of_clocks_only_where_it_reads_one() {
    let wait = |until: &str| shown(&journey(&format!("  wa$0it until {until}")));
    assert_eq!(
        wait("cart.at + 2d"),
        "Waits until `cart.at + 2d`, then goes on. Whoever arrives later goes on at once."
    );
    assert_eq!(
        wait("2026-07-01 at 09:00 { late {} }"),
        "Waits until `2026-07-01 at 09:00`, then goes on. Whoever arrives later takes the arm \
         `late`. Local times are read on the clocks of `UTC`, the time zone of the workspace."
    );
    assert_eq!(
        wait("customer.email is set"),
        "Waits until `customer.email is set` holds, however long that takes."
    );
    assert_eq!(
        wait("customer.email is set up to 3d"),
        "Waits until `customer.email is set` holds, for 3 days at most. It goes on either way."
    );
    let rome =
        "journey j { entry manual timezone \"Europe/Rome\" wa$0it until 09:00..10:00 exit a }";
    assert!(
        shown(rome).contains("`09:00..10:00` on the clocks of `Europe/Rome`."),
        "{}",
        shown(rome)
    );
}

#[test]
fn what_is_declared_reads_well_whether_it_holds_much_or_nothing() {
    let of = |rest: &str| shown(rest).split("\n\n*").next().unwrap_or_default().to_owned();
    assert_eq!(of("event no$0thing {}"), "```journey\nevent nothing {}\n```");
    assert_eq!(
        of("event much$0 { one: text two: text three: text four: text five: list<{ sku: text }> }"),
        "```journey\nevent much {\n  one: text\n  two: text\n  three: text\n  four: text\n  \
         five: list<{ sku: text }>\n}\n```"
    );
    assert_eq!(
        of("journey j$0 \"Title\" (level: int) {\n  entry manual\n  exit a\n}\n"),
        "```journey\njourney j \"Title\" (level: int)\n  entry manual\n```\n\nEnds as `a`."
    );
    let two = "journey j$0 { entry event cart_updated as c where c.total > 1 branch { when c.total > 5 { exit a } else { exit b } } }";
    assert_eq!(
        of(two),
        "```journey\njourney j\n  entry event cart_updated as c where c.total > 1\n```\n\n\
         Ends as `a` or `b`."
    );
    let send = journey("  send ma$0il.welcome(to: \"x\")");
    assert_eq!(of(&send), "```journey\ndestination mail log\n```\n\nSends `welcome`.");
    let parameter = journey("  send mail.welcome(lev$0el: 3, to: \"\")");
    assert_eq!(
        of(&parameter),
        "```journey\nlevel: int = 1\n```\n\nParameter of the action `mail.welcome`."
    );
}

#[test]
fn the_same_word_is_explained_by_what_it_does_where_it_stands() {
    let goal = "journey j { entry manual goal g on event cart_updated with$0in 7d exit a }";
    assert!(shown(goal).contains("in this time after entering"), "{}", shown(goal));
    let count = "audience a = count(cart_updated, with$0in: 30d) > 1";
    assert!(shown(count).contains("counted back from now"), "{}", shown(count));
    let clause = "journey j { entry manual ex$0it a when customer.email is unset exit b }";
    assert!(shown(clause).contains("wherever the customer stands"), "{}", shown(clause));
    let test = "test \"t\" { journey j at 2026-01-05T09:00Z expect ex$0it a }";
    assert!(shown(test).contains("must have left with this outcome"), "{}", shown(test));
}

#[test]
fn literals_say_what_cannot_be_seen_and_else_nothing() {
    assert_eq!(shown("let a = 1$0d12h"), "`1d12h`: 1 day 12 hours");
    assert_eq!(shown("let a = 2026-01-0$05"), "`2026-01-05`: a Monday");
    assert_eq!(shown("let a = 1969-12-31$0T09:00Z"), "`1969-12-31T09:00Z`: a Wednesday");
    assert_eq!(shown("let a = 2$05"), "");
    assert_eq!(shown("let a = tr$0ue"), "");
}

#[test]
fn names_in_a_journey_say_what_they_were_given_to() {
    let each = "event many { ids: list<text> }\njourney j { entry event many as m for each m.ids as on$0e exit a }";
    assert!(
        shown(each).contains("The element of `m.ids` that a membership is about."),
        "{}",
        shown(each)
    );
    let answer = journey(
        "  webhook get \"https://a.example\" { ok as ans$0wer: { points: int } { exit a } failed {} }",
    );
    let answer = shown(&answer);
    assert!(answer.contains("answer: { points: int }"), "{answer}");
    assert!(answer.contains("The answer of the webhook."), "{answer}");
    let kept = shown(&journey("  let x$0 = cart.total"));
    assert!(kept.contains("The value of `cart.total` when somebody passed."), "{kept}");
    let exit =
        "/// What for.\njourney j { entry manual exit gone$0 when customer.email is unset exit a }";
    let exit = shown(exit);
    assert!(exit.contains("exit gone when customer.email is unset"), "{exit}");
    // What is said of the journey is not said of its outcome.
    assert!(!exit.contains("What for."), "{exit}");
    let arm = journey("  split s { 20% on$0e {} 80% two {} }");
    assert!(shown(&arm).contains("Arm of the split `s` of the journey `j`."), "{}", shown(&arm));
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
        label.contains("nap: wait 1d")
            && label.contains("Waits 1 day from when somebody arrives here")
            && label.contains("Label of the journey `j`."),
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

#[test]
fn a_field_of_a_record_shows_its_type_wherever_it_stands() {
    let schema = |rest: &str| {
        shown(&format!(
            "event parked {{\n  /// Where it stands.\n  pos: {{ lat: number lng: number? }}\n  \
             items: list<{{ sku: text qty: int }}>\n}}\n{rest}"
        ))
    };
    let is = |rest: &str, shown: &str| {
        assert_eq!(
            schema(rest).trim_end_matches("\n```"),
            format!("```journey\n{shown}"),
            "{rest}"
        );
    };
    let parked = |tiles: &str| {
        format!("journey p {{\n  entry event parked as car\n{tiles}\n  exit done\n}}\n")
    };
    is(&parked("  let x = car.pos.la$0t"), "lat: number");
    is(&parked("  let x = car.pos.ln$0g ?? 0"), "lng: number?");
    is(&parked("  let x = any(car.items, x => x.q$0ty > 1)"), "qty: int");
    is(&parked("  let x = any(car.items, x => x.sk$0u.length > 1)"), "sku: text");
    is("audience a = (last(parked).pos.la$0t ?? 0) > 1\n", "lat: number?");
    is("event moved { to: { la$0t: number } }\n", "lat: number");
    is("event moved { to: {\n  /// North.\n  la$0t: number\n} }\n", "lat: number\n```\n\nNorth.");
}

#[test]
fn what_is_gone_through_and_what_is_answered_have_types() {
    let schema = "event billed { bills: list<{ number: text due: date }> }\n";
    let keyed = "journey k {\n  entry event billed as b\n    for each b.bills as bi$0ll\n    keyed by bill.number\n  exit done\n}\n";
    let text = shown(&format!("{schema}{keyed}"));
    assert!(text.contains("bill: { number: text due: date }"), "{text}");
    let field = keyed.replace("bi$0ll", "bill").replace("bill.number", "bill.num$0ber");
    let text = shown(&format!("{schema}{field}"));
    assert_eq!(text, "```journey\nnumber: text\n```");
    let answer = "journey r {\n  entry manual\n  news: webhook get \"https://a.example\" {\n    ok as answer: { articles: int } {\n      branch { when answer.art$0icles > 1 { exit many } }\n    }\n  }\n  exit few\n}\ntest \"t\" {\n  journey r\n  at 2026-01-05T09:00Z\n  respond news { articles: 3 }\n  enter()\n  expect exit many\n}\n";
    assert_eq!(shown(answer), "```journey\narticles: int\n```");
    let given =
        answer.replace("art$0icles", "articles").replace("{ articles: 3", "{ art$0icles: 3");
    assert_eq!(shown(&given), "```journey\narticles: int\n```");
}
