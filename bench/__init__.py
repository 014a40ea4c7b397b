"""Measurements side by side, in one run: `make bench`. Ratios only, for hosts differ and drift."""
