"""The Fn agent of the local cloud: functions as real fdk processes behind unix sockets. Imports emulator.base only."""
