"""Texts that people read: numbers, values and sentences, the same on pages, in figures and in reports."""
