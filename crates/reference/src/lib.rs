//! The slow, obvious twins that tests compare with: grammar oracle, sentence generator, expression evaluator.
