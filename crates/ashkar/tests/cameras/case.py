"""Expectations of a case. Each case is a class: its docstring says who reported the fault, its code is the fault."""


class Case:
    clip = "base"
    # The access unit with which it begins, and whether it begins again at the end.
    start_at, loop = 0, True
    # Smallest and largest share of the pictures sent, from the first keyframe on, that the recording must hold.
    share = (0.97, 1.02)
    # Smallest share of the time in which it could send.
    on_air = 0.85
    # How often it may be connected to, or may connect: a session that ends and begins again costs less than the shares show.
    connections_max = 1
    # Maximum distance of the live edge from now, in seconds.
    edge_s = 6
    # Whether anything that it sends can be watched. If not, it is reported as missing, and the line is not blamed.
    usable = True
