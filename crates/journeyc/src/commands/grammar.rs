//! `journeyc grammar`

use std::process::ExitCode;

use super::{CommandError, print};
use crate::grammar::{GRAMMAR, GrammarRule, page, rules};

/// Print the grammar of the language, or some of its rules.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Rules such as `tile` or `wait_event` [default: the whole grammar]
    #[arg(value_name = "RULE")]
    rules: Vec<String>,
    /// Draw the rules as railroad diagrams: a page of HTML that needs nothing else
    #[arg(long)]
    railroad: bool,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, CommandError> {
    let chosen = chosen(&args.rules)?;
    if args.railroad {
        print(&page(&chosen))?;
    } else if args.rules.is_empty() {
        print(GRAMMAR)?;
    } else {
        let sources: Vec<&str> = chosen.iter().map(|rule| rule.source.as_str()).collect();
        print(&(sources.join("\n\n") + "\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The rules of these names in the order of the grammar; all of them where none is named.
fn chosen(names: &[String]) -> Result<Vec<GrammarRule>, CommandError> {
    let mut rules = rules()?;
    for name in names {
        if !rules.iter().any(|rule| rule.name == *name) {
            let close = rules
                .iter()
                .map(|rule| (strsim::osa_distance(name, &rule.name), rule.name.as_str()))
                .min()
                .filter(|(distance, _)| *distance <= 1 + name.len() / 4);
            let hint = match close {
                Some((_, close)) => format!("did you mean `{close}`?"),
                None => "`journeyc grammar` prints them all".to_owned(),
            };
            return Err(format!("there is no rule `{name}`\n  hint: {hint}").into());
        }
    }
    if !names.is_empty() {
        rules.retain(|rule| names.contains(&rule.name));
    }
    Ok(rules)
}
