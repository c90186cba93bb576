"""The plots, one file each: the only part of the model module that draws. Start at ``catalogue.py``."""
