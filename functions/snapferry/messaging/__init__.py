"""What the two accounts say to each other: questions, answers, and why nobody answered."""
