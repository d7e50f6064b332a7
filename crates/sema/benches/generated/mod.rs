//! A workspace of any size: one file with what is shared, and a file of 1.6 KB for each journey.

#![allow(dead_code, missing_docs)]

pub(crate) const SCHEMA: &str = r#"
customer {
  email: text? @pii
  orders: int = 0
  plan: "free" | "pro" = "free"
  consent: bool = false
  last_order_at: time?
}
event cart_left { id: text total: number }
event order_placed { cart_id: text? total: number }
audience lapsed = customer.last_order_at is set and now - customer.last_order_at > 90d

policy marketing {
  require customer.consent
  quiet 21:00..08:00 hold
  cap 3 per 7d skip
}
destination mail log {
  action email(to: text @pii, template: text, total: number?) under marketing
}

/// Asks once whether anything was wrong.
journey survey "Survey" (reason: text) {
  entry manual
  reenter later
  exit no_address when customer.email is unset
  send mail.email(to: customer.email, template: "survey {reason}")
  wait 3d
  exit asked
}
"#;

/// A file with one journey of nineteen tiles and a test of it.
pub(crate) fn file(number: usize) -> String {
    format!(
        r#"/// People who left a cart.
journey recovery_{number} "Recovery {number}" {{
  entry event cart_left as cart where cart.total >= 25 keyed by cart.id
  reenter after 7d
  exit converted on event order_placed as order where order.cart_id == cart.id
  exit no_address when customer.email is unset
  exit expired after 30d
  goal large on any event order_placed as order where order.total > 100 within 14d

  wait 1h
  reminder: send mail.email(to: customer.email, template: "cart_1", total: cart.total)
  wait up to 2d {{
    on any event order_placed as order where order.total > cart.total {{ exit bought }}
    timeout {{
      split subject {{
        50% urgency {{ send mail.email(to: customer.email, template: "urgent {{cart.total}}") }}
        50% discount {{ send mail.email(to: customer.email, template: "discount") }}
      }}
    }}
  }}
  branch {{
    when customer in lapsed and count(order_placed, within: 90d) > 3 {{ wait 3d }}
    when customer.plan == "pro" {{ wait until mon..fri 09:00..17:00 }}
  }}
  repeat up to 3 times every 2d {{
    status: webhook get "https://shop.example.com/carts/{{cart.id}}" {{
      timeout 10s
      retry 3 times from 10s to 5m
      ok as answer: {{ items: int }} {{
        branch {{
          when answer.items == 0 {{ exit emptied }}
          else {{ send mail.email(to: customer.email, template: "{{answer.items}} left") }}
        }}
      }}
      failed {{ exit shop_down }}
    }}
  }}
  run survey(reason: "cart") {{ not_entered {{ exit busy }} }}
  exit done
}}
test "buys" {{
  journey recovery_{number}
  customer {{ email: "a@example.com" }}
  at 2026-01-05T09:00Z
  event cart_left {{ id: "c1", total: 80 }}
  after 30m
  event order_placed {{ cart_id: "c1", total: 80 }}
  expect exit converted
}}
"#
    )
}

/// Path and text of the files of a workspace of `count` journeys.
pub(crate) fn files(count: usize) -> Vec<(String, String)> {
    let journeys = (0..count).map(|at| (format!("{at}.journey"), file(at)));
    [("schema.journey".to_owned(), SCHEMA.to_owned())].into_iter().chain(journeys).collect()
}
