//! Spans, files, line index and diagnostics as plain data.
