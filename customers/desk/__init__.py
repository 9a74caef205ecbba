"""The service desk: what agents do to tickets, alone and beside each other."""
