//! What can go wrong with an attempt, what it says about the receiver, and whether to try again.
//!
//! The texts are shown to people and written to logs. They are made of constants, of numbers and of
//! names that the source fixes: never of what a receiver said, nor of an address or a URL, which may hold
//! secrets and personal data.

use std::io;

use hyper::StatusCode;
use tokio_rustls::rustls;

use crate::queue::Health;

/// What was wrong with an attempt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Problem {
    #[error("the idempotency key is not made of letters, digits, `-` and `_`")]
    Key,
    #[error("the URL cannot be called")]
    Url,
    #[error("the header `{0}` is set by the connection itself: take it out of the request")]
    OwnHeader(String),
    #[error("the header `{0}` has a name or a value that HTTP does not allow")]
    Header(String),
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error("no complete answer within the timeout")]
    Timeout,
    #[error("the connection was closed before the answer was complete")]
    Closed,
    #[error("what was answered is not HTTP, or its head is too long")]
    NotHttp,
    #[error("{}", status_line(*.0))]
    Status(u16),
    #[error("{}: redirects are not followed, call the address itself", status_line(*.0))]
    Redirect(u16),
    #[error(
        "410 Gone: the receiver wants no more calls; its queue waits until it is enabled again"
    )]
    Gone,
    #[error("the answer is longer than {0} bytes")]
    LongAnswer(usize),
    #[error("{0}")]
    Mail(#[from] MailProblem),
    #[error("the line could not be written: {0}")]
    Sink(io::ErrorKind),
    #[error("the attempt broke off by an error of this program; see its log")]
    Internal,
}

/// Why there is no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ConnectError {
    #[error("the receiver's address is not public: add it to the addresses that are allowed")]
    Denied,
    #[error("the receiver's name has no address")]
    Unknown,
    #[error("the receiver refuses connections")]
    Refused,
    #[error("the receiver cannot be reached")]
    Unreachable,
    #[error("no connection to the receiver in time")]
    Slow,
    #[error("no secure connection (TLS): {0}")]
    Tls(TlsProblem),
}

/// Why a connection could not be made secure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TlsProblem {
    #[error("the certificate is not from an authority that is trusted here")]
    Untrusted,
    #[error("the certificate is for another name")]
    OtherName,
    #[error("the certificate has expired, or is not valid yet")]
    Expired,
    #[error("the certificate is not valid")]
    Certificate,
    #[error("the receiver does not speak TLS as it should")]
    Handshake,
}

/// What was wrong with a mail or its server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MailProblem {
    #[error("`{0}` is not one mail address")]
    Address(&'static str),
    #[error("the mail has neither text nor HTML")]
    Empty,
    #[error("the mail cannot be written down")]
    Unwritable,
    #[error("the setting `tls` is neither `starttls`, `implicit` nor `none`")]
    TlsMode,
    #[error("the mail server offers no STARTTLS")]
    NoStartTls,
    #[error("the mail server takes no address or header beyond ASCII")]
    NoUtf8,
    #[error("the mail server does not speak SMTP as it should")]
    NotSmtp,
    #[error("the mail server cannot log in this user{}", code(*.0))]
    Login(Option<u16>),
    #[error("the mail server takes no mail now ({0})")]
    Unwilling(u16),
    #[error("the mail server refused {step} ({code}{})", also(.enhanced.as_deref()))]
    Refused {
        /// What was refused.
        step: Step,
        /// The reply code.
        code: u16,
        /// The enhanced status code: three numbers.
        enhanced: Option<String>,
    },
}

/// A step of handing in a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Step {
    #[error("the sender")]
    Sender,
    #[error("the recipient")]
    Recipient,
    #[error("the mail")]
    Content,
}

fn status_line(status: u16) -> String {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    reason.map_or_else(|| status.to_string(), |reason| format!("{status} {reason}"))
}

fn code(code: Option<u16>) -> String {
    code.map(|code| format!(" ({code})")).unwrap_or_default()
}

fn also(status: Option<&str>) -> String {
    status.map(|status| format!(" {status}")).unwrap_or_default()
}

impl Problem {
    /// The status of the response, or the code of the reply.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Problem::Status(status) | Problem::Redirect(status) => Some(*status),
            Problem::Gone => Some(410),
            Problem::Mail(MailProblem::Login(code)) => *code,
            Problem::Mail(MailProblem::Unwilling(code) | MailProblem::Refused { code, .. }) => {
                Some(*code)
            }
            _ => None,
        }
    }

    /// Whether another attempt may go better without anyone changing the message.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Problem::Connect(ConnectError::Denied) => false,
            Problem::Connect(_)
            | Problem::Timeout
            | Problem::Closed
            | Problem::NotHttp
            | Problem::Sink(_)
            | Problem::Internal => true,
            Problem::Status(status) => matches!(status, 408 | 425 | 429 | 500..=599),
            Problem::Mail(problem) => match problem {
                MailProblem::Refused { code, .. } => (400..500).contains(code),
                // What ails the server and its configuration ails every mail: it is put right while
                // the mails wait.
                MailProblem::NoStartTls
                | MailProblem::NotSmtp
                | MailProblem::Login(_)
                | MailProblem::Unwilling(_) => true,
                MailProblem::Address(_)
                | MailProblem::Empty
                | MailProblem::Unwritable
                | MailProblem::TlsMode
                | MailProblem::NoUtf8 => false,
            },
            Problem::Key
            | Problem::Url
            | Problem::OwnHeader(_)
            | Problem::Header(_)
            | Problem::Redirect(_)
            | Problem::Gone
            | Problem::LongAnswer(_) => false,
        }
    }

    /// What it says about the receiver.
    pub(crate) fn health(&self) -> Health {
        match self {
            Problem::Gone => Health::Gone,
            Problem::Connect(ConnectError::Denied)
            | Problem::Key
            | Problem::Url
            | Problem::OwnHeader(_)
            | Problem::Header(_)
            | Problem::Internal => Health::Unclear,
            Problem::Connect(_)
            | Problem::Timeout
            | Problem::Closed
            | Problem::NotHttp
            | Problem::Sink(_) => Health::Ill,
            Problem::Status(408 | 429 | 500..=599) => Health::Ill,
            Problem::Status(_) | Problem::Redirect(_) | Problem::LongAnswer(_) => Health::Well,
            Problem::Mail(problem) => match problem {
                MailProblem::NoStartTls
                | MailProblem::NotSmtp
                | MailProblem::Login(_)
                | MailProblem::Unwilling(_)
                // The server is about to close.
                | MailProblem::Refused { code: 421, .. } => Health::Ill,
                MailProblem::Refused { .. } | MailProblem::NoUtf8 => Health::Well,
                MailProblem::Address(_)
                | MailProblem::Empty
                | MailProblem::Unwritable
                | MailProblem::TlsMode => Health::Unclear,
            },
        }
    }
}

impl From<&io::Error> for ConnectError {
    fn from(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => ConnectError::Refused,
            io::ErrorKind::TimedOut => ConnectError::Slow,
            _ => ConnectError::Unreachable,
        }
    }
}

impl From<&io::Error> for TlsProblem {
    fn from(error: &io::Error) -> Self {
        use rustls::CertificateError as Invalid;
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match inner {
            Some(rustls::Error::InvalidCertificate(invalid)) => match invalid {
                Invalid::UnknownIssuer => TlsProblem::Untrusted,
                Invalid::NotValidForName | Invalid::NotValidForNameContext { .. } => {
                    TlsProblem::OtherName
                }
                Invalid::Expired
                | Invalid::ExpiredContext { .. }
                | Invalid::NotValidYet
                | Invalid::NotValidYetContext { .. } => TlsProblem::Expired,
                _ => TlsProblem::Certificate,
            },
            _ => TlsProblem::Handshake,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_overloaded_or_broken_is_tried_again_and_what_is_refused_is_not() {
        for status in [408, 425, 429, 500, 502, 503, 504, 599] {
            assert!(Problem::Status(status).may_pass(), "{status}");
        }
        for status in [100, 400, 401, 403, 404, 405, 409, 413, 422, 451, 600] {
            assert!(!Problem::Status(status).may_pass(), "{status}");
        }
        assert!(!Problem::Redirect(302).may_pass());
        assert!(!Problem::Gone.may_pass());
        assert!(!Problem::Connect(ConnectError::Denied).may_pass());
        assert!(Problem::Connect(ConnectError::Refused).may_pass());
    }

    #[test]
    fn reasons_are_one_line_and_speak_of_the_status() {
        assert_eq!(Problem::Status(503).to_string(), "503 Service Unavailable");
        assert_eq!(Problem::Status(599).to_string(), "599");
        let refused = MailProblem::Refused {
            step: Step::Recipient,
            code: 550,
            enhanced: Some("5.1.1".to_owned()),
        };
        let text = Problem::from(refused).to_string();
        assert_eq!(text, "the mail server refused the recipient (550 5.1.1)");
    }
}
