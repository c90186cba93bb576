"""The estimator as it was handed over: checked, loaded, saved, asked."""
