//! What is said in the clear before a session is secured: greeting, EHLO, STARTTLS (RFC 3207).
//!
//! Nothing of it is kept: behind the handshake the session begins anew. Anything that comes in the
//! clear behind the last reply is refused, because somebody else may have put it there.

use lettre::transport::smtp::commands::{Ehlo, Starttls};
use lettre::transport::smtp::extension::ClientId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::network::Stream;
use crate::problem::{MailProblem, Problem};

/// The greeting that a secured session begins with: it was read before.
pub(super) const GREETED: &[u8] = b"220 secured\r\n";

/// The server will greet.
pub(super) const NOT_GREETED: &[u8] = b"";

/// The longest reply, in bytes.
const LONGEST: usize = 16 * 1024;

/// Asks for STARTTLS. What comes back is the connection on which the handshake is to follow.
pub(super) async fn ask(
    mut stream: Box<dyn Stream>,
    name: &ClientId,
) -> Result<Box<dyn Stream>, Problem> {
    let greeting = reply(&mut stream).await?;
    willing(greeting.code)?;
    let offers = said(&mut stream, &Ehlo::new(name.clone()).to_string()).await?;
    willing(offers.code)?;
    if !offers.lines.iter().any(|line| line.eq_ignore_ascii_case("STARTTLS")) {
        return Err(MailProblem::NoStartTls.into());
    }
    let go = said(&mut stream, &Starttls.to_string()).await?;
    willing(go.code)?;
    Ok(stream)
}

fn willing(code: u16) -> Result<(), Problem> {
    match code {
        200..=299 => Ok(()),
        code => Err(MailProblem::Unwilling(code).into()),
    }
}

struct Reply {
    code: u16,
    /// The text of each line.
    lines: Vec<String>,
}

async fn said(stream: &mut Box<dyn Stream>, command: &str) -> Result<Reply, Problem> {
    stream.write_all(command.as_bytes()).await.map_err(|_| Problem::Closed)?;
    stream.flush().await.map_err(|_| Problem::Closed)?;
    reply(stream).await
}

/// Reads one reply, and refuses what comes with it.
async fn reply(stream: &mut Box<dyn Stream>) -> Result<Reply, Problem> {
    let mut read = Vec::new();
    loop {
        let mut piece = [0; 1024];
        let length = stream.read(&mut piece).await.map_err(|_| Problem::Closed)?;
        if length == 0 {
            return Err(Problem::Closed);
        }
        read.extend_from_slice(piece.get(..length).unwrap_or_default());
        if read.len() > LONGEST {
            return Err(MailProblem::NotSmtp.into());
        }
        if let Some(reply) = parse(&read)? {
            return Ok(reply);
        }
    }
}

/// One whole reply, or none as long as its end is missing.
fn parse(bytes: &[u8]) -> Result<Option<Reply>, Problem> {
    let bad = || Problem::from(MailProblem::NotSmtp);
    let Some(whole) = bytes.strip_suffix(b"\n") else { return Ok(None) };
    let text = std::str::from_utf8(whole).map_err(|_| bad())?;
    let mut lines = Vec::new();
    let mut ended = None;
    for line in text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)) {
        if ended.is_some() {
            return Err(bad());
        }
        let (code, rest) = line.split_at_checked(3).ok_or_else(bad)?;
        let code = code.parse::<u16>().map_err(|_| bad())?;
        match rest.strip_prefix('-') {
            Some(rest) => lines.push(rest.to_owned()),
            None => {
                lines.push(rest.trim_start().to_owned());
                ended = Some(code);
            }
        }
    }
    Ok(ended.map(|code| Reply { code, lines }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_whole_when_its_last_line_is() {
        for part in ["", "250", "250-a\r\n", "250-a\r\n250 STARTTLS"] {
            assert!(parse(part.as_bytes()).unwrap().is_none(), "{part:?}");
        }
        let reply = parse(b"250-mail.example\r\n250 STARTTLS\r\n").unwrap().unwrap();
        assert_eq!((reply.code, reply.lines[1].as_str()), (250, "STARTTLS"));
        assert_eq!(parse(b"220\r\n").unwrap().unwrap().code, 220);
    }

    #[test]
    fn what_comes_behind_a_reply_in_the_clear_is_refused() {
        for bytes in ["220 go\r\n250 injected\r\n", "SSH-2.0-x\r\n", "2\u{e9}0 go\r\n"] {
            assert!(parse(bytes.as_bytes()).is_err(), "{bytes:?}");
        }
    }
}
