"""Pure models: texts and arrays in, frozen results out. No ORM, no settings, no request."""
