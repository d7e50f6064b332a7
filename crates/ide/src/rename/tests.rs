use super::{RenameError, prepare_rename, rename};
use crate::fixture::{Fixture, fixture};
use crate::place::edited;

fn renamed(fixture: &Fixture, new: &str) -> Result<String, RenameError> {
    let edits = rename(&fixture.workspace, fixture.at, new)?;
    let mut all = String::new();
    for file in (0..).map(journey_base::FileId) {
        let Some(text) = fixture.workspace.text(file) else { break };
        all.push_str(&edited(&text, edits.iter().filter(|edit| edit.file == file)));
    }
    Ok(all)
}

const SHOP: &str = "\
//- schema.journey
customer { email: text?, plan: text? }
event cart_updated \"Cart Updated\" { id: text, total: number }
event order_placed { id: text }
let limit = 25
";

fn shop(rest: &str) -> String {
    SHOP.replace(", plan", "\n plan").replace(", total", "\n total") + "//- j.journey\n" + rest
}

#[test]
fn a_trait_keeps_its_name_on_the_wire() {
    let text = shop("audience a = customer.em$0ail is set\n");
    let found = renamed(&fixture(&text), "mail").expect("nothing is in the way");
    assert!(found.contains("customer { mail \"email\": text?"), "{found}");
    assert!(found.contains("audience a = customer.mail is set"), "{found}");
}

#[test]
fn an_event_with_a_wire_name_of_its_own_just_changes() {
    let text = shop("journey j { entry event cart$0_updated  exit done }\n");
    let found = renamed(&fixture(&text), "cart").expect("nothing is in the way");
    assert!(found.contains("event cart \"Cart Updated\" {"), "{found}");
    assert!(found.contains("entry event cart  exit"), "{found}");
}

#[test]
fn labels_outcomes_and_splits_change_in_tests_too() {
    let text = shop(
        "journey j {\n  entry manual\n  nap: wait 1d\n  exit do$0ne\n}\ntest \"t\" { journey j at 2026-01-05T09:00Z enter expect at nap after 1d expect exit done }\n",
    );
    let found = renamed(&fixture(&text), "finished").expect("nothing is in the way");
    assert!(found.contains("exit finished") && found.contains("expect exit finished"), "{found}");
}

#[test]
fn what_would_mean_two_things_is_refused() {
    let refuse = |rest: &str, new: &str| {
        renamed(&fixture(&shop(rest)), new).expect_err("it is in the way").to_string()
    };
    let body = "journey j {\n  entry event cart_updated as ca$0rt\n  let much = cart.total\n  branch { when much > limit { exit a } else { exit b } }\n}\n";
    assert_eq!(refuse(body, "much"), "there is a name `much` already; choose another name");
    assert_eq!(refuse(body, "limit"), "there is a constant `limit` already; choose another name");
    assert_eq!(
        refuse(body, "order_placed"),
        "there is an event `order_placed` already; choose another name"
    );
    assert_eq!(
        refuse(body, "now"),
        "there is a word of the language `now` already; choose another name"
    );
    assert_eq!(
        refuse(body, "branch"),
        "`branch` is a word of the language and cannot be a name; `branch_1` can"
    );
    assert_eq!(
        refuse("audience a = customer.em$0ail is set\n", "plan"),
        "there is a trait `plan` already; choose another name"
    );
    let outcomes = "journey j { entry manual branch { when customer.plan is set { exit a$0 } else { exit b } } }\n";
    assert_eq!(refuse(outcomes, "b"), "there is an outcome `b` already; choose another name");
}

#[test]
fn a_name_that_cannot_be_says_why_and_what_could_be() {
    let text = shop("journey j { entry event cart$0_updated  exit done }\n");
    let refuse = |new: &str| renamed(&fixture(&text), new).expect_err("it is no name").to_string();
    let no_name = |name: &str, instead: &str| {
        format!(
            "`{name}` is no name: a name is one word of the letters a to z, digits and `_`, and \
             begins with no digit; `{instead}` would be one"
        )
    };
    assert_eq!(refuse(""), "a name cannot be empty; type the new one");
    assert_eq!(refuse(" \t"), "a name cannot be empty; type the new one");
    assert_eq!(refuse("cart changed"), no_name("cart changed", "cart_changed"));
    assert_eq!(refuse("cart-changed!"), no_name("cart-changed!", "cart_changed"));
    assert_eq!(refuse("2nd"), no_name("2nd", "name_2nd"));
    assert_eq!(refuse("größe"), no_name("größe", "gr_e"));
    assert_eq!(refuse("😀"), no_name("😀", "name"));
    assert_eq!(
        refuse("wait "),
        "`wait` is a word of the language and cannot be a name; `wait_1` can"
    );
    assert_eq!(refuse("if ?"), no_name("if ?", "if_1"));
    // Blanks around it are nobody's intention.
    let found = renamed(&fixture(&text), " cart ").expect("nothing is in the way");
    assert!(found.contains("entry event cart  exit"), "{found}");
}

#[test]
fn a_name_that_differs_in_capitals_alone_is_refused_unless_it_is_the_same_thing() {
    let text = shop("journey j { entry event cart$0_updated  exit done }\n");
    assert_eq!(
        renamed(&fixture(&text), "Order_Placed").expect_err("nobody could tell").to_string(),
        "there is an event `order_placed` already, and nobody could tell `Order_Placed` from that: \
         only capitals differ; choose another name"
    );
    let found = renamed(&fixture(&text), "Cart_Updated").expect("it is the same event");
    assert!(found.contains("event Cart_Updated \"Cart Updated\" {"), "{found}");
    let exits = "journey j { entry manual branch { when customer.plan is set { exit a$0 } else { exit b } } }\n";
    let why = renamed(&fixture(&shop(exits)), "B").expect_err("nobody could tell").to_string();
    assert!(why.starts_with("there is an outcome `b` already"), "{why}");
    let property =
        shop("journey j { entry event cart_updated as c where c.to$0tal > 1  exit done }\n");
    let why = renamed(&fixture(&property), "ID").expect_err("nobody could tell").to_string();
    assert!(why.starts_with("there is a property `id` already"), "{why}");
}

#[test]
fn words_of_the_language_have_no_other_name() {
    let text = shop("audience a = co$0unt(order_placed) > 3\n");
    let fixture = fixture(&text);
    let found = prepare_rename(&fixture.workspace, fixture.at);
    assert_eq!(found, Err(RenameError::BuiltIn("count".to_owned())));
}

#[test]
fn a_name_on_the_wire_goes_when_it_says_what_the_name_says() {
    let text = "customer { ma$0il \"email\": text? }\nevent got \"Got It\" { id: text }\n";
    let found = renamed(&fixture(text), "email").expect("nothing is in the way");
    assert!(found.starts_with("customer { email: text? }"), "{found}");
    // The name that its event has there is none of a property.
    let text = text.replace("$0", "").replace("id:", "i$0d:");
    let found = renamed(&fixture(&text), "number").expect("nothing is in the way");
    assert!(found.contains("event got \"Got It\" { number \"id\": text }"), "{found}");
}

#[test]
fn what_the_language_or_an_entry_brings_along_is_not_hidden() {
    let refuse = |text: &str, new: &str| {
        renamed(&fixture(text), new).expect_err("it is in the way").to_string()
    };
    assert_eq!(
        refuse("customer { pho$0ne: text? }", "id"),
        "there is a built-in trait `id` already; choose another name"
    );
    let both = "event sold { total: number }\njourney j(level: int = 1) {\n  entry event sold\n  exit done\n}\n";
    let why = refuse(&both.replace("level", "le$0vel"), "total");
    assert!(why.starts_with("there is a property of the event `sold`, which enters"), "{why}");
    let why = refuse(&both.replace("total", "to$0tal"), "level");
    assert!(why.starts_with("there is a parameter of the journey `j`, which this"), "{why}");
}

/// A destination whose actions name what they take, and a journey that names things as well.
const ACTIONS: &str = "\
event sold { total: number }
let limit = 2
destination shop http {
  setting key: text = \"k\"
  action one(first: text, level: int = 1) { post \"https://a.example/{key}/{first}/{level}\" }
  action two(second: text) { post \"https://a.example/{second}/{limit}\" }
}
journey j {
  entry event sold as basket
  let amount = basket.total
  told: send shop.one(first: \"{amount}\")
  send shop.two(second: \"x\")
  exit done
}
";

#[test]
fn what_an_action_takes_is_called_as_the_action_itself_lets_it() {
    let first = ACTIONS.replace("action one(first", "action one(fi$0rst");
    for new in ["second", "basket", "amount", "told", "sold", "limit"] {
        let found = renamed(&fixture(&first), new).expect("it means nothing in the action");
        assert!(found.contains(&format!("/{{key}}/{{{new}}}/{{level}}")), "{found}");
        assert!(found.contains(&format!("shop.one({new}: ")), "{found}");
        let after = fixture(&found).workspace.diagnostics();
        assert_eq!(after.len(), 0, "{new}: {after:?}");
    }
    for (new, what) in [("level", "a parameter"), ("key", "a setting")] {
        let why = renamed(&fixture(&first), new).expect_err("the action knows it").to_string();
        assert!(why.starts_with(&format!("there is {what} `{new}` already")), "{why}");
    }
    let second = ACTIONS.replace("action two(second", "action two(se$0cond");
    let why = renamed(&fixture(&second), "limit").expect_err("the action knows it").to_string();
    assert!(why.starts_with("there is a constant `limit` already"), "{why}");
    // And what a journey names may be called as what its actions take.
    let basket = ACTIONS.replace("as basket", "as bas$0ket");
    let found = renamed(&fixture(&basket), "first").expect("that is the name of an argument");
    assert!(found.contains("let amount = first.total"), "{found}");
}
