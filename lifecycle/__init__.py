"""What may happen: steps, clocks, papers, audit, the sweep. No Flask."""
