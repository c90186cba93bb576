"""Import of outcomes from programs and files: fields, tables, rows of a CRM, what of them is stored; and export."""
