//! What runs: waits that end while the server is down, answers that are waited for, policies of re-entry.

use serde_json::json;

use crate::support::{ANY, Server};

const SCHEMA: &str = r#"
customer { plan: text = "free" }
event signed_up { n: int }
event bought { total: number }
audience paying "Paying" = customer.plan == "paid"
destination crm log { action note(text: text) }
"#;

const WELCOME: &str = r#"
journey welcome {
  entry event signed_up
  reenter always
  send crm.note(text: customer.id)
  patience: wait up to 1s {
    on event bought {
      thanked: send crm.note(text: customer.id) { delivered { exit bought } failed { exit lost } }
    }
  }
  branch { when customer.plan == "paid" { send crm.note(text: customer.id) } }
  exit done
}
"#;

const PLANS: &str = r#"
journey plans {
  entry audience paying
  reenter always
  exit left on event bought
  send crm.note(text: customer.id)
  wait 2s
  exit done
}
"#;

/// Writes them and puts them to work.
pub(crate) fn begin(server: &Server) {
    let json = [("content-type", "application/json")];
    let schema = json!({ "files": [{ "path": "schema.journey", "text": SCHEMA }] }).to_string();
    let set = server.send("PUT", "/api/v1/schema", &json, schema.as_bytes());
    assert_eq!(set.status, 200, "{}", set.text());
    for (name, source) in [("welcome", WELCOME), ("plans", PLANS)] {
        let source = json!({ "source": source.trim_start() }).to_string();
        let made = server.post_json("/api/v1/journeys", &source);
        assert_eq!(made.status, 201, "{}", made.text());
        let path = format!("/api/v1/journeys/{name}/activate");
        let activated = server.send("POST", &path, &[ANY], b"");
        assert_eq!(activated.status, 200, "{}", activated.text());
    }
}
