"""One box over all records: identifiers first, then words, mended where they are mistyped."""
