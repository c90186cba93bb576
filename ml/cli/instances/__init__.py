"""Commands for services of several instances, and for what has to outlive all of them."""
