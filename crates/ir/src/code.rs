//! The buffer that one expression is compiled into: instructions, forward jumps, registers.

use journey_bytecode::{Cond, Insn};

/// A place further on that jumps lead to before it is known where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label(usize);

/// Instructions in the making.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    pub(crate) insns: Vec<Insn>,
    /// For each label the jumps that wait for it.
    waiting: Vec<Vec<usize>>,
    registers: u8,
}

/// The compiled form reached its limits; the caller knows where in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLarge;

impl Buffer {
    pub(crate) fn push(&mut self, insn: Insn) {
        self.insns.push(insn);
    }

    /// A label that is not placed yet.
    pub(crate) fn label(&mut self) -> Label {
        self.waiting.push(Vec::new());
        Label(self.waiting.len() - 1)
    }

    /// Appends a jump to `label`; its own `skip` is filled in when the label is placed.
    pub(crate) fn jump(&mut self, insn: Insn, label: Label) {
        if let Some(waiting) = self.waiting.get_mut(label.0) {
            waiting.push(self.insns.len());
        }
        self.push(insn);
    }

    /// Whether some instruction depends on the time zone.
    pub(crate) fn reads_clock(&self) -> bool {
        self.insns.iter().any(|insn| insn.reads_clock())
    }

    /// Whether any jump leads to `label`.
    pub(crate) fn is_used(&self, label: Label) -> bool {
        self.waiting.get(label.0).is_some_and(|jumps| !jumps.is_empty())
    }

    /// All jumps to `label` lead here.
    pub(crate) fn place(&mut self, label: Label) -> Result<(), TooLarge> {
        let here = self.insns.len();
        let jumps = self.waiting.get_mut(label.0).map(std::mem::take).unwrap_or_default();
        for at in jumps {
            let distance = u16::try_from(here - at - 1).map_err(|_| TooLarge)?;
            if let Some(skip) = self.insns.get_mut(at).and_then(skip_of) {
                *skip = distance;
            }
        }
        Ok(())
    }

    /// The register after `register`, noted as used.
    pub(crate) fn after(&mut self, register: u8) -> Result<u8, TooLarge> {
        let next = register.checked_add(1).ok_or(TooLarge)?;
        self.touch(next)?;
        Ok(next)
    }

    /// Notes that `register` is used.
    pub(crate) fn touch(&mut self, register: u8) -> Result<(), TooLarge> {
        self.registers = self.registers.max(register.checked_add(1).ok_or(TooLarge)?);
        Ok(())
    }

    /// How many registers the code needs.
    pub(crate) fn registers(&self) -> u8 {
        self.registers
    }
}

/// The distance a jump skips.
fn skip_of(insn: &mut Insn) -> Option<&mut u16> {
    match insn {
        Insn::TraitNumber { skip, .. }
        | Insn::TraitWord { skip, .. }
        | Insn::TraitText { skip, .. }
        | Insn::TraitBool { skip, .. }
        | Insn::TraitSet { skip, .. }
        | Insn::EventNumber { skip, .. }
        | Insn::EventWord { skip, .. }
        | Insn::EventText { skip, .. }
        | Insn::EventBool { skip, .. }
        | Insn::EventSet { skip, .. }
        | Insn::LocalNumber { skip, .. }
        | Insn::LocalWord { skip, .. }
        | Insn::LocalText { skip, .. }
        | Insn::LocalBool { skip, .. }
        | Insn::LocalSet { skip, .. }
        | Insn::Audience { skip, .. }
        | Insn::Jump { skip }
        | Insn::JumpBool { skip, .. }
        | Insn::JumpSet { skip, .. }
        | Insn::Each { skip, .. } => Some(skip),
        _ => None,
    }
}

/// Where a value lies that fused instructions reach without a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A trait of the customer.
    Trait,
    /// A property of the event at hand.
    Event,
    /// A local of the instance.
    Local,
}

/// How a fused instruction compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Doubles.
    Number,
    /// All that is held as an integer.
    Word,
    /// Texts, for equality only.
    Text,
}

/// A fused comparison of a slot with constant `k`, its jump still to be aimed.
pub(crate) fn fused(place: Place, class: Class, cond: Cond, slot: u16, k: u16) -> Insn {
    let skip = 0;
    match (place, class) {
        (Place::Trait, Class::Number) => Insn::TraitNumber { cond, slot, k, skip },
        (Place::Trait, Class::Word) => Insn::TraitWord { cond, slot, k, skip },
        (Place::Trait, Class::Text) => Insn::TraitText { cond, slot, k, skip },
        (Place::Event, Class::Number) => Insn::EventNumber { cond, slot, k, skip },
        (Place::Event, Class::Word) => Insn::EventWord { cond, slot, k, skip },
        (Place::Event, Class::Text) => Insn::EventText { cond, slot, k, skip },
        (Place::Local, Class::Number) => Insn::LocalNumber { cond, slot, k, skip },
        (Place::Local, Class::Word) => Insn::LocalWord { cond, slot, k, skip },
        (Place::Local, Class::Text) => Insn::LocalText { cond, slot, k, skip },
    }
}

/// A jump on a bool slot.
pub(crate) fn fused_bool(place: Place, on: bool, slot: u16) -> Insn {
    let skip = 0;
    match place {
        Place::Trait => Insn::TraitBool { on, slot, skip },
        Place::Event => Insn::EventBool { on, slot, skip },
        Place::Local => Insn::LocalBool { on, slot, skip },
    }
}

/// A jump on the presence of a slot.
pub(crate) fn fused_set(place: Place, on: bool, slot: u16) -> Insn {
    let skip = 0;
    match place {
        Place::Trait => Insn::TraitSet { on, slot, skip },
        Place::Event => Insn::EventSet { on, slot, skip },
        Place::Local => Insn::LocalSet { on, slot, skip },
    }
}

/// A load of a slot into a register.
pub(crate) fn load(place: Place, dst: u8, slot: u16) -> Insn {
    match place {
        Place::Trait => Insn::Trait { dst, slot },
        Place::Event => Insn::Event { dst, slot },
        Place::Local => Insn::Local { dst, slot },
    }
}
