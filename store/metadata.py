"""The metadata of all tables, to which each of them is added."""

from sqlalchemy import MetaData

metadata = MetaData()
