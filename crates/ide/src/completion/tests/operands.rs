//! What an operand should be is told by what stands around it.

use super::{at, exactly, first, item, journey, labels, place};

/// What stands first in a condition of a branch, written out, with the line cut off, and with the
/// rest of the file cut off.
#[track_caller]
fn in_condition(condition: &str, wanted: &[&str]) {
    first(&journey(&format!("  branch {{\n    when {condition} {{ exit x }}\n  }}")), wanted);
    first(
        &journey(&format!("  branch {{\n    when {condition}\n    else {{ exit x }}\n  }}")),
        wanted,
    );
    let begun = "journey j {\n  entry event cart_updated as cart\n  branch {\n    when ";
    first(&format!("{begun}{condition}"), wanted);
}

#[test]
fn what_is_compared_with_a_number_is_a_number_and_not_itself() {
    in_condition("cart.total > $0", &["customer.score", "limit"]);
    in_condition("cart.total == $0", &["customer.score", "limit"]);
    in_condition("cart.total > -$0", &["cart.total", "customer.score", "limit"]);
    let found = at(&journey("  branch { when cart.total > $0 { exit x } }"));
    assert!(place(&found, "count") < place(&found, "customer.email"));
    assert!(place(&found, "cart.id") < place(&found, "cart.total"));
}

#[test]
fn the_left_side_is_what_goes_with_the_right_one() {
    first(&journey("  branch { when $0 > 5 { exit x } }"), &["cart.total", "customer.score"]);
    first(&journey("  branch { when $0 == \"pro\" { exit x } }"), &["customer.plan"]);
    first(&journey("  branch { when $0 is set { exit x } }"), &["customer.email"]);
}

#[test]
fn what_is_compared_with_an_enum_is_one_of_its_members() {
    in_condition("customer.plan == $0", &["\"free\"", "\"pro\"", "\"team\""]);
    in_condition("customer.plan != p$0", &["\"pro\""]);
    first(&journey("  branch { when customer.plan in [$0] { exit x } }"), &["\"free\"", "\"pro\""]);
    first(&journey("  update customer { plan: $0 }"), &["\"free\"", "\"pro\"", "\"team\""]);
}

#[test]
fn conditions_are_joined_from_conditions() {
    for condition in ["not $0", "($0", "customer.subscribed and $0", "cart.total > 3 or $0"] {
        in_condition(condition, &["customer.subscribed"]);
        let found = at(&journey(&format!("  branch {{ when {condition} {{ exit x }} }}")));
        assert!(place(&found, "customer in buyers") < place(&found, "customer.id"));
        assert!(
            place(&found, "cart.total") < place(&found, "customer.id"),
            "it begins a comparison"
        );
    }
}

#[test]
fn arithmetic_goes_on_with_what_it_takes() {
    first(&journey("  branch { when now + $0 > entered { exit x } }"), &["1h", "1d", "3d"]);
    first(&journey("  branch { when now - entered > $0 { exit x } }"), &["1h", "1d", "3d"]);
    in_condition("cart.total + $0", &["cart.total", "customer.score", "limit"]);
    first(&journey("  branch { when max(cart.total, $0) > 3 { exit x } }"), &["cart.total"]);
    first(&journey("  wait until now.date at $0"), &["09:00", "12:00", "18:00"]);
}

#[test]
fn a_fallback_is_what_it_replaces() {
    in_condition("(customer.email ?? $0", &["cart.id", "customer.id"]);
    first(
        &journey("  let x = if cart.total > 1 then cart.id else $0"),
        &["cart.id", "customer.id"],
    );
}

#[test]
fn functions_say_what_they_take() {
    in_condition("count($0", &["cart_updated", "order_placed"]);
    in_condition("last($0", &["cart_updated", "order_placed"]);
    in_condition("any($0", &["cart.items"]);
    in_condition("any(cart.items, $0", &["item => …"]);
    in_condition("sum($0", &["cart_updated.total", "cart.items"]);
    first(&journey("  let x = lower($0)"), &["cart.id", "customer.id"]);
    exactly(
        &journey("  one: wait 1d\n  let x = count(order_placed, since: $0)"),
        &["entered", "one"],
    );
}

#[test]
fn what_a_filter_asks_is_about_its_event_first() {
    first("journey j { entry event cart_updated as cart where $0 }", &["cart.id", "cart.total"]);
    in_condition("count(order_placed where $0", &["order_placed.paid", "order_placed.id"]);
}

#[test]
fn in_is_followed_by_what_is_looked_into() {
    in_condition("customer.plan in $0", &["[ … ]"]);
    let list = item(&journey("  branch { when customer.plan in $0 { exit x } }"), "[ … ]");
    assert_eq!(list.insert, "[\"${1:free}\"]");
    exactly("audience a = customer in $0", &["buyers"]);
}

#[test]
fn a_wait_is_for_something_until_some_time_or_so_long() {
    first(&journey("  wait $0"), &["for", "until"]);
    let found = at(&journey("  wait $0"));
    assert!(place(&found, "3d") < place(&found, "count"), "{:?}", labels(&found));
    exactly(&journey("  wait for $0"), &["event", "any"]);
    first(&journey("  wait until $0"), &["customer.subscribed", "entered"]);
    let found = at(&journey("  wait until $0"));
    for word in ["09:00", "mon", "customer in buyers"] {
        assert!(place(&found, word) < place(&found, "customer.email"), "{word}");
    }
    first(&journey("  wait until mon..fri $0"), &["09:00..17:00", "09:00"]);
    first(&journey("  wait by $0 {}"), &["entered"]);
    first(&journey("  wait up to $0 {}"), &["1h", "1d"]);
}

#[test]
fn what_is_given_is_of_the_type_that_takes_it() {
    first(&journey("  update customer { subscribed: $0 }"), &["false", "true"]);
    first(&journey("  send mail.welcome(to: cart.id, priority: $0)"), &["customer.score", "limit"]);
    first("event e { plan: \"a\" | \"b\" = $0 }", &["\"a\"", "\"b\""]);
    exactly("customer { vip: bool = $0 }", &["true", "false", "limit"]);
    first("policy p { require $0 }", &["customer.subscribed"]);
    first("policy p { quiet $0 }", &["21:00..08:00 hold"]);
    first("policy p { cap $0 }", &["2 per 7d"]);
    first("destination d { action a(x: text) { post \"https://a.b/{$0}\" } }", &["x"]);
}

#[test]
fn a_text_shows_single_values() {
    first(&journey("  let x = \"Hi {$0}\""), &["cart.id", "customer.id", "cart.total"]);
    let found = at(&journey("  let x = \"Hi {$0}\""));
    assert!(place(&found, "customer.score") < place(&found, "cart.items"));
}

#[test]
fn what_is_known_to_be_set_fits_better_than_what_may_be_unset() {
    let body = "  branch { when customer.email is set { send mail.bye(to: $0) } }";
    let found = at(&journey(body));
    assert!(
        place(&found, "customer.email") < place(&found, "customer.plan"),
        "{:?}",
        labels(&found)
    );
    let sure = item(&journey(body), "customer.email");
    assert_eq!(sure.detail, "text");
}

#[test]
fn a_parameter_is_given_what_is_called_like_it() {
    let body = "  wait for event order_placed as order where order.id == cart.id up to 1d\n  \
                branch { when order.id == $0 { exit x } }";
    first(&journey(body), &["cart.id"]);
}

#[test]
fn nothing_is_offered_that_would_be_defined_by_itself() {
    let circle = "audience big = customer in $0\naudience bigger = customer in big";
    exactly(circle, &["buyers"]);
    let found = at("let one = $0\nlet two = one");
    assert!(!labels(&found).contains(&"two") && !labels(&found).contains(&"one"));
    assert!(labels(&found).contains(&"limit"));
    exactly("journey j { entry manual run $0 }", &["lesson"]);
    exactly("journey j { entry manual enter $0 }", &["j", "lesson"]);
}

#[test]
fn the_customer_as_a_whole_is_no_value() {
    let found = at(&journey("  let x = $0"));
    assert!(!labels(&found).contains(&"customer"), "{:?}", labels(&found));
    assert!(labels(&found).contains(&"customer.email"));
}

#[test]
fn nobody_is_put_into_an_audience_that_is_computed() {
    let computed = "audience big = customer.score > 1\njourney j { entry manual ";
    exactly(&format!("{computed}add customer to $0 }}"), &["buyers"]);
    exactly(&format!("{computed}remove customer from $0 }}"), &["buyers"]);
    exactly(
        "audience big = customer.score > 1\ntest \"t\" { journey lesson join $0 }",
        &["buyers"],
    );
}

#[test]
fn among_hundreds_of_computed_audiences_the_one_that_is_set_is_found() {
    let many: String =
        (0..400).map(|n| format!("audience a{n} = customer.score > {n}\n")).collect();
    exactly(&format!("{many}journey j {{ entry manual add customer to $0 }}"), &["buyers"]);
}

#[test]
fn an_arm_of_a_split_gets_what_the_others_leave() {
    let arm = item(&journey("  split x {\n    $0\n  }"), "50% name");
    assert_eq!(arm.insert, "${1:50}% ${2:name} { $0 }");
    exactly(&journey("  split x {\n    30% a {}\n    $0\n  }"), &["70% name"]);
    exactly(&journey("  split x {\n    3$0\n  }"), &["3% name"]);
}

#[test]
fn an_exit_is_called_like_one_that_is_there() {
    let found = at("journey j {\n  entry manual\n  exit late after 3d\n  wait 1d\n  exit $0\n}");
    assert_eq!(labels(&found), ["late"]);
}

#[test]
fn what_goes_on_with_a_value_is_what_can_be_asked_of_it() {
    first(&journey("  branch { when customer.subscribed $0 { exit x } }"), &["and", "or"]);
    first(&journey("  branch { when cart.total $0 { exit x } }"), &["in"]);
    let found = at(&journey("  branch { when customer.email $0 { exit x } }"));
    assert!(place(&found, "is") < place(&found, "and"));
}

#[test]
fn a_text_or_a_url_is_written_down_between_quotes() {
    let url = item(&journey("  webhook post $0 {}"), "\"https://…\"");
    assert_eq!(url.insert, "\"https://$1\"");
    let text = item(&journey("  send mail.bye(to: $0)"), "\"…\"");
    assert_eq!(text.insert, "\"$1\"");
}

#[test]
fn a_branch_on_a_bool_has_two_arms() {
    first(&journey("  branch customer.subscribed {\n    $0\n  }"), &["true", "false"]);
    first(&journey("  branch customer.subscribed {\n    true {}\n    $0\n  }"), &["false"]);
}

#[test]
fn a_destination_of_mail_says_where_its_server_is() {
    exactly("destination d smtp { setting $0 }", &["host", "port", "tls", "username"]);
    exactly("destination d smtp { secret $0 }", &["password"]);
}
