"""Outcomes as programs and files tell them: fields, tables, rows of a CRM, and what of them is stored."""
