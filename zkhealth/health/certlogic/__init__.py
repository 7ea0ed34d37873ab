"""Business rules for EU Digital COVID Certificates."""
