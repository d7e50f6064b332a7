//! Operators of the typed tree and of the bytecode: the same, one for one.

use journey_bytecode as bc;
use journey_sema::Type;
use journey_sema::thir::{BinaryOp, CompareOp, Expr, ExprKind, Fold, FoldFn, UnaryOp};

use crate::code::Class;

/// Whether an expression is a bool that is best told by where it jumps.
pub(crate) fn is_jumping(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Not(_)
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Compare(..)
        | ExprKind::InList(_)
        | ExprKind::InRange(_)
        | ExprKind::IsSet(_)
        | ExprKind::InAudience(_)
        | ExprKind::BindingIsSet(_) => true,
        ExprKind::If(parts) => {
            let [_, yes, no] = &**parts;
            expr.ty == Type::Bool && (is_jumping(yes) || is_jumping(no))
        }
        _ => false,
    }
}

/// How a slot of this type compares with a constant in one instruction. Bools have jumps of
/// their own.
pub(crate) fn class(ty: &Type) -> Option<Class> {
    match ty {
        Type::Number => Some(Class::Number),
        Type::Int | Type::Time | Type::Date | Type::TimeOfDay | Type::Weekday | Type::Duration => {
            Some(Class::Word)
        }
        Type::Text | Type::Enum(_) => Some(Class::Text),
        Type::Optional(inner) => class(inner),
        Type::Bool | Type::Json | Type::List(_) | Type::Record(_) | Type::Unset | Type::Error => {
            None
        }
    }
}

/// How the outcomes for the elements of a list are put together.
pub(crate) fn fold(fold: &Fold) -> bc::Fold {
    match fold.function {
        FoldFn::Any => bc::Fold::Any,
        FoldFn::All => bc::Fold::All,
        FoldFn::Sum if fold.body.ty == Type::Int => bc::Fold::SumInt,
        FoldFn::Sum => bc::Fold::SumNumber,
    }
}

pub(crate) fn cmp(op: CompareOp) -> bc::Cmp {
    match op {
        CompareOp::Eq => bc::Cmp::Eq,
        CompareOp::Ne => bc::Cmp::Ne,
        CompareOp::Lt => bc::Cmp::Lt,
        CompareOp::Le => bc::Cmp::Le,
        CompareOp::Gt => bc::Cmp::Gt,
        CompareOp::Ge => bc::Cmp::Ge,
    }
}

/// The comparison that means the same with its sides exchanged.
pub(crate) fn flipped(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Eq => CompareOp::Eq,
        CompareOp::Ne => CompareOp::Ne,
        CompareOp::Lt => CompareOp::Gt,
        CompareOp::Le => CompareOp::Ge,
        CompareOp::Gt => CompareOp::Lt,
        CompareOp::Ge => CompareOp::Le,
    }
}

/// Maps one enum onto the variants of the same names of another.
macro_rules! same_name {
    ($from:ty => $to:ty, $value:expr; $($name:ident)*) => {
        match $value { $(<$from>::$name => <$to>::$name,)* }
    };
}

pub(crate) fn unary(op: UnaryOp) -> bc::UnaryOp {
    same_name!(UnaryOp => bc::UnaryOp, op;
        NegInt NegNumber NegDuration IntToNumber AbsInt AbsNumber Round Floor Ceil Lower Upper
        Trim LengthText LengthList ToText ParseNumber DateOf TimeOfDayOf WeekdayOf HourOf DayOf
        MonthOf YearOf EncodeUrl)
}

pub(crate) fn binary(op: BinaryOp) -> bc::BinaryOp {
    same_name!(BinaryOp => bc::BinaryOp, op;
        AddInt SubInt MulInt RemInt AddNumber SubNumber MulNumber DivNumber RemNumber MinInt
        MaxInt MinNumber MaxNumber AddTimeDuration SubTimeDuration SubTimeTime AddDuration
        SubDuration MulDurationInt AddDateInt SubDateInt AddMonths DateAt ConcatText ConcatList)
}
