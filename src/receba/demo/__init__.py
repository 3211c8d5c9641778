"""Made-up creditor companies with a ground truth: for the demonstration, the tests and the benchmarks."""
