"""Posting what became of a message to whoever asked for it: which addresses may be posted to, how it is signed."""
