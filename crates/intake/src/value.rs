//! From JSON to the values of a schema's types.
//!
//! Scalars go straight from the line into their slot. Lists and records are first laid out in an
//! arena that is emptied after each line. `null` is the same as leaving a value out.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use journey_bytecode::{Const, FieldType, Type};
use journey_time::Tz;
use journey_vm::Val;

use crate::iso;
use crate::json::{Cursor, Kind, Malformed, Number};
use crate::reason::{Place, Reason, Root, describe};

/// Below this, every whole number is a double of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Memory and settings that reading values needs.
#[derive(Debug)]
pub(crate) struct Room {
    /// Where texts with escapes are resolved.
    pub(crate) text: String,
    /// Where lists and records are laid out.
    pub(crate) arena: Bump,
    /// By whose clocks times without an offset are read.
    pub(crate) zone: Tz,
}

impl Room {
    pub(crate) fn new(zone: Tz) -> Room {
        Room { text: String::new(), arena: Bump::new(), zone }
    }
}

/// What becomes of fields of records that are not declared.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Extra {
    /// How many there were.
    pub(crate) fields: u64,
    /// Whether one is a mistake.
    pub(crate) reject: bool,
}

/// Why a value cannot be read. Paths start at the value.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// It is no JSON.
    Malformed(Malformed),
    /// It is of another type.
    Mismatch { path: String, found: String, wanted: String },
    /// A field is missing.
    Missing { path: String, wanted: String },
    /// A field stands twice.
    Twice { path: String },
    /// A field is not declared.
    Unknown { path: String },
}

impl From<Malformed> for Box<Wrong> {
    fn from(malformed: Malformed) -> Box<Wrong> {
        Box::new(Wrong::Malformed(malformed))
    }
}

impl Wrong {
    /// The same, seen from the value that holds it.
    pub(crate) fn inside(mut self: Box<Wrong>, outer: &str) -> Box<Wrong> {
        match &mut *self {
            Wrong::Malformed(_) => {}
            Wrong::Mismatch { path, .. }
            | Wrong::Missing { path, .. }
            | Wrong::Twice { path }
            | Wrong::Unknown { path } => {
                let dot = if path.is_empty() || path.starts_with('[') { "" } else { "." };
                *path = format!("{outer}{dot}{path}");
            }
        }
        self
    }

    /// The same as a reason: `text` is what was read, `root` what holds the value.
    #[cold]
    pub(crate) fn reason(self, text: &str, root: Root) -> Reason {
        match self {
            Wrong::Malformed(malformed) => Reason::malformed(text, malformed),
            Wrong::Mismatch { path, found, wanted } => {
                Reason::Mismatch { what: Place { root, path }, found, wanted }
            }
            Wrong::Missing { path, wanted } => {
                Reason::Missing { what: Place { root, path }, wanted }
            }
            Wrong::Twice { path } => Reason::Twice { what: Place { root, path } },
            Wrong::Unknown { path } => Reason::Unknown { what: Place { root, path } },
        }
    }
}

/// Reads a JSON text that is one value of a type: what a webhook answered, say. `null` is refused,
/// and fields of records that are not declared are passed over.
pub fn read_value(text: &str, ty: &Type, zone: Tz) -> Result<Const, Reason> {
    let mut room = Room::new(zone);
    let mut cursor = Cursor::new(text);
    let start = cursor;
    let value = read(&mut cursor, ty, &mut room, &mut Extra::default());
    let value = value.and_then(|value| match value.is_set() {
        true => Ok(value.to_const()),
        false => Err(mismatch(start, ty, Kind::Null)),
    });
    let value = value.map_err(|wrong| wrong.reason(text, Root::Value))?;
    cursor.end().map_err(|malformed| Reason::malformed(text, malformed))?;
    Ok(value)
}

/// Reads a value; unset for `null`.
#[inline]
pub(crate) fn read<'l: 'r, 'r>(
    cursor: &mut Cursor<'l>,
    ty: &'r Type,
    room: &'r mut Room,
    extra: &mut Extra,
) -> Result<Val<'r>, Box<Wrong>> {
    let start = *cursor;
    let kind = cursor.kind()?;
    match (ty, kind) {
        (_, Kind::Null) => cursor.null().map(|()| Val::Unset).map_err(Into::into),
        (Type::Json, _) => {
            cursor.skip()?;
            room.text.clear();
            compact(cursor.since(start.at()), &mut room.text);
            Ok(Val::Text(&room.text))
        }
        (Type::List(_), Kind::Array) | (Type::Record(_), Kind::Object) => {
            let Room { text, arena, zone } = room;
            Nested { text, arena, zone: *zone, extra }.value(cursor, ty)
        }
        _ => match scalar(cursor, ty, kind, &mut room.text, room.zone)? {
            Some(value) => Ok(value),
            None => Err(mismatch(start, ty, kind)),
        },
    }
}

/// Reads a scalar; `None` if it is not of the type.
#[inline]
fn scalar<'l: 'r, 'r>(
    cursor: &mut Cursor<'l>,
    ty: &Type,
    kind: Kind,
    text: &'r mut String,
    zone: Tz,
) -> Result<Option<Val<'r>>, Malformed> {
    Ok(match (kind, ty) {
        (Kind::Number, Type::Int) => int(cursor.number()?).map(Val::Int),
        (Kind::Number, Type::Number) => number(cursor.number()?).map(Val::Number),
        (Kind::Bool, Type::Bool) => Some(Val::Bool(cursor.bool()?)),
        (Kind::Text, _) => {
            let Some(text) = cursor.text()?.resolve(text) else { return Ok(None) };
            from_text(text, ty, zone)
        }
        _ => None,
    })
}

/// The value that a text stands for; `None` if it stands for none of that type.
#[inline]
pub(crate) fn from_text<'t>(text: &'t str, ty: &Type, zone: Tz) -> Option<Val<'t>> {
    match ty {
        Type::Text => Some(Val::Text(text)),
        Type::Enum(members) => {
            members.iter().any(|member| member == text).then_some(Val::Text(text))
        }
        Type::Time => iso::time(text, zone).map(Val::Time),
        Type::Date => iso::date(text).map(Val::Date),
        Type::TimeOfDay => iso::time_of_day(text).map(Val::TimeOfDay),
        Type::Weekday => iso::weekday(text).map(Val::Weekday),
        Type::Duration => iso::duration(text).map(Val::Duration),
        Type::Bool | Type::Int | Type::Number | Type::Json | Type::List(_) | Type::Record(_) => {
            None
        }
    }
}

/// A whole number, also one written `3.0` or `3e2` as long as nothing is lost.
#[inline]
fn int(number: Number<'_>) -> Option<i64> {
    if number.integral {
        return number.raw.parse().ok();
    }
    let value: f64 = number.raw.parse().ok()?;
    (value.fract() == 0.0 && value.abs() < EXACT).then_some(value as i64)
}

/// A double; none for what is beyond the largest.
#[inline]
fn number(number: Number<'_>) -> Option<f64> {
    number.raw.parse().ok().filter(|value: &f64| value.is_finite())
}

/// Says what stands at `start` instead of a value of the type.
#[cold]
fn mismatch(start: Cursor<'_>, ty: &Type, kind: Kind) -> Box<Wrong> {
    let mut cursor = start;
    if let Err(malformed) = cursor.skip() {
        return malformed.into();
    }
    let raw = cursor.since(start.at()).trim_start();
    let wanted = match (ty, kind) {
        // The only text that is none.
        (Type::Text, Kind::Text) => "a text without half a surrogate pair".to_owned(),
        _ => wanted(ty),
    };
    Box::new(Wrong::Mismatch { path: String::new(), found: describe(kind, raw), wanted })
}

/// A type, as a message asks for it.
pub(crate) fn wanted(ty: &Type) -> String {
    let wanted = match ty {
        Type::Bool => "true or false",
        Type::Int => "an int",
        Type::Number => "a number",
        Type::Text => "a text",
        Type::Enum(members) => {
            let members: Vec<String> = members.iter().map(|member| format!("{member:?}")).collect();
            return format!("one of {}", members.join(", "));
        }
        Type::Time => "a time such as \"2026-12-01T09:00:30Z\"",
        Type::Date => "a date such as \"2026-12-01\"",
        Type::TimeOfDay => "a time of day such as \"09:30\"",
        Type::Weekday => "a weekday, \"mon\" to \"sun\"",
        Type::Duration => "a duration such as \"1d12h\"",
        Type::Json => "anything",
        Type::List(_) => "an array",
        Type::Record(_) => "an object",
    };
    wanted.to_owned()
}

/// Whether values of the type are written as texts in JSON, too.
pub(crate) fn is_text(ty: &Type) -> bool {
    use Type::{Bool, Int, Json, List, Number, Record};
    !matches!(ty, Bool | Int | Number | Json | List(_) | Record(_))
}

/// Leaves the blanks out that stand between the parts of JSON.
fn compact(json: &str, out: &mut String) {
    let (mut quoted, mut escaped) = (false, false);
    for letter in json.chars() {
        if !quoted && letter.is_ascii_whitespace() {
            continue;
        }
        quoted ^= letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        out.push(letter);
    }
}

/// Reads lists and records. They nest no deeper than their types, which the verifier bounds.
struct Nested<'r, 'n> {
    text: &'n mut String,
    arena: &'r Bump,
    zone: Tz,
    extra: &'n mut Extra,
}

impl<'r> Nested<'r, '_> {
    fn value(&mut self, cursor: &mut Cursor<'_>, ty: &'r Type) -> Result<Val<'r>, Box<Wrong>> {
        let start = *cursor;
        let kind = cursor.kind()?;
        match (ty, kind) {
            (_, Kind::Null) => cursor.null().map(|()| Val::Unset).map_err(Into::into),
            (Type::Json, _) => {
                cursor.skip()?;
                self.text.clear();
                compact(cursor.since(start.at()), self.text);
                Ok(Val::Text(self.arena.alloc_str(self.text)))
            }
            (Type::List(item), Kind::Array) => self.list(cursor, item),
            (Type::Record(fields), Kind::Object) => self.record(cursor, fields),
            _ => match scalar(cursor, ty, kind, self.text, self.zone)? {
                // The text may lie where the next one will be resolved.
                Some(Val::Text(text)) => Ok(Val::Text(self.arena.alloc_str(text))),
                Some(value) => Ok(owned(value)),
                None => Err(mismatch(start, ty, kind)),
            },
        }
    }

    fn list(&mut self, cursor: &mut Cursor<'_>, item: &'r Type) -> Result<Val<'r>, Box<Wrong>> {
        let mut items = ArenaVec::new_in(self.arena);
        let mut fresh = true;
        while cursor.item(&mut fresh)? {
            let start = *cursor;
            let place = |wrong: Box<Wrong>| wrong.inside(&format!("[{}]", items.len()));
            let value = self.value(cursor, item).map_err(place)?;
            if !value.is_set() {
                return Err(place(mismatch(start, item, Kind::Null)));
            }
            items.push(value);
        }
        Ok(Val::List(items.into_bump_slice()))
    }

    fn record(
        &mut self,
        cursor: &mut Cursor<'_>,
        fields: &'r [FieldType],
    ) -> Result<Val<'r>, Box<Wrong>> {
        let values = self.arena.alloc_slice_fill_copy(fields.len(), Val::Unset);
        let seen = self.arena.alloc_slice_fill_copy(fields.len(), false);
        let mut fresh = true;
        while let Some(key) = cursor.key(&mut fresh)? {
            let name = key.resolve(self.text).unwrap_or(key.raw);
            let Some(index) = fields.iter().position(|field| field.wire == name) else {
                self.extra.fields += 1;
                if self.extra.reject {
                    return Err(Box::new(Wrong::Unknown { path: name.to_owned() }));
                }
                cursor.skip()?;
                continue;
            };
            let (Some(field), Some(value), Some(seen)) =
                (fields.get(index), values.get_mut(index), seen.get_mut(index))
            else {
                continue;
            };
            if std::mem::replace(seen, true) {
                return Err(Box::new(Wrong::Twice { path: field.wire.clone() }));
            }
            *value = self.value(cursor, &field.ty).map_err(|wrong| wrong.inside(&field.wire))?;
        }
        for (field, value) in fields.iter().zip(values.iter_mut()).filter(|(_, v)| !v.is_set()) {
            match &field.default {
                Some(default) => *value = Val::from_const(default, self.arena),
                None if field.optional => {}
                None => {
                    let (path, wanted) = (field.wire.clone(), wanted(&field.ty));
                    return Err(Box::new(Wrong::Missing { path, wanted }));
                }
            }
        }
        Ok(Val::Record(values))
    }
}

/// A value that holds no text, list or record, free of what it was read from.
fn owned<'r>(value: Val<'_>) -> Val<'r> {
    match value {
        Val::Bool(v) => Val::Bool(v),
        Val::Int(v) => Val::Int(v),
        Val::Number(v) => Val::Number(v),
        Val::Time(v) => Val::Time(v),
        Val::Date(v) => Val::Date(v),
        Val::TimeOfDay(v) => Val::TimeOfDay(v),
        Val::Weekday(v) => Val::Weekday(v),
        Val::Duration(v) => Val::Duration(v),
        Val::Unset | Val::Text(_) | Val::List(_) | Val::Record(_) => Val::Unset,
    }
}

#[cfg(test)]
mod tests {
    use journey_bytecode::{Const, FieldType, Type};
    use journey_time::Tz;

    use super::{Extra, Room, Wrong, read};
    use crate::json::Cursor;

    /// What a value comes out as; the message if it does not.
    fn value(json: &str, ty: &Type) -> Result<Const, String> {
        let mut room = Room::new(Tz::UTC);
        let mut cursor = Cursor::new(json);
        match read(&mut cursor, ty, &mut room, &mut Extra::default()) {
            Ok(value) => Ok(value.to_const()),
            Err(wrong) => Err(match *wrong {
                Wrong::Malformed(malformed) => format!("wanted {}", malformed.wanted),
                Wrong::Mismatch { path, found, wanted } => format!("{path}: {found}, not {wanted}"),
                Wrong::Missing { path, .. } => format!("{path} is missing"),
                Wrong::Twice { path } => format!("{path} stands twice"),
                Wrong::Unknown { path } => format!("{path} is not declared"),
            }),
        }
    }

    fn field(name: &str, ty: Type) -> FieldType {
        FieldType {
            name: name.to_lowercase(),
            wire: name.to_owned(),
            ty,
            optional: false,
            default: None,
        }
    }

    #[test]
    fn ints_are_whole_and_nothing_is_lost() {
        for (json, int) in [
            ("3", 3),
            ("-0", 0),
            ("3.0", 3),
            ("3e2", 300),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(value(json, &Type::Int), Ok(Const::Int(int)), "{json}");
        }
        for json in ["3.5", "9223372036854775808", "9007199254740993.0", "1e300"] {
            let message = format!(": the number {json}, not an int");
            assert_eq!(value(json, &Type::Int), Err(message));
        }
        assert_eq!(value("\"3\"", &Type::Int), Err(": the text \"3\", not an int".to_owned()));
        assert_eq!(value("true", &Type::Int), Err(": true, not an int".to_owned()));
    }

    #[test]
    fn numbers_are_finite_and_take_ints() {
        assert_eq!(value("3", &Type::Number), Ok(Const::Number(3.0)));
        assert_eq!(value("11.77", &Type::Number), Ok(Const::Number(11.77)));
        assert!(value("1e999", &Type::Number).is_err());
    }

    #[test]
    fn a_text_that_no_characters_make_up_is_refused() {
        let message = ": the text \"a\\ud83d\", not a text without half a surrogate pair";
        assert_eq!(value("\"a\\ud83d\"", &Type::Text), Err(message.to_owned()));
    }

    #[test]
    fn texts_of_other_types_are_read() {
        let day = 86_400_000;
        assert_eq!(value("\"1970-01-02\"", &Type::Date), Ok(Const::Date(1)));
        assert_eq!(value("\"1970-01-02T00:00Z\"", &Type::Time), Ok(Const::Time(day)));
        assert_eq!(value("\"00:01\"", &Type::TimeOfDay), Ok(Const::TimeOfDay(60_000)));
        assert_eq!(value("\"sun\"", &Type::Weekday), Ok(Const::Weekday(6)));
        assert_eq!(value("\"1d\"", &Type::Duration), Ok(Const::Duration(day)));
        let plan = Type::Enum(vec!["free".to_owned(), "pro".to_owned()]);
        assert_eq!(value("\"pr\\u006f\"", &plan), Ok(Const::Text("pro".to_owned())));
        assert_eq!(
            value("\"gold\"", &plan),
            Err(": the text \"gold\", not one of \"free\", \"pro\"".to_owned())
        );
        assert_eq!(
            value("\"01.02.1970\"", &Type::Date),
            Err(": the text \"01.02.1970\", not a date such as \"2026-12-01\"".to_owned())
        );
    }

    #[test]
    fn lists_and_records_are_read_whole_or_not_at_all() {
        let mut size = field("Size", Type::Text);
        size.optional = true;
        let mut count = field("Count", Type::Int);
        count.default = Some(Const::Int(1));
        let items = Type::List(Box::new(Type::Record(vec![field("SKU", Type::Text), size, count])));

        let two =
            r#"[{"SKU":"a","Size":null,"Count":2,"color":{"r":1}}, {"Count":null,"SKU":"b\"c"}]"#;
        let text = |text: &str| Const::Text(text.to_owned());
        let record =
            |sku: &str, count| Const::Record(vec![text(sku), Const::Unset, Const::Int(count)]);
        assert_eq!(value(two, &items), Ok(Const::List(vec![record("a", 2), record("b\"c", 1)])));
        for (json, message) in [
            (r#"[{"SKU":"a"},{"Count":1}]"#, "[1].SKU is missing"),
            (r#"[{"SKU":"a","Count":true}]"#, "[0].Count: true, not an int"),
            (r#"[{"SKU":"a","SKU":"b"}]"#, "[0].SKU stands twice"),
            (r#"[null]"#, "[0]: null, not an object"),
            (r#"{"SKU":"a"}"#, ": an object, not an array"),
            (r#"[{"SKU":"a"}"#, "wanted `,` or `]`"),
        ] {
            assert_eq!(value(json, &items), Err(message.to_owned()), "{json}");
        }
    }
}
