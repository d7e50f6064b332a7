//! The journeys that are simulated, compiled by the real compiler: each combination once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use journey_bytecode::{Fate, Program};
use journey_ir::diff;
use journey_sema::{Checked, Config, Workspace};

use crate::violation::Violation;

const SCHEMA: &str = include_str!("journeys/schema.journey");
const OTHERS: &str = include_str!("journeys/others.journey");

/// A journey of which there are two forms.
pub(crate) struct Changing {
    /// Its name.
    pub(crate) name: &'static str,
    forms: [&'static str; 2],
}

/// The journeys that change. The others stay as they are.
pub(crate) const CHANGING: [Changing; 3] = [
    Changing {
        name: "welcome",
        forms: [
            include_str!("journeys/welcome_a.journey"),
            include_str!("journeys/welcome_b.journey"),
        ],
    },
    Changing {
        name: "carts",
        forms: [include_str!("journeys/carts_a.journey"), include_str!("journeys/carts_b.journey")],
    },
    Changing {
        name: "loyal",
        forms: [include_str!("journeys/loyal_a.journey"), include_str!("journeys/loyal_b.journey")],
    },
];

/// What is to be at work: for each journey that changes its form, or none if nobody enters it.
pub(crate) type Choice = [Option<u8>; 3];

/// A compiled workspace.
#[derive(Debug)]
pub(crate) struct Compiled {
    checked: Checked,
    pub(crate) program: Program,
}

/// Compiled workspaces, by choice.
#[derive(Debug, Default)]
pub struct Library {
    compiled: Mutex<BTreeMap<Choice, Arc<Compiled>>>,
}

impl Library {
    /// The workspace of a choice.
    pub(crate) fn compiled(&self, choice: Choice) -> Result<Arc<Compiled>, Violation> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = compiled.get(&choice) {
            return Ok(Arc::clone(known));
        }
        let new = Arc::new(compile(choice)?);
        compiled.insert(choice, Arc::clone(&new));
        Ok(new)
    }

    /// Where members of a journey go who are moved from one workspace to another.
    pub(crate) fn migration(
        &self,
        from: Choice,
        to: Choice,
        journey: &str,
    ) -> Result<Fate, Violation> {
        let (from, to) = (self.compiled(from)?, self.compiled(to)?);
        let steps = diff::plan(&from.checked, &to.checked, journey);
        Ok(diff::migration(&steps.map_err(Violation::simulation)?))
    }
}

fn compile(choice: Choice) -> Result<Compiled, Violation> {
    let mut files = vec![
        ("schema.journey".to_owned(), SCHEMA.to_owned()),
        ("others.journey".to_owned(), OTHERS.to_owned()),
    ];
    for (changing, form) in CHANGING.iter().zip(choice) {
        let source = form.and_then(|form| changing.forms.get(usize::from(form)));
        files.extend(source.map(|it| (format!("{}.journey", changing.name), (*it).to_owned())));
    }
    let workspace = Workspace::new(Config::default(), files);
    let Some(checked) = workspace.checked() else {
        return Err(Violation::simulation(format!("{:#?}", workspace.diagnostics())));
    };
    let program = journey_ir::lower(&checked).map_err(Violation::simulation)?;
    Ok(Compiled { checked, program })
}
