"""Speed and ranking, measured: `python -m benchmarks [names]`."""
