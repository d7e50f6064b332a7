//! Requests of one client, until the server is gone.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use journey_simulator::random::Random;
use serde_json::{Value, json};

use crate::seen::{Seen, now};
use crate::support::PATIENCE;

/// How many customers there are.
const CUSTOMERS: u64 = 40;

/// A client.
pub(crate) struct Load {
    /// No other client, now or later, has it.
    name: u64,
    random: Random,
    sent: u64,
    /// Customers of this client alone, who are still to be erased.
    guests: Vec<String>,
    seen: Seen,
}

/// What a client does next.
enum Next {
    Events(Vec<(String, Value)>),
    Traits(String, &'static str),
    Move(&'static str, &'static str),
    Erase(String),
}

impl Load {
    pub(crate) fn new(name: u64, seed: u64) -> Load {
        Load {
            name,
            random: Random::new(seed, name),
            sent: 0,
            guests: Vec::new(),
            seen: Seen::default(),
        }
    }

    /// Sends until there is no answer any more. Says what was answered.
    pub(crate) fn run(
        mut self,
        address: SocketAddr,
        answers: &AtomicUsize,
        over: &AtomicBool,
    ) -> Seen {
        // One that is not even accepted was killed before.
        let Ok(stream) = TcpStream::connect(address) else { return self.seen };
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut stream = BufReader::new(stream);
        while !over.load(Ordering::SeqCst) {
            let next = self.next();
            self.seen.begin(&next.erased());
            let Some(status) = ask(&mut stream, &next.request()) else { break };
            assert!(status < 500 || status == 503, "{status}");
            if (200..300).contains(&status) {
                self.note(next);
            }
            answers.fetch_add(1, Ordering::SeqCst);
        }
        self.seen
    }

    fn next(&mut self) -> Next {
        match self.random.below(20) {
            0 => {
                Next::Move("welcome", ["pause", "resume", "resume"][self.random.below(3) as usize])
            }
            1 | 2 => Next::Traits(self.customer(), ["free", "paid"][self.random.below(2) as usize]),
            // Who is erased never comes back.
            3 if !self.guests.is_empty() => Next::Erase(self.guests.remove(0)),
            _ => {
                let count = 1 + self.random.below(20);
                Next::Events((0..count).map(|_| self.event()).collect())
            }
        }
    }

    fn customer(&mut self) -> String {
        format!("customer-{:03}", self.random.below(CUSTOMERS))
    }

    fn event(&mut self) -> (String, Value) {
        self.sent += 1;
        let id = format!("{}-{}", self.name, self.sent);
        let customer = match self.random.below(10) {
            0 => {
                let guest = format!("guest-{:05}-{:05}-end", self.name, self.sent);
                self.guests.push(guest.clone());
                guest
            }
            _ => self.customer(),
        };
        let event = match self.random.below(3) {
            0 => json!({ "event": "bought", "properties": { "total": 5 } }),
            _ => json!({ "event": "signed_up", "properties": { "n": self.sent } }),
        };
        let mut event = event;
        event["customer_id"] = customer.as_str().into();
        event["id"] = id.into();
        (customer, event)
    }

    /// Something was answered, so it has to be there from now on.
    fn note(&mut self, done: Next) {
        match done {
            Next::Events(events) => {
                for (customer, event) in events {
                    let id = event["id"].as_str().unwrap().to_owned();
                    self.seen.known.insert(customer.clone());
                    self.seen.events.insert((customer, id), now());
                }
            }
            Next::Traits(customer, _) => drop(self.seen.known.insert(customer)),
            Next::Erase(customer) => drop(self.seen.gone.insert(customer)),
            Next::Move(..) => {}
        }
    }
}

impl Next {
    /// Who may be gone from now on.
    fn erased(&self) -> Option<String> {
        match self {
            Next::Erase(customer) => Some(customer.clone()),
            _ => None,
        }
    }

    fn request(&self) -> String {
        let (method, path, body) = match self {
            Next::Events(events) => {
                let events: Vec<&Value> = events.iter().map(|(_, event)| event).collect();
                ("POST", "/api/v1/events".to_owned(), json!(events).to_string())
            }
            Next::Traits(customer, plan) => {
                let path = format!("/api/v1/customers/{customer}");
                ("PATCH", path, json!({ "plan": plan }).to_string())
            }
            Next::Move(journey, wanted) => {
                ("POST", format!("/api/v1/journeys/{journey}/{wanted}"), String::new())
            }
            Next::Erase(customer) => {
                ("DELETE", format!("/api/v1/customers/{customer}"), String::new())
            }
        };
        let length = body.len();
        format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        )
    }
}

/// Sends a request over a connection that stays open, and reads the status; none if the server is gone.
fn ask(stream: &mut BufReader<TcpStream>, request: &str) -> Option<u16> {
    stream.get_mut().write_all(request.as_bytes()).ok()?;
    let (mut line, mut length) = (String::new(), 0);
    stream.read_line(&mut line).ok()?;
    let status = line.split(' ').nth(1)?.parse().ok()?;
    while line != "\r\n" {
        line.clear();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = text.trim().parse().ok()?;
        }
    }
    stream.read_exact(&mut vec![0; length]).ok()?;
    Some(status)
}
