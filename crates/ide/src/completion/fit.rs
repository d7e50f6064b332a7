//! How well a value fits a place, by its type.

use journey_sema::Type;

/// What is meant more often than any value: a member of the enum, a word that must follow.
pub(super) const FIRST: u8 = 0;

/// Fits, and could not fit better.
pub(super) const EXACTLY: u8 = 1;

/// Fits, or is one step away from it.
pub(super) const NEARLY: u8 = 2;

/// Where nothing is known of the type that fits.
pub(super) const UNKNOWN: u8 = 3;

/// Begins something that fits: a comparison where a condition is wanted.
pub(super) const BEGINS: u8 = 4;

/// Is seldom meant.
pub(super) const SELDOM: u8 = 6;

/// Does not fit by itself.
pub(super) const NOT: u8 = 7;

/// How well a value of some type fits: from [`EXACTLY`] to [`NOT`].
pub(super) fn fit(ty: &Type, fits: &[Type]) -> u8 {
    if fits.is_empty() {
        return UNKNOWN;
    }
    // Where much fits, the first of it fits best; and an enum with a member better than any text.
    let first = fits.len() > 2 || matches!(fits.first(), Some(Type::Enum(_)));
    let later = |at: usize| u8::from(at > 0 && first);
    let ranks = fits.iter().enumerate().map(|(at, wanted)| fit_one(ty, wanted) + later(at));
    ranks.min().unwrap_or(NOT).min(NOT)
}

fn fit_one(ty: &Type, wanted: &Type) -> u8 {
    use Type::{Bool, Date, Enum, Error, Int, Json, List, Number, Record, Text, Time, Unset};
    if *wanted == Unset {
        return if ty.is_optional() { EXACTLY } else { NOT };
    }
    let unset = u8::from(ty.is_optional() && !wanted.is_optional());
    let rank = match (ty.required(), wanted.required()) {
        (plain, goal) if plain == goal => EXACTLY,
        (_, Json) => UNKNOWN,
        (Enum(members), Enum(goal)) => {
            let covers = goal.iter().all(|it| members.contains(it));
            let covered = members.iter().all(|it| goal.contains(it));
            if covers || covered { EXACTLY } else { NOT }
        }
        (List(_), List(goal)) if *goal == Error => EXACTLY,
        (List(item), List(goal)) => fit_one(&item, &goal),
        (Int, Number) | (Enum(_), Text) => NEARLY,
        (Number, Int) | (Text, Enum(_)) | (Date, Time) => BEGINS,
        (Record(_), _) => NOT - 1,
        (plain, Bool) if comparable(&plain) => BEGINS,
        _ => NOT,
    };
    (rank + unset).min(NOT)
}

/// Whether few enough types fit that a literal of one can be proposed, or a whole condition.
pub(super) fn is_narrow(fits: &[Type]) -> bool {
    fits.len() <= 2
}

/// Whether a comparison can begin with it.
fn comparable(ty: &Type) -> bool {
    !matches!(ty, Type::Json | Type::Record(_) | Type::Error | Type::Unset)
}
