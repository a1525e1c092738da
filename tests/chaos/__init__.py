"""Whole processes are killed, frozen, starved and misled; afterwards the books must still be exact."""
