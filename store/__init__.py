"""What must not be lost: what people decided. Everything else can be computed again."""
