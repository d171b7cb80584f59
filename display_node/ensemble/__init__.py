"""Walls in step. Read `common.nodes` (what is said), `sharing` (of what), `ensemble` (who follows whom)."""
