//! Policies: those that the compiled journeys send under.

use std::collections::{BTreeMap, BTreeSet};

use journey_base::TextRange;
use journey_bytecode as bc;
use journey_sema::thir::{Expr, ExprKind, Journey, Otherwise, Policy, TileKind};
use journey_sema::{Checked, Type};

use crate::lowering::{Lowering, Scope};
use crate::{LowerError, ways};

/// The trait that says which zone a customer's local time is of.
const ZONE: &str = "timezone";

/// The policies that the journeys send under, by name.
pub(crate) fn needed<'a>(checked: &'a Checked, journeys: &[&Journey]) -> Vec<&'a Policy> {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for tile in journeys.iter().flat_map(|journey| ways::tiles(journey)) {
        if let TileKind::Send { policy: Some(policy), .. } = &tile.kind {
            names.insert(policy);
        }
    }
    let all = checked.policies.iter().map(|policy| &**policy);
    all.filter(|policy| names.contains(&*policy.name)).collect()
}

impl Lowering<'_> {
    /// Compiles policies, and puts the actions of the program under them.
    pub(crate) fn policies(
        &mut self,
        policies: &[&Policy],
        program: &mut bc::Program,
    ) -> Result<(), LowerError> {
        let mut numbers: BTreeMap<&str, u16> = BTreeMap::new();
        for (index, policy) in policies.iter().enumerate() {
            self.item = format!("policy {}", policy.name);
            numbers.insert(&policy.name, self.number(index, "policies")?);
            let require = match &policy.require {
                Some(require) => Some(self.test(require, Scope::default())?),
                None => None,
            };
            let caps = policy.caps.iter().map(|cap| bc::Cap {
                count: cap.count,
                per: cap.per,
                otherwise: otherwise(cap.otherwise),
            });
            program.policies.push(bc::Policy {
                name: policy.name.to_string(),
                require,
                quiet: policy.quiet.map(|quiet| bc::Quiet {
                    from: quiet.from,
                    to: quiet.to,
                    otherwise: otherwise(quiet.otherwise),
                }),
                caps: caps.collect(),
            });
        }
        for (action, declared) in program.actions.iter_mut().zip(&self.checked.schema.actions) {
            let policy = declared.policy.as_deref();
            action.policy = policy.and_then(|name| numbers.get(name).copied());
        }
        Ok(())
    }

    /// Where the customer's clock is: the trait called `timezone`, if it is a text.
    pub(crate) fn customer_zone(&self) -> Option<Expr> {
        let declared = self.checked.schema.traits.iter().find(|field| &*field.name == ZONE)?;
        let is_text = matches!(declared.ty.required(), Type::Text | Type::Enum(_));
        is_text.then(|| Expr {
            kind: ExprKind::Trait(ZONE.into()),
            ty: declared.ty.clone(),
            range: TextRange::default(),
        })
    }
}

fn otherwise(otherwise: Otherwise) -> bc::Otherwise {
    match otherwise {
        Otherwise::Skip => bc::Otherwise::Skip,
        Otherwise::Hold(length) => bc::Otherwise::Hold(length),
    }
}
