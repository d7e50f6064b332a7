//! `journeyc grammar`: the grammar as text and as diagrams.

#![allow(clippy::unwrap_used)]

mod support;

use journeyc::grammar::{GRAMMAR, page, rules};
use support::{Workspace, journeyc};

fn grammar(args: &[&str]) -> support::Run {
    let folder = Workspace::new(&[]);
    journeyc(folder.path(), &[&["grammar"], args].concat())
}

#[test]
fn the_grammar_is_printed_as_it_is() {
    let run = grammar(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (0, GRAMMAR));
}

#[test]
fn some_rules_are_printed_with_their_comments_in_the_order_of_the_grammar() {
    let run = grammar(&["exit", "since"]);
    let since = "/// Takes an event that came earlier, too: since the entry, or since arrival at a \
                 labelled tile.\nsince = { kw_since ~ name }";
    assert_eq!(run.stdout, format!("{since}\n\nexit = {{ kw_exit ~ name }}\n"));
}

#[test]
fn a_rule_that_there_is_not_is_an_error_that_knows_what_was_meant() {
    let run = grammar(&["wait_evnt"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("there is no rule `wait_evnt`"), "{}", run.stderr);
    assert!(run.stderr.contains("did you mean `wait_event`?"), "{}", run.stderr);
}

#[test]
fn the_page_draws_each_rule_and_each_of_its_links_leads_somewhere() {
    let rules = rules().unwrap();
    let page = page(&rules);
    for rule in rules.iter().filter(|rule| !rule.name.starts_with("kw_")) {
        assert!(page.contains(&format!("<section id=\"{}\">", rule.name)), "{}", rule.name);
    }
    for link in page.split("href=\"#").skip(1) {
        let anchor = link.split('"').next().unwrap();
        assert!(page.contains(&format!("id=\"{anchor}\"")), "#{anchor} leads nowhere");
    }
    // It is complete: nothing is loaded, nothing runs.
    for reference in ["src=", "<script", "<link", "@import", "url("] {
        assert!(!page.contains(reference), "{reference}");
    }
    // What opens is closed, so that any reader of XML takes the pictures.
    for element in ["svg", "g", "section", "p", "div", "a", "code"] {
        let opened = page.matches(&format!("<{element}>")).count()
            + page.matches(&format!("<{element} ")).count();
        assert_eq!(opened, page.matches(&format!("</{element}>")).count(), "{element}");
    }
}

#[test]
fn the_page_is_the_same_each_time() {
    let rules = rules().unwrap();
    assert_eq!(page(&rules), page(&rules));
}

#[test]
fn a_list_with_commas_leads_back_over_the_comma() {
    let all = grammar(&["--railroad", "day_span", "window_days"]).stdout;
    assert!(all.starts_with("<!doctype html>"));
    let drawn = all.split("<section id=\"window_days\">").nth(1).unwrap();
    assert_eq!(drawn.matches("\nday_span</text>").count(), 1);
    assert_eq!(drawn.matches("\n,</text>").count(), 1);
}
