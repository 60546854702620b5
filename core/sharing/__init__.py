"""What leaves the program and comes back: bundles of finished results."""
