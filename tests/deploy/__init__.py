"""The image, and the stack of AWS that runs it."""
