"""The scheduler of the emulated cluster. May import model and emulator.kubernetes."""
