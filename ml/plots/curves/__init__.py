"""Plots of discrimination and calibration: confusion matrix, ROC curve, reliability diagram, lift and others."""
