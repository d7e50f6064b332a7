//! From files to a checked workspace.

use journey_base::{Code, Diagnostic, FileId, TextRange};
use journey_sema::{Checked, Config, Workspace};

use crate::load::{Damage, MAX_SOURCE, SourceText, Sources};
use crate::render::Files;

/// What came of checking a workspace.
#[derive(Debug)]
pub struct Compiled {
    /// The files that findings speak of: journey files by path, then `journey.toml`.
    pub files: Files,
    /// All findings, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The typed tree, where there was no error.
    pub checked: Option<Checked>,
}

/// Checks a workspace as it was read.
pub fn compile(sources: &Sources) -> Compiled {
    compile_with(sources, |_| {})
}

/// The same, with a configuration that `adjust` has the last word on.
pub fn compile_with(sources: &Sources, adjust: impl FnOnce(&mut Config)) -> Compiled {
    let mut files = Files::default();
    for file in &sources.files {
        files.push(file.path.clone(), file.text.clone());
    }
    let (mut config, config_findings) = configuration(sources, &mut files);
    adjust(&mut config);
    let texts = sources.files.iter().map(|file| (file.path.clone(), file.text.clone())).collect();
    let workspace = Workspace::new(config, texts);

    // A damaged file has one finding: what its remains would give rise to says nothing more.
    let damaged: Vec<Option<Diagnostic>> = (0..).zip(&sources.files).map(damage).collect();
    let is_damaged = |file: FileId| damaged.get(file.0 as usize).is_some_and(Option::is_some);
    let mut diagnostics = workspace.diagnostics();
    diagnostics.retain(|finding| !is_damaged(finding.primary.file));
    let clean = damaged.iter().all(Option::is_none) && config_findings.is_empty();
    let checked = if clean { workspace.checked() } else { None };
    diagnostics.extend(damaged.into_iter().flatten());
    diagnostics.extend(config_findings);
    diagnostics.sort_by_key(|finding| (finding.primary.file, finding.primary.range));
    Compiled { files, diagnostics, checked }
}

/// The configuration, or the defaults with what is wrong about it.
pub fn configuration(sources: &Sources, files: &mut Files) -> (Config, Vec<Diagnostic>) {
    let mut config = Config::default();
    if let Some(name) = sources.root.file_name() {
        config.name = name.to_string_lossy().into_owned();
    }
    let Some((path, text)) = &sources.config else { return (config, Vec::new()) };
    let file = files.push(path.clone(), text.clone());
    match Config::parse(text) {
        Ok(parsed) => (parsed, Vec::new()),
        Err(errors) => {
            let findings = errors.into_iter().map(|error| {
                let finding = Diagnostic::new(Code::BAD_CONFIG, file, error.range, error.message);
                error.help.into_iter().fold(finding, Diagnostic::note)
            });
            (config, findings.collect())
        }
    }
}

/// The finding about a file that could not be read as it should.
pub fn damage((index, file): (u32, &SourceText)) -> Option<Diagnostic> {
    file.damage.as_ref().map(|damage| damage_finding(FileId(index), damage))
}

/// What is said of a file that is damaged in this way.
pub fn damage_finding(id: FileId, damage: &Damage) -> Diagnostic {
    let finding = |range, message| Diagnostic::new(Code::BAD_FILE, id, range, message);
    match damage {
        Damage::NotUtf8 { offset, byte } => {
            let at = TextRange::new(*offset, offset + 1);
            finding(at, format!("the file is not UTF-8: byte 0x{byte:02X} at offset {offset}"))
                .label("the first byte that is no UTF-8")
                .note("save the file with the encoding UTF-8")
        }
        Damage::TooLong(length) => {
            let message = format!("the file has {length} bytes; at most {MAX_SOURCE} are read");
            finding(TextRange::empty(0), message)
                .note("split it: all files of a workspace share their names")
        }
        Damage::Unreadable(why) => {
            finding(TextRange::empty(0), format!("the file cannot be read: {why}"))
        }
    }
}
