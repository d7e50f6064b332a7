//! A borrowed scan over one line of JSON.
//!
//! A log has millions of lines of the same few shapes, and nearly all of their text is thrown
//! away or copied once into a row. So there is no tree of values here: the caller walks the line
//! with a [`Cursor`], asks for what it expects, and skips the rest. The scan accepts exactly the
//! JSON of RFC 8259; what it skips is checked too.

/// How deep arrays and objects may nest in a line.
const MAX_DEPTH: usize = 64;

/// What is wanted behind a value.
pub(crate) const END: &str = "the end of the line";

/// What a line or element is.
pub(crate) const OBJECT: &str = "an object";

/// A place in one line of JSON.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    line: &'a str,
    at: usize,
}

/// Where a line stops being JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// Byte offset in the line.
    pub(crate) at: usize,
    /// What would have been right there, or what is wrong.
    pub(crate) wanted: &'static str,
}

/// What a value is, told by its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool,
    Number,
    Text,
    Array,
    Object,
}

/// A JSON string between its quotes, escapes still in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Text<'a> {
    /// As it stands in the line.
    pub(crate) raw: &'a str,
    /// Whether there is any escape.
    pub(crate) escaped: bool,
}

/// A JSON number as it stands in the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number<'a> {
    /// The digits.
    pub(crate) raw: &'a str,
    /// Whether there is neither a fraction nor an exponent.
    pub(crate) integral: bool,
}

type Scan<T> = Result<T, Malformed>;

impl<'a> Cursor<'a> {
    /// Stands at the start of a line.
    pub(crate) fn new(line: &'a str) -> Cursor<'a> {
        Cursor { line, at: 0 }
    }

    /// The byte offset in the line.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The text of the line between an earlier offset and here.
    pub(crate) fn since(&self, start: usize) -> &'a str {
        self.line.get(start..self.at).unwrap_or_default()
    }

    /// What kind of value comes next.
    #[inline]
    pub(crate) fn kind(&mut self) -> Scan<Kind> {
        match self.look() {
            Some(b'"') => Ok(Kind::Text),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b't' | b'f') => Ok(Kind::Bool),
            Some(b'n') => Ok(Kind::Null),
            _ => Err(self.wanted("a value")),
        }
    }

    /// Steps to the next member of an object: its key, the cursor before its value. `None` at the
    /// closing brace. `fresh` is true before the first call for an object and false after.
    #[inline]
    pub(crate) fn key(&mut self, fresh: &mut bool) -> Scan<Option<Text<'a>>> {
        let first = std::mem::replace(fresh, false);
        if first {
            self.byte(b'{', OBJECT)?;
        }
        match self.look() {
            Some(b'}') => {
                self.at += 1;
                return Ok(None);
            }
            Some(b',') if !first => {
                self.at += 1;
                self.look();
            }
            _ if first => {}
            _ => return Err(self.wanted("`,` or `}`")),
        }
        if self.peek() != Some(b'"') {
            return Err(self.wanted("a key in quotes"));
        }
        let key = self.text()?;
        self.byte(b':', "`:`")?;
        Ok(Some(key))
    }

    /// Steps to the next item of an array; false at the closing bracket. `fresh` as in
    /// [`Cursor::key`].
    pub(crate) fn item(&mut self, fresh: &mut bool) -> Scan<bool> {
        let first = std::mem::replace(fresh, false);
        if first {
            self.byte(b'[', "an array")?;
        }
        match self.look() {
            Some(b']') => {
                self.at += 1;
                return Ok(false);
            }
            Some(b',') if !first => self.at += 1,
            _ if first => return Ok(true),
            _ => return Err(self.wanted("`,` or `]`")),
        }
        self.kind().map(|_| true)
    }

    /// Reads a string.
    #[inline]
    pub(crate) fn text(&mut self) -> Scan<Text<'a>> {
        self.byte(b'"', "a text in quotes")?;
        let start = self.at;
        let mut escaped = false;
        loop {
            self.at += plain_run(self.rest());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(_) => return Err(self.wanted("no control character inside a text")),
                None => return Err(self.wanted("a closing quote")),
            }
        }
        let raw = self.since(start);
        self.at += 1;
        Ok(Text { raw, escaped })
    }

    /// Reads a number.
    #[inline]
    pub(crate) fn number(&mut self) -> Scan<Number<'a>> {
        self.look();
        let start = self.at;
        let mut integral = true;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            integral = false;
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            integral = false;
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Number { raw: self.since(start), integral })
    }

    /// Reads `true` or `false`.
    pub(crate) fn bool(&mut self) -> Scan<bool> {
        if self.look() == Some(b't') {
            self.word("true").map(|()| true)
        } else {
            self.word("false").map(|()| false)
        }
    }

    /// Reads `null`.
    pub(crate) fn null(&mut self) -> Scan<()> {
        self.word("null")
    }

    /// Passes over a value of any kind, checking it.
    pub(crate) fn skip(&mut self) -> Scan<()> {
        self.skip_at(0)
    }

    fn skip_at(&mut self, depth: usize) -> Scan<()> {
        if depth > MAX_DEPTH {
            return Err(self.wanted("no more than 64 levels of nesting"));
        }
        let mut fresh = true;
        match self.kind()? {
            Kind::Text => self.text().map(|_| ()),
            Kind::Number => self.number().map(|_| ()),
            Kind::Bool => self.bool().map(|_| ()),
            Kind::Null => self.null(),
            Kind::Array => {
                while self.item(&mut fresh)? {
                    self.skip_at(depth + 1)?;
                }
                Ok(())
            }
            Kind::Object => {
                while self.key(&mut fresh)?.is_some() {
                    self.skip_at(depth + 1)?;
                }
                Ok(())
            }
        }
    }

    /// Checks that nothing but blanks is left.
    pub(crate) fn end(&mut self) -> Scan<()> {
        match self.look() {
            None => Ok(()),
            Some(_) => Err(self.wanted(END)),
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.line.as_bytes().get(self.at..).unwrap_or_default()
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.line.as_bytes().get(self.at).copied()
    }

    /// The next byte that is not blank.
    #[inline]
    fn look(&mut self) -> Option<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                other => return other,
            }
        }
    }

    #[inline]
    fn byte(&mut self, byte: u8, wanted: &'static str) -> Scan<()> {
        if self.look() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(self.wanted(wanted))
        }
    }

    fn word(&mut self, word: &'static str) -> Scan<()> {
        self.look();
        if self.rest().starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            Err(self.wanted("a value"))
        }
    }

    #[inline]
    fn digits(&mut self) -> Scan<()> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { Err(self.wanted("a digit")) } else { Ok(()) }
    }

    /// Passes over an escape, the cursor at its backslash.
    fn escape(&mut self) -> Scan<()> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                let digits = self.rest().get(1..5).unwrap_or_default();
                if digits.len() < 4 || !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(self.wanted("four hexadecimal digits after `\\u`"));
                }
                self.at += 5;
            }
            _ => return Err(self.wanted("one of the escapes of JSON")),
        }
        Ok(())
    }

    fn wanted(&self, wanted: &'static str) -> Malformed {
        Malformed { at: self.at, wanted }
    }
}

/// How many bytes at the front are neither quote, backslash nor control character. Eight bytes are
/// looked at together: most texts of a log are that short.
#[inline]
fn plain_run(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let mut run = 0;
    let mut words = bytes.chunks_exact(8);
    for word in words.by_ref() {
        let word = word.try_into().map_or(0, u64::from_le_bytes);
        // A byte of `x - ONES & !x & HIGH` is set where the byte of `x` is zero; borrows can only
        // spoil bytes above the first hit, which are not looked at.
        let quote = word ^ (ONES * u64::from(b'"'));
        let backslash = word ^ (ONES * u64::from(b'\\'));
        let hits = (quote.wrapping_sub(ONES) & !quote)
            | (backslash.wrapping_sub(ONES) & !backslash)
            | (word.wrapping_sub(ONES * 0x20) & !word);
        let hits = hits & HIGH;
        if hits != 0 {
            return run + (hits.trailing_zeros() / 8) as usize;
        }
        run += 8;
    }
    let tail = words.remainder();
    run + tail.iter().position(|b| matches!(b, b'"' | b'\\' | 0..0x20)).unwrap_or(tail.len())
}

impl<'a> Text<'a> {
    /// The text itself; `room` takes it where escapes have to be resolved. `None` for half of a
    /// surrogate pair, which is no character.
    #[inline]
    pub(crate) fn resolve<'r>(self, room: &'r mut String) -> Option<&'r str>
    where
        'a: 'r,
    {
        if self.escaped { unescape(self.raw, room) } else { Some(self.raw) }
    }
}

fn unescape<'r>(raw: &str, room: &'r mut String) -> Option<&'r str> {
    room.clear();
    let mut rest = raw;
    while let Some((plain, tail)) = rest.split_once('\\') {
        room.push_str(plain);
        let mut chars = tail.chars();
        let unit = match chars.next()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let (c, tail) = unicode(tail)?;
                room.push(c);
                rest = tail;
                continue;
            }
            other => other,
        };
        room.push(unit);
        rest = chars.as_str();
    }
    room.push_str(rest);
    Some(room)
}

/// The character of `uXXXX` or `uXXXX\uXXXX` at the front, and what follows it.
fn unicode(text: &str) -> Option<(char, &str)> {
    let unit = |text: &str| u32::from_str_radix(text.get(1..5)?, 16).ok();
    let (high, tail) = (unit(text)?, text.get(5..)?);
    if let 0xD800..=0xDBFF = high {
        let tail = tail.strip_prefix('\\').filter(|tail| tail.starts_with('u'))?;
        let low = unit(tail).filter(|low| (0xDC00..=0xDFFF).contains(low))?;
        let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        return Some((char::from_u32(code)?, tail.get(5..)?));
    }
    Some((char::from_u32(high)?, tail))
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Malformed};

    /// What a whole line is: fine, or wrong at a column.
    fn check(line: &str) -> Result<(), Malformed> {
        let mut cursor = Cursor::new(line);
        cursor.skip()?;
        cursor.end()
    }

    #[test]
    fn accepts_and_refuses_what_serde_json_does() {
        let lines = [
            r#"{"a":1,"b":[true,false,null,{"c":"d\n\u00e9"}],"e":-0.5e+10}"#,
            r#" { "a" : [ ] , "b" : { } } "#,
            "\"a text of some length with a \\\" and a \\\\ and \u{1F600} in it\"",
            "0",
            "-0",
            "1e5",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "-",
            "nul",
            "truefalse",
            "[1,]",
            "[,1]",
            "{,}",
            r#"{"a":1,}"#,
            r#"{"a" 1}"#,
            r#"{a:1}"#,
            r#"{"a":1"#,
            r#"["a"#,
            r#""\x""#,
            r#""\u12g4""#,
            "\"tab\tin a text\"",
            "\"0123456789\u{1}\"",
            "",
            "   ",
            "{} {}",
            "[1 2]",
            "NaN",
            "'a'",
        ];
        for line in lines {
            let theirs = serde_json::from_str::<serde_json::Value>(line);
            assert_eq!(check(line).is_ok(), theirs.is_ok(), "{line}");
        }
    }

    /// Lines that are nearly right: bytes changed, dropped and doubled.
    #[test]
    fn judges_damaged_lines_as_serde_json_does() {
        let line = br#"{"ts":"1997-01-01T00:00:00Z","n":[-1.5e+3,0,{"a\u00e9\n":null}],"t":true} "#;
        let pieces = br#"{}[],:"\0123456789.eE+-truefalsn u/"#;
        let mut seed = 1u64;
        let mut random = |below: usize| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % below
        };
        let (mut right, mut wrong) = (0, 0);
        for _ in 0..30_000 {
            let mut bytes = line.to_vec();
            for _ in 0..=random(2) {
                let at = random(bytes.len());
                match random(3) {
                    0 => bytes[at] = pieces[random(pieces.len())],
                    1 => bytes.insert(at, pieces[random(pieces.len())]),
                    _ => drop(bytes.remove(at)),
                }
            }
            let text = String::from_utf8(bytes).unwrap();
            let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            assert_eq!(check(&text).is_ok(), theirs, "{text}");
            if theirs { right += 1 } else { wrong += 1 }
        }
        assert!(right > 1_000 && wrong > 1_000, "{right} right, {wrong} wrong");
    }

    #[test]
    fn resolves_escapes_as_serde_json_does() {
        let texts = [
            r#""plain""#,
            r#""\"\\\/\b\f\n\r\t""#,
            r#""caf\u00e9 \ud83d\ude00 end""#,
            r#""\ud83d""#,
            r#""\ud83dx""#,
            r#""\ud83d\u0041""#,
            r#""\ude00""#,
        ];
        for text in texts {
            let mut room = String::new();
            let ours = Cursor::new(text).text().unwrap().resolve(&mut room).map(str::to_owned);
            assert_eq!(ours, serde_json::from_str(text).ok(), "{text}");
        }
    }

    #[test]
    fn says_where_a_line_stops_being_json() {
        assert_eq!(check(r#"{"a":1"#), Err(Malformed { at: 6, wanted: "`,` or `}`" }));
        assert_eq!(check(r#"{"a":}"#), Err(Malformed { at: 5, wanted: "a value" }));
        assert_eq!(check(r#"{"a":1}x"#), Err(Malformed { at: 7, wanted: "the end of the line" }));
    }

    #[test]
    fn deep_nesting_is_refused_not_followed() {
        let deep = "[".repeat(100_000);
        assert_eq!(check(&deep).unwrap_err().wanted, "no more than 64 levels of nesting");
        let fine = format!("{}{}", "[".repeat(60), "]".repeat(60));
        assert_eq!(check(&fine), Ok(()));
    }
}
