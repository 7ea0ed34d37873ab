"""What a credential says: typed fields, schemas, days and codes."""
