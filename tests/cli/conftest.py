"""A file to run the demo on."""

import json

import pytest


@pytest.fixture
def saved(tmp_path):
    """Writes a bundle, or text, or bytes, to a file."""

    def save(content):
        path = tmp_path / "record.json"
        content = json.dumps(content) if isinstance(content, dict) else content
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return save
