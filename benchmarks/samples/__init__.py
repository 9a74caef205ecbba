"""What the benchmarks measure on: public files where they are, else rows made from a seed."""
