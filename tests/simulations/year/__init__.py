"""A bank's year of calls, simulated: the world, and what the product makes of it."""
