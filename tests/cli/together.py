"""Tests, and cases of a test, that mostly wait: several at once."""

import concurrent.futures

import harness

MOST = 4  # at once


def together(function, cases):
    """function(*case) for each; raises what the first one raised."""
    cases = list(cases)
    with concurrent.futures.ThreadPoolExecutor(MOST) as pool:
        jobs = [pool.submit(function, *case) for case in cases]
    for job in jobs:
        job.result()


class Together:
    """Tests of which the first one to be run starts them all: each is
    reported by itself, but the time passes for all."""

    def __init__(self):
        self.functions, self.jobs = [], {}

    def test(self, function):
        """Marks a function as such a test."""
        def wait():
            if not self.jobs:
                pool = concurrent.futures.ThreadPoolExecutor(MOST)
                self.jobs = {f: pool.submit(f) for f in self.functions}
            self.jobs[function].result()

        wait.__name__ = function.__name__
        self.functions.append(function)
        return harness.test(wait)
