"""The guard: penalties, handling, disputes, rights, what follows from an end, and what is near a cliff."""
