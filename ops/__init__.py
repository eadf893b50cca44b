"""Commands for people and schedules that know functions by name; may import functions and shared, never emulator."""
