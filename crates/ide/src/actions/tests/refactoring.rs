//! What each way of putting things differently makes of an example, and where it is not offered
//! because it would mean something else.

use super::{at_cursor, done};
use crate::fixture::fixture;

/// A journey with these tiles, and what they need.
fn journey(tiles: &str) -> String {
    format!(
        "\
let least = 25

customer {{
  city: text?
  orders: int = 0
  plan: \"free\" | \"pro\" = \"free\"
}}

event order {{
  total: number
  note: text
}}

destination crm log {{
  action note(name: text, total: number = 0)
}}

journey j {{
  entry event order as o where o.total > least
{tiles}  exit done
}}
"
    )
}

/// The tiles after an action.
fn tiles(tiles: &str, title: &str) -> String {
    let text = done(&journey(tiles), title);
    let (_, rest) = text.split_once("entry event order").expect("the entry stays");
    let (_, rest) = rest.split_once('\n').expect("the tiles stand behind it");
    rest.trim_end_matches("  exit done\n}\n").to_owned()
}

fn offers(tiles: &str, title: &str) -> bool {
    at_cursor(&fixture(&journey(tiles))).iter().any(|action| action.title.starts_with(title))
}

#[test]
fn a_tile_gets_a_label_that_is_free() {
    assert_eq!(
        tiles("  pause: wait 1h\n  w$0ait 2h\n", "Add the label `pause_2`"),
        "  pause: wait 1h\n  pause_2: wait 2h\n"
    );
    assert!(!offers("  pause: wa$0it 1h\n", "Add the label"));
    assert!(!offers("  l$0et x = 1\n  send crm.note(name: \"{x}\")\n", "Add the label"));
}

#[test]
fn a_wait_for_an_event_gets_arms_unless_the_event_is_spoken_of_later() {
    assert_eq!(
        tiles(
            "  wait f$0or event order as o2 where o2.total > o.total up to 2d\n",
            "Turn into a wait with arms"
        ),
        "  wait up to 2d {\n    on event order as o2 where o2.total > o.total {}\n    timeout {}\n  }\n"
    );
    assert!(!offers(
        "  wait f$0or event order as p up to 2d\n  branch { when p is set { wait 1h } }\n",
        "Turn into a wait with arms"
    ));
}

#[test]
fn a_branch_by_value_and_one_by_conditions_become_each_other() {
    let by_value =
        "  branch customer.plan {\n    \"free\" { wait 1h }\n    else { wait 2h }\n  }\n";
    let by_condition =
        "  branch {\n    when customer.plan == \"free\" { wait 1h }\n    else { wait 2h }\n  }\n";
    assert_eq!(
        tiles(&by_value.replacen("branch", "bra$0nch", 1), "Turn into a branch by conditions"),
        by_condition
    );
    // Conditions say it better where there is but one; an arm for each member is a promise.
    assert!(!offers(
        &by_condition.replacen("branch", "bra$0nch", 1),
        "Turn into a branch by value"
    ));
    let all =
        "  bra$0nch customer.plan {\n    \"free\" { wait 1h }\n    \"pro\" { wait 2h }\n  }\n";
    assert!(!offers(all, "Turn into a branch by conditions"));
    // What may be unset is in no arm of a value.
    let unset = "  bra$0nch {\n    when customer.city == \"a\" { wait 1h }\n    \
                 when customer.city == \"b\" { wait 2h }\n    else { wait 3h }\n  }\n";
    assert!(!offers(unset, "Turn into a branch by value"));
}

#[test]
fn two_arms_swap_with_all_that_stands_in_them() {
    assert_eq!(
        tiles(
            "  bra$0nch {\n    when customer.city is set { wait 1h } // soon\n    else {\n      // later\n      wait 2h\n    }\n  }\n",
            "Swap the two arms"
        ),
        "  branch {\n    when customer.city is unset {\n      // later\n      wait 2h\n    } // soon\n    else { wait 1h }\n  }\n"
    );
}

#[test]
fn a_constant_is_inlined_everywhere_in_parentheses_where_they_matter() {
    let text = "\
//- a.journey
let le$0ast = 20 + 5 // cents

audience big = customer.orders > least and customer.orders < least * 2
//- b.journey
customer {
  orders: int = 0
}
";
    let text = done(text, "Inline the constant `least`");
    assert!(
        text.ends_with("customer.orders > (20 + 5) and customer.orders < (20 + 5) * 2\n"),
        "{text}"
    );
    // Constants read local times in the zone of the workspace, journeys in their own.
    let local = "let opening = 2026-01-05T09:00\njourney j {\n  entry manual\n  timezone \"Europe/Rome\"\n  wait until open$0ing\n  exit done\n}\n";
    assert!(!at_cursor(&fixture(local)).iter().any(|it| it.title.starts_with("Inline")));
}

#[test]
fn a_captured_value_is_inlined_where_it_cannot_have_changed() {
    assert_eq!(
        tiles(
            "  let name = lower(o.note)\n  wait 1h\n  send crm.note(name: na$0me)\n",
            "Inline the value `name`"
        ),
        "  wait 1h\n  send crm.note(name: lower(o.note))\n"
    );
    for value in ["customer.city ?? \"x\"", "text(now)", "text(count(order))"] {
        let tiles = format!("  let na$0me = {value}\n  wait 1h\n  send crm.note(name: name)\n");
        assert!(!offers(&tiles, "Inline"), "{value}");
    }
}

#[test]
fn what_is_written_out_becomes_a_constant_and_a_condition_an_audience() {
    let tiles = "  branch {\n    when customer.orders > 5$00 { wait 1h }\n  }\n";
    let text = done(&journey(tiles), "Extract into a constant");
    assert!(text.contains("let min_orders = 50\n\njourney j {"), "{text}");
    assert!(text.contains("when customer.orders > min_orders {"), "{text}");
    let text = done(&journey(tiles), "Extract into an audience");
    let declared = "audience orders_over_50 = customer.orders > 50\n\njourney j {";
    assert!(text.contains(declared), "{text}");
    assert!(text.contains("when customer in orders_over_50 { wait 1h }"), "{text}");
    // Behind an audience nobody knows that the city is set, and an order is not the customer's.
    for condition in ["customer.city$0 is set", "o.total$0 > 5", "now$0 - entered > 5d"] {
        let tiles = format!("  branch {{\n    when {condition} {{ wait 1h }}\n  }}\n");
        assert!(!offers(&tiles, "Extract into an audience"), "{condition}");
    }
}

#[test]
fn an_argument_becomes_a_captured_value_before_its_tile() {
    assert_eq!(
        tiles("  send crm.note(name: low$0er(o.note))\n", "Extract into a captured value"),
        "  let note_name = lower(o.note)\n  send crm.note(name: note_name)\n"
    );
    assert!(!offers("  send crm.note(name: o.no$0te)\n", "Extract into a captured value"));
}

/// The name that an action gives, told from where the action says that it stands.
fn name_of(marked: &str, title: &str) -> String {
    let fixture = fixture(marked);
    let actions = at_cursor(&fixture);
    let action = actions.iter().find(|action| action.title == title).expect("it is offered");
    let text = super::after(&fixture.workspace, action).swap_remove(0).1;
    action.named.expect("it gives a name").range.of(&text).to_owned()
}

#[test]
fn what_is_taken_out_is_called_by_what_it_is() {
    let constant = |tiles: &str| name_of(&journey(tiles), "Extract into a constant");
    assert_eq!(constant("  wait 1$0h\n"), "wait_time");
    assert_eq!(constant("  wait for event order up to 2$0d\n"), "order_wait");
    assert_eq!(constant("  send crm.note(name: \"Good mor$0ning\")\n"), "note_name");
    assert_eq!(constant("  branch { when o.total < 1$00 { wait 1h } }\n"), "max_total");
    assert_eq!(constant("  branch { when 1$00 < o.total { wait 1h } }\n"), "min_total");
    let counted = "  branch { when count(order, within: 3$00d) > 2 { wait 1h } }\n";
    assert_eq!(constant(counted), "order_window");
    assert_eq!(constant("  branch { when o.note == \"It's $0me\" { wait 1h } }\n"), "note_it_s_me");
    assert_eq!(constant("  update customer { city: \"Ro$0me\" }\n"), "city_rome");
    assert_eq!(constant("  repeat up to $03 times { wait 1h }\n"), "rounds");

    let audience = |condition: &str| {
        let tiles = format!("  branch {{\n    when {condition} {{ wait 1h }}\n  }}\n");
        name_of(&journey(&tiles), "Extract into an audience")
    };
    assert_eq!(audience("customer.plan$0 == \"pro\""), "plan_pro");
    assert_eq!(audience("customer.plan$0 in [\"pro\", \"free\"]"), "plan_pro_or_free");
    assert_eq!(audience("not $0(customer.orders < 3)"), "not_orders_under_3");
    let both = "customer.orders > 3 and$0 count(order, within: 30d) >= 2";
    assert_eq!(audience(both), "orders_over_3_and_order_count_from_2");

    let captured = |tiles: &str| name_of(&journey(tiles), "Extract into a captured value");
    assert_eq!(captured("  update customer { orders: customer.orders +$0 1 }\n"), "new_orders");
}

#[test]
fn a_name_that_is_given_is_one_that_nothing_has() {
    // A constant is known everywhere: in another journey it would be mixed up with this value.
    let text = journey("  branch { when customer.orders > 5$00 { wait 1h } }\n");
    let other =
        "\njourney k {\n  entry manual\n  let min_orders = customer.orders\n  exit done\n}\n";
    assert_eq!(name_of(&(text + other), "Extract into a constant"), "min_orders_2");
    let shown = "  let note_name = o.note\n  send crm.note(name: low$0er(note_name))\n";
    assert_eq!(name_of(&journey(shown), "Extract into a captured value"), "note_name_2");
    let label = "  pause: wait 1h\n  wa$0it 2h\n";
    assert_eq!(name_of(&journey(label), "Add the label `pause_2`"), "pause_2");
}

#[test]
fn a_way_out_that_is_wrapped_in_a_branch_stays_one_for_everybody() {
    let text = journey("  wait 1h\n").replace("exit done", "ex$0it done");
    let wrapped = done(&text, "Wrap in a branch");
    let branch = "    when customer.orders == 0 { exit done }\n    else { exit done }\n  }\n}\n";
    assert!(wrapped.ends_with(branch), "{wrapped}");
    let found = |text: &str| fixture(text).workspace.diagnostics().len();
    assert_eq!(found(&wrapped), found(&text), "{wrapped}");
}

#[test]
fn tiles_that_are_selected_whole_are_wrapped_in_a_branch() {
    let text = journey("  wait 1h\n  wait 2h\n  wait 3h\n");
    let fixture = fixture(&text);
    let place = |from: &str, to: &str| {
        let start = text.find(from).expect("it is there") as u32;
        let end = (text.find(to).expect("it is there") + to.len()) as u32;
        crate::FileRange { file: crate::FileId(0), range: crate::TextRange::new(start, end) }
    };
    let wrapped = |from: &str, to: &str| {
        let actions = super::code_actions(&fixture.workspace, place(from, to));
        let action = actions.into_iter().find(|action| action.title == "Wrap in a branch")?;
        Some(super::after(&fixture.workspace, &action).swap_remove(0).1)
    };
    let two = wrapped("wait 1h", "wait 2h").expect("it is offered");
    assert!(two.contains("    wait 1h\n"), "{two}");
    assert!(two.contains("      wait 2h\n    }\n  }\n  wait 3h\n"), "{two}");
    assert_eq!(journey_fmt::format(&two, 100).as_deref(), Ok(&*two));
    assert_eq!(wrapped("1h", "wait 2h"), None);
}

#[test]
fn selected_tiles_become_a_journey_that_this_one_runs() {
    let text = journey("  wait 1h\n  wait 2h\n  wait 3h\n");
    let fixture = fixture(&text);
    let start = text.find("wait 1h").expect("it is there") as u32;
    let end = (text.find("wait 2h").expect("it is there") + "wait 2h".len()) as u32;
    let range = crate::TextRange::new(start, end);
    let place = crate::FileRange { file: crate::FileId(0), range };
    let actions = super::code_actions(&fixture.workspace, place);
    let action = actions.iter().find(|it| it.title == "Make it a journey of its own");
    let after = super::after(&fixture.workspace, action.expect("it is offered")).swap_remove(0).1;
    assert!(after.contains("  run "), "{after}");
    assert_eq!(after.matches("journey ").count(), text.matches("journey ").count() + 1, "{after}");
    assert_eq!(journey_fmt::format(&after, 100).as_deref(), Ok(&*after));
}

#[test]
fn half_typed_text_is_not_put_differently() {
    assert_eq!(
        at_cursor(&fixture("journey j {\n  entry manual\n  wa$0it 1h\n  branch {\n"))
            .into_iter()
            .filter(|action| action.kind > crate::ActionKind::FixAll)
            .count(),
        0
    );
}
