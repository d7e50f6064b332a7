//! The compiled form of journeys: format, encoder, decoder, verifier, disassembler.
