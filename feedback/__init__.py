"""What became of the answers: decisions that are recorded, what came of them, and what is learnt from that."""
