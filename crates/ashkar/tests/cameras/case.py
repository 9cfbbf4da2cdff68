"""What is expected of a case. Each case is a class: its docstring says who reported the fault, its code is the fault."""


class Case:
    clip = "base"
    # The access unit that it begins with, and whether it begins again at the end.
    start_at, loop = 0, True
    # Least and most share of the pictures sent, from the first keyframe on, that the recording holds.
    share = (0.97, 1.02)
    # Least share of the time in which it could send.
    on_air = 0.85
    # The live edge is at most so far from now, in seconds.
    edge_s = 6
    # Whether anything that it sends can be watched. Where not, it is told as missing, and the line is not blamed.
    usable = True
