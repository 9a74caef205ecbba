"""The fields that a shop adds to its records: checking, forms, filters and showing values."""
