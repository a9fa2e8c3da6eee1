"""Two AWS accounts on one machine: the ground that the demo and the tests stand on."""
