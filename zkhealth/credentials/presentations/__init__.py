"""Challenge, plan, proof, verdict."""
