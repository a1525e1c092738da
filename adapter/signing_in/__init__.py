"""Who may come in: the password, tries that failed, one-time links, and sessions. Knows the store, and no flask."""
