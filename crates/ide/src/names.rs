//! Which name the cursor is at.

use journey_sema::Workspace;
use journey_sema::index::{Definition, InnerKind, Reference};

use crate::place::FilePosition;

/// The name at a place and what it stands for; nothing where no name is, or one of which nothing
/// is known.
pub(crate) fn name_at(workspace: &Workspace, at: FilePosition) -> Option<Reference> {
    workspace.index_at(at.file, at.offset).at(at.offset).cloned()
}

/// What a definition is, in a word or two for people.
pub(crate) fn noun(definition: &Definition) -> String {
    match definition {
        Definition::Name(kind, _) => kind.to_string(),
        Definition::Property { .. } => "property".to_owned(),
        Definition::Parameter { .. } => "parameter".to_owned(),
        Definition::Setting { .. } => "setting".to_owned(),
        Definition::Inner { kind, .. } => match kind {
            InnerKind::Label => "label",
            InnerKind::Split => "split",
            InnerKind::SplitArm => "arm",
            InnerKind::Outcome => "outcome",
            InnerKind::Goal => "goal",
        }
        .to_owned(),
        Definition::Local { .. } => "name".to_owned(),
        Definition::BuiltIn(_) => "word of the language".to_owned(),
    }
}
