//! Whose text an article is, told from its carrier.
