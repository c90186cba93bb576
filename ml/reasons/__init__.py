"""Why a record scores as it does."""
