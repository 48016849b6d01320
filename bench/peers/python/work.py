"""What every contender runs."""


def noop(x):
    return x
