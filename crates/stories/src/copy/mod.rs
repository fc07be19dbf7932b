//! Whose text an article repeats.
