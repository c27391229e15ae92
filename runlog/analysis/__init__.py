"""Compute what follows from a runner's data: pure functions on a History, no file, no store.

``build.build_history`` makes a History of what the store holds; factors, links, loads, routes and shoes
read it.
"""
