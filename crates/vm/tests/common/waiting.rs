//! A customer as most are: some traits, and one wait.

use journey_vm::{Customer, Input, ProgramSet, Scratch, Val, apply};

use super::*;

/// 2026-03-28, as real clocks have it.
pub const NOW: i64 = 1_774_700_000_000;

/// Ten traits as shops have them.
fn shopper(b: &mut Build) -> Vec<(u16, Val<'static>)> {
    vec![
        (b.optional_trait("email", Type::Text), Val::Text("margarethe.hoffmann@example.com")),
        (b.optional_trait("name", Type::Text), Val::Text("Margarethe Hoffmann")),
        (b.optional_trait("city", Type::Text), Val::Text("Recklinghausen")),
        (b.optional_trait("timezone", Type::Text), Val::Text("Europe/Berlin")),
        (b.optional_trait("plan", Type::Text), Val::Text("business_yearly")),
        (b.optional_trait("lifetime_value", Type::Number), Val::Number(12_345.67)),
        (b.optional_trait("orders", Type::Int), Val::Int(214)),
        (b.optional_trait("consent", Type::Bool), Val::Bool(true)),
        (b.optional_trait("signed_up", Type::Time), Val::Time(NOW - 400 * DAY)),
        (b.optional_trait("last_seen", Type::Time), Val::Time(NOW - 90 * MINUTE)),
    ]
}

/// A customer with ten traits who waits in a journey, after a message, with the total of an order.
pub fn waiting() -> (ProgramSet, Customer) {
    let mut shop = shop();
    let traits = shopper(&mut shop.b);
    let buy = shop.buy;
    shop.b.count(buy, Range::Within(30 * DAY), None);
    let month = shop.b.duration(30 * DAY);
    let mut s = Steps::new("win_back", on(buy)).reenter(Reenter::Later);
    let total = s.local("buy.total", Type::Number);
    let captures = vec![Capture { from: CaptureFrom::Property(0), local: total }];
    s.journey.entry = Entry::Event { event: buy, filter: None, captures, each: None, key: None };
    s.send("thanks", shop.note, &[]);
    let w = s.wait("wait", Deadline::After(month), &["bought", "timeout"]);
    s.arm(w, event_arm(buy), 0);
    s.exit("converted");
    s.timeout(w, 1);
    s.exit("lapsed");
    shop.b.journey(s);
    let set = ProgramSet::new(shop.b.done());
    let (mut customer, mut scratch) = (Customer::new("customer-4711"), Scratch::new());
    apply(&set, &mut customer, Input::Traits(&traits), NOW, &mut scratch, &mut ());
    let order = row(&[Val::Number(89.9)]);
    let input = Input::Event { event: buy, at: NOW + HOUR, id: None, row: &order };
    apply(&set, &mut customer, input, NOW + HOUR, &mut scratch, &mut ());
    assert_eq!(customer.instances().len(), 1);
    (set, customer)
}
