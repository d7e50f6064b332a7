//! `journeyc explain`

use std::process::ExitCode;

use journey_base::Code;
use rust_embed::RustEmbed;

use super::{CommandError, print};
use crate::render::Style;

/// Print the page of an error code: what it means, an example, and the example mended.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A code such as `J0301`, or the name of a lint such as `endless_wait` [default: list all]
    code: Option<String>,
}

/// The pages as they stand in `docs/errors`.
#[derive(RustEmbed)]
#[folder = "../../docs/errors"]
struct Pages;

/// Prints the page, or all codes with their titles.
pub(super) fn run(args: &Args) -> Result<ExitCode, CommandError> {
    let Some(wanted) = &args.code else {
        print(&list())?;
        return Ok(ExitCode::SUCCESS);
    };
    let code = find(wanted).ok_or_else(|| {
        format!("there is no code or lint `{wanted}`\n  hint: `journeyc explain` lists them all")
    })?;
    let page = Pages::get(&format!("{code}.md")).ok_or_else(|| format!("{code} has no page"))?;
    let text = String::from_utf8_lossy(&page.data);
    print(&for_terminal(&text, Style::of_stdout()))?;
    Ok(ExitCode::SUCCESS)
}

fn find(wanted: &str) -> Option<Code> {
    let by_lint = || Code::ALL.iter().copied().find(|code| code.lint() == wanted);
    Code::parse(wanted).or_else(by_lint).filter(|_| !wanted.is_empty())
}

fn list() -> String {
    let lines = Code::ALL.iter().map(|code| match code.lint() {
        "" => format!("{code}  {}\n", code.title()),
        lint => format!("{code}  {} ({lint})\n", code.title()),
    });
    lines.collect()
}

/// Markdown as it is, but for the marks that mean nothing on a terminal: fences become indentation,
/// and the title is bold.
fn for_terminal(page: &str, style: Style) -> String {
    let mut out = String::with_capacity(page.len());
    let mut in_code = false;
    for line in page.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
            continue;
        }
        match line.strip_prefix("# ") {
            Some(title) if !in_code && style.colour => {
                out.push_str(&format!("\x1b[1m{title}\x1b[0m"));
            }
            Some(title) if !in_code => out.push_str(title),
            _ if in_code && !line.is_empty() => out.push_str(&format!("    {line}")),
            _ => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Pages, find};
    use journey_base::Code;

    #[test]
    fn every_code_has_its_page_with_it() {
        for code in Code::ALL {
            assert!(Pages::get(&format!("{code}.md")).is_some(), "{code}");
        }
    }

    #[test]
    fn a_code_is_found_by_number_and_by_the_name_of_its_lint() {
        assert_eq!(find("j0602"), Some(Code::ENDLESS_WAIT));
        assert_eq!(find("endless_wait"), Some(Code::ENDLESS_WAIT));
        assert_eq!(find("J9999"), None);
        assert_eq!(find(""), None);
    }
}
