//! Simulation of CPython's import system and of module execution.
