"""What is run elsewhere than on a laptop."""
