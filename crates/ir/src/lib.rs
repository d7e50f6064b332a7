//! Control-flow graph of a journey, lowering to bytecode, and the canvas graph.
