"""The feed: decisions and what came of them, told to another system by signed webhooks, in order and at least once."""
