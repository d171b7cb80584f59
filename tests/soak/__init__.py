"""Months in minutes: a real wall whose clock runs fast, and a real station on which somebody never rests."""
