//! W3C trace context: which trace a request is part of, from whoever called to whom we call.

use std::fmt;

use data_encoding::HEXLOWER;

/// The header of a trace.
pub(crate) const TRACEPARENT: &str = "traceparent";

/// A place in a trace. It can be handed on as the header `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    trace: [u8; 16],
    span: [u8; 8],
    flags: u8,
}

impl TraceContext {
    /// A place in a trace of its own; nothing if the system gives no random bytes.
    pub fn new() -> Option<TraceContext> {
        let mut trace = [0; 16];
        getrandom::fill(&mut trace).ok()?;
        TraceContext { trace, span: [0; 8], flags: 0 }.child()
    }

    /// Reads a header. What is malformed, or all zero, is as if it was not there.
    pub fn parse(header: &str) -> Option<TraceContext> {
        let mut parts = header.split('-');
        let version = hex::<1>(parts.next()?)?;
        let trace = hex(parts.next()?)?;
        let span = hex(parts.next()?)?;
        let [flags] = hex(parts.next()?)?;
        // Later versions may say more behind it; the first says no more, and 255 is none.
        let more = parts.next().is_some();
        let fits = version != [0xff] && !(version == [0] && more);
        (fits && trace != [0; 16] && span != [0; 8]).then_some(TraceContext { trace, span, flags })
    }

    /// A place of its own under this one.
    pub fn child(self) -> Option<TraceContext> {
        let mut span = [0; 8];
        getrandom::fill(&mut span).ok()?;
        Some(TraceContext { span, ..self })
    }

    /// The name of the trace, as logs have it.
    pub fn trace_id(&self) -> String {
        HEXLOWER.encode(&self.trace)
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (trace, span) = (HEXLOWER.encode(&self.trace), HEXLOWER.encode(&self.span));
        write!(f, "00-{trace}-{span}-{:02x}", self.flags)
    }
}

fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::TraceContext;

    const HEADER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_trace_is_handed_on_under_its_own_name() {
        let caller = TraceContext::parse(HEADER).unwrap();
        assert_eq!(caller.to_string(), HEADER);
        let own = caller.child().unwrap();
        assert_eq!(own.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_ne!(own.to_string(), HEADER);
        assert_eq!(TraceContext::parse(&own.to_string()), Some(own));
    }

    #[test]
    fn what_is_no_trace_is_as_if_it_was_not_there() {
        for header in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        ] {
            assert_eq!(TraceContext::parse(header), None, "{header}");
        }
        assert!(TraceContext::parse(&format!("01{}-more", &HEADER[2..])).is_some());
    }
}
