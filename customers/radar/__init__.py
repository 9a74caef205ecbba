"""How the radar's findings are told and where they lead."""
