"""Asks `load` for texts from standard input, a list of them, and writes what it says of each to standard output: the lines of a
ValueError, or nothing where there is none."""

import json
import sys

import scoretape_xla


def refusal(text):
    try:
        scoretape_xla.load(text, "cpu")
    except ValueError as error:
        return str(error).splitlines()
    return []


json.dump([refusal(text) for text in json.load(sys.stdin)], sys.stdout)
