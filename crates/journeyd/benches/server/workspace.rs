//! What runs: journeys that wait, one that calls, one with timers, and any number that do not care.

use std::path::Path;

const SCHEMA: &str = "customer { plan: text = \"free\" orders: int = 0 }
event poked {}
event called { n: int }
event booked { n: int due: time sample: bool }
event _other { n: int }
destination hook {
  setting base_url: text
  action note(n: int) {
    post \"{base_url}/notes\"
    body { n: n }
  }
}

journey waiting {
  entry event poked
  reenter always
  while inside restart
  wait 30d
  exit done
}

journey calling {
  entry event called as it
  reenter always
  send hook.note(n: it.n)
  exit done
}

journey due {
  entry event booked as it
  reenter always
  wait until it.due { late {} }
  branch { when it.sample { send hook.note(n: it.n) } else {} }
  exit done
}
";

/// Writes it into a folder, with so many journeys that nothing here enters.
pub(crate) fn write(folder: &Path, beside: usize) {
    std::fs::write(folder.join("journey.toml"), "[workspace]\nname = \"bench\"\n").unwrap();
    std::fs::write(folder.join("all.journey"), SCHEMA).unwrap();
    for number in 0..beside {
        let journey = format!(
            "journey beside_{number} {{
  entry event _other as it where it.n == {number} and customer.plan == \"pro\"
  wait up to 3d {{ on event _other {{ exit again }} }}
  exit done
}}
"
        );
        std::fs::write(folder.join(format!("beside_{number}.journey")), journey).unwrap();
    }
}
