//! Rules about documents.

use std::collections::BTreeSet;
use std::path::Path;

use journey_base::Code;

use super::files;
use crate::Failure;

pub(super) fn codes(root: &Path) -> Result<Vec<String>, Failure> {
    let mut pages = BTreeSet::new();
    for entry in std::fs::read_dir(root.join("docs/errors"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if let Some(code) = name.strip_suffix(".md").filter(|name| name.starts_with('J')) {
            pages.insert(code.to_owned());
        }
    }
    let codes: BTreeSet<String> = Code::ALL.iter().map(Code::to_string).collect();
    let missing = codes.difference(&pages).map(|code| format!("{code} has no page"));
    let stale = pages.difference(&codes).map(|page| format!("docs/errors/{page}.md has no code"));
    Ok(missing.chain(stale).collect())
}

/// Relative links of Markdown files must lead to a file of the repository.
pub(super) fn links(root: &Path) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for path in files::tracked(root, &[".md"])? {
        let text = std::fs::read_to_string(root.join(&path))?;
        let folder = root.join(&path).parent().map(Path::to_owned).unwrap_or_default();
        for target in targets(&text) {
            if !folder.join(target).exists() {
                found.push(format!("{}: {target} is not there", path.display()));
            }
        }
    }
    Ok(found)
}

/// What the inline links of a Markdown text lead to, web addresses and anchors aside.
fn targets(text: &str) -> Vec<&str> {
    let mut fenced = false;
    let mut targets = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        let after = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        targets.extend(after.filter_map(|target| target.split('#').next()));
    }
    targets.retain(|target| !target.is_empty() && !target.contains("://"));
    targets
}

#[cfg(test)]
mod tests {
    use super::targets;

    #[test]
    fn links_are_found_and_code_and_web_addresses_are_not() {
        let text = "see [a](docs/a.md#b) and [w](https://x.org)\n```\n[c](no.md)\n```\n[d](#here)";
        assert_eq!(targets(text), ["docs/a.md"]);
    }
}
