"""Lists of records as staff set them up: columns, saved views, exports, bulk edits."""
