"""Service levels: until when tickets are to be answered and solved."""
