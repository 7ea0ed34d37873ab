"""Issuers, wallets, and how a credential comes from one to the other."""
