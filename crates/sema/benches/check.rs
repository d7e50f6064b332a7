//! How long checking takes: everything from cold, and one file after a keystroke in it.
//!
//! `cargo bench -p journey-sema`

#![allow(missing_docs, clippy::unwrap_used)]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use journey_base::FileId;
use journey_sema::{Config, Workspace};

// As in the products.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SCHEMA: &str = r#"
customer { email: text? orders: int = 0 plan: "free" | "pro" = "free" last_order_at: time? }
event cart_left { id: text total: number }
event order_placed { cart_id: text? total: number }
audience lapsed = customer.last_order_at is set and now - customer.last_order_at > 90d
destination mail log { action email(to: text, template: text, total: number?) }
"#;

/// A file with one journey of twelve tiles and a test of it.
fn file(number: usize) -> String {
    format!(
        r#"/// People who left a cart.
journey recovery_{number} "Recovery {number}" {{
  entry event cart_left as cart where cart.total >= 25
  reenter after 7d
  exit converted on event order_placed as order where order.cart_id == cart.id
  exit no_address when customer.email is unset
  exit expired after 30d
  wait 1h
  reminder: send mail.email(to: customer.email, template: "cart_1", total: cart.total)
  wait up to 2d {{
    on event order_placed as order where order.total > cart.total {{ exit bought }}
    timeout {{
      split subject {{
        50% urgency {{ send mail.email(to: customer.email, template: "urgent {{cart.total}}") }}
        50% discount {{ send mail.email(to: customer.email, template: "discount") }}
      }}
    }}
  }}
  branch {{
    when customer in lapsed and count(order_placed, within: 90d) > 3 {{ wait 3d }}
    when customer.plan == "pro" {{ wait 1d }}
  }}
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

fn files(count: usize) -> Vec<(String, String)> {
    let journeys = (0..count).map(|at| (format!("{at}.journey"), file(at)));
    [("schema.journey".to_owned(), SCHEMA.to_owned())].into_iter().chain(journeys).collect()
}

fn cold(c: &mut Criterion) {
    let mut group = c.benchmark_group("cold");
    for count in [100, 10_000] {
        let files = files(count);
        let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
        group.throughput(Throughput::Bytes(bytes as u64)).sample_size(10);
        group.bench_function(format!("{count} files"), |bench| {
            let open = || Workspace::new(Config::default(), files.clone());
            bench.iter_batched_ref(open, |it| it.diagnostics(), BatchSize::PerIteration);
        });
    }
    group.finish();
}

fn keystroke(c: &mut Criterion) {
    let mut workspace = Workspace::new(Config::default(), files(10_000));
    assert!(workspace.diagnostics().is_empty());
    let edited = FileId(5_000);
    let texts = [file(4_999), file(4_999).replace("wait 1h", "wait 2h")];
    workspace.open(edited);
    let mut turn = 0;
    c.bench_function("keystroke in one of 10000 files", |bench| {
        bench.iter(|| {
            turn += 1;
            workspace.set_text(edited, texts.get(turn % 2).unwrap().as_str());
            workspace.diagnostics_of(edited)
        });
    });
}

criterion_group!(benches, cold, keystroke);
criterion_main!(benches);
