//! What happens to a customer, made up.

use std::sync::Arc;

use journey_reference::eval::Occurrence;
use journey_reference::eval::generate::Generator;
use journey_reference::eval::generate::schema::{PURCHASE, VISIT};
use journey_sema::thir::Const;

/// One thing that happens.
#[derive(Debug, Clone)]
pub(crate) enum Happening {
    Event(Occurrence),
    Traits(Vec<(Arc<str>, Const)>),
    Nothing,
}

/// Things that happen, each with its instant. The journey is entered by the first purchase of a
/// VIP; the story sees to it that one comes.
pub(crate) fn tell(generator: &mut Generator, out_of_order: bool) -> Vec<(i64, Happening)> {
    let mut now = generator.time();
    let mut story = Vec::new();
    for chapter in 0..14 {
        now += match generator.random().below(4) {
            0 => 0,
            1 => generator.random().below(7_200_000) as i64,
            _ => generator.duration().max(1),
        };
        let happening = match generator.random().below(8) {
            0 => Happening::Nothing,
            1 | 2 => Happening::Traits(generator.changes()),
            3 => Happening::Event(event(generator, VISIT, now, out_of_order)),
            _ => {
                let mut purchase = event(generator, PURCHASE, now, out_of_order);
                if chapter == 3 {
                    be_vip(&mut purchase);
                }
                Happening::Event(purchase)
            }
        };
        let entry = chapter == 3 && !matches!(happening, Happening::Event(_));
        story.push((now, happening));
        if entry {
            let mut purchase = event(generator, PURCHASE, now, out_of_order);
            be_vip(&mut purchase);
            story.push((now, Happening::Event(purchase)));
        }
    }
    story
}

fn event(generator: &mut Generator, name: &str, now: i64, out_of_order: bool) -> Occurrence {
    let late = match out_of_order && generator.random().one_in(3) {
        true => generator.duration() / 2,
        false => 0,
    };
    generator.occurrence(name, now - late)
}

/// `vip` is the first property.
fn be_vip(purchase: &mut Occurrence) {
    purchase.properties[0] = Const::Bool(true);
}
