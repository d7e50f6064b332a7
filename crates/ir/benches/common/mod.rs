//! Journeys of any length.

#![allow(dead_code, missing_docs, clippy::unwrap_used)]

use std::fmt::Write;

use journey_base::Severity;
use journey_sema::{Checked, Config, Workspace};

const SCHEMA: &str = r#"
customer { email: text? orders: int = 0 plan: "free" | "pro" = "free" last_order_at: time? }
event cart_left { id: text total: number }
event order_placed { cart_id: text? total: number }
audience lapsed = customer.last_order_at is set and now - customer.last_order_at > 90d
destination mail log { action email(to: text, template: text, total: number?) }
"#;

/// A workspace with one journey of so many tiles, which are a multiple of ten.
pub(crate) fn source(tiles: usize) -> String {
    let mut source = format!(
        r#"{SCHEMA}
journey long "Long" {{
  entry event cart_left as cart where cart.total >= 25 keyed by cart.id
  reenter after 7d
  exit converted on event order_placed as order where order.cart_id == cart.id
  exit no_address when customer.email is unset
  exit expired after 30d
"#
    );
    // Ten tiles each; one fewer in the first, for the exit at the end.
    for part in 0..tiles / 10 {
        let wait = if part == 0 { "" } else { "wait 1h" };
        write!(
            source,
            r#"
  {wait}
  send_{part}: send mail.email(to: customer.email, template: "cart_{part}", total: cart.total)
  wait up to 2d {{
    on any event order_placed as order where order.total > cart.total {{ exit bought }}
    timeout {{
      split subject_{part} {{
        50% urgency {{ send mail.email(to: customer.email, template: "urgent {{cart.total}}") }}
        50% discount {{ send mail.email(to: customer.email, template: "discount") }}
      }}
    }}
  }}
  branch {{
    when customer in lapsed and count(order_placed, within: 90d) > {part} {{ wait 3d }}
    when customer.plan == "pro" {{ wait until mon..fri 09:00..17:00 }}
  }}
"#
        )
        .unwrap();
    }
    source.push_str("  exit done\n}\n");
    source
}

/// The same, checked.
pub(crate) fn checked(tiles: usize) -> Checked {
    let files = vec![("long.journey".to_owned(), source(tiles))];
    let workspace = Workspace::new(Config::default(), files);
    let mut findings = workspace.diagnostics();
    findings.retain(|finding| finding.severity == Severity::Error);
    assert_eq!(findings, []);
    workspace.checked().unwrap()
}
