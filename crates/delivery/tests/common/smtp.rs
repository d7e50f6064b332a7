//! A mail server that does as its script says.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

/// What a server says, by the beginning of what it is told; the last entry that fits counts. Whatever is
/// not listed gets `250 ok`.
#[derive(Debug, Clone, Default)]
pub struct Script(pub Vec<(&'static str, String)>);

impl Script {
    pub fn new(entries: &[(&'static str, &str)]) -> Script {
        let entries = entries.iter().map(|(to, reply)| (*to, (*reply).to_owned()));
        Script(
            [("greeting", "220 mail.example ESMTP".to_owned())]
                .into_iter()
                .chain(entries)
                .collect(),
        )
    }

    fn reply(&self, told: &str) -> String {
        let fits = |entry: &&(&str, String)| told.starts_with(entry.0);
        let reply = self.0.iter().rev().find(fits).map(|(_, reply)| reply.clone());
        reply.unwrap_or_else(|| match told {
            "DATA" => "354 go on".to_owned(),
            "QUIT" => "221 bye".to_owned(),
            _ => "250 ok".to_owned(),
        })
    }
}

/// Everything a server was told, line by line, and the mails it got.
#[derive(Debug, Default)]
pub struct Told {
    pub lines: Vec<String>,
    pub mails: Vec<String>,
    pub sessions: usize,
}

/// Serves one connection, from the greeting or, behind STARTTLS, without it. Gives the connection back
/// when STARTTLS was asked for and granted.
pub async fn serve<S>(stream: S, script: Script, told: Arc<Mutex<Told>>, greet: bool) -> Option<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut stream = BufReader::new(stream);
    if greet {
        told.lock().unwrap().sessions += 1;
        say(&mut stream, &script.reply("greeting")).await?;
    }
    loop {
        let line = read_line(&mut stream).await?;
        told.lock().unwrap().lines.push(line.clone());
        let reply = script.reply(&line);
        say(&mut stream, &reply).await?;
        if line == "STARTTLS" && reply.starts_with("220") {
            return Some(stream.into_inner());
        }
        if line == "DATA" && reply.starts_with("354") {
            let mut mail = String::new();
            loop {
                match read_line(&mut stream).await? {
                    line if line == "." => break,
                    line => mail.push_str(&(line + "\n")),
                }
            }
            say(&mut stream, &script.reply("content")).await?;
            told.lock().unwrap().mails.push(mail);
        }
        if reply.starts_with("221") || reply.starts_with("421") {
            return None;
        }
    }
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, reply: &str) -> Option<()> {
    stream.write_all(format!("{reply}\r\n").as_bytes()).await.ok()?;
    stream.flush().await.ok()
}

async fn read_line<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut line = String::new();
    let length = stream.read_line(&mut line).await.ok()?;
    (length > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}
