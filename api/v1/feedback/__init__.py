"""Routes about decisions: what came of them, and what is learnt from that."""
