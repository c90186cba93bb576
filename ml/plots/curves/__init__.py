"""Plots of how well outcomes are told apart: confusion matrix, ROC curve, reliability diagram, lift and others."""
