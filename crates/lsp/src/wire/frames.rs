//! Messages in a stream of bytes: each behind a header with its length.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::MAX_MESSAGE;

/// Longer than this no line of a header is.
const MAX_LINE: u64 = 8 << 10;

/// What cannot be read. The stream is at the end of it: what comes next may be read.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The stream failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A header without a length, or with one that is no number.
    #[error("a message has no `Content-Length`")]
    NoLength,
    /// More than anybody has to say.
    #[error("a message has {0} bytes; at most {MAX_MESSAGE} are read")]
    TooLong(u64),
    /// No text.
    #[error("a message is not UTF-8")]
    NotUtf8,
}

/// The next message; nothing at the end of the stream.
pub(crate) async fn read_frame(
    input: &mut (impl AsyncBufRead + Unpin),
) -> Result<Option<String>, FrameError> {
    let mut length = None;
    let mut any = false;
    loop {
        let mut line = Vec::new();
        (&mut *input).take(MAX_LINE).read_until(b'\n', &mut line).await?;
        if line.is_empty() {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        if line.is_empty() {
            // A line too many between two messages is nobody's loss.
            if any {
                break;
            }
            continue;
        }
        any = true;
        // What is no header is skipped up to the next one.
        if let Some((name, value)) = line.rsplit_once(':')
            && name.trim_end().to_ascii_lowercase().ends_with("content-length")
        {
            length = value.trim().parse::<u64>().ok();
        }
    }
    let length = length.ok_or(FrameError::NoLength)?;
    if length > MAX_MESSAGE as u64 {
        // It has to be passed over, or its text would be taken for headers.
        tokio::io::copy(&mut (&mut *input).take(length), &mut tokio::io::sink()).await?;
        return Err(FrameError::TooLong(length));
    }
    let mut body = vec![0; length as usize];
    match input.read_exact(&mut body).await {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    };
    String::from_utf8(body).map(Some).map_err(|_| FrameError::NotUtf8)
}

/// Writes a message.
pub(crate) async fn write_frame(
    output: &mut (impl AsyncWrite + Unpin),
    message: &str,
) -> io::Result<()> {
    let header = format!("Content-Length: {}\r\n\r\n", message.len());
    output.write_all(header.as_bytes()).await?;
    output.write_all(message.as_bytes()).await?;
    output.flush().await
}

#[cfg(test)]
mod tests {
    use tokio::io::BufReader;

    use super::{FrameError, MAX_MESSAGE, read_frame, write_frame};

    /// Everything in a stream, mistakes in words.
    fn read(stream: &[u8]) -> Vec<String> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut input = BufReader::new(stream);
            let mut found = Vec::new();
            loop {
                match read_frame(&mut input).await {
                    Ok(Some(message)) => found.push(message),
                    Ok(None) => return found,
                    Err(error @ FrameError::Io(_)) => panic!("{error}"),
                    Err(error) => found.push(format!("error: {error}")),
                }
            }
        })
    }

    #[test]
    fn what_is_written_is_read() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut stream = Vec::new();
        runtime.block_on(async {
            write_frame(&mut stream, "{\"é\":1}").await.unwrap();
            write_frame(&mut stream, "").await.unwrap();
            write_frame(&mut stream, "[]").await.unwrap();
        });
        assert_eq!(read(&stream), ["{\"é\":1}", "", "[]"]);
    }

    #[test]
    fn headers_may_be_written_in_any_way() {
        let stream = b"\r\ncontent-length:2\r\nContent-Type: x\r\n\r\n{}Content-Length : 1\n\n1";
        assert_eq!(read(stream), ["{}", "1"]);
    }

    #[test]
    fn after_garbage_the_next_message_is_read() {
        let stream = b"garbage\r\nContent-Length: 2\r\n\r\n{}\
            Content-Length: x\r\n\r\nContent-Length: 1\r\n\r\n\xFFContent-Length: 2\r\n\r\n[]";
        let expected = [
            "{}",
            "error: a message has no `Content-Length`",
            "error: a message is not UTF-8",
            "[]",
        ];
        assert_eq!(read(stream), expected);
    }

    #[test]
    fn what_is_too_long_is_passed_over() {
        let length = MAX_MESSAGE + 1;
        let mut stream = format!("Content-Length: {length}\r\n\r\n").into_bytes();
        stream.resize(stream.len() + length, b' ');
        stream.extend(b"Content-Length: 2\r\n\r\n{}");
        let found = read(&stream);
        assert!(found[0].contains("at most 16777216 are read"), "{found:?}");
        assert_eq!(found[1], "{}");
        assert!(read(b"Content-Length: 99999999999\r\n\r\n").len() == 1);
    }
}
