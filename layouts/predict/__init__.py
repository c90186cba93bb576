"""The Prediction page: the form, and beside it the score, its reasons and counterfactuals."""
