"""Commands for people and schedules; they may know functions by name. May import shared; ops.cli whatever it runs."""
