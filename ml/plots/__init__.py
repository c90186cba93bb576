"""The plots: the only part of the model module that draws. Start at ``catalogue.py``."""
