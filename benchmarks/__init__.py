"""Ours and the rivals that are installed, side by side on the same inputs.

Run `python -m benchmarks` in the root of the checkout, on a quiet machine; `pip install .[bench]` brings the rivals.
Absolute times differ from machine to machine, so read the ratios.
"""
