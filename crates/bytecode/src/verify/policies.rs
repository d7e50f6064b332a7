//! Checks of policies.

use super::expr::Facts;
use super::problem::Problem;
use super::shape::Shape;
use super::uses::{Scope, check_use};
use super::{Checked, at, refuse};
use crate::{Cap, Otherwise, Policy, Program, Quiet};

/// Milliseconds of a day.
const DAY: i32 = 86_400_000;

/// So many instants a customer's state may have to hold for a policy.
const MAX_CAP: u32 = 1_000;

pub(super) fn check(program: &Program, facts: &[Facts]) -> Checked<()> {
    for policy in &program.policies {
        let outcome = check_policy(program, facts, policy);
        outcome.or_else(|problem| refuse(format!("policy `{}`", policy.name), problem))?;
    }
    for action in &program.actions {
        if let Some(policy) = action.policy {
            let found = at(&program.policies, usize::from(policy), "policy").map(drop);
            found.or_else(|problem| refuse(format!("action `{}`", action.name), problem))?;
        }
    }
    Ok(())
}

fn check_policy(program: &Program, facts: &[Facts], policy: &Policy) -> Result<(), Problem> {
    if let Some(require) = policy.require {
        check_use(program, facts, require, &Shape::Bool, Scope::default())?;
    }
    if let Some(Quiet { from, to, otherwise }) = policy.quiet {
        let clock = 0..DAY;
        let spread = length(otherwise).is_none_or(|it| (1..=i64::from(DAY)).contains(&it));
        if !clock.contains(&from) || !clock.contains(&to) || from == to || !spread {
            return Err(Problem::Rule("quiet"));
        }
    }
    for Cap { count, per, otherwise } in &policy.caps {
        let up_to = length(*otherwise).is_none_or(|up_to| up_to > 0);
        if !(1..=MAX_CAP).contains(count) || *per <= 0 || !up_to {
            return Err(Problem::Rule("cap"));
        }
    }
    Ok(())
}

fn length(otherwise: Otherwise) -> Option<i64> {
    match otherwise {
        Otherwise::Skip => None,
        Otherwise::Hold(length) => length,
    }
}
