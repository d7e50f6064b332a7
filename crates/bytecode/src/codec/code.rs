//! The encoding of expression code: one instruction, eight bytes.
//!
//! The first byte is the opcode; operands follow in the order of the fields, packed, the rest is
//! zero. Opcodes are never used again for something else: a new instruction takes a new number.

use super::error::{DecodeError, DecodeErrorKind};
use super::wire::{Reader, Wire};
use crate::{BinaryOp, Cmp, Cond, Fold, Insn, UnaryOp};

/// An operand of an instruction.
trait Operand: Copy + Sized {
    fn put(self, word: &mut Word);
    fn get(word: &mut Word) -> Option<Self>;
}

/// The bytes of an instruction and how far they are written or read.
struct Word {
    bits: u64,
    at: u32,
}

impl Word {
    fn push(&mut self, value: u64, bytes: u32) {
        self.bits |= value << (8 * self.at);
        self.at += bytes;
    }

    fn pull(&mut self, bytes: u32) -> u64 {
        let value = self.bits >> (8 * self.at) & ((1 << (8 * bytes)) - 1);
        self.at += bytes;
        value
    }

    /// Whether nothing is set behind the last operand.
    fn is_clean(&self) -> bool {
        self.at >= 8 || self.bits >> (8 * self.at) == 0
    }
}

impl Operand for u8 {
    fn put(self, word: &mut Word) {
        word.push(u64::from(self), 1);
    }

    fn get(word: &mut Word) -> Option<u8> {
        u8::try_from(word.pull(1)).ok()
    }
}

impl Operand for u16 {
    fn put(self, word: &mut Word) {
        word.push(u64::from(self), 2);
    }

    fn get(word: &mut Word) -> Option<u16> {
        u16::try_from(word.pull(2)).ok()
    }
}

impl Operand for bool {
    fn put(self, word: &mut Word) {
        word.push(u64::from(self), 1);
    }

    fn get(word: &mut Word) -> Option<bool> {
        match word.pull(1) {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

/// Enums without fields are one byte: the place in this list, which only ever grows at its end.
macro_rules! byte_operands {
    ($($ty:ident [$($variant:ident)*])*) => {$(
        impl Operand for $ty {
            fn put(self, word: &mut Word) {
                const ALL: &[$ty] = &[$($ty::$variant),*];
                let place = ALL.iter().position(|variant| *variant == self);
                word.push(place.unwrap_or(ALL.len()) as u64, 1);
            }

            fn get(word: &mut Word) -> Option<$ty> {
                const ALL: &[$ty] = &[$($ty::$variant),*];
                ALL.get(word.pull(1) as usize).copied()
            }
        }

        // Fails to compile when a variant is missing from the list.
        const _: fn($ty) = |value| match value { $($ty::$variant => (),)* };
    )*};
}

byte_operands! {
    Cmp [Eq Ne Lt Le Gt Ge]
    Cond [EqFalse NeFalse LtFalse LeFalse GtFalse GeFalse EqTrue NeTrue LtTrue LeTrue GtTrue GeTrue]
    UnaryOp [
        Not NegInt NegNumber NegDuration IntToNumber AbsInt AbsNumber Round Floor Ceil Lower Upper
        Trim LengthText LengthList ToText ParseNumber DateOf TimeOfDayOf WeekdayOf HourOf DayOf
        MonthOf YearOf NextTimeOfDay NextDay EncodeUrl
    ]
    BinaryOp [
        AddInt SubInt MulInt RemInt AddNumber SubNumber MulNumber DivNumber RemNumber MinInt MaxInt
        MinNumber MaxNumber AddTimeDuration SubTimeDuration SubTimeTime AddDuration SubDuration
        MulDurationInt AddDateInt SubDateInt DateAt ConcatText ConcatList ContainsText ContainsList
        StartsWith EndsWith InList AddMonths
    ]
    Fold [Any All SumInt SumNumber]
}

macro_rules! opcodes {
    ($($opcode:literal $name:ident $({ $($field:ident)* })?)*) => {
        fn to_word(insn: Insn) -> u64 {
            let mut word = Word { bits: 0, at: 0 };
            match insn {
                $(Insn::$name $({ $($field),* })? => {
                    word.push($opcode, 1);
                    $($($field.put(&mut word);)*)?
                })*
            }
            word.bits
        }

        fn from_word(bits: u64) -> Option<Insn> {
            let mut word = Word { bits, at: 0 };
            let insn = match word.pull(1) {
                $($opcode => Insn::$name $({ $($field: Operand::get(&mut word)?),* })?,)*
                _ => return None,
            };
            word.is_clean().then_some(insn)
        }
    };
}

opcodes! {
    0x01 TraitNumber { cond slot k skip }
    0x02 TraitWord { cond slot k skip }
    0x03 TraitText { cond slot k skip }
    0x04 TraitBool { on slot skip }
    0x05 TraitSet { on slot skip }
    0x06 EventNumber { cond slot k skip }
    0x07 EventWord { cond slot k skip }
    0x08 EventText { cond slot k skip }
    0x09 EventBool { on slot skip }
    0x0a EventSet { on slot skip }
    0x0b LocalNumber { cond slot k skip }
    0x0c LocalWord { cond slot k skip }
    0x0d LocalText { cond slot k skip }
    0x0e LocalBool { on slot skip }
    0x0f LocalSet { on slot skip }
    0x10 Audience { on audience skip }
    0x20 Jump { skip }
    0x21 JumpBool { on a skip }
    0x22 JumpSet { on a skip }
    0x23 Ret { a }
    0x24 RetTrue
    0x25 RetFalse
    0x30 Trait { dst slot }
    0x31 Event { dst slot }
    0x32 EventAt { dst }
    0x33 Local { dst slot }
    0x34 Const { dst k }
    0x35 Unset { dst }
    0x36 Now { dst }
    0x37 Entered { dst }
    0x38 CustomerId { dst }
    0x39 History { dst window }
    0x3a Move { dst a }
    0x40 Compare { cmp dst a b }
    0x41 Unary { op dst a }
    0x42 Binary { op dst a b }
    0x43 InRange { dst a lo hi }
    0x44 Matches { dst a regex }
    0x45 MakeList { dst first count }
    0x46 MakeRecord { dst first count }
    0x47 Field { dst a field }
    0x48 NextInDays { dst days }
    0x49 NextInRange { dst days from to }
    0x4a NextTime { dst days at }
    0x4b Each { fold dst a item skip }
}

impl Wire for Insn {
    fn put(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&to_word(*self).to_le_bytes());
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let word = u64::from_le_bytes(from.array()?);
        from_word(word).ok_or_else(|| from.error(DecodeErrorKind::Instruction(word)))
    }
}

#[cfg(test)]
mod tests {
    use super::{from_word, to_word};

    /// Whatever eight bytes are read as an instruction are the only way to write it. Every opcode
    /// is tried with every value of each operand byte around two patterns of the others.
    #[test]
    fn an_instruction_has_one_encoding() {
        let mut read = 0;
        for opcode in 0..=255u64 {
            for pattern in [0u64, 0x0001_0001_0001_0100] {
                for byte in 1..8 {
                    for value in 0..=255u64 {
                        let word = pattern & !(0xff << (8 * byte)) | value << (8 * byte) | opcode;
                        if let Some(insn) = from_word(word) {
                            assert_eq!(to_word(insn), word, "{insn:?}");
                            read += 1;
                        }
                    }
                }
            }
        }
        assert!(read > 10_000, "{read}");
    }
}
