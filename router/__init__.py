"""What the engine offers to a program: its public names, loaded when first used."""

__version__ = "0.1.0"
