"""How things are written: CBOR messages, JSON, encrypted files, QR codes."""
