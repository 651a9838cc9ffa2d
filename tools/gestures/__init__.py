"""Models of gesture: how hands move faders, knobs and keys, made into logs to learn from.

`chance` draws, `character` says who plays, `motion` what a move is, `figures` what hands do,
`variation` how they do it again, `session` in which order, and `controller` what of it arrives.
"""
