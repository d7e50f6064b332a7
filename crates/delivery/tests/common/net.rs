//! A network in memory, on which tokio's clock can be paused: names, addresses, and receivers.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use journey_delivery::{BoxFuture, Network, Stream};
use tokio::io::DuplexStream;

use super::http::{Answer, Behave, Request, Seen, serve};

type Accept = Arc<dyn Fn(DuplexStream) + Send + Sync>;

#[derive(Default, Clone)]
pub struct Net(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    names: BTreeMap<String, Vec<Vec<IpAddr>>>,
    receivers: BTreeMap<SocketAddr, Accept>,
    looked_up: Vec<String>,
    connected: Vec<SocketAddr>,
}

impl Net {
    /// A name has these addresses.
    pub fn name(&self, host: &str, addresses: &[&str]) {
        self.name_changing(host, &[addresses]);
    }

    /// A name has these addresses when it is first looked up, those when next, and so on.
    pub fn name_changing(&self, host: &str, answers: &[&[&str]]) {
        let parse = |list: &&[&str]| list.iter().map(|a| a.parse().unwrap()).collect();
        let answers = answers.iter().map(parse).collect();
        self.0.lock().unwrap().names.insert(host.to_owned(), answers);
    }

    /// Connections to an address are handed to `accept`.
    pub fn listen(&self, address: &str, accept: impl Fn(DuplexStream) + Send + Sync + 'static) {
        self.0.lock().unwrap().receivers.insert(address.parse().unwrap(), Arc::new(accept));
    }

    /// A receiver of HTTP requests. The host `NAME.example` is public, at an address of its own.
    pub fn receiver(
        &self,
        name: &str,
        behave: impl Fn(usize, &Request) -> Answer + Send + Sync + 'static,
    ) -> Arc<Mutex<Seen>> {
        let number = self.0.lock().unwrap().receivers.len() + 1;
        let address = format!("93.184.216.{number}");
        self.name(&format!("{name}.example"), &[&address]);
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (log, behave): (_, Behave) = (Arc::clone(&seen), Arc::new(behave));
        self.listen(&format!("{address}:80"), move |stream| {
            log.lock().unwrap().connections += 1;
            tokio::spawn(serve(stream, Arc::clone(&behave), Arc::clone(&log)));
        });
        seen
    }

    /// The addresses that were connected to.
    pub fn connected(&self) -> Vec<String> {
        self.0.lock().unwrap().connected.iter().map(ToString::to_string).collect()
    }

    /// The names that were looked up.
    pub fn looked_up(&self) -> Vec<String> {
        self.0.lock().unwrap().looked_up.clone()
    }
}

impl Network for Net {
    fn lookup<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let mut state = self.0.lock().unwrap();
            state.looked_up.push(host.to_owned());
            let answers = state.names.get_mut(host).ok_or(io::ErrorKind::NotFound)?;
            match answers.len() {
                1 => Ok(answers[0].clone()),
                _ => Ok(answers.remove(0)),
            }
        })
    }

    fn connect(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Stream>>> {
        Box::pin(async move {
            let accept = {
                let mut state = self.0.lock().unwrap();
                state.connected.push(address);
                state.receivers.get(&address).cloned()
            };
            let accept = accept.ok_or(io::ErrorKind::ConnectionRefused)?;
            let (ours, theirs) = tokio::io::duplex(64 * 1024);
            accept(theirs);
            let ours: Box<dyn Stream> = Box::new(ours);
            Ok(ours)
        })
    }
}
