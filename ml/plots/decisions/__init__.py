"""Plots of what decisions bring and where they fail: profit, segments, groups, two versions, largest errors."""
