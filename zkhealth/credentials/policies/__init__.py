"""What a verifier asks: clauses, policies, their words, and what they leak."""
