//! Which events that are kept for waits can still be asked for.
//!
//! A wait that looks back asks on arrival. Once an instance stands where no way on leads to such a
//! wait any more, or only past the mark at which the keeping starts anew, what is kept for it is
//! of no use. A search from the asking waits back along all ways finds these places.

use journey_bytecode::{Aggregate, ArmTrigger, Journey, Op, Program, Range, Window};

/// So many windows of a journey are looked after. Of those beyond, events are kept to the end.
const MAX_WINDOWS: usize = u64::BITS as usize;

/// For each state the windows, as bits of their places in an instance, that nobody asks any more
/// once the instance stands there. Empty where nothing is kept for waits.
pub(super) fn forgettable(program: &Program, journey: &Journey, tallies: &[u16]) -> Vec<u64> {
    let windows = Windows { program, tallies };
    let kept =
        windows.bits(|window| matches!(window.aggregate, Aggregate::First | Aggregate::Each));
    if kept == 0 {
        return Vec::new();
    }
    let mut search = Search::new(journey);
    for (pc, op) in journey.code.iter().enumerate() {
        if let Op::Suspend { state } = op
            && let Some(state) = journey.states.get(usize::from(*state))
        {
            let asked = state.arms.iter().filter_map(|arm| match arm.trigger {
                ArmTrigger::Event { earlier, .. } => earlier,
                _ => None,
            });
            search.reach(pc, asked.fold(0, |all, window| all | windows.bit(window)));
        }
    }
    search.run(journey, &windows);
    let mut forgettable = vec![0; journey.states.len()];
    for (pc, op) in journey.code.iter().enumerate() {
        if let Op::Suspend { state } = op
            && let Some(bits) = forgettable.get_mut(usize::from(*state))
        {
            let mut asked = 0;
            journey.successors(pc, true, |to| asked |= search.asked(to));
            *bits = kept & !asked;
        }
    }
    forgettable
}

/// The windows of the instances of a journey.
struct Windows<'p> {
    program: &'p Program,
    tallies: &'p [u16],
}

impl Windows<'_> {
    /// Those that fit, as bits.
    fn bits(&self, fits: impl Fn(&Window) -> bool) -> u64 {
        let fits = |number: &u16| {
            let window = self.program.windows.get(usize::from(*number));
            window.is_some_and(&fits)
        };
        let places = self.tallies.iter().take(MAX_WINDOWS).enumerate();
        places.filter(|(_, number)| fits(number)).fold(0, |all, (place, _)| all | 1 << place)
    }

    /// One of them, as a bit; nothing if it is not looked after.
    fn bit(&self, window: u16) -> u64 {
        let place = self.tallies.iter().take(MAX_WINDOWS).position(|number| *number == window);
        place.map_or(0, |place| 1 << place)
    }
}

/// The search back from the operations that ask.
struct Search {
    /// What is asked at an operation or behind it.
    asked: Vec<u64>,
    /// From where each operation can be reached, as (operation, from), sorted.
    ways: Vec<(u32, u32)>,
    /// Operations of which something new was found out.
    open: Vec<usize>,
}

impl Search {
    fn new(journey: &Journey) -> Search {
        let mut ways = Vec::new();
        for pc in 0..journey.code.len() {
            journey.successors(pc, true, |to| ways.push((to as u32, pc as u32)));
        }
        ways.sort_unstable();
        Search { asked: vec![0; journey.code.len()], ways, open: Vec::new() }
    }

    fn asked(&self, pc: usize) -> u64 {
        self.asked.get(pc).copied().unwrap_or(0)
    }

    /// Notes that these windows are asked at an operation or behind it.
    fn reach(&mut self, pc: usize, windows: u64) {
        if let Some(asked) = self.asked.get_mut(pc)
            && *asked | windows != *asked
        {
            *asked |= windows;
            self.open.push(pc);
        }
    }

    fn run(&mut self, journey: &Journey, windows: &Windows<'_>) {
        while let Some(pc) = self.open.pop() {
            let asked = self.asked(pc);
            let mut at = self.ways.partition_point(|(to, _)| (*to as usize) < pc);
            while let Some((to, from)) = self.ways.get(at).copied()
                && to as usize == pc
            {
                at += 1;
                let from = from as usize;
                let anew = match journey.code.get(from) {
                    Some(Op::Mark { mark }) => {
                        windows.bits(|window| window.range == Range::SinceMark(*mark))
                    }
                    _ => 0,
                };
                self.reach(from, asked & !anew);
            }
        }
    }
}
