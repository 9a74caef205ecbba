"""Customers as staff edit them: forms, contact points, notes and companies."""
