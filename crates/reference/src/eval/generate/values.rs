//! Constants, from pools so small that they meet each other.

use journey_sema::Type;
use journey_sema::thir::Const;

use super::Generator;

/// What stories take place around unless told otherwise: shortly before clocks go forward in
/// Europe, and three weeks after they did in America.
pub(super) const BASE: i64 = 1_743_120_000_000;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

const TEXTS: [&str; 16] = [
    "",
    "a",
    "ab",
    "Ab",
    "abc",
    "b",
    "free",
    "pro",
    " pro ",
    "12.5",
    "-3",
    "1e2",
    "ÀİΣß",
    "ǆ ᾳ",
    "naïve",
    "\u{1F600}é",
];

/// What is passed on as it is: JSON in several forms, some with blanks.
const JSONS: [&str; 6] =
    ["null", "true", "1.5e3", "\"a \\u00e9\"", "[1, \"two\", {}]", "{\"a\": {\"b\": [null]}}"];

impl Generator {
    /// A value of a type, always set.
    pub fn value(&mut self, ty: &Type) -> Const {
        let extreme = self.extremes && self.random.one_in(16);
        match ty {
            Type::Bool => Const::Bool(self.random.one_in(2)),
            Type::Int => Const::Int(self.int(extreme)),
            Type::Number => Const::Number(self.number(extreme)),
            Type::Text => Const::Text(self.text().into()),
            Type::Enum(members) => {
                Const::Text(self.random.pick(members).cloned().unwrap_or_else(|| "".into()))
            }
            Type::Time => Const::Time(if extreme { self.edge() } else { self.time() }),
            Type::Date => Const::Date(match extreme {
                true => {
                    self.one_of(&[i32::MAX, i32::MIN, 95_000_000]).clamp(-90_000_000, 90_000_000)
                }
                false => self.day(),
            }),
            Type::TimeOfDay => Const::TimeOfDay(self.time_of_day()),
            Type::Weekday => Const::Weekday(self.random.below(7) as u8),
            Type::Duration => Const::Duration(match extreme {
                true => self.edge(),
                false => self.duration(),
            }),
            Type::Json => Const::Text(self.one_of(&JSONS).into()),
            Type::List(item) => {
                let length = self.random.below(4);
                Const::List((0..length).map(|_| self.value(item)).collect())
            }
            Type::Record(fields) => {
                let value = |field: &journey_sema::Field| match field.ty.is_optional() {
                    true if self.random.one_in(2) => Const::Unset,
                    _ => self.value(&field.ty.required()),
                };
                Const::Record(fields.iter().map(value).collect())
            }
            Type::Optional(inner) => match self.random.one_in(3) {
                true => Const::Unset,
                false => self.value(inner),
            },
            Type::Unset | Type::Error => Const::Unset,
        }
    }

    fn one_of<T: Copy + Default>(&mut self, items: &[T]) -> T {
        self.random.pick(items).copied().unwrap_or_default()
    }

    fn edge(&mut self) -> i64 {
        self.one_of(&[i64::MAX, i64::MIN, i64::MAX - 1, i64::MIN + 1, 1 << 62])
    }

    fn int(&mut self, extreme: bool) -> i64 {
        if extreme { self.edge() } else { self.random.below(9) as i64 - 2 }
    }

    /// Quarters, so that sums of them are exact whatever the order.
    fn number(&mut self, extreme: bool) -> f64 {
        if extreme {
            return self.one_of(&[f64::MAX, 0.0, 1e300, 9.3e18, -9.3e18, 5e-324, 0.1]);
        }
        (self.random.below(60) as f64 - 12.0) / 4.0
    }

    fn text(&mut self) -> &'static str {
        self.one_of(&TEXTS)
    }

    /// An instant within some weeks, half of them on the hour.
    pub fn time(&mut self) -> i64 {
        let hours = self.random.below(24 * 60) as i64 - 24 * 25;
        let rest = if self.random.one_in(2) { 0 } else { self.random.below(3_600_000) as i64 };
        self.base + hours * HOUR + rest
    }

    /// A day within some weeks.
    pub fn day(&mut self) -> i32 {
        (self.base / DAY) as i32 + self.random.below(40) as i32 - 15
    }

    /// A time of day: a quarter of an hour, or one at which clocks are changed.
    pub fn time_of_day(&mut self) -> i32 {
        let quarter_hours = self.random.below(96) as i32 * 900_000;
        // The hours in which clocks are changed are met more often.
        let night = self.one_of(&[0, 3_600_000, 7_200_000, 9_000_000, 10_800_000, 86_399_999]);
        if self.random.one_in(3) { night } else { quarter_hours }
    }

    /// A length of time, mostly positive.
    pub fn duration(&mut self) -> i64 {
        match self.random.below(8) {
            0 => 0,
            1 => 1,
            2 => -self.one_of(&[HOUR, DAY]),
            3 => self.random.below(100_000_000) as i64,
            4 => HOUR * self.random.below(48) as i64,
            _ => DAY * (1 + self.random.below(20) as i64),
        }
    }
}
