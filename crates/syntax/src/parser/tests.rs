use crate::ast::{AstNode, File, Item};
use crate::{Parse, parse};

fn clean(text: &str) -> Parse {
    let parse = parse(text);
    assert_eq!(parse.errors, [], "{text}");
    parse.tree.validate().unwrap();
    parse
}

#[test]
fn the_tour_of_the_language_parses_without_a_mistake() {
    let parse = clean(include_str!("../../tests/data/tour.journey"));
    let file = File::cast(parse.tree.root()).unwrap();
    let journeys = file.items().filter_map(|item| match item {
        Item::JourneyDecl(journey) => journey.name(),
        _ => None,
    });
    let names: Vec<&str> = journeys.map(|name| name.source()).collect();
    let wanted = ["cart_recovery", "plain", "members", "later_on", "each_item", "again", "once"];
    assert_eq!(names, wanted);
}
