"""The desk: lists that sellers work through, what they tell of a call, and a customer's history."""
