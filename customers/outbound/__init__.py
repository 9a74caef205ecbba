"""The one door to addresses that people type in: how requests leave, and where they may go."""
