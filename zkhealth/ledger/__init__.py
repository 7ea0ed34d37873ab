"""A public record that nobody can rewrite: an append-only log, its readers, its witnesses, and consent kept in it.

See NOTES.md beside this file for what is promised, the formats, and where they come from.
"""
