"""Figures of the desk: volume, first response, resolution, backlog, satisfaction."""
