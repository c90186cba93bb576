"""Parts of the hold-out: segments, worst slices, fairness, largest errors, challenger."""
